#include "sync/pull/live_keys.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr std::size_t keys_at_once = 2000;

} // namespace

boost::asio::awaitable<void> for_live_keys(services& with, const record_plan& plan, key_taker take)
{
    std::string after;
    for (bool is_over = false; !is_over;) {
        auto take_some = [&](store& on) {
            auto keys = on.live_keys_after(plan, after, keys_at_once);
            is_over = keys.size() < keys_at_once;
            if (!keys.empty()) {
                after = keys.back();
                take(on, std::move(keys));
            }
        };
        co_await with.db.run(take_some);
    }
}

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
