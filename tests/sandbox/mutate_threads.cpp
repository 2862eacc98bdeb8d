#include "tests/sandbox/attributes.hpp"
#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/mutate.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <algorithm>
#include <array>

namespace intercom_sandbox {
namespace {

// Appends a part of that kind, which is what moves a thread's updated_at.
void append_random_part(world& w, thread& t, std::string type, time_point now)
{
    const seconds at = unix_seconds(now);
    part p = make_part(w, w.die, t, at);
    const bool is_spoken = type == "comment" || type == "note";
    p.type = std::move(type);
    p.redacted = false;
    if (!is_spoken) {
        p.body.reset();
        p.attachments = 0;
    } else if (!p.body) {
        p.body = html_body(w.die, w.settings.nasty);
    }
    if (p.type != "assignment") {
        p.assigned_to.reset();
    }
    t.parts.push_back(std::move(p));
    t.updated_at = std::max(t.updated_at, at);
}

bool create_conversation(world& w, time_point now)
{
    conversation c = make_conversation(w, w.die, unix_seconds(now), 0);
    c.snoozed_until.reset();
    c.state = "open";
    c.open = true;
    const slot which = w.conversations.add(std::move(c), now);
    w.tell({"conversation.user.created", record_kind::conversation, which});
    return true;
}

bool reply(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (which) {
        w.conversations.edit(*which, now, [&](conversation& c) {
            append_random_part(w, c, w.die.chance(0.7) ? "comment" : "note", now);
        });
        tell_of_part(w, record_kind::conversation, *which);
    }
    return which.has_value();
}

bool assign(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (which) {
        w.conversations.edit(*which, now, [&](conversation& c) {
            const auto who = static_cast<slot>(w.die.below(w.admins.size()));
            c.admin_assignee = who;
            append_random_part(w, c, "assignment", now);
            c.parts.back().assigned_to = {"admin", w.admins[who].id};
        });
        tell_of_part(w, record_kind::conversation, *which);
    }
    return which.has_value();
}

bool change_state(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (which) {
        w.conversations.edit(*which, now, [&](conversation& c) {
            static constexpr std::array<std::string_view, 3> states{"open", "closed", "snoozed"};
            c.state = w.die.pick(states);
            c.open = c.state != "closed";
            c.snoozed_until =
                c.state == "snoozed" ? std::optional(unix_seconds(now) + 3600) : std::nullopt;
            append_random_part(w, c, c.state == "closed" ? "close" : c.state, now);
            c.parts.back().state = c.state;
        });
        tell_of_part(w, record_kind::conversation, *which);
    }
    return which.has_value();
}

// What changes without a part moves no updated_at.
bool change_silently(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (!which) {
        return false;
    }
    const auto tag = static_cast<slot>(w.die.below(w.tags.size()));
    w.conversations.edit(*which, now, [&](conversation& c) {
        switch (w.die.below(5)) {
        case 0:
            c.read = !c.read;
            break;
        case 1:
            c.title = sentence(w.die, w.settings.nasty);
            break;
        case 2:
            c.custom = make_attribute_values(w, w.die, "conversation");
            break;
        case 3:
            if (!c.contacts.empty()) {
                const seconds at = unix_seconds(now);
                c.rated = rating{w.die.between(1, 5),
                                 sentence(w.die, w.settings.nasty),
                                 at,
                                 at,
                                 c.contacts.front(),
                                 static_cast<slot>(w.die.below(w.admins.size()))};
            }
            break;
        default:
            if (std::erase_if(c.tags, [tag](const applied_tag& t) { return t.which == tag; }) ==
                    0 &&
                w.tags[tag].exists) {
                c.tags.push_back({tag, unix_seconds(now), 0});
            }
        }
    });
    return true;
}

bool redact(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (!which || w.conversations.at(*which).parts.empty()) {
        return false;
    }
    w.conversations.edit(*which, now, [&](conversation& c) {
        part& p = c.parts[static_cast<std::size_t>(w.die.below(c.parts.size()))];
        p.redacted = true;
        p.body.reset();
        p.attachments = 0;
        // Counts as a change of the conversation: nothing else would tell anybody.
        p.updated_at = unix_seconds(now);
        c.updated_at = std::max(c.updated_at, p.updated_at);
    });
    w.tell({"conversation_part.redacted", record_kind::conversation, *which});
    return true;
}

bool delete_some_thread(world& w, time_point now)
{
    const bool is_ticket = w.die.chance(0.4);
    const auto which = is_ticket ? pick_live(w, w.tickets) : pick_live(w, w.conversations);
    if (which) {
        delete_thread(w, is_ticket ? std::nullopt : which, is_ticket ? which : std::nullopt, now);
    }
    return which.has_value();
}

bool create_ticket(world& w, time_point now)
{
    const slot which = w.tickets.add(make_ticket(w, w.die, unix_seconds(now), 0), now);
    w.tell({"ticket.created", record_kind::ticket, which});
    return true;
}

bool update_ticket(world& w, time_point now)
{
    const auto which = pick_live(w, w.tickets);
    if (!which) {
        return false;
    }
    w.tickets.edit(*which, now, [&](ticket& t) {
        const std::string before = w.ticket_states[t.state].category;
        if (w.die.chance(0.5)) {
            t.state = static_cast<slot>(w.die.below(w.ticket_states.size()));
            t.open = w.ticket_states[t.state].category != "resolved";
            append_random_part(w, t, "ticket_state_updated_by_admin", now);
        } else {
            apply(t.custom, {"_default_title_", quoted(sentence(w.die, w.settings.nasty))});
            append_random_part(w, t, "ticket_attribute_updated_by_admin", now);
        }
        t.parts.back().previous_state = before;
        t.parts.back().state = w.ticket_states[t.state].category;
    });
    tell_of_part(w, record_kind::ticket, *which);
    return true;
}

bool reply_to_ticket(world& w, time_point now)
{
    const auto which = pick_live(w, w.tickets);
    if (which) {
        w.tickets.edit(*which, now, [&](ticket& t) { append_random_part(w, t, "comment", now); });
        tell_of_part(w, record_kind::ticket, *which);
    }
    return which.has_value();
}

} // namespace

std::span<const change> thread_changes()
{
    static constexpr std::array all{
        change{16, create_conversation}, change{32, reply},           change{12, assign},
        change{16, change_state},        change{20, change_silently}, change{4, redact},
        change{2, delete_some_thread},   change{8, create_ticket},    change{12, update_ticket},
        change{12, reply_to_ticket},
    };
    return all;
}

} // namespace intercom_sandbox
