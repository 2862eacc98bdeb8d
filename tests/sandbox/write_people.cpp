#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Admins' presence, visitors, and what people did.
namespace intercom_sandbox {

response write_api::set_away(const call& c)
{
    const slot which =
        admin_named(c.ids.front(), "admin_not_found", "Admin for admin_id not found");
    const fields body(c.asked.body, std::string("away_mode_enabled away_mode_reassign") +
                                        (c.version >= 214 ? " away_status_reason_id" : ""));
    body.require({"away_mode_enabled", "away_mode_reassign"});
    patch<admin> changes;
    changes.set("away_mode_enabled", &admin::is_away, body.boolean("away_mode_enabled"));
    changes.set("away_mode_reassign", &admin::reassigns, body.boolean("away_mode_reassign"));
    std::ignore = body.nullable_id("away_status_reason_id");
    const auto changed = changes.apply(world_.admins[which]);
    if (!changed.empty()) {
        world_.tell({"admin.away_mode_updated", record_kind::admin, which});
    }
    note("admins", c.ids.front(), "updated", changed);
    return json_response(200, c.show.of(world_.admins[which]));
}

response write_api::submit_event(const call& c)
{
    const fields body(c.asked.body, "event_name created_at user_id id email metadata");
    body.require({"event_name", "created_at"});
    data_event event;
    event.name = trimmed(*body.text("event_name"));
    event.created_at = *body.time("created_at");
    event.metadata = body.has("metadata") ? body.raw("metadata") : "{}";
    if (body.has("metadata") && !body.is_object("metadata")) {
        throw refusal{400, "parameter_invalid", "metadata must be an object"};
    }
    if (event.name.empty()) {
        throw refusal{400, "parameter_invalid", "event_name must not be empty"};
    }
    if (const auto id = body.id("id")) {
        event.contact = find_contact(world_, *id, c.version);
    } else {
        const auto user_id = body.id("user_id");
        const auto email = body.text("email");
        if (!user_id && !email) {
            throw refusal{400, "parameter_not_found", "one of id, user_id or email is required"};
        }
        const auto found =
            user_id ? world_.by_external_id.find(*user_id) : world_.by_external_id.end();
        const auto who = found != world_.by_external_id.end() ? std::optional(found->second)
                         : email && !user_id ? find_by_email(lower_case(trimmed(*email)))
                                             : std::nullopt;
        if (!who) {
            throw refusal{404, "not_found", "User Not Found"};
        }
        event.contact = *who;
    }
    world_.data_events.push_back(event);
    note("data_events", world_.contacts.at(event.contact).id, "created", {event.name});
    return json_response(202, "");
}

response write_api::summarise_events(const call& c)
{
    const fields body(c.asked.body, "user_id event_summaries");
    body.require({"user_id", "event_summaries"});
    const auto found = world_.by_external_id.find(*body.id("user_id"));
    if (found == world_.by_external_id.end()) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    constexpr std::string_view known = "event_name count first last";
    const auto all = body.is_list("event_summaries")
                         ? *body.objects("event_summaries", known)
                         : std::vector{*body.object("event_summaries", known)};
    for (const auto& one : all) {
        one.require({"event_name"});
        std::ignore = one.text("event_name");
        std::ignore = one.integer("count");
        std::ignore = one.time("first");
        std::ignore = one.time("last");
    }
    note("data_events", world_.contacts.at(found->second).id, "summarised");
    return json_response(200, "");
}

std::optional<slot> write_api::visitor_named(const std::string& id_or_user_id) const
{
    for (slot i = 0; i < world_.visitors.size(); ++i) {
        const visitor& v = world_.visitors[i];
        if (v.exists && (v.id == id_or_user_id || v.user_id == id_or_user_id)) {
            return i;
        }
    }
    return std::nullopt;
}

response write_api::update_visitor(const call& c)
{
    const fields body(c.asked.body, "id user_id name custom_attributes");
    const auto id = body.id("id");
    const auto user_id = body.id("user_id");
    if (!id && !user_id) {
        throw refusal{400, "parameter_not_found", "one of id or user_id is required"};
    }
    const auto which = visitor_named(id ? *id : *user_id);
    if (!which) {
        throw refusal{404, "not_found", "Visitor Not Found"};
    }
    patch<visitor> changes;
    if (const auto name = body.nullable_text("name")) {
        changes.put("name", &visitor::name, *name);
    }
    for (const auto& one : read_attributes(world_, body, "custom_attributes", "contact")) {
        changes.add("custom_attributes." + one.name,
                    [one](visitor& v) { return apply(v.custom, one); });
    }
    visitor& v = world_.visitors[*which];
    const auto changed = changes.apply(v);
    if (!changed.empty()) {
        v.updated_at = std::max(v.updated_at, unix_seconds(c.now));
    }
    note("visitors", v.id, "updated", changed);
    return json_response(200, c.show.of(v));
}

// The visitor becomes `fresh`, and keeps the id, the name and the attributes.
slot write_api::convert_visitor_to(slot which, contact fresh, time_point now)
{
    visitor& v = world_.visitors[which];
    v.exists = false;
    fresh.id = v.id;
    fresh.name = v.name;
    fresh.custom = v.custom;
    fresh.created_at = v.created_at;
    const slot made = make_contact(std::move(fresh), now);
    world_.tell({"visitor.signed_up", record_kind::contact, made});
    return made;
}

// Into the contact that is named if there is one, else into a new one.
response write_api::convert_visitor(const call& c)
{
    const fields body(c.asked.body, "type user visitor");
    body.require({"type", "user", "visitor"});
    const bool is_lead = *body.choice("type", {"lead", "user"}) == "lead";
    const fields user = *body.object("user", "id user_id email");
    const fields from = *body.object("visitor", "id user_id email");
    const auto visitor_id = from.has("id") ? from.id("id") : from.id("user_id");
    const auto which = visitor_id ? visitor_named(*visitor_id) : std::nullopt;
    if (!which) {
        throw refusal{404, "not_found", "Visitor Not Found"};
    }
    const auto id = user.id("id");
    const auto user_id = user.id("user_id");
    const auto email = user.text("email");
    std::optional<slot> into;
    if (id) {
        into = find_contact(world_, *id, c.version);
    } else if (user_id) {
        const auto found = world_.by_external_id.find(*user_id);
        into = found == world_.by_external_id.end() ? std::nullopt : std::optional(found->second);
    }
    if (into) {
        world_.visitors[*which].exists = false;
        note("contacts", world_.contacts.at(*into).id, "updated");
    } else {
        contact fresh = blank_contact(is_lead, c.now);
        fresh.external_id = user_id;
        fresh.email = email ? lower_case(trimmed(*email)) : "";
        check_unique(fresh, std::nullopt);
        into = convert_visitor_to(*which, std::move(fresh), c.now);
    }
    note("visitors", world_.visitors[*which].id, "converted");
    return json_response(200, c.show.of(world_.contacts.at(*into)));
}

} // namespace intercom_sandbox
