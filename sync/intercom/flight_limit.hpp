#pragma once

#include "sync/clock.hpp"

#include <cstddef>

namespace intercom_mirror {

// How many requests may be in flight at once: doubles until something goes wrong, then shrinks with
// every round of failures and grows back slowly. It grows only while it is what holds work back,
// and no further once answers take much longer than they did when there were fewer.
class flight_limit
{
public:
    // 10,000 requests a minute at 1.5 s each are 250 in flight.
    explicit flight_limit(std::size_t most = 256) : most_(static_cast<double>(most)) {}

    [[nodiscard]] std::size_t allowed() const { return static_cast<std::size_t>(limit_); }

    // `in_flight` counts the answered one.
    void answered(duration latency, std::size_t in_flight);

    // Timeouts, broken connections and 5xx: the peer is overloaded or away.
    void failed(instant sent, instant now);

private:
    void end_round();

    double most_;
    double limit_ = 16;
    bool is_doubling_ = true;
    instant last_cut_ = instant::min();

    // One round: as many answers as may be in flight.
    std::size_t answers_ = 0;
    bool was_full_ = false;
    duration latency_sum_{};
    duration fastest_round_ = duration::max(); // its mean latency
};

} // namespace intercom_mirror
