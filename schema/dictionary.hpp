#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string>

// The data dictionary: every table and column of the mirror, what it means, where its value comes
// from in Intercom's API, since which version, and whether it can be changed.
namespace intercom_mirror {

std::string dictionary_markdown(std::span<const resource* const> resources);

// {"bookkeeping": […], "tables": [{"name", "meaning", "key", "columns": [{"name", "type",
// "meaning", "api", "since", "refers_to", "change"}], "only_in_raw": [{"path", "reason"}]}]}
std::string dictionary_json(std::span<const resource* const> resources);

} // namespace intercom_mirror
