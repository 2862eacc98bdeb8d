#include "tests/sandbox/operations.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

void leave_companies(world& w, slot which, time_point now)
{
    const std::vector<slot> companies = w.contacts.at(which).companies;
    for (const slot company : companies) {
        std::erase(w.users_of[company], which);
        w.companies.edit(company, now, [](auto& c) { --c.user_count; });
    }
}

// The companies and conversations that show the tag's name, with `change` made to them.
template <class Change>
void for_each_showing(world& w, slot tag, time_point now, Change change)
{
    for (slot i = 0; i < w.companies.size(); ++i) {
        if (contains(w.companies.at(i).tags, tag)) {
            w.companies.edit(i, now, change);
        }
    }
    for (slot i = 0; i < w.conversations.size(); ++i) {
        const auto& tags = w.conversations.at(i).tags;
        if (std::any_of(tags.begin(), tags.end(),
                        [tag](const applied_tag& t) { return t.which == tag; })) {
            w.conversations.edit(i, now, change);
        }
    }
}

template <class List>
void unite(List& into, const List& from)
{
    for (const auto& one : from) {
        if (!contains(into, one)) {
            into.insert(into.begin(), one);
        }
    }
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

// Takes a thread's id out of what the threads on the other side link to.
void unlink_all(world& w, const thread& t, time_point now)
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
    unlink_all(w, *before, now);
    w.conversations.edit(which, now, [](conversation& c) { c.alive = life::deleted; });
    w.removed.push_back({"conversations", before->id, "deleted", "", unix_seconds(now)});
    w.tell({"conversation.deleted", record_kind::conversation, which});
}

void end_ticket(world& w, slot which, time_point now)
{
    const auto before = w.tickets.current(which);
    unlink_all(w, *before, now);
    w.tickets.edit(which, now, [](ticket& t) { t.alive = life::deleted; });
    w.removed.push_back({"tickets", before->id, "deleted", "", unix_seconds(now)});
}

} // namespace

std::string contact_topic(const contact& c, std::string_view what)
{
    return (c.is_lead ? "contact.lead." : "contact.user.") + std::string(what);
}

author the_bot()
{
    return {"bot", "278", "Fin", "operator+sandbox@intercom.example"};
}

slot add_contact(world& w, contact c, time_point now)
{
    const slot which = w.contacts.add(std::move(c), now);
    const contact& added = w.contacts.at(which);
    if (added.external_id) {
        w.by_external_id[*added.external_id] = which;
    }
    w.tell({contact_topic(added, "created"), record_kind::contact, which});
    return which;
}

void attach(world& w, slot contact_slot, slot company_slot, time_point now)
{
    w.contacts.edit(contact_slot, now,
                    [&](contact& c) { c.companies.insert(c.companies.begin(), company_slot); });
    w.users_of[company_slot].push_back(contact_slot);
    w.companies.edit(company_slot, now, [](company& c) { ++c.user_count; });
    w.tell({"company.contact.attached", record_kind::company, company_slot, contact_slot});
}

void detach(world& w, slot contact_slot, slot company_slot, time_point now)
{
    w.contacts.edit(contact_slot, now, [&](contact& c) { std::erase(c.companies, company_slot); });
    std::erase(w.users_of[company_slot], contact_slot);
    w.companies.edit(company_slot, now, [](company& c) { --c.user_count; });
    w.tell({"company.contact.detached", record_kind::company, company_slot, contact_slot});
}

void take_away(world& w, slot which, life how, std::optional<slot> into, time_point now)
{
    leave_companies(w, which, now);
    w.contacts.edit(which, now, [&](contact& c) {
        c.alive = how;
        c.merged_into = into;
    });
    const contact& c = w.contacts.at(which);
    if (c.external_id) {
        w.by_external_id.erase(*c.external_id);
    }
    const std::string name = how == life::archived  ? "archived"
                             : how == life::deleted ? "deleted"
                                                    : "merged";
    w.removed.push_back(
        {"contacts", c.id, name, into ? w.contacts.at(*into).id : "", unix_seconds(now)});
    w.tell({"contact." + name, record_kind::contact, into.value_or(which)});
}

void forget_archived(world& w, slot which, time_point now)
{
    w.contacts.edit(which, now, [](contact& c) { c.alive = life::deleted; });
    const std::string id = w.contacts.at(which).id;
    for (removal& r : w.removed) {
        if (r.resource == "contacts" && r.id == id) {
            r.how = "deleted";
            r.at = unix_seconds(now);
        }
    }
    w.tell({"contact.deleted", record_kind::contact, which});
}

void bring_back(world& w, slot which, time_point now)
{
    w.contacts.edit(which, now, [](contact& c) { c.alive = life::live; });
    const contact& c = w.contacts.at(which);
    for (const slot company : c.companies) {
        w.users_of[company].push_back(which);
        w.companies.edit(company, now, [](auto& r) { ++r.user_count; });
    }
    if (c.external_id) {
        w.by_external_id[*c.external_id] = which;
    }
    std::erase_if(w.removed,
                  [&c](const removal& r) { return r.resource == "contacts" && r.id == c.id; });
    w.tell({"contact.unarchive", record_kind::contact, which});
}

void merge_contacts(world& w, slot lead, slot user, time_point now)
{
    const contact old = w.contacts.at(lead);
    take_away(w, lead, life::merged, user, now);
    for (const slot company : old.companies) {
        if (!contains(w.contacts.at(user).companies, company)) {
            attach(w, user, company, now);
        }
    }
    w.contacts.edit(lead, now, [](contact& c) { c.notes.clear(); });
    for (const slot n : old.notes) {
        w.notes[n].contact = user;
    }
    w.contacts.edit(user, now, [&](contact& c) {
        unite(c.tags, old.tags);
        unite(c.notes, old.notes);
        std::sort(c.notes.begin(), c.notes.end(), [&w](slot a, slot b) {
            return w.notes[a].created_at != w.notes[b].created_at
                       ? w.notes[a].created_at > w.notes[b].created_at
                       : a > b;
        });
        c.updated_at = std::max(c.updated_at, unix_seconds(now));
    });
}

void tag_contact(world& w, slot which, slot tag, time_point now)
{
    w.contacts.edit(which, now, [tag](contact& c) { c.tags.insert(c.tags.begin(), tag); });
    w.tell({contact_topic(w.contacts.at(which), "tag.created"), record_kind::contact, which, tag});
}

void untag_contact(world& w, slot which, slot tag, time_point now)
{
    w.contacts.edit(which, now, [tag](contact& c) { std::erase(c.tags, tag); });
    w.tell({contact_topic(w.contacts.at(which), "tag.deleted"), record_kind::contact, which, tag});
}

slot add_company(world& w, company c, time_point now)
{
    const slot which = w.companies.add(std::move(c), now);
    w.users_of.emplace_back();
    w.tell({"company.created", record_kind::company, which});
    return which;
}

void empty_company(world& w, slot which, time_point now)
{
    const std::vector<slot> users = w.users_of[which];
    for (const slot user : users) {
        detach(w, user, which, now);
    }
}

void delete_company(world& w, slot which, time_point now)
{
    empty_company(w, which, now);
    // Those who are archived lose it too, or it would come back with them.
    for (const removal& r : w.removed) {
        const auto archived = r.how == "archived" ? w.contacts.find(r.id) : std::nullopt;
        if (archived && contains(w.contacts.at(*archived).companies, which)) {
            w.contacts.edit(*archived, now, [&](contact& c) { std::erase(c.companies, which); });
        }
    }
    w.companies.edit(which, now, [](company& c) { c.alive = life::deleted; });
    w.removed.push_back({"companies", w.companies.at(which).id, "deleted", "", unix_seconds(now)});
    w.tell({"company.deleted", record_kind::company, which});
}

void rename_tag(world& w, slot tag, std::string name, time_point now)
{
    w.tags[tag].name = std::move(name);
    for_each_showing(w, tag, now, [](auto&) {});
}

void delete_tag(world& w, slot tag, time_point now)
{
    w.tags[tag].exists = false;
    for (slot i = 0; i < w.contacts.size(); ++i) {
        if (contains(w.contacts.at(i).tags, tag)) {
            w.contacts.edit(i, now, [tag](contact& c) { std::erase(c.tags, tag); });
        }
    }
    const auto is_it = [tag](const applied_tag& t) { return t.which == tag; };
    for (slot i = 0; i < w.tickets.size(); ++i) {
        const auto& tags = w.tickets.at(i).tags;
        if (std::any_of(tags.begin(), tags.end(), is_it)) {
            w.tickets.edit(i, now, [&](ticket& t) { std::erase_if(t.tags, is_it); });
        }
    }
    for_each_showing(w, tag, now, [tag](auto& r) {
        std::erase_if(r.tags, [tag](const auto& t) {
            if constexpr (requires { t.which; }) {
                return t.which == tag;
            } else {
                return t == tag;
            }
        });
    });
}

part& append_part(world& w, thread& t, std::string type, author by, time_point now)
{
    part p;
    p.id = w.fresh_number();
    p.type = std::move(type);
    p.by = std::move(by);
    p.created_at = p.updated_at = unix_seconds(now);
    p.details = 1; // nothing rare about it
    t.updated_at = std::max(t.updated_at, p.created_at);
    t.parts.push_back(std::move(p));
    return t.parts.back();
}

namespace {

std::string_view conversation_topic(const part& p)
{
    const bool is_contact = p.by.type == "user" || p.by.type == "lead";
    return p.type == "note"                  ? "conversation.admin.noted"
           : p.type == "assignment"          ? "conversation.admin.assigned"
           : p.type == "assign_and_reopen"   ? "conversation.admin.open.assigned"
           : p.type == "close"               ? "conversation.admin.closed"
           : p.type == "snoozed"             ? "conversation.admin.snoozed"
           : p.type == "timer_unsnooze"      ? "conversation.admin.unsnoozed"
           : p.type == "open" && !is_contact ? "conversation.admin.opened"
           : p.type == "comment" || p.type == "open"
               ? is_contact ? "conversation.user.replied" : "conversation.admin.replied"
           : p.type == "quick_reply"      ? "conversation.admin.replied"
           : p.type == "priority_changed" ? "conversation.priority.updated"
                                          : "";
}

std::string_view ticket_topic(const part& p)
{
    return p.type == "note"         ? "ticket.note.created"
           : p.type == "assignment" ? p.assigned_to && p.assigned_to->first == "team"
                                          ? "ticket.team.assigned"
                                          : "ticket.admin.assigned"
           : p.type == "ticket_state_updated_by_admin"      ? "ticket.state.updated"
           : p.type == "ticket_attribute_updated_by_admin"  ? "ticket.attribute.updated"
           : p.type != "comment" && p.type != "quick_reply" ? ""
           : p.by.type == "user" || p.by.type == "lead"     ? "ticket.contact.replied"
                                                            : "ticket.admin.replied";
}

} // namespace

void tell_of_part(world& w, record_kind of, slot which)
{
    const bool is_ticket = of == record_kind::ticket;
    const thread& t = is_ticket ? static_cast<const thread&>(w.tickets.at(which))
                                : static_cast<const thread&>(w.conversations.at(which));
    const std::string_view topic =
        is_ticket ? ticket_topic(t.parts.back()) : conversation_topic(t.parts.back());
    if (!topic.empty()) {
        w.tell({std::string(topic), of, which});
    }
}

void link(world& w, slot conversation_slot, slot ticket_slot, time_point now)
{
    const std::string conversation_id = w.conversations.at(conversation_slot).id;
    const std::string ticket_id = w.tickets.at(ticket_slot).id;
    w.conversations.edit(conversation_slot, now,
                         [&](conversation& c) { c.linked.emplace_back("ticket", ticket_id); });
    w.tickets.edit(ticket_slot, now,
                   [&](ticket& t) { t.linked.emplace_back("conversation", conversation_id); });
}

void unlink(world& w, slot conversation_slot, slot ticket_slot, time_point now)
{
    const std::string conversation_id = w.conversations.at(conversation_slot).id;
    const std::string ticket_id = w.tickets.at(ticket_slot).id;
    w.conversations.edit(conversation_slot, now, [&](conversation& c) {
        std::erase_if(c.linked, [&](const auto& one) { return one.second == ticket_id; });
    });
    w.tickets.edit(ticket_slot, now, [&](ticket& t) {
        std::erase_if(t.linked, [&](const auto& one) { return one.second == conversation_id; });
    });
}

void delete_thread(world& w, std::optional<slot> conversation_slot, std::optional<slot> ticket_slot,
                   time_point now)
{
    if (!ticket_slot && conversation_slot) {
        ticket_slot = w.conversations.at(*conversation_slot).ticket;
    }
    const auto twin =
        ticket_slot ? w.conversations.find(w.tickets.at(*ticket_slot).id) : conversation_slot;
    if (twin && w.conversations.at(*twin).alive == life::live) {
        end_conversation(w, *twin, now);
    }
    if (ticket_slot && w.tickets.at(*ticket_slot).alive == life::live) {
        end_ticket(w, *ticket_slot, now);
    }
}

void touch_threads_of(world& w, slot contact, time_point now)
{
    touch(w.conversations, contact, now);
    touch(w.tickets, contact, now);
}

void touch_tickets_of_type(world& w, slot type, time_point now)
{
    for (slot i = 0; i < w.tickets.size(); ++i) {
        if (w.tickets.at(i).type == type) {
            w.tickets.edit(i, now, [](ticket&) {});
        }
    }
}

} // namespace intercom_sandbox
