#include "tests/sandbox/attributes.hpp"

#include "tests/sandbox/search.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace intercom_sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t characters_max = 255;

[[noreturn]] void refuse(const std::string& name, std::string_view why)
{
    throw refusal{400, "parameter_invalid", "Custom attribute '" + name + "' " + std::string(why)};
}

std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

// Days since 1970 of a date of the Gregorian calendar.
seconds days_of(int year, int month, int day)
{
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    return date.ok() ? std::chrono::sys_days(date).time_since_epoch().count() : -1;
}

// 2023-11-14 or 2023-11-14T22:13:20Z
std::optional<seconds> parse_iso(const std::string& text)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    char zone = 'Z';
    const int read = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%c", &year, &month, &day,
                                 &hour, &minute, &second, &zone);
    const seconds days = read >= 3 ? days_of(year, month, day) : -1;
    const bool is_date = read == 3 && text.size() == 10;
    const bool is_moment = read == 7 && zone == 'Z' && text.size() == 20;
    if (days < 0 || (!is_date && !is_moment)) {
        return std::nullopt;
    }
    return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

std::string read_date(const std::string& name, const json& value, bool takes_iso)
{
    if (value.is_number_integer() && std::abs(value.get<double>()) < 1e11) {
        return value.dump();
    }
    const auto moment =
        takes_iso && value.is_string() ? parse_iso(value.get<std::string>()) : std::nullopt;
    if (!moment) {
        refuse(name, takes_iso ? "must be a Unix time or an ISO 8601 date" : "must be a Unix time");
    }
    return std::to_string(*moment);
}

std::string read_value(const data_attribute& a, const json& value)
{
    if (value.is_structured()) {
        refuse(a.name, "must not be nested");
    }
    if (a.data_type == "date" || a.data_type == "datetime") {
        return read_date(a.name, value, a.model == "conversation");
    }
    const bool is_right = a.data_type == "integer"   ? value.is_number_integer()
                          : a.data_type == "float"   ? value.is_number()
                          : a.data_type == "boolean" ? value.is_boolean()
                                                     : value.is_string();
    if (!is_right) {
        refuse(a.name, "must be of type " + a.data_type);
    }
    if (value.is_string()) {
        const auto text = value.get<std::string>();
        if (characters(text) > characters_max) {
            refuse(a.name, "is longer than 255 characters");
        }
        if (!a.choices.empty() &&
            std::find(a.choices.begin(), a.choices.end(), text) == a.choices.end()) {
            refuse(a.name, "is not one of its options");
        }
    }
    return value.dump();
}

std::string read_value(const ticket_type_attribute& a, const json& value)
{
    if (a.data_type == "list") {
        for (const auto& choice : a.choices) {
            if (value.is_string() && value.get<std::string>() == item_id(a, choice)) {
                return intercom_sandbox::quoted(choice);
            }
        }
        refuse(a.name, "must be the id of one of its list items");
    }
    if (a.data_type == "files") {
        elements files;
        for (const json& url : value.is_array() ? value : json::array({nullptr})) {
            if (!url.is_string()) {
                refuse(a.name, "must be a list of URLs");
            }
            const auto text = url.get<std::string>();
            files.add(members()
                          .text("type", "upload")
                          .text("name", text.substr(text.rfind('/') + 1))
                          .text("url", text)
                          .object());
        }
        return files.array();
    }
    if (a.data_type == "datetime") {
        return read_date(a.name, value, true);
    }
    const bool is_right = a.data_type == "integer"   ? value.is_number_integer()
                          : a.data_type == "decimal" ? value.is_number()
                          : a.data_type == "boolean" ? value.is_boolean()
                                                     : value.is_string();
    if (!is_right) {
        refuse(a.name, "must be of type " + a.data_type);
    }
    return value.dump();
}

// Null clears; so does an empty string where that is no value of the type.
bool clears(const json& value, std::string_view data_type)
{
    return value.is_null() ||
           (data_type != "string" && value.is_string() && value.get<std::string>().empty());
}

} // namespace

std::vector<attribute_change> read_attributes(const world& w, const fields& body,
                                              std::string_view member, std::string_view model)
{
    std::vector<attribute_change> changes;
    for (const auto& [name, value] : body.entries(member)) {
        const data_attribute* found = nullptr;
        for (const auto& a : w.attributes) {
            if (a.model == model && !a.id.empty() && !a.archived && a.name == name) {
                if (found != nullptr) {
                    refuse(name, "exists more than once");
                }
                found = &a;
            }
        }
        if (found == nullptr) {
            refuse(name, "does not exist");
        }
        changes.push_back({name, clears(value, found->data_type)
                                     ? std::nullopt
                                     : std::optional(read_value(*found, value))});
    }
    return changes;
}

std::vector<attribute_change> read_ticket_attributes(const ticket_type& type, const fields& body,
                                                     std::string_view member)
{
    std::vector<attribute_change> changes;
    for (const auto& [name, value] : body.entries(member)) {
        const auto found = std::find_if(
            type.attributes.begin(), type.attributes.end(),
            [&](const ticket_type_attribute& a) { return a.name == name && !a.archived; });
        if (found == type.attributes.end()) {
            throw refusal{400, "parameter_invalid",
                          "Extra attributes provided that are not found on ticket type: " + name};
        }
        if (clears(value, found->data_type) && found->required) {
            refuse(name, "is required");
        }
        changes.push_back({name, clears(value, found->data_type)
                                     ? std::nullopt
                                     : std::optional(read_value(*found, value))});
    }
    return changes;
}

std::string item_id(const ticket_type_attribute& a, std::string_view choice)
{
    return uuid(spread(a.id), spread(choice));
}

bool apply(attribute_values& values, const attribute_change& change)
{
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const auto& one) { return one.first == change.name; });
    if (found == values.end()) {
        if (change.json) {
            values.emplace_back(change.name, *change.json);
        }
        return change.json.has_value();
    }
    if (!change.json) {
        values.erase(found);
        return true;
    }
    return std::exchange(found->second, *change.json) != *change.json;
}

} // namespace intercom_sandbox
