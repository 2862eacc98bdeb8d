#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string_view>

namespace intercom_mirror {

// All resources, in the order in which a first mirror reads them (what is referred to first).
std::span<const resource* const> catalogue();

// Null when there is no resource of that name.
const resource* find_resource(std::string_view name);

} // namespace intercom_mirror
