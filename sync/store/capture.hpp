#pragma once

#include "schema/functions.hpp"

#include <span>
#include <string>

namespace intercom_mirror {

// The triggers that capture edits made by SQL, written from the catalogue: which columns may be
// edited and what values they take, what a row keeps of values before edits, which entries the
// outbox gets. Everything else is refused. And the functions for what is no edit of a row. To be
// run under the schemas' search path, after the migrations; what an earlier run made is replaced.
std::string capture_sql(std::span<const resource* const> resources,
                        std::span<const function> functions);

} // namespace intercom_mirror
