#include "sync/pull/unlisted_keys.hpp"

namespace intercom_mirror {

std::vector<std::string> unlisted_keys(store& on, const record_plan& plan)
{
    std::vector<std::string> keys;
    for (const auto& each : plan.described().listings) {
        if (each.versions.holds(plan.version()) && !each.leaves_out.empty()) {
            const auto some = on.keys_of(plan.described().name, each.leaves_out);
            keys.insert(keys.end(), some.begin(), some.end());
        }
    }
    return keys;
}

} // namespace intercom_mirror
