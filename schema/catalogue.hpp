#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// All resources, in the order in which a first mirror reads them (what is referred to first).
std::span<const resource* const> catalogue();

// Names of resources, and of tables of their children, that are read only where the configuration
// names them.
std::vector<std::string_view> optional_names();

// Whether a list of the configuration means a resource: by its name, or by "all" (as no names at
// all do) unless it is optional.
bool is_meant(std::span<const std::string> names, const resource& which);

// Null when there is no resource of that name.
const resource* find_resource(std::string_view name);

} // namespace intercom_mirror
