#include "sync/pull/live_keys.hpp"

namespace intercom_mirror {
namespace {

constexpr std::size_t keys_at_once = 2000;

} // namespace

boost::asio::awaitable<void> for_live_keys(services& with, const record_plan& plan, key_taker take)
{
    std::string after;
    for (bool is_over = false; !is_over;) {
        std::string last;
        auto take_some = [&](store& on) {
            auto keys = on.live_keys_after(plan, after, keys_at_once);
            is_over = keys.size() < keys_at_once;
            if (!keys.empty()) {
                last = keys.back();
                take(on, std::move(keys));
            }
        };
        co_await with.db.run(take_some);
        after = std::move(last);
    }
}

} // namespace intercom_mirror
