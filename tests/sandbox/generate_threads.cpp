#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/world.hpp"

#include <algorithm>
#include <array>
#include <string_view>

// The initial population of conversations and tickets.
namespace intercom_sandbox {
namespace {

using namespace std::string_view_literals;

constexpr seconds day = 86400;
constexpr seconds span = 2 * 365 * day;

constexpr std::array conversation_parts{"comment"sv,
                                        "comment"sv,
                                        "comment"sv,
                                        "note"sv,
                                        "note"sv,
                                        "assignment"sv,
                                        "language_detection_details"sv,
                                        "conversation_attribute_updated_by_admin"sv,
                                        "quick_reply"sv,
                                        "conversation_tags_updated"sv};
constexpr std::array ticket_parts{"comment"sv, "note"sv, "ticket_attribute_updated_by_admin"sv,
                                  "assignment"sv};

bool is_spoken(std::string_view type)
{
    return type == "comment" || type == "note" || type == "quick_reply";
}

author any_author(world& w, dice& die, const thread& in, bool must_be_admin)
{
    if (!must_be_admin && !in.contacts.empty() && die.chance(0.5)) {
        return author_of(w.contacts.at(die.pick(in.contacts)));
    }
    if (!must_be_admin && die.chance(0.05)) {
        return the_bot();
    }
    return author_of(die.pick(w.admins));
}

unsigned part_count(const world& w, dice& die, unsigned index)
{
    const bool is_first_long = index == 0 && w.settings.conversations >= 20;
    if (w.settings.parts_max > 20 &&
        (is_first_long || (w.settings.nasty && die.below(1000) == 0))) {
        return w.settings.parts_max;
    }
    const auto usual = static_cast<unsigned>(die.below(15));
    return std::min(w.settings.parts_max, usual);
}

void draw_people(world& w, dice& die, thread& t)
{
    if (w.contacts.size() == 0) {
        return;
    }
    const std::size_t count = die.chance(0.04) ? 2 + static_cast<std::size_t>(die.below(3)) : 1;
    for (std::size_t i = 0; i < count; ++i) {
        const auto who = static_cast<slot>(die.below(w.contacts.size()));
        if (std::find(t.contacts.begin(), t.contacts.end(), who) == t.contacts.end()) {
            t.contacts.push_back(who);
        }
    }
    if (die.chance(0.6)) {
        t.admin_assignee = static_cast<slot>(die.below(w.admins.size()));
    }
    if (die.chance(0.4)) {
        t.team_assignee = static_cast<slot>(die.below(w.teams.size()));
    }
}

// Parts spread over the time from the beginning, many within the same second.
void draw_parts(world& w, dice& die, thread& t, unsigned count)
{
    seconds at = t.created_at;
    for (unsigned i = 0; i < count; ++i) {
        at += die.chance(0.1) ? 0 : die.between(1, count > 100 ? 600 : 40'000);
        t.parts.push_back(make_part(w, die, t, at));
    }
    t.updated_at = t.parts.empty() ? t.created_at : t.parts.back().created_at;
}

// Dates of threads never reach into the future, however long the thread is.
seconds draw_creation(dice& die, seconds start, unsigned parts)
{
    const seconds longest = static_cast<seconds>(parts) * (parts > 100 ? 600 : 40'000);
    return start - 60 - longest - die.between(0, span);
}

void link(world& w, slot conversation_slot, slot ticket_slot)
{
    conversation& c = w.conversations.unsettled(conversation_slot);
    ticket& t = w.tickets.unsettled(ticket_slot);
    c.linked.emplace_back("ticket", t.id);
    t.linked.emplace_back("conversation", c.id);
}

void populate_tickets(world& w, dice& die, seconds start)
{
    for (unsigned i = 0; i < w.settings.tickets; ++i) {
        const auto parts = static_cast<unsigned>(die.below(7));
        w.tickets.load(make_ticket(w, die, draw_creation(die, start, parts), parts));
    }
}

// The conversation behind a customer's ticket has the ticket's id.
conversation twin_of(world& w, dice& die, slot which)
{
    const ticket& t = w.tickets.at(which);
    conversation c = make_conversation(w, die, t.created_at, 2);
    c.id = t.id;
    c.contacts = t.contacts;
    c.ticket = which;
    c.parts.clear();
    c.updated_at = t.updated_at;
    return c;
}

} // namespace

author author_of(const admin& a)
{
    return {"admin", a.id, a.name, a.email};
}

author author_of(const contact& c)
{
    return {c.is_lead ? "lead" : "user", c.id, c.name.value_or(""), c.email};
}

part make_part(world& w, dice& die, const thread& in, seconds at)
{
    const bool is_ticket = in.details % 2 == 1;
    part p;
    p.id = w.fresh_number();
    p.type = is_ticket ? die.pick(ticket_parts) : die.pick(conversation_parts);
    p.created_at = p.updated_at = at;
    p.by = any_author(w, die, in, p.type != "comment");
    p.details = die.roll();
    p.state = is_ticket ? "submitted" : "open";
    p.previous_state = "submitted";
    if (is_spoken(p.type)) {
        p.body = html_body(die, w.settings.nasty);
        p.attachments = die.chance(0.05) ? 1 + static_cast<unsigned>(die.below(3)) : 0;
        p.redacted = die.chance(0.005);
    }
    if (p.redacted) {
        p.body.reset();
        p.attachments = 0;
    }
    if (p.type == "assignment") {
        const bool is_team = die.chance(0.3);
        p.assigned_to = is_team
                            ? std::pair<std::string, std::string>("team", die.pick(w.teams).id)
                            : std::pair<std::string, std::string>("admin", die.pick(w.admins).id);
    }
    return p;
}

conversation make_conversation(world& w, dice& die, seconds created_at, unsigned parts)
{
    static constexpr std::array sources{"conversation"sv, "email"sv,      "push"sv,
                                        "whatsapp"sv,     "phone_call"sv, "instagram"sv};
    static constexpr std::array states{"open"sv, "closed"sv, "snoozed"sv};
    const bool nasty = w.settings.nasty;
    conversation c;
    c.details = die.roll() & ~1ULL;
    c.id = w.fresh_number();
    c.created_at = c.updated_at = created_at;
    draw_people(w, die, c);
    c.source_type = die.pick(sources);
    c.source_id = w.fresh_number();
    c.delivered_as = die.chance(0.7) ? "customer_initiated" : "admin_initiated";
    c.subject = c.source_type == "email" ? sentence(die, nasty) : "";
    c.body = html_body(die, nasty);
    c.by = any_author(w, die, c, c.delivered_as == "admin_initiated");
    c.attachments = die.chance(0.05) ? 2 : 0;
    if (die.chance(0.3)) {
        c.title = sentence(die, nasty);
    }
    c.state = die.pick(states);
    c.open = c.state == "open";
    c.read = die.chance(0.6);
    c.has_priority = die.chance(0.1);
    if (c.state == "snoozed") {
        c.snoozed_until = created_at + 400 * day;
    }
    if (c.open && die.chance(0.5)) {
        c.waiting_since = created_at;
    }
    for (auto left = die.chance(0.3) ? 1 + die.below(nasty && die.chance(0.05) ? 14 : 3) : 0;
         left > 0; --left) {
        const auto which = static_cast<slot>(die.below(w.tags.size()));
        const bool is_new =
            std::none_of(c.tags.begin(), c.tags.end(),
                         [which](const applied_tag& t) { return t.which == which; });
        if (is_new && w.tags[which].exists) {
            c.tags.push_back({which, created_at, static_cast<slot>(die.below(w.admins.size()))});
        }
    }
    if (die.chance(0.15) && !c.contacts.empty()) {
        c.rated = rating{die.between(1, 5),  std::nullopt,
                         created_at,         created_at,
                         c.contacts.front(), static_cast<slot>(die.below(w.admins.size()))};
        if (die.chance(0.5)) {
            c.rated->remark = sentence(die, nasty);
        }
    }
    if (die.chance(0.1)) {
        c.sla_name = "First reply in 4 h";
        c.sla_status = die.chance(0.5) ? "hit" : die.chance(0.5) ? "missed" : "active";
    }
    c.open = c.state != "closed"; // what is snoozed is open
    c.has_statistics = die.chance(0.95);
    c.has_agent = die.chance(0.15);
    c.custom = make_attribute_values(w, die, "conversation");
    draw_parts(w, die, c, parts);
    return c;
}

ticket make_ticket(world& w, dice& die, seconds created_at, unsigned parts)
{
    ticket t;
    t.details = die.roll() | 1ULL;
    t.id = w.fresh_number();
    t.ticket_id = t.id.substr(t.id.size() - 5);
    t.created_at = t.updated_at = created_at;
    draw_people(w, die, t);
    t.type = static_cast<slot>(die.below(w.ticket_types.size()));
    t.state = static_cast<slot>(die.below(w.ticket_states.size()));
    t.open = w.ticket_states[t.state].category != "resolved";
    t.is_shared = die.chance(0.3);
    if (die.chance(0.1)) {
        t.snoozed_until = created_at + 500 * day;
    }
    t.custom.emplace_back("_default_title_", quoted(sentence(die, w.settings.nasty)));
    t.custom.emplace_back("_default_description_",
                          die.chance(0.2) ? "null" : quoted(sentence(die, w.settings.nasty)));
    if (die.chance(0.6)) {
        t.custom.emplace_back("Severity", die.chance(0.5) ? "\"low\"" : "\"high\"");
    }
    if (die.chance(0.4)) {
        t.custom.emplace_back("affected users", w.settings.nasty && die.chance(0.1)
                                                    ? odd_json_value(die)
                                                    : std::to_string(die.below(1000)));
    }
    if (die.chance(0.1)) {
        t.custom.emplace_back(
            "proof 📎",
            R"([{"type":"upload","name":"a.png","url":"https://files.example/a.png"}])");
    }
    draw_parts(w, die, t, parts);
    return t;
}

void populate_threads(world& w, dice& die, seconds start)
{
    populate_tickets(w, die, start);
    slot next_ticket = 0;
    for (unsigned i = 0; i < w.settings.conversations; ++i) {
        while (next_ticket < w.tickets.size() &&
               w.ticket_types[w.tickets.at(next_ticket).type].category != "Customer") {
            ++next_ticket;
        }
        if (i % 10 == 9 && next_ticket < w.tickets.size()) {
            w.conversations.load(twin_of(w, die, next_ticket++));
            continue;
        }
        const unsigned parts = part_count(w, die, i);
        const slot which = w.conversations.load(
            make_conversation(w, die, draw_creation(die, start, parts), parts));
        if (w.tickets.size() > 0 && die.chance(0.05)) {
            link(w, which, static_cast<slot>(die.below(w.tickets.size())));
        }
    }
}

} // namespace intercom_sandbox
