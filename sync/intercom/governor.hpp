#pragma once

#include "sync/intercom/flight_limit.hpp"
#include "sync/intercom/quota.hpp"
#include "sync/intercom/rate_headers.hpp"
#include "sync/lane.hpp"

#include <cstddef>

namespace intercom_mirror {

struct governor_options
{
    quota_options quota = {};
    std::size_t in_flight_max = 256;
};

// Decides when the next request of a token may be sent: by the quota, by how many may be in flight,
// and not at all for a while after a 429. Events in, decisions out: it neither waits nor reads a
// clock (see lanes for the coroutine around it).
class governor
{
public:
    struct decision
    {
        bool is_admitted = false;
        // When to ask again unless an answer comes first; instant::max(): only an answer helps.
        instant again_at = instant::max();
    };

    // Goes with one request from start() to its end.
    struct ticket
    {
        quota::stamp stamp;
    };

    struct view
    {
        quota::view quota;
        std::size_t in_flight = 0;
        std::size_t in_flight_allowed = 0;
        instant paused_until = instant::min();
        std::uint64_t refusals = 0; // answers 429
    };

    explicit governor(governor_options options);

    // `is_starving`: the lane need not keep to the even pace.
    [[nodiscard]] decision may_start(instant now, lane which, bool is_starving);
    ticket start(instant now);

    // Exactly one of these ends a ticket. `roll` is uniform in [0, 1).
    void answered(const ticket& request, instant now, unsigned status, const rate_headers& headers,
                  double roll);
    void lost(const ticket& request, instant now); // no answer; it may have been executed
    void unsent(const ticket& request, instant now, bool is_failure);

    [[nodiscard]] view look(instant now);

private:
    void refused(const ticket& request, instant now, const rate_headers& headers, double roll);

    governor_options options_;
    quota quota_;
    flight_limit flight_;
    std::size_t in_flight_ = 0;

    // After a 429 nothing is sent until `paused_until_`, then one by one until an answer is good.
    instant paused_until_ = instant::min();
    instant paused_at_ = instant::min();
    unsigned pauses_ = 0; // in a row
    bool is_probing_ = false;
    std::uint64_t refusals_ = 0;
};

} // namespace intercom_mirror
