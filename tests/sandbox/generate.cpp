#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/world.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

// The initial population: small lists, companies and contacts.
namespace intercom_sandbox {
namespace {

constexpr seconds day = 86400;
constexpr seconds span = 3 * 365 * day; // how far back the population goes

struct attribute_kind
{
    std::string_view model, name, data_type;
};

// Names with blanks, quotes, dots and emoji on purpose.
constexpr std::array custom_kinds{
    attribute_kind{"contact", "plan_tier", "string"},
    attribute_kind{"contact", "favourite colour", "string"},
    attribute_kind{"contact", "lifetime_value", "float"},
    attribute_kind{"contact", "orders", "integer"},
    attribute_kind{"contact", "is_vip", "boolean"},
    attribute_kind{"contact", "birthday", "date"},
    attribute_kind{"contact", "dotted.name.here", "string"},
    attribute_kind{"contact", "with \"quotes\" and 'more'", "string"},
    attribute_kind{"contact", "rocket 🚀", "string"},
    attribute_kind{"contact", "Beyond Numbers", "float"},
    attribute_kind{"contact", "beyond numbers", "float"},
    attribute_kind{"contact", "_select", "string"},
    attribute_kind{"company", "account manager", "string"},
    attribute_kind{"company", "seats", "integer"},
    attribute_kind{"company", "renewal_date", "date"},
    attribute_kind{"company", "is.partner", "boolean"},
    attribute_kind{"company", "größe €", "float"},
    attribute_kind{"conversation", "Issue type", "string"},
    attribute_kind{"conversation", "CX Score rating", "integer"},
    attribute_kind{"conversation", "escalated?", "boolean"},
    attribute_kind{"conversation", "due \"date\"", "date"},
};

constexpr std::array standard_kinds{
    attribute_kind{"contact", "name", "string"},
    attribute_kind{"contact", "email", "string"},
    attribute_kind{"contact", "phone", "string"},
    attribute_kind{"contact", "last_seen_at", "date"},
    attribute_kind{"contact", "signed_up_at", "date"},
    attribute_kind{"company", "name", "string"},
    attribute_kind{"company", "company_id", "string"},
    attribute_kind{"company", "last_request_at", "date"},
    attribute_kind{"company", "remote_created_at", "date"},
    attribute_kind{"company", "user_count", "integer"},
};

data_attribute make_attribute(world& w, const attribute_kind& kind, bool is_custom, seconds at)
{
    data_attribute a;
    a.model = kind.model;
    a.name = kind.name;
    a.full_name = (is_custom ? "custom_attributes." : "") + a.name;
    a.label = a.name;
    a.description = "About " + a.name;
    a.data_type = kind.data_type;
    a.id = is_custom ? w.fresh_number() : "";
    a.created_at = a.updated_at = at;
    return a;
}

void populate_attributes(world& w, dice& die, seconds start)
{
    for (const auto& kind : standard_kinds) {
        w.attributes.push_back(make_attribute(w, kind, false, start - span));
    }
    for (const auto& kind : custom_kinds) {
        const bool is_plain = kind.name.find_first_of(" .\"?") == kind.name.npos;
        if (w.settings.nasty || is_plain) {
            w.attributes.push_back(make_attribute(w, kind, true, start - die.between(day, span)));
        }
    }
    w.attributes.back().archived = true;
    for (auto& a : w.attributes) {
        if (a.name == "plan_tier") {
            a.choices = {"free", "pro", "enterprise"};
        }
    }
}

void populate_people(world& w, dice& die)
{
    for (int i = 0; i < 12; ++i) {
        admin a;
        a.id = w.fresh_number();
        a.name = person_name(die, w.settings.nasty && i % 5 == 4);
        a.email = slug(a.name) + std::to_string(i) + "@support.example";
        a.is_away = die.chance(0.2);
        w.admins.push_back(std::move(a));
    }
    for (const std::string_view name : {"Support", "Billing", "Escalations", "Empty team"}) {
        team t;
        t.id = w.fresh_number();
        t.name = name;
        t.distribution = t.name == "Support" ? "round_robin" : "manual";
        for (slot a = 0; a < w.admins.size(); ++a) {
            if (name != "Empty team" && die.chance(0.4)) {
                t.admins.push_back(a);
            }
        }
        w.teams.push_back(std::move(t));
    }
}

void populate_labels(world& w, dice& die, seconds start)
{
    for (int i = 0; i < 45; ++i) {
        w.tags.push_back(
            {w.fresh_number(), sentence(die, w.settings.nasty) + " " + std::to_string(i)});
    }
    const std::array types{std::string_view("user"), std::string_view("contact"),
                           std::string_view("company")};
    for (int i = 0; i < 18; ++i) {
        segment s;
        s.created_at = start - die.between(day, span);
        s.updated_at = die.between(s.created_at, start);
        s.id = hex_id(die, s.created_at);
        s.name = sentence(die, w.settings.nasty);
        s.person_type = types[static_cast<std::size_t>(i) % 3];
        w.segments.push_back(std::move(s));
    }
    for (int i = 0; i < 14; ++i) {
        subscription_type s;
        s.id = w.fresh_number();
        s.state = i == 12 ? "draft" : i == 13 ? "archived" : "live";
        s.consent_type = i % 2 == 0 ? "opt_out" : "opt_in";
        s.name = sentence(die, w.settings.nasty);
        s.content_type = i % 3 == 0 ? "sms_message" : "email";
        w.subscription_types.push_back(std::move(s));
    }
}

void populate_ticket_kinds(world& w, dice& die, seconds start)
{
    static constexpr std::array<std::array<std::string_view, 3>, 6> states{{
        {"submitted", "Submitted", "Submitted"},
        {"in_progress", "In progress", "In progress"},
        {"in_progress", "With engineering", "In progress"},
        {"waiting_on_customer", "Waiting on customer", "Waiting on you"},
        {"resolved", "Resolved", "Resolved"},
        {"resolved", "Won't do 🙅", "Closed"},
    }};
    for (const auto& [category, internal, external] : states) {
        w.ticket_states.push_back({w.fresh_number(), std::string(category), std::string(internal),
                                   std::string(external), false});
    }
    w.ticket_states.back().archived = true;
    static constexpr std::array categories{
        std::string_view("Customer"), std::string_view("Back-office"), std::string_view("Tracker")};
    for (std::size_t i = 0; i < 5; ++i) {
        ticket_type t;
        t.id = w.fresh_number();
        t.name = sentence(die, w.settings.nasty);
        t.category = categories[i % 3];
        t.icon = "🎟️";
        t.archived = i == 4;
        t.created_at = start - die.between(day, span);
        t.updated_at = die.between(t.created_at, start);
        t.attributes.push_back({w.fresh_number(), "_default_title_", "string", true, false, {}});
        t.attributes.push_back(
            {w.fresh_number(), "_default_description_", "string", false, false, {}});
        t.attributes.push_back(
            {w.fresh_number(), "Severity", "list", false, false, {"low", "high"}});
        t.attributes.push_back({w.fresh_number(), "affected users", "integer", false, false, {}});
        t.attributes.push_back({w.fresh_number(), "due \"by\"", "datetime", false, i == 2, {}});
        t.attributes.push_back({w.fresh_number(), "proof 📎", "files", false, false, {}});
        w.ticket_types.push_back(std::move(t));
    }
}

std::string attribute_value(dice& die, const data_attribute& a, bool nasty)
{
    if (nasty && (die.chance(0.02) || (a.data_type == "float" && die.chance(0.1)))) {
        return odd_json_value(die);
    }
    if (!a.choices.empty()) {
        return quoted(die.pick(a.choices));
    }
    if (a.data_type == "integer") {
        return std::to_string(die.between(-3, 5000));
    }
    if (a.data_type == "float") {
        return std::to_string(die.between(0, 100000)) + "." + std::to_string(die.below(100));
    }
    if (a.data_type == "boolean") {
        return die.chance(0.5) ? "true" : "false";
    }
    if (a.data_type == "date") {
        return std::to_string(die.between(-2'000'000'000, 1'900'000'000));
    }
    return quoted(sentence(die, nasty));
}

// A date somebody imported: mostly sane, sometimes before 1970 or in milliseconds.
std::optional<seconds> loose_date(dice& die, seconds from, seconds to, bool nasty)
{
    if (die.chance(0.3)) {
        return std::nullopt;
    }
    const seconds sane = die.between(from, std::max(from, to));
    if (nasty && die.chance(0.02)) {
        return die.chance(0.5) ? -die.between(1, 2'000'000'000) : sane * 1000;
    }
    return sane;
}

// Moments of the past; many records share their second with another.
class moments
{
public:
    moments(dice& die, seconds start, bool nasty) : die_(die), start_(start), nasty_(nasty) {}
    seconds next()
    {
        if (last_ != 0 && die_.chance(0.1)) {
            return last_;
        }
        const seconds fresh = start_ - 60 - die_.between(0, span);
        last_ = fresh;
        return nasty_ && die_.below(400) == 0 ? -die_.between(1, 5000) * day : fresh;
    }

private:
    dice& die_;
    seconds start_;
    seconds last_ = 0;
    bool nasty_;
};

// `count` different members of [0, size).
std::vector<slot> choose(dice& die, std::size_t size, std::size_t count)
{
    std::vector<slot> chosen;
    while (chosen.size() < std::min(count, size)) {
        const auto next = static_cast<slot>(die.below(size));
        if (std::find(chosen.begin(), chosen.end(), next) == chosen.end()) {
            chosen.push_back(next);
        }
    }
    return chosen;
}

std::vector<slot> choose_tags(const world& w, dice& die, std::size_t count)
{
    auto tags = choose(die, w.tags.size(), count);
    std::erase_if(tags, [&w](slot t) { return !w.tags[t].exists; });
    return tags;
}

// Mostly `usual` or fewer, now and then more than the ten that are shown inline.
std::size_t list_length(dice& die, std::size_t usual, std::size_t most)
{
    return die.chance(0.02) ? 11 + static_cast<std::size_t>(die.below(most - 10))
                            : static_cast<std::size_t>(die.below(usual + 1));
}

void join_companies(world& w, dice& die, contact& c, slot which)
{
    // The first twentieth of the companies stays without users.
    const std::size_t empty = w.companies.size() / 20;
    const std::size_t joinable = w.companies.size() - empty;
    const bool has_any = joinable > 0 && die.chance(0.7);
    for (const slot chosen : choose(die, joinable, has_any ? list_length(die, 2, 60) : 0)) {
        const auto company = static_cast<slot>(chosen + empty);
        c.companies.push_back(company);
        if (c.alive == life::live) {
            w.users_of[company].push_back(which);
        }
    }
}

void add_notes(world& w, dice& die, contact& c, slot which, seconds start)
{
    const std::size_t count = die.chance(0.25) ? list_length(die, 2, 60) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const seconds from = std::max<seconds>(0, c.created_at);
        w.notes.push_back(make_note(w, die, which, die.between(from, start - 1)));
        c.notes.push_back(static_cast<slot>(w.notes.size() - 1));
    }
    std::sort(c.notes.begin(), c.notes.end(), [&w](slot a, slot b) {
        return w.notes[a].created_at != w.notes[b].created_at
                   ? w.notes[a].created_at > w.notes[b].created_at
                   : a > b;
    });
}

void bury(world& w, dice& die, contact& c)
{
    static constexpr std::array ways{life::archived, life::deleted, life::merged};
    c.alive = die.pick(ways);
    std::string into;
    if (c.alive == life::merged) {
        c.is_lead = true;
        c.merged_into = 0;
        into = w.contacts.at(0).id;
    }
    const auto* how = c.alive == life::archived  ? "archived"
                      : c.alive == life::deleted ? "deleted"
                                                 : "merged";
    w.removed.push_back({"contacts", c.id, how, into});
}

void populate_contacts(world& w, dice& die, seconds start)
{
    moments when(die, start, w.settings.nasty);
    const unsigned buried = w.settings.contacts / 50;
    for (unsigned i = 0; i < w.settings.contacts + buried; ++i) {
        const slot which = w.contacts.load(make_contact(w, die, when.next()));
        contact& c = w.contacts.unsettled(which);
        c.updated_at = die.between(c.created_at, start - 1);
        if (which > 0 && die.chance(0.05)) {
            c.updated_at = std::max(w.contacts.at(which - 1).updated_at, c.created_at);
        }
        if (i >= w.settings.contacts) {
            bury(w, die, c);
        } else if (c.external_id) {
            w.by_external_id[*c.external_id] = which;
        }
        join_companies(w, die, c, which);
        add_notes(w, die, c, which, start);
    }
}

void populate_companies(world& w, dice& die, seconds start)
{
    moments when(die, start, false);
    for (unsigned i = 0; i < w.settings.companies; ++i) {
        const slot which = w.companies.load(make_company(w, die, when.next()));
        company& c = w.companies.unsettled(which);
        c.updated_at = die.between(c.created_at, start - 1);
        if (die.chance(0.6)) {
            c.last_request_at = die.between(c.created_at, start - 1);
        }
    }
    w.users_of.resize(w.companies.size());
}

void populate_visitors(world& w, seconds start)
{
    dice die(spread(w.settings.seed, 13)); // of their own: they came late
    for (int i = 0; i < 5; ++i) {
        visitor v;
        v.created_at = v.updated_at = start - die.between(day, span);
        v.id = hex_id(die, v.created_at);
        v.user_id = uuid(die.roll(), die.roll());
        v.pseudonym = "Visitor " + std::to_string(i + 1);
        w.visitors.push_back(std::move(v));
    }
}

} // namespace

attribute_values make_attribute_values(const world& w, dice& die, std::string_view model)
{
    attribute_values values;
    for (const auto& a : w.attributes) {
        if (a.model == model && !a.id.empty() && !a.archived && die.chance(0.35)) {
            values.emplace_back(a.name, attribute_value(die, a, w.settings.nasty));
        }
    }
    return values;
}

note make_note(world& w, dice& die, slot contact, seconds created_at)
{
    return {w.fresh_number(), contact, author_of(die.pick(w.admins)), created_at,
            html_body(die, w.settings.nasty)};
}

contact make_contact(world& w, dice& die, seconds created_at)
{
    const bool nasty = w.settings.nasty;
    const std::string number = w.fresh_number();
    contact c;
    c.id = hex_id(die, created_at);
    c.is_lead = die.chance(0.25);
    c.created_at = c.updated_at = created_at;
    c.name = person_name(die, nasty);
    c.email = slug(*c.name) + number.substr(number.size() - 7) +
              (die.chance(0.1) ? "@Mail.Example" : "@example.com");
    if (die.chance(0.15)) {
        c.name.reset();
    }
    if (!c.is_lead && die.chance(0.8)) {
        c.external_id = nasty && die.chance(0.05) ? "user/" + number + "?a=b&c d" : "u" + number;
    }
    if (c.is_lead && die.chance(0.2)) {
        c.email.clear();
    }
    if (die.chance(0.3)) {
        c.phone = "+4930" + std::to_string(die.between(1000000, 9999999));
    }
    if (die.chance(0.3)) {
        c.owner = static_cast<slot>(die.below(w.admins.size()));
    }
    const seconds later = std::min(std::max<seconds>(created_at, 0) + 30 * day, w.start);
    c.signed_up_at = loose_date(die, created_at, later, nasty);
    c.last_seen_at = loose_date(die, created_at, later, nasty);
    c.last_replied_at = loose_date(die, created_at, later, nasty);
    c.last_contacted_at = loose_date(die, created_at, later, nasty);
    c.unsubscribed = die.chance(0.1);
    c.bounced = die.chance(0.03);
    c.spam = die.chance(0.01);
    c.details = die.roll();
    c.custom = make_attribute_values(w, die, "contact");
    c.tags = choose_tags(w, die, die.chance(0.5) ? list_length(die, 4, 30) : 0);
    for (slot s = 0; s < w.segments.size(); ++s) {
        if (w.segments[s].person_type != "company" && die.chance(0.15)) {
            c.segments.push_back(s);
        }
    }
    const double opinion = die.chance(0.02) ? 0.95 : 0.1;
    for (slot s = 0; s < w.subscription_types.size(); ++s) {
        if (die.chance(opinion)) {
            c.subscriptions.push_back(s);
        }
    }
    return c;
}

company make_company(world& w, dice& die, seconds created_at)
{
    const bool nasty = w.settings.nasty;
    company c;
    c.id = hex_id(die, created_at);
    c.name = company_name(die, nasty);
    c.company_id = (die.chance(0.5) ? "c-" : "") + w.fresh_number();
    c.created_at = c.updated_at = created_at;
    c.remote_created_at = loose_date(die, created_at - 30 * day, created_at, nasty);
    if (die.chance(0.5)) {
        c.plan = die.chance(0.5) ? "Basic" : "Enterprise";
    }
    if (die.chance(0.4)) {
        c.size = die.between(1, 100000);
    }
    if (die.chance(0.5)) {
        c.website = "https://" + slug(c.name) + ".example/";
    }
    if (die.chance(0.3)) {
        c.industry = sentence(die, nasty);
    }
    c.monthly_spend = die.chance(0.5) ? 0 : die.between(0, 100000);
    c.session_count = die.between(0, 5000);
    c.custom = make_attribute_values(w, die, "company");
    c.tags = choose_tags(w, die, die.chance(0.4) ? list_length(die, 3, 20) : 0);
    for (slot s = 0; s < w.segments.size(); ++s) {
        if (w.segments[s].person_type == "company" && die.chance(0.2)) {
            c.segments.push_back(s);
        }
    }
    return c;
}

void populate_company_notes(world& w, seconds start)
{
    dice die(spread(w.settings.seed, 14)); // of their own: they came late
    for (slot which = 0; which < w.companies.size(); ++which) {
        company& c = w.companies.unsettled(which);
        const std::size_t count = die.chance(0.1) ? list_length(die, 2, 60) : 0;
        for (std::size_t i = 0; i < count; ++i) {
            note made = make_note(w, die, 0, start - static_cast<seconds>(i) * 3600);
            made.company = which;
            w.notes.push_back(std::move(made));
            c.notes.push_back(static_cast<slot>(w.notes.size() - 1));
        }
    }
}

void populate_small_lists(world& w, dice& die, seconds start)
{
    populate_people(w, die);
    populate_labels(w, die, start);
    populate_attributes(w, die, start);
    populate_ticket_kinds(w, die, start);
    populate_visitors(w, start);
}

void populate(world& w, dice& die, seconds start)
{
    populate_small_lists(w, die, start);
    populate_companies(w, die, start);
    populate_contacts(w, die, start);
    for (slot which = 0; which < w.companies.size(); ++which) {
        w.companies.unsettled(which).user_count =
            static_cast<std::int64_t>(w.users_of[which].size());
    }
    populate_threads(w, die, start);
    populate_documents(w, die, start);
    populate_events(w, die, start);
    populate_company_notes(w, start);
    w.companies.settle();
    w.contacts.settle();
    w.conversations.settle();
    w.tickets.settle();
}

world::world(const options& wanted, time_point begins)
    : settings(wanted), calendar(wanted.timezone), die(spread(wanted.seed, 2)),
      contacts(wanted.index_lag), companies(wanted.index_lag), conversations(wanted.index_lag),
      tickets(wanted.index_lag), next_number(215'468'000'000'000ULL)
{
    dice first(spread(wanted.seed, 1));
    const seconds begin = unix_seconds(begins);
    workspace_id = "ws" + std::to_string(spread(wanted.seed) % 1'000'000);
    start = begin;
    created_at = begin - span - 30 * day;
    populate(*this, first, begin);
}

void world::catch_up(time_point now)
{
    contacts.catch_up(now);
    companies.catch_up(now);
    conversations.catch_up(now);
    tickets.catch_up(now);
}

} // namespace intercom_sandbox
