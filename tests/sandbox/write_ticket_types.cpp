#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

std::optional<std::string> read_name(const fields& body)
{
    auto name = body.text("name");
    if (name && trimmed(*name).empty()) {
        throw refusal{400, "parameter_invalid", "name must not be empty"};
    }
    return name;
}

patch<ticket_type> read_type(const fields& body)
{
    patch<ticket_type> changes;
    changes.set("name", &ticket_type::name, read_name(body));
    changes.set("description", &ticket_type::description, body.text("description"));
    changes.set("category", &ticket_type::category,
                body.choice("category", {"Customer", "Back-office", "Tracker"}));
    changes.set("icon", &ticket_type::icon, body.text("icon"));
    changes.set("is_internal", &ticket_type::is_internal, body.boolean("is_internal"));
    changes.set("archived", &ticket_type::archived, body.boolean("archived"));
    return changes;
}

constexpr std::string_view attribute_members =
    "name description required_to_create required_to_create_for_contacts visible_on_create "
    "visible_to_contacts multiline list_items allow_multiple_values";

patch<ticket_type_attribute> read_attribute(const fields& body, const std::string& data_type)
{
    using attribute = ticket_type_attribute;
    patch<attribute> changes;
    changes.set("name", &attribute::name, read_name(body));
    changes.set("description", &attribute::description, body.text("description"));
    changes.set("required_to_create", &attribute::required, body.boolean("required_to_create"));
    changes.set("required_to_create_for_contacts", &attribute::required_of_contacts,
                body.boolean("required_to_create_for_contacts"));
    changes.set("visible_on_create", &attribute::visible_on_create,
                body.boolean("visible_on_create"));
    changes.set("visible_to_contacts", &attribute::visible_to_contacts,
                body.boolean("visible_to_contacts"));
    changes.set("archived", &attribute::archived, body.boolean("archived"));
    const auto is_multiline = body.boolean("multiline");
    const auto items = body.text("list_items");
    const auto takes_many = body.boolean("allow_multiple_values");
    if ((is_multiline && data_type != "string") || (items && data_type != "list") ||
        (takes_many && data_type != "files")) {
        throw refusal{400, "parameter_invalid", "this is not for attributes of type " + data_type};
    }
    changes.set("multiline", &attribute::is_multiline, is_multiline);
    if (items) {
        std::vector<std::string> choices;
        for (std::string_view rest = *items; !rest.empty();) {
            const auto end = std::min(rest.find(','), rest.size());
            choices.push_back(trimmed(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        changes.put("list_items", &attribute::choices, choices);
    }
    return changes;
}

} // namespace

response write_api::create_ticket_type(const call& c)
{
    const fields body(c.asked.body, "name description category icon is_internal");
    body.require({"name"});
    const auto changes = read_type(body);
    ticket_type fresh;
    fresh.category = "Customer";
    fresh.icon = "🎟️";
    changes.apply(fresh);
    fresh.id = world_.fresh_number();
    fresh.created_at = fresh.updated_at = unix_seconds(c.now);
    fresh.attributes.push_back(
        {world_.fresh_number(), "_default_title_", "string", false, false, {}});
    fresh.attributes.push_back(
        {world_.fresh_number(), "_default_description_", "string", false, false, {}});
    world_.ticket_types.push_back(std::move(fresh));
    note("ticket_types", world_.ticket_types.back().id, "created");
    return json_response(200, c.show.of(world_.ticket_types.back()));
}

response write_api::update_ticket_type(const call& c)
{
    const slot which = ticket_type_named(c.ids.front());
    const fields body(c.asked.body, "name description category icon is_internal archived");
    const auto changes = read_type(body);
    ticket_type& type = world_.ticket_types[which];
    const auto changed = changes.apply(type);
    if (!changed.empty()) {
        type.updated_at = std::max(type.updated_at, unix_seconds(c.now));
        touch_tickets_of_type(world_, which, c.now);
    }
    note("ticket_types", type.id, "updated", changed);
    return json_response(200, c.show.of(type));
}

response write_api::create_ticket_type_attribute(const call& c)
{
    const slot which = ticket_type_named(c.ids.front());
    const fields body(c.asked.body, std::string(attribute_members) + " data_type");
    body.require({"name", "description", "data_type"});
    ticket_type_attribute fresh;
    fresh.data_type = *body.choice(
        "data_type", {"string", "list", "integer", "decimal", "boolean", "datetime", "files"});
    read_attribute(body, fresh.data_type).apply(fresh);
    ticket_type& type = world_.ticket_types[which];
    for (const auto& a : type.attributes) {
        if (a.name == fresh.name) {
            throw refusal{400, "parameter_invalid",
                          "The ticket type has an attribute of this name"};
        }
    }
    if (fresh.data_type == "list" && fresh.choices.empty()) {
        throw refusal{400, "parameter_invalid", "list_items are required for a list"};
    }
    fresh.id = world_.fresh_number();
    type.attributes.push_back(fresh);
    type.updated_at = std::max(type.updated_at, unix_seconds(c.now));
    touch_tickets_of_type(world_, which, c.now);
    note("ticket_type_attributes", fresh.id, "created");
    return json_response(200, c.show.attribute_of(type, type.attributes.size() - 1));
}

response write_api::update_ticket_type_attribute(const call& c)
{
    const slot which = ticket_type_named(c.ids.front());
    ticket_type& type = world_.ticket_types[which];
    const auto found =
        std::find_if(type.attributes.begin(), type.attributes.end(),
                     [&](const ticket_type_attribute& a) { return a.id == c.ids[1]; });
    if (found == type.attributes.end()) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    const fields body(c.asked.body, std::string(attribute_members) + " archived");
    const auto changed = read_attribute(body, found->data_type).apply(*found);
    if (!changed.empty()) {
        type.updated_at = std::max(type.updated_at, unix_seconds(c.now));
        touch_tickets_of_type(world_, which, c.now);
    }
    note("ticket_type_attributes", c.ids[1], "updated", changed);
    return json_response(
        200, c.show.attribute_of(type, static_cast<std::size_t>(found - type.attributes.begin())));
}

} // namespace intercom_sandbox
