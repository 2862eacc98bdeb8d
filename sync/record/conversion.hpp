#pragma once

#include "sync/record/json_cursor.hpp"
#include "sync/record/record_plan.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace intercom_mirror {

// What a JSON value is as a value of a column. `bytes` is the whole value as it stands in the
// record. On a problem the cell is null.
std::optional<drift::problem> convert(column_type type, json_kind kind, std::string_view bytes,
                                      cell& into);

// JSON text that jsonb takes: numbers beyond its range become strings of what was written.
void copy_for_jsonb(std::string_view json, std::string& into);

} // namespace intercom_mirror
