#pragma once

#include "schema/functions.hpp"

#include <span>
#include <string>

namespace intercom_mirror {

// The SQL functions by which requests that are no edit of a row are asked for: each checks what it
// is given and returns the id of its entry in the outbox. To be run like capture_sql.
std::string function_sql(std::span<const function> functions,
                         std::span<const resource* const> resources);

} // namespace intercom_mirror
