#include "sync/pull/search_query.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intercom_mirror::search_query {
namespace {

std::string compare(std::string_view field, char comparison, std::int64_t value)
{
    return fmt::format(R"({{"field":"{}","operator":"{}","value":{}}})", field, comparison, value);
}

std::string either(std::string_view field, char comparison, std::int64_t value)
{
    return fmt::format(R"({{"operator":"OR","value":[{},{}]}})", compare(field, comparison, value),
                       compare(field, '=', value));
}

} // namespace

std::string within(const time_slice& slice)
{
    constexpr std::string_view field = "created_at";
    if (slice.from && slice.until) {
        return fmt::format(R"({{"operator":"AND","value":[{},{}]}})",
                           compare(field, '>', *slice.from), either(field, '<', *slice.until));
    }
    if (slice.from) {
        return compare(field, '>', *slice.from);
    }
    if (slice.until) {
        return either(field, '<', *slice.until);
    }
    return fmt::format(R"({{"operator":"OR","value":[{},{},{}]}})", compare(field, '>', 0),
                       compare(field, '<', 0), compare(field, '=', 0));
}

std::string updated_after(std::int64_t at)
{
    return either("updated_at", '>', at);
}

std::string equals(std::string_view field, std::string_view value)
{
    return fmt::format(R"({{"field":"{}","operator":"=","value":{}}})", field,
                       nlohmann::json(value).dump());
}

std::string body(std::string_view filter, std::string_view sort_field, bool is_descending,
                 unsigned per_page, std::string_view starting_after)
{
    std::string text =
        fmt::format(R"({{"query":{},"pagination":{{"per_page":{})", filter, per_page);
    if (!starting_after.empty()) {
        text += fmt::format(R"(,"starting_after":{})", nlohmann::json(starting_after).dump());
    }
    text += '}';
    if (!sort_field.empty()) {
        text += fmt::format(R"(,"sort":{{"field":"{}","order":"{}"}})", sort_field,
                            is_descending ? "descending" : "ascending");
    }
    return text + '}';
}

} // namespace intercom_mirror::search_query
