#include "tests/sandbox/body.hpp"

#include "tests/sandbox/search.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace intercom_sandbox {
namespace {

using nlohmann::json;

// Later than any date anybody means; milliseconds since 1973 are.
constexpr double latest_time = 1e11;
constexpr std::string_view blanks = " \t\r\n";

[[noreturn]] void refuse_type(std::string_view name, std::string_view expected)
{
    throw refusal{400, "parameter_invalid",
                  std::string(name) + " must be " + std::string(expected)};
}

bool is_whole(const json& value)
{
    return value.is_number_integer();
}

} // namespace

fields::fields(std::string_view text, std::string_view known)
{
    auto parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded()) {
        throw refusal{400, "bad_request", "the body is not JSON"};
    }
    if (!parsed.is_object()) {
        throw refusal{400, "bad_request", "the body must be a JSON object"};
    }
    object_ = std::make_shared<const json>(std::move(parsed));
    check_names(known);
}

void fields::check_names(std::string_view known) const
{
    if (known == "*") {
        return;
    }
    const std::string all = " " + std::string(known) + " ";
    for (const auto& [name, value] : object_->items()) {
        if (all.find(" " + name + " ") == all.npos) {
            throw refusal{400, "bad_request", "bad '" + name + "' parameter"};
        }
    }
}

bool fields::has(std::string_view name) const
{
    return object_->contains(name);
}

bool fields::is_null(std::string_view name) const
{
    const auto found = object_->find(name);
    return found != object_->end() && found->is_null();
}

void fields::require(std::initializer_list<std::string_view> names) const
{
    for (const auto name : names) {
        if (!has(name) || is_null(name)) {
            throw refusal{400, "parameter_not_found",
                          std::string(name) + " is a required parameter"};
        }
    }
}

const json* fields::find(std::string_view name) const
{
    const auto found = object_->find(name);
    if (found == object_->end()) {
        return nullptr;
    }
    if (found->is_null()) {
        throw refusal{400, "parameter_invalid", std::string(name) + " must not be null"};
    }
    return &*found;
}

// Nothing when it was not sent, an empty value for null.
template <class Value>
std::optional<std::optional<Value>>
fields::nullable(std::string_view name,
                 std::optional<Value> (fields::*read)(std::string_view) const) const
{
    std::optional<std::optional<Value>> value;
    if (is_null(name)) {
        value.emplace();
    } else if (has(name)) {
        value.emplace((this->*read)(name));
    }
    return value;
}

std::optional<std::string> fields::text(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        refuse_type(name, "a string");
    }
    return value->get<std::string>();
}

std::optional<std::optional<std::string>> fields::nullable_text(std::string_view name) const
{
    return nullable<std::string>(name, &fields::text);
}

std::optional<std::string> fields::id(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string() && !is_whole(*value)) {
        refuse_type(name, "an id");
    }
    return value->is_string() ? value->get<std::string>() : value->dump();
}

std::optional<std::optional<std::string>> fields::nullable_id(std::string_view name) const
{
    return nullable<std::string>(name, &fields::id);
}

std::optional<std::int64_t> fields::integer(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!is_whole(*value)) {
        refuse_type(name, "an integer");
    }
    return value->get<std::int64_t>();
}

std::optional<double> fields::number(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_number()) {
        refuse_type(name, "a number");
    }
    return value->get<double>();
}

std::optional<bool> fields::boolean(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_boolean()) {
        refuse_type(name, "a boolean");
    }
    return value->get<bool>();
}

std::optional<std::optional<bool>> fields::nullable_boolean(std::string_view name) const
{
    return nullable<bool>(name, &fields::boolean);
}

std::optional<seconds> fields::time(std::string_view name) const
{
    const auto value = number(name);
    if (!value) {
        return std::nullopt;
    }
    if (!(std::abs(*value) < latest_time)) {
        refuse_type(name, "a Unix time in seconds");
    }
    return static_cast<seconds>(std::floor(*value));
}

std::optional<std::optional<seconds>> fields::nullable_time(std::string_view name) const
{
    return nullable<seconds>(name, &fields::time);
}

std::optional<std::string> fields::choice(std::string_view name,
                                          std::initializer_list<std::string_view> values) const
{
    auto value = text(name);
    if (value && std::find(values.begin(), values.end(), *value) == values.end()) {
        std::string all;
        for (const auto one : values) {
            all += (all.empty() ? "" : ", ") + std::string(one);
        }
        refuse_type(name, "one of " + all);
    }
    return value;
}

std::optional<std::vector<std::string>> fields::texts(std::string_view name) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> all;
    for (const json& one : value->is_array() ? *value : json::array({nullptr})) {
        if (!one.is_string()) {
            refuse_type(name, "a list of strings");
        }
        all.push_back(one.get<std::string>());
    }
    return all;
}

bool fields::is_list(std::string_view name) const
{
    const auto found = object_->find(name);
    return found != object_->end() && found->is_array();
}

bool fields::is_object(std::string_view name) const
{
    const auto found = object_->find(name);
    return found != object_->end() && found->is_object();
}

std::optional<fields> fields::object(std::string_view name, std::string_view known) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        refuse_type(name, "an object");
    }
    fields inner(std::make_shared<const json>(*value));
    inner.check_names(known);
    return inner;
}

std::optional<std::vector<fields>> fields::objects(std::string_view name,
                                                   std::string_view known) const
{
    const json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    std::vector<fields> all;
    for (const json& one : value->is_array() ? *value : json::array({nullptr})) {
        if (!one.is_object()) {
            refuse_type(name, "a list of objects");
        }
        fields inner(std::make_shared<const json>(one));
        inner.check_names(known);
        all.push_back(std::move(inner));
    }
    return all;
}

std::vector<std::pair<std::string, json>> fields::entries(std::string_view name) const
{
    std::vector<std::pair<std::string, json>> all;
    const json* value = is_null(name) ? nullptr : find(name);
    if (value == nullptr) {
        return all;
    }
    if (!value->is_object()) {
        refuse_type(name, "an object");
    }
    for (const auto& [key, one] : value->items()) {
        all.emplace_back(key, one);
    }
    return all;
}

std::string fields::raw(std::string_view name) const
{
    const auto found = object_->find(name);
    return found == object_->end() ? "null" : found->dump();
}

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) {
        return "";
    }
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return lower;
}

std::string as_html(std::string_view text)
{
    std::string html = trimmed(text);
    for (const std::string_view frame : {"html", "body"}) {
        const std::string opening = "<" + std::string(frame) + ">";
        const std::string closing = "</" + std::string(frame) + ">";
        if (html.starts_with(opening) && html.ends_with(closing)) {
            html = trimmed(std::string_view(html).substr(
                opening.size(), html.size() - opening.size() - closing.size()));
        }
    }
    if (html.empty() || html.front() == '<') {
        return html;
    }
    return "<p>" + html + "</p>";
}

} // namespace intercom_sandbox
