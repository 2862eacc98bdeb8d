#pragma once

#include "sync/record/record_plan.hpp"

#include <span>
#include <string>
#include <vector>

namespace intercom_mirror {

// The tables of a resource, parents before children. Throws std::invalid_argument when `omitted`
// names a column without which rows could not be told apart.
std::vector<table_plan> plan_tables(const resource& described,
                                    std::span<const std::string> omitted);

// The columns of one table that `omitted` names.
std::vector<column> omitted_columns(std::string_view table, std::span<const column> columns,
                                    std::span<const std::string> omitted);

std::vector<std::string_view> split(std::string_view text, char separator);

} // namespace intercom_mirror
