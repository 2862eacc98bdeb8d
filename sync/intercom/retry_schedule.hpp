#pragma once

#include "sync/clock.hpp"

#include <algorithm>
#include <optional>

namespace intercom_mirror {

struct retry_limits
{
    unsigned attempts_max = 5;
    duration first = std::chrono::seconds(1);
    duration longest = std::chrono::seconds(30);
};

// How long to wait before the next attempt of one call. Waits nowhere and rolls no dice of its own.
class retry_schedule
{
public:
    explicit retry_schedule(retry_limits limits) : limits_(limits), ceiling_(limits.first) {}

    // `roll` is uniform in [0, 1): full jitter, so that calls that failed together do not return
    // together. nullopt: enough attempts.
    std::optional<duration> after_failure(double roll)
    {
        if (++failures_ >= limits_.attempts_max) {
            return std::nullopt;
        }
        const auto pause =
            duration(static_cast<std::int64_t>(roll * static_cast<double>(ceiling_.count())));
        ceiling_ = std::min(limits_.longest, ceiling_ * 2);
        return pause;
    }

private:
    retry_limits limits_;
    duration ceiling_;
    unsigned failures_ = 0;
};

// Keeps retries of all calls together to about a tenth of the requests: while everything fails,
// calls give up soon and their loops wait, instead of each trying five times.
class retry_budget
{
public:
    void on_request() { left_ = std::min(most, left_ + 0.1); }
    [[nodiscard]] bool take()
    {
        if (left_ < 1) {
            return false;
        }
        left_ -= 1;
        return true;
    }
    // What was taken did no harm.
    void give_back() { left_ = std::min(most, left_ + 1); }

private:
    static constexpr double most = 32; // a burst of failures in flight
    double left_ = most;
};

} // namespace intercom_mirror
