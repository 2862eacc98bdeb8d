#pragma once

#include "tests/sandbox/world.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

namespace intercom_sandbox {

// What a filter admits: a condition, or, where it can be said so, a range of one standing order.
template <class Record>
struct condition
{
    struct range
    {
        int order;
        std::int64_t low = std::numeric_limits<std::int64_t>::min(); // both inclusive
        std::int64_t high = std::numeric_limits<std::int64_t>::max();
    };
    std::function<bool(const Record&)> holds;
    std::optional<range> as_range; // the same as `holds`
    std::optional<range> within;   // implied by `holds`
};

// Throw `refusal` for a filter the API would not accept. `query` is valid JSON.
condition<company> compile_filter(const world& w, const shelf<company>& from,
                                  std::string_view query, bool is_by_day);
condition<contact> compile_filter(const world& w, const shelf<contact>& from,
                                  std::string_view query, bool is_by_day);
condition<conversation> compile_filter(const world& w, const shelf<conversation>& from,
                                       std::string_view query, bool is_by_day);
condition<ticket> compile_filter(const world& w, const shelf<ticket>& from, std::string_view query,
                                 bool is_by_day);

} // namespace intercom_sandbox
