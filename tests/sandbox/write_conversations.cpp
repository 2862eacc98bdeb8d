#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Conversations as a whole. What is said in them, and what is done with them, is in
// write_replies.cpp.
namespace intercom_sandbox {
slot write_api::conversation_named(const std::string& id, std::string_view code,
                                   std::string_view message) const
{
    const auto which = world_.conversations.find(id);
    if (!which || world_.conversations.at(*which).alive != life::live) {
        throw refusal{404, std::string(code), std::string(message)};
    }
    return *which;
}

response write_api::conversation_answer(const call& c, slot which) const
{
    return json_response(200, c.show.with_parts(world_.conversations.at(which)));
}

seconds write_api::creation_time(const call& c, const fields& body)
{
    const auto given = body.time("created_at");
    if (given && *given > unix_seconds(c.now)) {
        throw refusal{400, "parameter_invalid", "created_at lies in the future"};
    }
    return given.value_or(unix_seconds(c.now));
}

unsigned write_api::count_attachments(const fields& body)
{
    constexpr std::size_t most = 10;
    const auto urls = body.texts("attachment_urls");
    const auto files = body.objects("attachment_files", "content_type data name");
    const std::size_t count = (urls ? urls->size() : 0) + (files ? files->size() : 0);
    if (count > most) {
        throw refusal{400, "parameter_invalid", "no more than 10 attachments are allowed"};
    }
    return static_cast<unsigned>(count);
}

slot write_api::start_conversation(slot who, author by, std::string html, seconds created_at,
                                   time_point now)
{
    conversation fresh;
    fresh.id = world_.fresh_number();
    fresh.details = 0; // even, as of all conversations, and nothing rare about it
    fresh.created_at = created_at;
    fresh.updated_at = created_at;
    fresh.contacts = {who};
    fresh.source_type = "conversation";
    fresh.source_id = world_.fresh_number();
    const bool is_customer = by.type != "admin";
    fresh.delivered_as = is_customer ? "customer_initiated" : "admin_initiated";
    fresh.body = std::move(html);
    fresh.by = std::move(by);
    fresh.waiting_since = is_customer ? std::optional(created_at) : std::nullopt;
    const slot which = world_.conversations.add(std::move(fresh), now);
    world_.tell({is_customer ? "conversation.user.created" : "conversation.admin.single.created",
                 record_kind::conversation, which});
    note("conversations", world_.conversations.at(which).id, "created");
    return which;
}

response write_api::create_conversation(const call& c)
{
    std::string known = "from body subject attachment_urls";
    known += c.version >= 211 ? " created_at" : "";
    known += c.version >= 216 ? " brand_id" : "";
    const fields body(c.asked.body, known);
    body.require({"from", "body"});
    const fields from = *body.object("from", "type id");
    from.require({"type", "id"});
    const auto type = from.choice("type", {"user", "lead", "contact"});
    const std::string text = trimmed(*body.text("body"));
    const auto subject = body.text("subject");
    const unsigned attachments = count_attachments(body);
    const seconds created_at = creation_time(c, body);
    std::ignore = body.id("brand_id");
    if (text.empty()) {
        throw refusal{400, "parameter_invalid", "Body is required"};
    }
    const auto visitor = type == "contact" ? visitor_named(*from.text("id")) : std::nullopt;
    const slot who = visitor ? convert_visitor_to(*visitor, blank_contact(true, c.now), c.now)
                             : find_contact(world_, *from.text("id"), c.version);
    const contact& sender = world_.contacts.at(who);
    if (type != "contact" && (type == "lead") != sender.is_lead) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    const slot which = start_conversation(who, author_of(sender), as_html(text), created_at, c.now);
    world_.conversations.edit(which, c.now, [&](conversation& r) {
        r.subject = subject.value_or("");
        r.attachments = attachments;
    });
    const conversation& r = world_.conversations.at(which);
    return json_response(200, members()
                                  .text("type", "user_message")
                                  .text("id", r.source_id)
                                  .number("created_at", r.created_at)
                                  .text("body", text)
                                  .text("message_type", "inapp")
                                  .text("conversation_id", r.id)
                                  .object());
}

// A contact that is not in the index yet cannot be written to.
response write_api::send_message(const call& c)
{
    std::string known = "from to message_type subject body template "
                        "create_conversation_without_contact_reply";
    known += c.version >= 211 ? " created_at" : "";
    known += c.version >= 214 ? " cc bcc" : "";
    const fields body(c.asked.body, known);
    body.require({"from", "to", "message_type"});
    const fields from = *body.object("from", "type id");
    from.require({"type", "id"});
    std::ignore = from.choice("type", {"admin"});
    const auto kind = body.choice("message_type", {"in_app", "inapp", "email"});
    const bool is_email = kind == "email";
    if (!body.has("body") || body.is_null("body") || trimmed(*body.text("body")).empty()) {
        throw refusal{400, "parameter_invalid", "Body is required"};
    }
    const auto subject = body.text("subject");
    if (is_email && trimmed(subject.value_or("")).empty()) {
        throw refusal{422, "parameter_not_found", "No subject supplied for email message"};
    }
    if (is_email) {
        body.require({"template"});
    }
    std::ignore = body.choice("template", {"plain", "personal"});
    const slot by = admin_named(*from.id("id"), "not_found", "Resource Not Found");
    std::optional<slot> first;
    for (const std::string_view member : {"to", "cc", "bcc"}) {
        if (!body.has(member)) {
            continue;
        }
        const auto people = body.is_list(member) && c.version >= 214
                                ? *body.objects(member, "type id")
                                : std::vector{*body.object(member, "type id")};
        for (const auto& one : people) {
            one.require({"type", "id"});
            std::ignore = one.choice("type", {"user", "lead"});
            const slot who = find_contact(world_, *one.id("id"), c.version);
            if (!world_.contacts.indexed(who)) {
                throw refusal{404, "not_found", "User Not Found"};
            }
            first = first.value_or(who);
        }
    }
    if (!first) {
        throw refusal{400, "parameter_not_found", "to is a required parameter"};
    }
    const seconds created_at = creation_time(c, body);
    const bool opens = body.boolean("create_conversation_without_contact_reply").value_or(false);

    members answer;
    answer.text("type", "admin_message").text("id", world_.fresh_number());
    answer.number("created_at", created_at);
    if (subject) {
        answer.text("subject", *subject);
    }
    answer.text("body", *body.text("body")).text("message_type", is_email ? "email" : "inapp");
    const admin& sender = world_.admins[by];
    if (opens) {
        const slot which = start_conversation(*first, author_of(sender),
                                              as_html(*body.text("body")), created_at, c.now);
        answer.text("conversation_id", world_.conversations.at(which).id);
    } else {
        note("messages", world_.contacts.at(*first).id, "sent");
    }
    answer.raw("owner", members()
                            .text("type", "admin")
                            .text("id", sender.id)
                            .text("name", sender.name)
                            .text("email", sender.email)
                            .boolean("away_mode_enabled", sender.is_away)
                            .boolean("away_mode_reassign", sender.reassigns)
                            .object());
    return json_response(200, answer.object());
}

std::optional<std::optional<slot>> write_api::read_company_id(const fields& body,
                                                              const thread& of) const
{
    const auto id = body.nullable_id("company_id");
    std::optional<std::optional<slot>> company;
    if (!id) {
        return company;
    }
    company.emplace();
    if (!*id) {
        return company;
    }
    const slot which = company_named(**id);
    const bool is_theirs = std::any_of(of.contacts.begin(), of.contacts.end(), [&](slot who) {
        return contains(world_.contacts.at(who).companies, which);
    });
    if (!is_theirs) {
        throw refusal{400, "parameter_invalid", "none of the contacts belongs to the company"};
    }
    company->emplace(which);
    return company;
}

response write_api::update_conversation(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    std::string known = "read custom_attributes";
    known += c.version >= 213 ? " title" : "";
    known += c.version >= 214 ? " company_id" : "";
    known += c.version == preview ? " priority admin_id" : "";
    const fields body(c.asked.body, known);
    patch<conversation> silent;
    silent.set("read", &conversation::read, body.boolean("read"));
    if (const auto title = body.nullable_text("title")) {
        silent.put("title", &conversation::title, *title);
    }
    silent.set("company_id", &conversation::company,
               read_company_id(body, world_.conversations.at(which)));
    const auto attributes = read_attributes(world_, body, "custom_attributes", "conversation");
    const auto priority = body.choice("priority", {"none", "low", "medium", "high", "urgent"});
    const auto admin = body.id("admin_id");
    const author by =
        admin ? author_of(world_.admins[admin_named(*admin, "not_found", "Resource Not Found")])
              : the_bot();

    std::vector<std::string> changed;
    const conversation before = world_.conversations.at(which);
    const bool changes_priority = priority && *priority != before.priority;
    world_.conversations.edit(which, c.now, [&](conversation& r) {
        const auto add_part = [&](const char* type, const author& who) {
            part& p = append_part(world_, r, type, who, c.now);
            p.state = r.state;
            p.by_api = true;
        };
        changed = silent.apply(r);
        for (const auto& one : attributes) {
            if (apply(r.custom, one)) {
                changed.push_back("custom_attributes." + one.name);
                add_part("conversation_attribute_updated_by_admin", the_bot());
            }
        }
        if (changes_priority) {
            r.priority = *priority;
            r.has_priority = *priority != "none";
            changed.emplace_back("priority");
            add_part("priority_changed", by);
        }
    });
    if (before.read != world_.conversations.at(which).read && !before.read) {
        world_.tell({"conversation.read", record_kind::conversation, which});
    }
    if (changes_priority) {
        world_.tell({"conversation.priority.updated", record_kind::conversation, which});
    }
    note("conversations", before.id, "updated", changed);
    return conversation_answer(c, which);
}

response write_api::delete_conversation(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const auto retains = c.target.parameter("retain_metrics");
    if (retains && (c.version < 216 || (*retains != "true" && *retains != "false"))) {
        throw refusal{400, "parameter_invalid", "retain_metrics must be true or false"};
    }
    delete_thread(world_, which, std::nullopt, c.now);
    note("conversations", c.ids.front(), "deleted");
    return json_response(200, members()
                                  .text("id", c.ids.front())
                                  .text("object", "conversation")
                                  .boolean("deleted", true)
                                  .object());
}

response write_api::redact_conversation(const call& c)
{
    const fields body(c.asked.body, "type conversation_id conversation_part_id source_id");
    body.require({"type", "conversation_id"});
    const bool is_source = *body.choice("type", {"conversation_part", "source"}) == "source";
    body.require({is_source ? "source_id" : "conversation_part_id"});
    const refusal missing{404, "conversation_part_or_message_not_found",
                          "Conversation part or message not found"};
    const refusal fixed{400, "conversation_part_not_redactable",
                        "This part or message cannot be redacted"};
    const slot which =
        conversation_named(*body.id("conversation_id"), missing.code, missing.message);
    const conversation& before = world_.conversations.at(which);
    const std::string id = *body.id(is_source ? "source_id" : "conversation_part_id");
    const auto found = std::find_if(before.parts.begin(), before.parts.end(),
                                    [&id](const part& p) { return p.id == id; });
    if (is_source ? id != before.source_id : found == before.parts.end()) {
        throw refusal(missing);
    }
    const bool is_by_contact = before.by.type == "user" || before.by.type == "lead";
    if (is_source ? !is_by_contact || before.source_redacted : !found->body) {
        throw refusal(fixed);
    }
    const auto index = found - before.parts.begin();
    world_.conversations.edit(which, c.now, [&](conversation& r) {
        if (is_source) {
            r.source_redacted = true;
        } else {
            part& p = r.parts[static_cast<std::size_t>(index)];
            p.redacted = true;
            p.body.reset();
            p.attachments = 0;
            p.updated_at = unix_seconds(c.now);
        }
        r.updated_at = std::max(r.updated_at, unix_seconds(c.now));
    });
    world_.tell({"conversation_part.redacted", record_kind::conversation, which});
    note("conversations", world_.conversations.at(which).id, "redacted", {id});
    return conversation_answer(c, which);
}

// The secondary conversation is closed and linked to the primary one, which goes on.
response write_api::merge_conversation(const call& c)
{
    const slot from = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const fields body(c.asked.body, "merge_into_conversation_id");
    if (!body.has("merge_into_conversation_id") || body.is_null("merge_into_conversation_id")) {
        throw refusal{400, "parameter_invalid",
                      "merge_into_conversation_id must be a valid integer conversation ID"};
    }
    const auto id = std::to_string(*body.integer("merge_into_conversation_id"));
    const auto into = world_.conversations.find(id);
    if (!into || world_.conversations.at(*into).alive != life::live) {
        throw refusal{422, "merge_failed", "Primary conversation not found"};
    }
    if (*into == from) {
        throw refusal{422, "merge_failed", "Cannot merge a conversation into itself"};
    }
    if (world_.conversations.at(from).is_merged) {
        throw refusal{422, "merge_failed", "Secondary conversation has already been merged"};
    }
    const std::string secondary = world_.conversations.at(from).id;
    world_.conversations.edit(from, c.now, [&](conversation& r) {
        r.is_merged = true;
        r.state = "closed";
        r.open = false;
        r.snoozed_until.reset();
        r.linked.emplace_back("conversation", id);
        part& p = append_part(world_, r, "close", the_bot(), c.now);
        p.state = r.state;
        p.by_api = true;
    });
    world_.conversations.edit(*into, c.now, [&](conversation& r) {
        r.linked.emplace_back("conversation", secondary);
        part& p = append_part(world_, r, "merged_primary_conversation", the_bot(), c.now);
        p.state = r.state;
        p.by_api = true;
    });
    tell_of_part(world_, record_kind::conversation, from);
    note("conversations", secondary, "merged");
    note("conversations", id, "updated");
    return conversation_answer(c, *into);
}

// The rules of this workspace: everything goes to the first team there is.
response write_api::run_assignment_rules(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    slot team = 0;
    while (team < world_.teams.size() && !world_.teams[team].exists) {
        ++team;
    }
    if (team < world_.teams.size()) {
        world_.conversations.edit(which, c.now, [&](conversation& r) {
            r.team_assignee = team;
            part& p = append_part(world_, r, "default_assignment", the_bot(), c.now);
            p.assigned_to = {"team", world_.teams[team].id};
            p.state = r.state;
            p.by_api = true;
        });
        tell_of_part(world_, record_kind::conversation, which);
    }
    note("conversations", c.ids.front(), "updated", {"team_assignee_id"});
    return conversation_answer(c, which);
}

} // namespace intercom_sandbox
