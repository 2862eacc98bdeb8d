#include "sync/webhook/notification.hpp"

#include "schema/topics.hpp"
#include "sync/record/json_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace intercom_mirror {
namespace {

// Ids and topics are a few dozen characters; longer ones would only fill the database.
constexpr std::size_t name_bytes_max = 200;
// The year 9999, in unix seconds: beyond is no time.
constexpr std::int64_t latest_time = 253'402'300'799;

// Visible ASCII without what separates things in a list or a path: names and ids are that, and
// whatever is goes unchanged through JSON, SQL and URLs.
bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= name_bytes_max &&
           std::ranges::all_of(text, [](char symbol) {
               return symbol > ' ' && symbol < '\x7f' && symbol != '/' && symbol != '"' &&
                      symbol != '\\';
           });
}

// The value of the last member of that name; empty when there is none.
std::string_view member_of(std::string_view object, std::string_view name)
{
    std::string_view found;
    std::string buffer;
    json_cursor cursor(object);
    cursor.members([&](const json_string& each) {
        const bool is_it = each.plain(buffer) == name;
        cursor.kind(); // passes white space
        const auto value = cursor.skip();
        if (is_it) {
            found = value;
        }
    });
    return found;
}

bool is_object(std::string_view json)
{
    return json.starts_with('{');
}

// The text of a string, the digits of a number; nothing for any other value.
std::optional<std::string> scalar(std::string_view json)
{
    if (json.starts_with('"')) {
        std::string text;
        unescape(json.substr(1, json.size() - 2), text);
        return text;
    }
    const bool is_number = !json.empty() && (json[0] == '-' || (json[0] >= '0' && json[0] <= '9'));
    return is_number ? std::optional(std::string(json)) : std::nullopt;
}

std::optional<std::string> at_path(std::string_view json, std::string_view path)
{
    while (!path.empty()) {
        if (!is_object(json)) {
            return std::nullopt;
        }
        const auto dot = path.find('.');
        json = member_of(json, path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return scalar(json);
}

// By the first alternative that holds a name.
std::optional<std::string> id_in(std::string_view item, std::string_view paths)
{
    while (!paths.empty()) {
        const auto bar = paths.find('|');
        auto found = at_path(item, paths.substr(0, bar));
        if (found && is_name(*found)) {
            return found;
        }
        paths = bar == std::string_view::npos ? std::string_view() : paths.substr(bar + 1);
    }
    return std::nullopt;
}

std::optional<std::int64_t> time_in(std::string_view json)
{
    const auto digits = scalar(json).value_or("");
    std::int64_t seconds = 0;
    const auto* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, seconds);
    const bool is_time = error == std::errc() && rest == end && seconds >= 0 &&
                         seconds <= latest_time && !digits.empty();
    return is_time ? std::optional(seconds) : std::nullopt;
}

std::string require_name(std::string_view envelope, std::string_view member)
{
    auto found = scalar(member_of(envelope, member));
    if (!found || !is_name(*found)) {
        throw malformed_notification(fmt::format(
            "{} has to be a text of 1 to {} visible characters", member, name_bytes_max));
    }
    return *std::move(found);
}

notification read(std::string_view body, const std::function<bool(std::string_view)>& is_mirrored)
{
    json_cursor whole(body);
    if (whole.kind() != json_kind::object) {
        throw malformed_notification("the body has to be a JSON object");
    }
    const auto envelope = whole.skip(); // checks the grammar of everything
    whole.finish();

    notification made;
    made.app_id = require_name(envelope, "app_id");
    made.entry.topic = require_name(envelope, "topic");
    const auto happened_at = time_in(member_of(envelope, "created_at"));
    made.entry.happened_at = happened_at;

    const auto data = member_of(envelope, "data");
    const auto item = is_object(data) ? member_of(data, "item") : std::string_view();
    bool is_told_of = false;
    for (const auto& each : topics()) {
        if (each.name != made.entry.topic || !is_mirrored(each.resource)) {
            continue;
        }
        is_told_of = true;
        if (!is_object(item)) {
            throw malformed_notification("data.item has to be a JSON object");
        }
        if (auto id = id_in(item, each.id)) {
            made.entry.hints.push_back({std::string(each.resource), *std::move(id),
                                        fmt::format("webhook: {}", to_string(each.change))});
        }
    }
    made.lacks_id = is_told_of && made.entry.hints.empty();

    const auto id = scalar(member_of(envelope, "id"));
    if (id && is_name(*id)) {
        made.entry.id = *id;
    } else {
        made.entry.id = fmt::format("{}:{}", made.entry.topic, happened_at.value_or(0));
        for (const auto& one : made.entry.hints) {
            made.entry.id += fmt::format(":{}/{}", one.resource, one.id);
        }
    }
    return made;
}

} // namespace

notification parse_notification(std::string_view body,
                                const std::function<bool(std::string_view)>& is_mirrored)
{
    try {
        return read(body, is_mirrored);
    } catch (const malformed_record& malformed) {
        throw malformed_notification(malformed.what());
    }
}

} // namespace intercom_mirror
