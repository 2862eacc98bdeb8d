#pragma once

#include "tests/sandbox/world.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

enum class field_kind : std::uint8_t { text, number, date, boolean };

// A field search can filter by, and how to read it from a record. Exactly one reader is set.
template <class Record>
struct search_field
{
    field_kind kind = field_kind::text;
    bool is_exact = false; // ids: case matters
    bool is_tag = false;   // `tag_id`: = and != only
    std::function<std::vector<std::string>(const Record&)> texts;
    std::function<std::optional<std::int64_t>(const Record&)> number; // dates too
    std::function<std::optional<bool>(const Record&)> boolean;
    int order = -1; // the shelf's standing order by this field, if it has one
};

// Nothing when there is no such field.
std::optional<search_field<company>> find_field(const world& w, const shelf<company>&,
                                                std::string_view name);
std::optional<search_field<contact>> find_field(const world& w, const shelf<contact>&,
                                                std::string_view name);
std::optional<search_field<conversation>> find_field(const world& w, const shelf<conversation>&,
                                                     std::string_view name);
std::optional<search_field<ticket>> find_field(const world& w, const shelf<ticket>&,
                                               std::string_view name);

} // namespace intercom_sandbox
