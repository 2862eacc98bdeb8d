#pragma once

#include "sync/record/record_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace intercom_mirror {

inline constexpr std::size_t row_removed = std::numeric_limits<std::size_t>::max();

// Drops all rows from number `count` on.
void cut_rows(child_rows& of, std::size_t count);

// Drops rows whose parent was removed, and all but the last of those with one key. `parents_moved`
// says where the parents' rows are now (empty: where they were); so does the result for these rows.
std::vector<std::size_t> settle_rows(child_rows& of, std::span<const std::size_t> key,
                                     const std::vector<std::size_t>& parents_moved);

} // namespace intercom_mirror
