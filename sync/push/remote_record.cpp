#include "sync/push/remote_record.hpp"

#include "sync/push/json_text.hpp"
#include "sync/record/sanitise.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <deque>
#include <vector>

namespace intercom_mirror {
namespace {

using json = nlohmann::json;

constexpr std::int64_t microseconds_per_second = 1'000'000;

json as_json(const cell& value, column_type type)
{
    if (value.is == cell::kind::null) {
        return nullptr;
    }
    switch (type) {
    case column_type::boolean:
        return value.number != 0;
    case column_type::bigint:
        return value.number;
    case column_type::timestamp:
        return value.number % microseconds_per_second == 0
                   ? json(value.number / microseconds_per_second)
                   : json(static_cast<double>(value.number) / microseconds_per_second);
    case column_type::numeric:
    case column_type::jsonb:
        return parse_json(value.text);
    case column_type::text:
    case column_type::id:
    case column_type::reference:
        break;
    }
    return value.text;
}

decoded_record decode(const record_plan& plan, std::string_view document)
{
    std::string buffer;
    return plan.decode(sanitise(document, buffer), projection::get);
}

// A text as Intercom may have dressed it: without tags and blanks.
std::string bare(std::string_view text)
{
    std::string made;
    bool is_tag = false;
    for (const char letter : text) {
        if (letter == '<') {
            is_tag = true;
        } else if (letter == '>') {
            is_tag = false;
        } else if (!is_tag && std::isspace(static_cast<unsigned char>(letter)) == 0) {
            made += letter;
        }
    }
    return made;
}

struct found_child
{
    std::string key;
    std::int64_t at = 0; // microseconds
};

// A newer one than `newest` among these rows takes its place.
void look_through(const table_plan& of, const std::vector<row>& rows,
                  const std::optional<std::string>& text, std::int64_t since, found_child& newest)
{
    const auto index = [&](std::string_view name) {
        const auto found = std::ranges::find(of.columns, name, &column::name);
        return static_cast<std::size_t>(found - of.columns.begin());
    };
    const auto key = index(of.described->key);
    const auto created = index("created_at");
    const auto body = index("body");
    for (const auto& each : rows) {
        const bool is_meant =
            created < each.size() && key < each.size() &&
            each[created].number >= std::max(newest.at, since * microseconds_per_second) &&
            (!text || (body < each.size() && bare(each[body].text) == bare(*text)));
        if (is_meant) {
            newest = {each[key].text, each[created].number};
        }
    }
}

} // namespace

std::string values_in(const record_plan& plan, std::string_view document)
{
    const auto record = decode(plan, document);
    const auto& columns = plan.tables()[0].columns;
    json values = json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        values[std::string(columns[i].name)] = as_json(record.main[i], columns[i].type);
    }
    return values.dump();
}

std::string key_in(const record_plan& plan, std::string_view answer)
{
    try {
        const auto type = parse_answer(answer);
        if (!type.is_object() ||
            (type.contains("type") && type["type"] != plan.described().singular)) {
            return "";
        }
        return plan.scan(answer).key;
    } catch (const malformed_record&) {
        return "";
    }
}

bool is_record(const record_plan& plan, std::string_view answer, std::string_view key)
{
    const auto found = key_in(plan, answer);
    return !found.empty() && (key.empty() || found == key);
}

std::string id_in(std::string_view answer)
{
    const auto told = parse_answer(answer);
    if (!told.is_object() || !told.contains("id")) {
        return "";
    }
    return told["id"].is_string() ? told["id"].get<std::string>() : told["id"].dump();
}

std::string newest_child(const record_plan& plan, std::string_view table, std::string_view document,
                         const std::optional<std::string>& text, std::int64_t since)
{
    const auto record = decode(plan, document);
    found_child newest;
    for (std::size_t number = 1; number < plan.tables().size(); ++number) {
        if (plan.tables()[number].name == table) {
            look_through(plan.tables()[number], record.children[number].rows, text, since, newest);
        }
    }
    return newest.key;
}

std::string newest_listed(const record_plan& plan, std::string_view table,
                          std::string_view parent_key, std::span<const std::string_view> elements,
                          const std::string& text, std::int64_t since)
{
    std::deque<std::string> buffers; // what is sanitised stays where it is
    std::vector<std::string_view> clean;
    for (const auto element : elements) {
        clean.push_back(sanitise(element, buffers.emplace_back()));
    }
    found_child newest;
    for (std::size_t number = 1; number < plan.tables().size(); ++number) {
        if (plan.tables()[number].name == table) {
            std::vector<drift> ignored;
            const auto found = plan.decode_children(number, parent_key, clean, ignored);
            look_through(plan.tables()[number], found.rows, text, since, newest);
        }
    }
    return newest.key;
}

std::string refusal_of(const api_reply& answer)
{
    const auto said = answer.error_message.empty() ? answer.error_code : answer.error_message;
    return fmt::format("Intercom refuses it ({}{}{})", answer.status, said.empty() ? "" : ": ",
                       said);
}

std::string id_in_message(std::string_view message)
{
    const auto at = message.find("id=");
    if (at == message.npos) {
        return "";
    }
    const auto rest = message.substr(at + 3);
    const auto end = std::ranges::find_if_not(
        rest, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
    return std::string(rest.begin(), end);
}

} // namespace intercom_mirror
