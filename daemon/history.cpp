#include "daemon/history.hpp"

#include <numeric>

namespace intercom_mirror {
namespace {

constexpr duration noted_every = std::chrono::minutes(1);

std::uint64_t answers_of(const histogram& times)
{
    return std::accumulate(times.counts().begin(), times.counts().end(), std::uint64_t{0});
}

history_point work_between(const history_point& before, const history_point& now)
{
    history_point made = now;
    made.rows_applied -= before.rows_applied;
    made.refusals -= before.refusals;
    made.edits_applied -= before.edits_applied;
    for (std::size_t i = 0; i < lane_count; ++i) {
        made.requests[i] -= before.requests[i];
    }
    return made;
}

} // namespace

history_keeper::history_keeper(assembly& parts, const engine& pulling, const pusher& pushing)
    : parts_(parts), engine_(pulling), pusher_(pushing)
{
}

boost::asio::awaitable<void> history_keeper::run()
{
    before_ = totals();
    for (;;) {
        // What is done within a minute is noted at its end, by the calendar of all daemons.
        const auto now = parts_.time().wall();
        const auto next = std::chrono::floor<std::chrono::minutes>(now) + noted_every;
        co_await parts_.time().sleep_for(next - now);
        const auto all = totals();
        const auto minute = std::chrono::floor<std::chrono::minutes>(now);
        auto note = [point = work_between(before_, all), minute](store& on) {
            on.add_history(minute, point);
        };
        co_await parts_.with().db.run(note);
        before_ = all;
    }
}

history_point history_keeper::totals() const
{
    history_point made;
    for (const auto& one : engine_.progress()) {
        made.rows_applied += one.applied;
    }
    const auto api = parts_.api().statistics();
    for (std::size_t i = 0; i < lane_count; ++i) {
        made.requests[i] = answers_of(api.waits[i]);
    }
    const auto& governor = api.traffic.governor;
    made.refusals = governor.refusals;
    made.quota_limit = governor.quota.is_unlimited ? 0 : governor.quota.limit;
    const auto applied = pusher_.settled().find("applied");
    made.edits_applied = applied == pusher_.settled().end() ? 0 : applied->second;
    return made;
}

} // namespace intercom_mirror
