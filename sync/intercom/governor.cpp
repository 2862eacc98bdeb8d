#include "sync/intercom/governor.hpp"

#include <algorithm>

namespace intercom_mirror {

namespace {

// A second 429 in a row means that we do not understand the server's windows: wait for more of
// them to pass, up to a minute, the longest period the documentation speaks of.
constexpr unsigned extra_windows_max = 6;
// Spreads the return of several daemons of one workspace.
constexpr duration jitter_max = std::chrono::milliseconds(250);

bool is_urgent(lane which)
{
    return which == lane::edits || which == lane::hints;
}

bool is_overload(unsigned status)
{
    return status == 408 || status >= 500;
}

} // namespace

governor::governor(governor_options options)
    : options_(options), quota_(options.quota), flight_(options.in_flight_max)
{
}

governor::decision governor::may_start(instant now, lane which, bool is_starving)
{
    if (now < paused_until_) {
        return {.is_admitted = false, .again_at = paused_until_};
    }
    if (in_flight_ >= (is_probing_ ? 1 : flight_.allowed())) {
        return {};
    }
    const auto pace = is_urgent(which) || is_starving ? quota::pace::at_once : quota::pace::spread;
    if (const auto until = quota_.blocked_until(now, pace)) {
        return {.is_admitted = false, .again_at = *until};
    }
    return {.is_admitted = true, .again_at = now};
}

governor::ticket governor::start(instant now)
{
    ++in_flight_;
    return ticket{quota_.sent(now)};
}

void governor::answered(const ticket& request, instant now, unsigned status,
                        const rate_headers& headers, double roll)
{
    if (status == 429) {
        --in_flight_;
        refused(request, now, headers, roll);
        return;
    }
    if (is_overload(status)) {
        flight_.failed(request.stamp.sent, now);
    } else {
        flight_.answered(now - request.stamp.sent, in_flight_);
    }
    --in_flight_;
    quota_.answered(request.stamp, now, headers, status < 300);
    if (request.stamp.sent >= paused_until_) {
        is_probing_ = false;
        pauses_ = 0;
    }
}

void governor::refused(const ticket& request, instant now, const rate_headers& headers, double roll)
{
    ++refusals_;
    quota_.refused(request.stamp, now, headers);
    if (request.stamp.sent < paused_at_) {
        return; // sent before we knew: the same refusal again
    }
    const auto extra = std::min(pauses_, extra_windows_max) * options_.quota.window;
    const auto jitter =
        duration(static_cast<std::int64_t>(roll * static_cast<double>(jitter_max.count())));
    paused_until_ = quota_.window_must_end(now) + extra + jitter;
    paused_at_ = now;
    ++pauses_;
    is_probing_ = true;
}

void governor::lost(const ticket& request, instant now)
{
    --in_flight_;
    quota_.lost(request.stamp, now);
    flight_.failed(request.stamp.sent, now);
}

void governor::unsent(const ticket& request, instant now, bool is_failure)
{
    --in_flight_;
    quota_.unsent();
    if (is_failure) {
        flight_.failed(request.stamp.sent, now);
    }
}

governor::view governor::look(instant now)
{
    return view{quota_.look(now), in_flight_, flight_.allowed(), paused_until_, refusals_};
}

} // namespace intercom_mirror
