#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/mutate.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <algorithm>
#include <array>

namespace intercom_sandbox {
namespace {

// Appends a part of that kind, which is what moves a thread's updated_at.
void append_part(world& w, thread& t, std::string type, time_point now)
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
    w.conversations.add(std::move(c), now);
    return true;
}

bool reply(world& w, time_point now)
{
    const auto which = pick_live(w, w.conversations);
    if (which) {
        w.conversations.edit(*which, now, [&](conversation& c) {
            append_part(w, c, w.die.chance(0.7) ? "comment" : "note", now);
        });
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
            append_part(w, c, "assignment", now);
            c.parts.back().assigned_to = {"admin", w.admins[who].id};
        });
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
            c.open = c.state == "open";
            c.snoozed_until =
                c.state == "snoozed" ? std::optional(unix_seconds(now) + 3600) : std::nullopt;
            append_part(w, c, c.state == "closed" ? "close" : c.state, now);
            c.parts.back().state = c.state;
        });
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
    return true;
}

// Takes a thread's id out of what the threads on the other side link to.
void unlink(world& w, const thread& t, time_point now)
{
    const auto drop = [&t](thread& other) {
        std::erase_if(other.linked, [&t](const auto& link) { return link.second == t.id; });
    };
    const auto links = t.linked;
    for (const auto& [type, id] : links) {
        const auto ticket_slot = w.tickets.find(id);
        const auto conversation_slot = w.conversations.find(id);
        if (type == "ticket" && ticket_slot) {
            w.tickets.edit(*ticket_slot, now, drop);
        } else if (type == "conversation" && conversation_slot) {
            w.conversations.edit(*conversation_slot, now, drop);
        }
    }
}

void end_conversation(world& w, slot which, time_point now)
{
    const auto before = w.conversations.current(which);
    unlink(w, *before, now);
    w.conversations.edit(which, now, [](conversation& c) { c.alive = life::deleted; });
    w.removed.push_back({"conversations", before->id, "deleted", "", unix_seconds(now)});
}

void end_ticket(world& w, slot which, time_point now)
{
    const auto before = w.tickets.current(which);
    unlink(w, *before, now);
    w.tickets.edit(which, now, [](ticket& t) { t.alive = life::deleted; });
    w.removed.push_back({"tickets", before->id, "deleted", "", unix_seconds(now)});
}

// A ticket and the conversation behind it go together.
bool delete_thread(world& w, time_point now)
{
    const bool is_ticket = w.die.chance(0.4);
    const auto conversation_slot = is_ticket ? std::nullopt : pick_live(w, w.conversations);
    const auto ticket_slot = is_ticket           ? pick_live(w, w.tickets)
                             : conversation_slot ? w.conversations.at(*conversation_slot).ticket
                                                 : std::nullopt;
    if (!conversation_slot && !ticket_slot) {
        return false;
    }
    const auto twin =
        ticket_slot ? w.conversations.find(w.tickets.at(*ticket_slot).id) : conversation_slot;
    if (twin && w.conversations.at(*twin).alive == life::live) {
        end_conversation(w, *twin, now);
    }
    if (ticket_slot) {
        end_ticket(w, *ticket_slot, now);
    }
    return true;
}

bool create_ticket(world& w, time_point now)
{
    w.tickets.add(make_ticket(w, w.die, unix_seconds(now), 0), now);
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
            t.previous_state = t.state;
            t.state = static_cast<slot>(w.die.below(w.ticket_states.size()));
            t.open = w.ticket_states[t.state].category != "resolved";
            append_part(w, t, "ticket_state_updated_by_admin", now);
        } else {
            t.custom.front().second = quoted(sentence(w.die, w.settings.nasty));
            append_part(w, t, "ticket_attribute_updated_by_admin", now);
        }
        t.parts.back().previous_state = before;
        t.parts.back().state = w.ticket_states[t.state].category;
    });
    return true;
}

bool reply_to_ticket(world& w, time_point now)
{
    const auto which = pick_live(w, w.tickets);
    if (which) {
        w.tickets.edit(*which, now, [&](ticket& t) { append_part(w, t, "comment", now); });
    }
    return which.has_value();
}

template <class Record>
void touch(shelf<Record>& all, slot who, time_point now)
{
    for (slot i = 0; i < all.size(); ++i) {
        if (contains(all.at(i).contacts, who)) {
            all.edit(i, now, [](Record&) {});
        }
    }
}

} // namespace

void touch_threads_of(world& w, slot contact, time_point now)
{
    touch(w.conversations, contact, now);
    touch(w.tickets, contact, now);
}

std::span<const change> thread_changes()
{
    static constexpr std::array all{
        change{16, create_conversation}, change{32, reply},           change{12, assign},
        change{16, change_state},        change{20, change_silently}, change{4, redact},
        change{2, delete_thread},        change{8, create_ticket},    change{12, update_ticket},
        change{12, reply_to_ticket},
    };
    return all;
}

} // namespace intercom_sandbox
