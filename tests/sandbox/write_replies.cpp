#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// What is said in conversations and tickets, and what is done with conversations: state,
// assignment, participants, tags.
namespace intercom_sandbox {
namespace {

bool is_admins(const fields& body)
{
    return *body.choice("type", {"admin", "user"}) == "admin";
}

} // namespace

std::optional<slot> write_api::find_by_email(const std::string& email) const
{
    std::optional<slot> lead;
    for (slot i = 0; i < world_.contacts.size(); ++i) {
        const contact& r = world_.contacts.at(i);
        if (r.alive == life::live && lower_case(r.email) == email) {
            if (!r.is_lead) {
                return i;
            }
            lead = lead.value_or(i);
        }
    }
    return lead;
}

slot write_api::replying_contact(const call& c, const fields& body) const
{
    if (const auto id = body.id("intercom_user_id")) {
        return find_contact(world_, *id, c.version);
    }
    if (const auto external_id = body.id("user_id")) {
        const auto found = world_.by_external_id.find(*external_id);
        if (found != world_.by_external_id.end()) {
            return found->second;
        }
        throw refusal{404, "not_found", "User Not Found"};
    }
    const auto email = body.text("email");
    if (!email) {
        throw refusal{400, "parameter_not_found",
                      "one of intercom_user_id, user_id or email is required"};
    }
    const auto found = find_by_email(lower_case(trimmed(*email)));
    if (!found) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    return *found;
}

write_api::spoken write_api::read_reply(const call& c, bool is_ticket)
{
    std::string known = "message_type type body admin_id intercom_user_id user_id email "
                        "attachment_urls created_at reply_options";
    known += is_ticket ? " cross_post" : "";
    known += !is_ticket || c.version >= 216 ? " attachment_files" : "";
    known += c.version >= (is_ticket ? 213U : 215U) ? " skip_notifications" : "";
    known += !is_ticket && c.version == preview ? " skip_unsnooze" : "";
    const fields body(c.asked.body, known);
    body.require({"message_type", "type"});
    spoken said;
    said.by_admin = is_admins(body);
    const bool knows_quick_replies = is_ticket || c.version >= 213;
    said.type = !said.by_admin ? *body.choice("message_type", {"comment"})
                : knows_quick_replies
                    ? *body.choice("message_type", {"comment", "note", "quick_reply"})
                    : *body.choice("message_type", {"comment", "note"});
    if (said.type == "quick_reply") {
        body.require({"reply_options"});
        const auto options = body.objects("reply_options", "text uuid");
        for (const auto& one : *options) {
            one.require({"text", "uuid"});
        }
    } else {
        body.require({"body"});
        said.body = as_html(*body.text("body"));
        if (said.body->empty()) {
            throw refusal{400, "parameter_invalid", "Body is required"};
        }
    }
    // Up to 2.10 only an admin's reply to a conversation could be dated.
    if (body.has("created_at") && (is_ticket || !said.by_admin) && c.version < 211) {
        throw refusal{400, "bad_request", "bad 'created_at' parameter"};
    }
    said.attachments = count_attachments(body);
    said.created_at = creation_time(c, body);
    said.wakes = !body.boolean("skip_unsnooze").value_or(false);
    said.is_cross_posted = body.boolean("cross_post").value_or(false);
    std::ignore = body.boolean("skip_notifications");
    if (said.by_admin) {
        body.require({"admin_id"});
        said.by = author_of(
            world_.admins[admin_named(*body.id("admin_id"), "not_found", "Resource Not Found")]);
    } else {
        said.who = replying_contact(c, body);
        said.by = author_of(world_.contacts.at(said.who));
    }
    return said;
}

part& write_api::say(thread& in, const spoken& said, std::string type, time_point now)
{
    part& p = append_part(world_, in, std::move(type), said.by, now);
    p.body = said.body;
    p.attachments = said.attachments;
    p.created_at = p.updated_at = said.created_at;
    p.by_api = true;
    return p;
}

response write_api::reply_to_conversation(const call& c)
{
    const spoken said = read_reply(c, false);
    slot which = 0;
    if (c.ids.front() == "last" && !said.by_admin) {
        std::optional<slot> last;
        for (slot i = 0; i < world_.conversations.size(); ++i) {
            const conversation& r = world_.conversations.at(i);
            if (r.alive == life::live && contains(r.contacts, said.who) &&
                (!last || r.updated_at >= world_.conversations.at(*last).updated_at)) {
                last = i;
            }
        }
        if (!last) {
            throw refusal{404, "not_found", "Resource Not Found"};
        }
        which = *last;
    } else {
        which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    }
    if (!said.by_admin && !contains(world_.conversations.at(which).contacts, said.who)) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    world_.conversations.edit(which, c.now, [&](conversation& r) {
        // What a contact says opens what was closed; what anybody says wakes what was asleep.
        const bool reopens = !said.by_admin && r.state != "open";
        if (reopens || (r.state == "snoozed" && said.wakes)) {
            r.state = "open";
            r.open = true;
            r.snoozed_until.reset();
        }
        if (!said.by_admin) {
            r.read = false;
            r.waiting_since = r.waiting_since ? r.waiting_since : unix_seconds(c.now);
        } else if (said.type != "note") {
            r.waiting_since.reset();
        }
        part& p = say(r, said, reopens ? "open" : said.type, c.now);
        p.state = r.state;
    });
    tell_of_part(world_, record_kind::conversation, which);
    const conversation& r = world_.conversations.at(which);
    note("conversations", r.id, "replied", {r.parts.back().id});
    return conversation_answer(c, which);
}

response write_api::manage_conversation(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const fields body(c.asked.body, "message_type type admin_id body snoozed_until assignee_id");
    body.require({"message_type", "admin_id"});
    const std::string action =
        *body.choice("message_type", {"close", "snoozed", "open", "assignment"});
    const author by = author_of(
        world_.admins[admin_named(*body.id("admin_id"), "not_found", "Resource Not Found")]);
    const auto text = body.nullable_text("body").value_or(std::nullopt);
    const conversation& before = world_.conversations.at(which);
    const auto carry_out = [&](const std::string& type, auto&& change) {
        world_.conversations.edit(which, c.now, [&](conversation& r) {
            part& p = append_part(world_, r, type, by, c.now);
            p.body = text ? std::optional(as_html(*text)) : std::nullopt;
            p.by_api = true;
            change(r, p);
            r.open = r.state != "closed";
            p.state = r.state;
        });
        tell_of_part(world_, record_kind::conversation, which);
    };
    std::vector<std::string> changed;
    if (action == "assignment") {
        const auto target = read_assignee(body);
        const auto& current = target.is_team ? before.team_assignee : before.admin_assignee;
        if (current != target.who || text) {
            changed = {target.is_team ? "team_assignee_id" : "admin_assignee_id"};
            const bool reopens = before.state == "closed" && target.who;
            carry_out(reopens ? "assign_and_reopen" : "assignment", [&](conversation& r, part& p) {
                (target.is_team ? r.team_assignee : r.admin_assignee) = target.who;
                if (target.who) {
                    p.assigned_to = target.is_team
                                        ? std::pair("team", world_.teams[*target.who].id)
                                        : std::pair("admin", world_.admins[*target.who].id);
                }
                r.state = reopens ? "open" : r.state;
            });
        }
    } else if (action == "snoozed") {
        body.require({"snoozed_until"});
        const seconds until = *body.time("snoozed_until");
        if (until <= unix_seconds(c.now)) {
            throw refusal{400, "parameter_invalid", "snoozed_until must lie in the future"};
        }
        changed = {"state", "snoozed_until"};
        carry_out("snoozed", [&](conversation& r, part&) {
            r.state = "snoozed";
            r.snoozed_until = until;
        });
        wake_at(which, until);
    } else {
        if (action == "close") {
            body.require({"type"});
            std::ignore = body.choice("type", {"admin"});
        }
        const std::string state = action == "close" ? "closed" : "open";
        if (before.state != state || text) {
            changed = {"state"};
            carry_out(action, [&](conversation& r, part&) {
                r.state = state;
                r.snoozed_until.reset();
            });
        }
    }
    note("conversations", c.ids.front(), "updated", changed);
    return conversation_answer(c, which);
}

write_api::assignee write_api::read_assignee(const fields& body) const
{
    body.require({"type", "assignee_id"});
    assignee target;
    target.is_team = *body.choice("type", {"admin", "team"}) == "team";
    const std::string id = *body.id("assignee_id");
    if (id != "0") {
        target.who = target.is_team ? team_named(id, "assignee_not_found", "Assignee not found")
                                    : admin_named(id, "assignee_not_found", "Assignee not found");
    }
    return target;
}

void write_api::wake_at(slot which, seconds when)
{
    later_.at(time_point(std::chrono::seconds(when)), [this, which, when](time_point then) {
        const conversation& r = world_.conversations.at(which);
        if (r.alive != life::live || r.state != "snoozed" || r.snoozed_until != when) {
            return;
        }
        world_.conversations.edit(which, then, [&](conversation& awake) {
            awake.state = "open";
            awake.snoozed_until.reset();
            part& p = append_part(world_, awake, "timer_unsnooze", the_bot(), then);
            p.state = "open";
        });
        tell_of_part(world_, record_kind::conversation, which);
    });
}

std::string write_api::customers_of(const conversation& r) const
{
    elements all;
    for (const slot who : r.contacts) {
        const contact& one = world_.contacts.at(who);
        all.add(members().text("type", one.is_lead ? "lead" : "user").text("id", one.id).object());
    }
    return members().raw("customers", all.array()).object();
}

// Whoever has an address nobody has becomes a lead.
response write_api::attach_customer(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const fields body(c.asked.body, "admin_id customer");
    body.require({"customer"});
    const fields customer = *body.object("customer", "intercom_user_id user_id email customer");
    if (const auto admin = body.id("admin_id")) {
        std::ignore = admin_named(*admin, "not_found", "Resource Not Found");
    }
    const auto email = customer.text("email");
    const bool is_named = customer.has("intercom_user_id") || customer.has("user_id");
    const bool is_unknown = !is_named && email && !find_by_email(lower_case(trimmed(*email)));
    slot who = 0;
    if (is_unknown) {
        contact lead = blank_contact(true, c.now);
        lead.email = lower_case(trimmed(*email));
        who = make_contact(std::move(lead), c.now);
    } else {
        who = replying_contact(c, customer);
    }
    if (!contains(world_.conversations.at(which).contacts, who)) {
        world_.conversations.edit(which, c.now,
                                  [&](conversation& r) { r.contacts.push_back(who); });
        world_.tell({"conversation.contact.attached", record_kind::conversation, which, who});
    }
    note("conversations", c.ids.front(), "attached", {"contacts." + world_.contacts.at(who).id});
    return json_response(200, customers_of(world_.conversations.at(which)));
}

response write_api::detach_customer(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const fields body(c.asked.body, "admin_id customer");
    body.require({"admin_id"});
    std::ignore = admin_named(*body.id("admin_id"), "not_found", "Resource Not Found");
    const auto who = world_.contacts.find(c.ids[1]);
    const conversation& before = world_.conversations.at(which);
    if (!who || !contains(before.contacts, *who)) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    if (before.contacts.size() == 1) {
        throw refusal{422, "parameter_invalid", "Removing the last customer is not allowed"};
    }
    world_.conversations.edit(which, c.now, [&](conversation& r) { std::erase(r.contacts, *who); });
    world_.tell({"conversation.contact.detached", record_kind::conversation, which, *who});
    note("conversations", c.ids.front(), "detached", {"contacts." + c.ids[1]});
    return json_response(200, customers_of(world_.conversations.at(which)));
}

namespace {

bool has_tag(const std::vector<applied_tag>& tags, slot tag)
{
    return std::any_of(tags.begin(), tags.end(),
                       [tag](const applied_tag& one) { return one.which == tag; });
}

} // namespace

template <class Record>
response write_api::tag_thread(const call& c, shelf<Record>& all, slot which,
                               std::string_view resource)
{
    const fields body(c.asked.body, "id admin_id");
    body.require({"id", "admin_id"});
    const slot by = admin_named(*body.id("admin_id"), "admin_not_found", "Admin not found");
    const slot tag = tag_named(*body.id("id"), "tag_not_found", "Tag not found");
    const bool is_new = !has_tag(all.at(which).tags, tag);
    if (is_new) {
        all.edit(which, c.now,
                 [&](Record& r) { r.tags.push_back({tag, unix_seconds(c.now), by}); });
    }
    note(std::string(resource), c.ids.front(), "attached",
         is_new ? std::vector{"tags." + world_.tags[tag].id} : std::vector<std::string>{});
    return json_response(200, tag_answer(tag, unix_seconds(c.now), by));
}

template <class Record>
response write_api::untag_thread(const call& c, shelf<Record>& all, slot which,
                                 std::string_view resource)
{
    const fields body(c.asked.body, "admin_id");
    body.require({"admin_id"});
    const slot by = admin_named(*body.id("admin_id"), "admin_not_found", "Admin not found");
    const slot tag = tag_named(c.ids[1], "tag_not_found", "Tag not found");
    if (!has_tag(all.at(which).tags, tag)) {
        throw refusal{404, "tag_not_found", "Tag not found"};
    }
    all.edit(which, c.now, [&](Record& r) {
        std::erase_if(r.tags, [tag](const applied_tag& one) { return one.which == tag; });
    });
    note(std::string(resource), c.ids.front(), "detached", {"tags." + world_.tags[tag].id});
    return json_response(200, tag_answer(tag, unix_seconds(c.now), by));
}

response write_api::tag_conversation(const call& c)
{
    return tag_thread(c, world_.conversations,
                      conversation_named(c.ids.front(), "not_found", "Conversation not found"),
                      "conversations");
}

response write_api::untag_conversation(const call& c)
{
    return untag_thread(c, world_.conversations,
                        conversation_named(c.ids.front(), "not_found", "Conversation not found"),
                        "conversations");
}

response write_api::tag_ticket(const call& c)
{
    return tag_thread(c, world_.tickets, ticket_of(c), "tickets");
}

response write_api::untag_ticket(const call& c)
{
    return untag_thread(c, world_.tickets, ticket_of(c), "tickets");
}

} // namespace intercom_sandbox
