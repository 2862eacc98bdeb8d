#include "sync/intercom/flight_limit.hpp"

#include <algorithm>

namespace intercom_mirror {

namespace {

constexpr double least = 4;
// Up to here slow answers are taken for slow work rather than for a queue we caused.
constexpr double harmless = 64;
constexpr duration queueing{500'000};

} // namespace

void flight_limit::answered(duration latency, std::size_t in_flight)
{
    ++answers_;
    latency_sum_ += latency;
    was_full_ = was_full_ || in_flight >= allowed();
    if (answers_ >= allowed()) {
        end_round();
    }
}

void flight_limit::end_round()
{
    const auto mean = latency_sum_ / static_cast<std::int64_t>(answers_);
    const bool is_queueing = limit_ >= harmless && fastest_round_ != duration::max() &&
                             mean > 4 * fastest_round_ + queueing;
    if (was_full_ && !is_queueing) {
        limit_ = std::min(most_, is_doubling_ ? limit_ * 2 : limit_ + std::max(1.0, limit_ / 8));
    }
    // The yardstick loosens by a thousandth per round, for a peer may become slower for good.
    fastest_round_ = fastest_round_ == duration::max()
                         ? mean
                         : std::min(mean, fastest_round_ + fastest_round_ / 1'000);
    answers_ = 0;
    was_full_ = false;
    latency_sum_ = {};
}

void flight_limit::failed(instant sent, instant now)
{
    if (sent < last_cut_) {
        return; // the same trouble as before
    }
    last_cut_ = now;
    is_doubling_ = false;
    limit_ = std::max(least, limit_ * 0.7);
}

} // namespace intercom_mirror
