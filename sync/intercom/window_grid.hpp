#pragma once

#include "sync/clock.hpp"

#include <cstdint>

namespace intercom_mirror {

// Where the server's quota windows begin, as narrowly as answers have shown so far. The windows
// have a fixed length; a request is sent before it arrives and answered after it did, so every
// answer bounds the beginning from one side. Bounds are kept from window to window, a little wider
// each time, as two clocks never run alike.
class window_grid
{
public:
    explicit window_grid(duration length) : length_(length) {}

    // The present window began at this moment, or at most this much before or after.
    void began_by(instant latest);
    void began_after(instant earliest);
    void forget();

    // `count` windows later the present one is another.
    void advance(std::int64_t count);

    // The present window ends no later. instant::max() while nothing is known.
    [[nodiscard]] instant must_end() const;

    // How many windows have ended for certain, counted from the present one.
    [[nodiscard]] std::int64_t ended_by(instant now) const;

    // Latest moment at which the present window can have begun.
    [[nodiscard]] instant began_by() const { return latest_; }
    [[nodiscard]] bool is_known() const { return latest_ != instant::max(); }
    [[nodiscard]] duration length() const { return length_; }

private:
    duration length_;
    // The present window began after `earliest_` and no later than `latest_`.
    instant earliest_ = instant::min();
    instant latest_ = instant::max();
};

} // namespace intercom_mirror
