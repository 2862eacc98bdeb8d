#pragma once

#include "sync/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace intercom_mirror {

// How long something took, counted by ranges: what a person asks of latencies ("how many were
// slower than a second?") costs a few numbers, however many there were.
class histogram
{
public:
    // Upper bounds in seconds, from a local transaction to the longest wait for an answer.
    static constexpr std::array<double, 14> bounds{0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5,
                                                   1,     2.5,   5,    10,   30,  60,   300};

    void add(duration span)
    {
        const double seconds = std::chrono::duration<double>(span).count();
        std::size_t at = 0;
        while (at < bounds.size() && seconds > bounds[at]) {
            ++at;
        }
        ++counts_[at];
        seconds_ += seconds;
    }

    // In the range that ends with each bound; the last one is what was slower than all of them.
    [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const
    {
        return counts_;
    }
    [[nodiscard]] double seconds() const { return seconds_; } // all together

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    double seconds_ = 0;
};

} // namespace intercom_mirror
