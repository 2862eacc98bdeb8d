#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace intercom_mirror {

// What a request is for; the most urgent first.
enum class lane : std::uint8_t {
    edits,      // somebody waits for their local edit to arrive
    hints,      // a webhook told of a change
    polls,      // looking for changes
    completion, // lists and parts that a page left out
    backfill,   // first mirror, sweep
};

inline constexpr std::size_t lane_count = 5;

constexpr std::size_t index_of(lane which)
{
    return static_cast<std::size_t>(which);
}

// Which lane goes next: the most urgent that waits, but a lane passed over ten times running goes
// first, so that each lane gets a tenth of the requests whatever the others want.
class lane_order
{
public:
    static constexpr unsigned patience = 10;
    using lanes_waiting = std::array<bool, lane_count>;

    // Whether the lane has been passed over for so long that it need not wait for its even share.
    [[nodiscard]] bool is_starving(lane which) const
    {
        return passed_over_[index_of(which)] >= patience;
    }

    // Of the lanes that may go now.
    [[nodiscard]] std::optional<lane> next(const lanes_waiting& able) const
    {
        std::optional<lane> best;
        for (std::size_t i = 0; i < lane_count; ++i) {
            const auto candidate = static_cast<lane>(i);
            const bool goes_first = !best || (is_starving(candidate) &&
                                              passed_over_[i] > passed_over_[index_of(*best)]);
            if (able[i] && goes_first) {
                best = candidate;
            }
        }
        return best;
    }

    void went(lane chosen, const lanes_waiting& waiting)
    {
        for (std::size_t i = 0; i < lane_count; ++i) {
            const bool is_passed_over = waiting[i] && i != index_of(chosen);
            passed_over_[i] = is_passed_over ? passed_over_[i] + 1 : 0;
        }
    }

private:
    std::array<unsigned, lane_count> passed_over_{};
};

} // namespace intercom_mirror
