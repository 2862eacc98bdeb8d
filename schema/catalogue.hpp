#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// All resources, in the order in which a first mirror reads them (what is referred to first).
std::span<const resource* const> catalogue();

// Names of resources, and of tables of their children, that are read only where the configuration
// names them.
std::vector<std::string_view> optional_names();

// Null when there is no resource of that name.
const resource* find_resource(std::string_view name);

} // namespace intercom_mirror
