#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Attributes of conversations have an API of their own since 2.16. What does not fit is 422 here.
namespace intercom_sandbox {
namespace {

[[noreturn]] void refuse(const std::string& message)
{
    throw refusal{422, "parameter_invalid", message};
}

std::string read_label(const call& c)
{
    const fields body(c.asked.body, "*");
    try {
        std::ignore = fields(c.asked.body, "label");
    } catch (const refusal&) {
        refuse("only 'label' is accepted");
    }
    if (!body.has("label") || body.is_null("label")) {
        refuse("label is required");
    }
    try {
        return trimmed(*body.text("label"));
    } catch (const refusal&) {
        refuse("label must be a string");
    }
}

void require_list(const data_attribute& a)
{
    if (a.choices.empty()) {
        refuse("Options can only be managed on list attributes");
    }
}

// The position of the option that has this id.
std::size_t option_of(const data_attribute& a, const std::string& id)
{
    for (std::size_t i = 0; i < a.choices.size(); ++i) {
        if (uuid(spread(a.id), spread(a.key_of(i))) == id) {
            return i;
        }
    }
    throw refusal{404, "conversation_attribute_not_found", "List option not found"};
}

} // namespace

data_attribute& write_api::conversation_attribute_of(const call& c) const
{
    const auto found = std::find_if(
        world_.attributes.begin(), world_.attributes.end(),
        [&](const data_attribute& a) { return has_own_api(a) && a.id == c.ids.front(); });
    if (found == world_.attributes.end()) {
        throw refusal{404, "conversation_attribute_not_found", "Conversation attribute not found"};
    }
    return *found;
}

response write_api::create_conversation_attribute(const call& c)
{
    const fields body(c.asked.body,
                      "name description data_type required visible_to_team_ids multiline options");
    body.require({"name", "data_type"});
    const std::string type = *body.text("data_type");
    const std::string_view types = " string integer list decimal boolean datetime ";
    if (types.find(" " + type + " ") == types.npos) {
        refuse("data_type '" + type +
               "' is not valid. Allowed types: string, integer, list, "
               "decimal, boolean, datetime, relationship, files");
    }
    data_attribute fresh;
    fresh.model = "conversation";
    fresh.name = trimmed(*body.text("name"));
    fresh.description = body.text("description").value_or("");
    fresh.data_type = type == "list" ? "string" : type == "decimal" ? "float" : type;
    const auto options = body.objects("options", "label");
    for (const auto& one : options ? *options : std::vector<fields>{}) {
        one.require({"label"});
        fresh.choices.push_back(*one.text("label"));
    }
    if (fresh.choices.empty() != (type != "list")) {
        refuse("options go with a data_type of list");
    }
    fresh.id = world_.fresh_number();
    fresh.full_name = "custom_attributes." + fresh.name;
    fresh.label = fresh.name;
    fresh.created_at = fresh.updated_at = unix_seconds(c.now);
    world_.attributes.push_back(std::move(fresh));
    note("data_attributes", world_.attributes.back().id, "created");
    return json_response(200, c.show.conversation_attribute(world_.attributes.back()));
}

response write_api::update_conversation_attribute(const call& c)
{
    data_attribute& a = conversation_attribute_of(c);
    const fields body(c.asked.body, "name description multiline required visible_to_team_ids");
    patch<data_attribute> changes;
    changes.set("name", &data_attribute::name, body.text("name"));
    changes.set("description", &data_attribute::description, body.text("description"));
    const auto changed = changes.apply(a);
    if (!changed.empty()) {
        a.full_name = "custom_attributes." + a.name;
        a.label = a.name;
        a.updated_at = std::max(a.updated_at, unix_seconds(c.now));
    }
    note("data_attributes", a.id, "updated", changed);
    return json_response(200, c.show.conversation_attribute(a));
}

response write_api::archive_conversation_attribute(const call& c)
{
    data_attribute& a = conversation_attribute_of(c);
    a.archived = true;
    a.updated_at = std::max(a.updated_at, unix_seconds(c.now));
    note("data_attributes", a.id, "archived");
    return json_response(200, c.show.conversation_attribute(a));
}

response write_api::add_attribute_option(const call& c)
{
    data_attribute& a = conversation_attribute_of(c);
    require_list(a);
    const std::string label = read_label(c);
    if (std::find(a.choices.begin(), a.choices.end(), label) != a.choices.end()) {
        refuse("label exists already");
    }
    a.choices.push_back(label);
    if (!a.choice_keys.empty()) {
        a.choice_keys.push_back(label + " " + world_.fresh_number());
    }
    a.updated_at = std::max(a.updated_at, unix_seconds(c.now));
    note("data_attributes", a.id, "updated", {"options"});
    return json_response(200, c.show.conversation_attribute(a));
}

response write_api::rename_attribute_option(const call& c)
{
    data_attribute& a = conversation_attribute_of(c);
    require_list(a);
    const std::size_t which = option_of(a, c.ids[1]);
    const std::string label = read_label(c);
    if (a.choice_keys.empty()) {
        a.choice_keys = a.choices;
    }
    a.choices[which] = label;
    a.updated_at = std::max(a.updated_at, unix_seconds(c.now));
    note("data_attributes", a.id, "updated", {"options"});
    return json_response(200, c.show.conversation_attribute(a));
}

response write_api::remove_attribute_option(const call& c)
{
    data_attribute& a = conversation_attribute_of(c);
    require_list(a);
    const std::size_t which = option_of(a, c.ids[1]);
    if (a.choices.size() == 1) {
        refuse("The last option cannot be removed");
    }
    const auto at = static_cast<std::ptrdiff_t>(which);
    a.choices.erase(a.choices.begin() + at);
    if (!a.choice_keys.empty()) {
        a.choice_keys.erase(a.choice_keys.begin() + at);
    }
    a.updated_at = std::max(a.updated_at, unix_seconds(c.now));
    note("data_attributes", a.id, "updated", {"options"});
    return json_response(200, c.show.conversation_attribute(a));
}

} // namespace intercom_sandbox
