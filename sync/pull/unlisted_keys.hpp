#pragma once

#include "sync/record/record_plan.hpp"
#include "sync/store/store.hpp"

#include <string>
#include <vector>

namespace intercom_mirror {

// Keys of rows that listings of the plan's version leave out: they stay as they were last seen.
std::vector<std::string> unlisted_keys(store& on, const record_plan& plan);

} // namespace intercom_mirror
