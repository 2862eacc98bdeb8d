#include "tests/sandbox/write_api.hpp"

#include <algorithm>
#include <cctype>

namespace intercom_sandbox {
namespace {

constexpr std::size_t custom_max = 250;

[[noreturn]] void refuse(const std::string& message)
{
    throw refusal{400, "parameter_invalid", message};
}

// Letters, digits, currency symbols, hyphens; and the underscores and blanks of all examples.
bool is_good_name(std::string_view name)
{
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) == 0 &&
            std::string_view("$-_ ").find(c) == name.npos) {
            return false;
        }
    }
    return !trimmed(name).empty();
}

std::optional<std::vector<std::string>> read_options(const fields& body)
{
    if (!body.has("options")) {
        return std::nullopt;
    }
    if (!body.is_list("options")) {
        refuse("Options isn't an array");
    }
    const auto sent = body.objects("options", "value");
    std::vector<std::string> options;
    for (const auto& one : *sent) {
        one.require({"value"});
        options.push_back(*one.text("value"));
    }
    if (options.size() < 2) {
        refuse("At least two options are required");
    }
    return options;
}

} // namespace

response write_api::create_data_attribute(const call& c)
{
    const fields body(c.asked.body, "name model data_type description options messenger_writable");
    body.require({"name", "model", "data_type"});
    data_attribute fresh;
    fresh.name = *body.text("name");
    fresh.model = *body.text("model");
    fresh.data_type = *body.text("data_type");
    if (fresh.model != "contact" && fresh.model != "company") {
        refuse("The Data Attribute model field must be either contact or company");
    }
    if (!is_good_name(fresh.name)) {
        refuse("Your name for this attribute must only contain alphanumeric characters, currency "
               "symbols, and hyphens");
    }
    const std::string_view types = " string integer float boolean datetime date ";
    const bool is_list = c.version >= 214 && fresh.data_type == "options";
    if (!is_list && types.find(" " + fresh.data_type + " ") == types.npos) {
        refuse("Data Type isn't an option");
    }
    const auto options = read_options(body);
    if ((is_list && !options) || (options && !is_list && fresh.data_type != "string")) {
        refuse("options go with a data_type of string");
    }
    std::size_t custom = 0;
    for (const auto& a : world_.attributes) {
        custom += a.id.empty() || a.archived ? 0 : 1;
        if (a.name == fresh.name && (a.model == "contact" || a.model == "company")) {
            const auto people = [](const std::string& model) {
                return model == "contact" ? "people" : "company";
            };
            refuse("You already have '" + a.name + "' in your " + people(a.model) +
                   " data. To save this as new " + people(fresh.model) +
                   " data, use a different name.");
        }
    }
    if (custom >= custom_max) {
        refuse("You have reached the limit of 250 custom attributes");
    }
    fresh.data_type = is_list ? "string" : fresh.data_type;
    fresh.choices = options.value_or(std::vector<std::string>{});
    fresh.description = body.text("description").value_or("");
    // What the default is differs by version.
    fresh.is_messenger_writable = body.boolean("messenger_writable").value_or(c.version <= 210);
    fresh.id = world_.fresh_number();
    fresh.full_name = "custom_attributes." + fresh.name;
    fresh.label = fresh.name;
    fresh.created_at = fresh.updated_at = unix_seconds(c.now);
    world_.attributes.push_back(std::move(fresh));
    note("data_attributes", world_.attributes.back().id, "created");
    return json_response(200, c.show.of(world_.attributes.back()));
}

response write_api::update_data_attribute(const call& c)
{
    const auto found = std::find_if(
        world_.attributes.begin(), world_.attributes.end(), [&](const data_attribute& a) {
            return a.id == c.ids.front() && (a.model != "conversation" || c.version < 216);
        });
    if (found == world_.attributes.end() || found->id.empty()) {
        throw refusal{404, "field_not_found", "We couldn't find that data attribute to update"};
    }
    const fields body(c.asked.body, "archived description options messenger_writable");
    patch<data_attribute> changes;
    changes.set("archived", &data_attribute::archived, body.boolean("archived"));
    changes.set("description", &data_attribute::description, body.text("description"));
    changes.set("messenger_writable", &data_attribute::is_messenger_writable,
                body.boolean("messenger_writable"));
    const auto options = read_options(body);
    if (options && found->data_type != "string") {
        refuse("options go with a data_type of string");
    }
    changes.set("options", &data_attribute::choices, options);
    // Segments are made of the first custom attribute, as far as anybody can tell from outside.
    const auto first = std::find_if(world_.attributes.begin(), world_.attributes.end(),
                                    [](const data_attribute& a) { return !a.id.empty(); });
    if (found == first && body.boolean("archived").value_or(false)) {
        throw refusal{422, "data_invalid",
                      "The Data Attribute you are trying to archive has a dependant object"};
    }
    const auto changed = changes.apply(*found);
    if (!changed.empty()) {
        found->updated_at = std::max(found->updated_at, unix_seconds(c.now));
    }
    note("data_attributes", found->id, "updated", changed);
    return json_response(200, c.show.of(*found));
}

} // namespace intercom_sandbox
