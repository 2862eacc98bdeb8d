#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string>

namespace intercom_mirror {

// The triggers that capture edits made by SQL, written from the catalogue: which columns may be
// edited and what values they take, what a row keeps of values before edits, which entries the
// outbox gets. Everything else is refused. To be run under the schemas' search path, after the
// migrations; what an earlier run made is replaced.
std::string capture_sql(std::span<const resource* const> resources);

} // namespace intercom_mirror
