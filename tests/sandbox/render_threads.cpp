#include "tests/sandbox/render.hpp"

#include <algorithm>
#include <string_view>

// Conversations and tickets with their parts.
namespace intercom_sandbox {
namespace {

constexpr std::size_t parts_shown_max = 500;

std::string author_object(const author& by, const json_style& style)
{
    members m(style);
    m.text("type", by.type);
    by.type == "admin" || by.type == "bot" ? m.id("id", by.id) : m.text("id", by.id);
    m.text("name", by.name).text("email", by.email);
    return m.object();
}

std::string attachment_array(unsigned count, const std::string& of, std::uint64_t signature)
{
    elements list;
    for (unsigned i = 0; i < count; ++i) {
        const std::string name = "file " + std::to_string(i) + ".png";
        list.add(members()
                     .text("type", "upload")
                     .text("name", name)
                     .text("url", "https://downloads.example/" + of + "/" + std::to_string(i) +
                                      "?expires=1700000000&signature=" + std::to_string(signature))
                     .text("content_type", "image/png")
                     .number("filesize", 1024 + static_cast<int>(i))
                     .number("width", 640)
                     .number("height", 480)
                     .object());
    }
    return list.array();
}

std::string linked_list(const thread& t)
{
    elements data;
    for (const auto& [type, id] : t.linked) {
        members m;
        m.text("type", type).text("id", id);
        type == "ticket" ? m.text("category", "Back-office") : m.null("category");
        data.add(m.object());
    }
    return members()
        .text("type", "list")
        .raw("data", data.array())
        .number("total_count", static_cast<std::int64_t>(t.linked.size()))
        .boolean("has_more", false)
        .object();
}

std::string custom_members(const attribute_values& values, const json_style& style)
{
    members m(style);
    for (const auto& [name, json] : values) {
        m.raw(name, json);
    }
    return m.object();
}

} // namespace

std::string renderer::of(const conversation& r) const
{
    return kept(r, [&] { return write(r); });
}

std::string renderer::of(const ticket& r) const
{
    return kept(r, [&] { return write(r); });
}

std::string renderer::with_parts(const conversation& r) const
{
    return with_member(of(r), "conversation_parts", parts_of(r, false));
}

std::string renderer::contact_list(const thread& t, const json_style& style) const
{
    elements contacts;
    for (const slot which : t.contacts) {
        const contact& c = world_.contacts.at(which);
        contacts.add(members(style)
                         .text("type", "contact")
                         .text("id", c.id)
                         .text("external_id", c.external_id)
                         .object());
    }
    return members(style).text("type", "contact.list").raw("contacts", contacts.array()).object();
}

std::string renderer::write(const part& p, bool is_ticket) const
{
    const json_style style = style_of(p.id, 0);
    members m(style);
    m.text("type", is_ticket ? "ticket_part" : "conversation_part").id("id", p.id);
    m.text("part_type", p.type).text("body", p.body);
    m.number("created_at", p.created_at).number("updated_at", p.updated_at);
    m.raw("author", author_object(p.by, style));
    m.raw("attachments", attachment_array(p.attachments, p.id, p.details));
    m.boolean("redacted", p.redacted);
    if (p.assigned_to) {
        m.raw("assigned_to", members(style)
                                 .text("type", p.assigned_to->first)
                                 .id("id", p.assigned_to->second)
                                 .object());
    } else {
        m.null("assigned_to");
    }
    p.details % 20 == 0 ? m.text("external_id", "part-" + p.id) : m.null("external_id");
    if (is_ticket) {
        m.text("ticket_state", p.state).text("previous_ticket_state", p.previous_state);
    } else {
        m.number("notified_at", p.created_at);
    }
    if (version_ >= 213) {
        p.by_api || p.details % 15 == 0 ? m.text("app_package_code", "test-integration")
                                        : m.null("app_package_code");
    }
    if (version_ >= 213 && !is_ticket) {
        m.text("state", p.state).raw("tags", "[]").null("email_message_metadata");
        p.type.starts_with("conversation_attribute")
            ? m.raw("event_details", R"({"attribute":{"name":"Issue type"},"value":{"name":"x"}})")
            : m.null("event_details");
    }
    if (style.has_extras) {
        m.raw("x_part", R"(["?",{"deep":{"er":{}}}])");
    }
    return m.object();
}

std::string renderer::parts_of(const thread& t, bool is_ticket) const
{
    elements shown;
    const std::size_t first = t.parts.size() - std::min(t.parts.size(), parts_shown_max);
    for (std::size_t i = first; i < t.parts.size(); ++i) {
        shown.add(write(t.parts[i], is_ticket));
    }
    return members()
        .text("type", is_ticket ? "ticket_part.list" : "conversation_part.list")
        .raw(is_ticket ? "ticket_parts" : "conversation_parts", shown.array())
        .number("total_count", static_cast<std::int64_t>(shown.count()))
        .object();
}

std::string renderer::statistics(const conversation& r) const
{
    members m(style_of(r.source_id, 0));
    m.text("type", "conversation_statistics");
    std::optional<seconds> first_admin, last_admin, first_contact, last_contact, assigned, closed;
    std::int64_t reopens = 0;
    std::int64_t assignments = 0;
    for (const part& p : r.parts) {
        if (p.type == "comment") {
            auto& first = p.by.type == "admin" ? first_admin : first_contact;
            first = first.value_or(p.created_at);
            (p.by.type == "admin" ? last_admin : last_contact) = p.created_at;
        }
        if (p.type == "assignment") {
            assigned = assigned.value_or(p.created_at);
            ++assignments;
        }
        closed = p.type == "close" ? std::optional(p.created_at) : closed;
        reopens += p.type == "open" ? 1 : 0;
    }
    const auto since = [&r](std::optional<seconds> at) {
        return at ? std::optional<std::int64_t>(*at - r.created_at) : std::nullopt;
    };
    m.number("time_to_assignment", since(assigned))
        .number("time_to_admin_reply", since(first_admin));
    m.number("time_to_first_close", since(closed)).number("time_to_last_close", since(closed));
    m.null("median_time_to_reply");
    m.number("first_contact_reply_at", first_contact).number("first_assignment_at", assigned);
    m.number("first_admin_reply_at", first_admin).number("first_close_at", closed);
    m.number("last_assignment_at", assigned).null("last_assignment_admin_reply_at");
    m.number("last_contact_reply_at", last_contact).number("last_admin_reply_at", last_admin);
    m.number("last_close_at", closed);
    closed ? m.id("last_closed_by_id", world_.admins.front().id) : m.null("last_closed_by_id");
    m.number("count_reopens", reopens).number("count_assignments", assignments);
    m.number("count_conversation_parts", static_cast<std::int64_t>(r.parts.size()));
    return m.object();
}

std::string renderer::write(const conversation& r) const
{
    const json_style style = style_of(r.id, r.version);
    members m(style);
    m.text("type", "conversation").text("id", r.id).text("title", r.title);
    m.number("created_at", r.created_at).number("updated_at", r.updated_at);
    m.number("waiting_since", r.waiting_since).number("snoozed_until", r.snoozed_until);
    m.raw("source", members(style)
                        .text("type", r.source_type)
                        .id("id", r.source_id)
                        .text("delivered_as", r.delivered_as)
                        .text("subject", r.subject)
                        .text("body", r.source_redacted ? "" : r.body)
                        .raw("author", author_object(r.by, style))
                        .raw("attachments", attachment_array(r.source_redacted ? 0 : r.attachments,
                                                             r.id, r.version))
                        .null("url")
                        .boolean("redacted", r.source_redacted)
                        .object());
    m.raw("contacts", contact_list(r, style));
    if (r.delivered_as == "customer_initiated") {
        m.raw("first_contact_reply", members(style)
                                         .number("created_at", r.created_at)
                                         .text("type", r.source_type)
                                         .null("url")
                                         .object());
    } else {
        m.null("first_contact_reply");
    }
    const auto assignee = [&](std::string_view name, const std::optional<slot>& who,
                              const auto& from) {
        if (who) {
            m.raw(name, from[*who].id);
        } else if (version_ >= 216 || r.details % 4 == 0) {
            m.raw(name, "0");
        } else {
            m.null(name);
        }
    };
    assignee("admin_assignee_id", r.admin_assignee, world_.admins);
    assignee("team_assignee_id", r.team_assignee, world_.teams);
    m.boolean("open", r.open).text("state", r.state).boolean("read", r.read);
    elements tags;
    for (const auto& t : r.tags) {
        tags.add(
            members(style)
                .text("type", "tag")
                .id("id", world_.tags[t.which].id)
                .text("name", world_.tags[t.which].name)
                .number("applied_at", t.at)
                .raw("applied_by",
                     members(style).text("type", "admin").id("id", world_.admins[t.by].id).object())
                .object());
    }
    m.raw("tags", members(style).text("type", "tag.list").raw("tags", tags.array()).object());
    const std::string level = !r.priority.empty() ? r.priority : r.has_priority ? "high" : "none";
    m.text("priority", version_ >= 216 ? level : r.has_priority ? "priority" : "not_priority");
    if (r.sla_name) {
        m.raw("sla_applied", members(style)
                                 .text("type", "conversation_sla_summary")
                                 .text("sla_name", *r.sla_name)
                                 .text("sla_status", r.sla_status)
                                 .object());
    } else {
        m.null("sla_applied");
    }
    r.has_statistics ? m.raw("statistics", statistics(r)) : m.null("statistics");
    if (r.rated) {
        m.raw("conversation_rating",
              members(style)
                  .number("rating", r.rated->score)
                  .text("remark", r.rated->remark)
                  .number("created_at", r.rated->created_at)
                  .number("updated_at", r.rated->updated_at)
                  .raw("contact", members(style)
                                      .text("type", "contact")
                                      .text("id", world_.contacts.at(r.rated->contact).id)
                                      .object())
                  .raw("teammate", members(style)
                                       .text("type", "admin")
                                       .id("id", world_.admins[r.rated->admin].id)
                                       .object())
                  .object());
    } else {
        m.null("conversation_rating");
    }
    elements teammates;
    std::vector<std::string_view> seen;
    for (const part& p : r.parts) {
        if (p.by.type == "admin" && std::find(seen.begin(), seen.end(), p.by.id) == seen.end()) {
            seen.push_back(p.by.id);
            teammates.add(members(style).text("type", "admin").id("id", p.by.id).object());
        }
    }
    if (seen.empty()) {
        m.null("teammates");
    } else {
        m.raw(
            "teammates",
            members(style).text("type", "admin.list").raw("teammates", teammates.array()).object());
    }
    m.raw("custom_attributes", custom_members(r.custom, style)).raw("topics", "{}");
    if (r.ticket) {
        const ticket& t = world_.tickets.at(*r.ticket);
        m.raw("ticket", members(style)
                            .text("type", "ticket")
                            .text("id", t.id)
                            .text("ticket_id", t.ticket_id)
                            .object());
    } else {
        m.null("ticket");
    }
    m.raw("linked_objects", linked_list(r));
    if (version_ >= 211) {
        m.boolean("ai_agent_participated", r.has_agent);
        if (r.has_agent) {
            m.raw("ai_agent",
                  members(style)
                      .text("source_type", "workflow")
                      .text("source_title", "Fin for all")
                      .text("last_answer_type", "ai_answer")
                      .text("resolution_state", "assumed_resolution")
                      .number("rating", 4)
                      .null("rating_remark")
                      .number("created_at", r.created_at)
                      .number("updated_at", r.updated_at)
                      .raw("content_sources",
                           R"({"type":"content_source.list","total_count":0,"content_sources":[]})")
                      .object());
        } else {
            m.null("ai_agent");
        }
    }
    if (style.has_extras) {
        m.raw("x_thread", R"({"":[],"a b":{"c":[{}]}})");
    }
    return m.object();
}

std::string renderer::write(const ticket& r) const
{
    const json_style style = style_of(r.id, r.version);
    const ticket_type& type = world_.ticket_types[r.type];
    const ticket_state& state = world_.ticket_states[r.state];
    members m(style);
    m.text("type", "ticket").text("id", r.id).text("ticket_id", r.ticket_id);
    m.text("category", type.category);
    m.raw("ticket_attributes", custom_members(r.custom, style));
    if (version_ <= 211) {
        m.text("ticket_state", state.category);
        m.text("ticket_state_internal_label", state.internal_label);
        m.text("ticket_state_external_label", state.external_label);
    } else {
        m.raw("ticket_state", state_member(state));
    }
    m.raw("ticket_type", of(type)).raw("contacts", contact_list(r, style));
    const auto assignee = [&](std::string_view name, const std::optional<slot>& who,
                              const auto& from) {
        const std::string id = who ? from[*who].id : "0";
        version_ >= 216 ? m.raw(name, id) : m.text(name, id);
    };
    assignee("admin_assignee_id", r.admin_assignee, world_.admins);
    assignee("team_assignee_id", r.team_assignee, world_.teams);
    m.number("created_at", r.created_at).number("updated_at", r.updated_at).boolean("open", r.open);
    if (r.snoozed_until) {
        m.number("snoozed_until", *r.snoozed_until);
    }
    m.raw("linked_objects", linked_list(r)).raw("ticket_parts", parts_of(r, true));
    m.boolean("is_shared", r.is_shared);
    if (style.has_extras) {
        m.raw("x_ticket", "[[],{}]");
    }
    return m.object();
}

} // namespace intercom_sandbox
