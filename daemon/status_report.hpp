#pragma once

#include "config/options.hpp"
#include "schema/resource.hpp"
#include "sync/store/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <span>

namespace intercom_mirror {

// What `status --json` and /api/status tell: the daemon, how far each resource is, and what becomes
// of edits. `unserved`: resources that the API version does not have.
nlohmann::json describe_status(store& on, std::span<const record_plan> plans,
                               std::span<const resource* const> unserved, const options& settings,
                               counting rows);

} // namespace intercom_mirror
