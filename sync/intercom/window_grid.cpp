#include "sync/intercom/window_grid.hpp"

#include <algorithm>

namespace intercom_mirror {

namespace {

// Clocks kept by NTP differ by a few parts in 100,000: 2 ms in ten seconds are ten times that.
constexpr std::int64_t drift_divisor = 5'000;

} // namespace

void window_grid::began_by(instant latest)
{
    if (latest < earliest_) {
        earliest_ = latest - length_; // the server's grid has moved: the newest word counts
        latest_ = latest;
        return;
    }
    latest_ = std::min(latest_, latest);
}

void window_grid::began_after(instant earliest)
{
    if (earliest > latest_) {
        earliest_ = earliest;
        latest_ = earliest + length_;
        return;
    }
    earliest_ = std::max(earliest_, earliest);
}

void window_grid::forget()
{
    earliest_ = instant::min();
    latest_ = instant::max();
}

void window_grid::advance(std::int64_t count)
{
    if (!is_known() || count <= 0) {
        return;
    }
    const auto drift = count * (length_ / drift_divisor);
    latest_ += count * length_ + drift;
    if (earliest_ != instant::min()) {
        earliest_ += count * length_ - drift;
    }
    // After hours without a word the bounds say no more than that some window is the present one.
    earliest_ = std::max(earliest_, latest_ - length_);
}

instant window_grid::must_end() const
{
    return is_known() ? latest_ + length_ : instant::max();
}

std::int64_t window_grid::ended_by(instant now) const
{
    return is_known() && now >= must_end() ? (now - latest_) / length_ : 0;
}

} // namespace intercom_mirror
