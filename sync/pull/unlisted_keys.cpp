#include "sync/pull/unlisted_keys.hpp"

#include <algorithm>

namespace intercom_mirror {

std::vector<std::string> unlisted_keys(store& on, const record_plan& plan)
{
    std::vector<std::string> keys;
    const auto& listings = plan.described().listings;
    for (const auto& each : listings) {
        const bool is_listed = std::any_of(listings.begin(), listings.end(), [&](const auto& one) {
            return one.part == each.part && one.versions.holds(plan.version());
        });
        if (!is_listed && !each.part_rows.empty()) {
            const auto some = on.keys_of(plan.described().name, each.part_rows);
            keys.insert(keys.end(), some.begin(), some.end());
        }
    }
    return keys;
}

} // namespace intercom_mirror
