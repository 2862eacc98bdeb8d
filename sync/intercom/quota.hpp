#pragma once

#include "sync/intercom/rate_headers.hpp"
#include "sync/intercom/window_grid.hpp"

#include <cstdint>
#include <optional>

namespace intercom_mirror {

struct quota_options
{
    // The part of the limit that is ours; the rest is for other apps of the workspace.
    double max_share = 1.0;
    duration window = std::chrono::seconds(10);
    // As long as no answer names a limit: 10,000 a minute, the smallest that is documented.
    std::uint64_t unannounced_limit = 1'666;
    // So many good answers in a row that name none mean that there is none (a sandbox): Intercom
    // names it in every answer to a valid token.
    std::uint32_t silent_answers_max = 20;
};

// Counts what the server counts: the requests that arrived in its present window. When each of ours
// arrives is unknown by up to its latency, so a request in flight counts as used in the present
// window whatever window it was sent in, and only its answer tells. That bound is never too low,
// and as answers come in it becomes exact: the whole limit can be used and never more.
//
// Holds no I/O and no clock; knows nothing of lanes, pauses and concurrency (see governor).
class quota
{
public:
    // What was known when a request was sent; goes with the request and comes back with its end.
    struct stamp
    {
        instant sent;
        std::int64_t window = 0;
        std::uint64_t counted = 0;
        std::uint32_t scale = 0;
    };

    // spread: bulk work, evenly over the window, so that urgent requests find something left.
    enum class pace { at_once, spread };

    struct view
    {
        bool is_announced = false;
        bool is_unlimited = false;
        std::uint64_t limit = 0;
        std::uint64_t used = 0;               // by everybody in the present window, at most
        std::uint64_t ours = 0;               // of which ours, at most
        std::uint64_t ours_before = 0;        // in the window before
        std::uint64_t foreign_before = 0;     // by other apps in the window before, about
        instant window_ends = instant::max(); // at the latest
    };

    explicit quota(quota_options options);

    // nullopt: a request may be sent now. Otherwise ask again then, or after the next answer.
    std::optional<instant> blocked_until(instant now, pace how);

    stamp sent(instant now);
    void answered(const stamp& request, instant now, const rate_headers& headers, bool is_good);
    void refused(const stamp& request, instant now, const rate_headers& headers); // 429
    void lost(const stamp& request, instant now); // no answer: it may have been counted
    void unsent();                                // it surely was not

    [[nodiscard]] instant window_must_end(instant now);
    [[nodiscard]] view look(instant now);

private:
    enum class age { older, present, newer };

    [[nodiscard]] bool is_unlimited() const;
    [[nodiscard]] std::uint64_t ours() const { return own_ + doubtful_ + in_flight_; }
    [[nodiscard]] std::uint64_t used() const;
    [[nodiscard]] std::uint64_t foreign() const;
    [[nodiscard]] std::uint64_t reserve() const;
    [[nodiscard]] instant spread_ends() const;

    void roll(instant now);
    void open(std::int64_t windows_later);
    void open_on_evidence(const stamp& request, instant now, const rate_headers& headers);
    void reopen_the_former(std::optional<std::int64_t> label);
    void bound_the_grid(const stamp& request, instant now);
    void learn_the_limit(const rate_headers& headers, bool is_good);
    [[nodiscard]] age place(const stamp& request, const rate_headers& headers,
                            std::uint64_t counted);
    [[nodiscard]] age place_by_count(const stamp& request, std::uint64_t counted) const;
    void count_as_doubtful(instant now);

    quota_options options_;
    window_grid grid_;

    std::uint64_t limit_;
    bool is_announced_ = false;
    std::uint64_t silent_answers_ = 0;
    std::uint32_t scale_ = 0; // counts under different limits are not comparable

    // The present window.
    std::int64_t window_ = 0;
    instant opened_{};
    std::uint64_t counted_ = 0; // highest count an answer showed
    std::uint64_t own_ = 0;     // our answered requests
    std::uint64_t in_flight_ = 0;
    std::uint64_t doubtful_ = 0; // ended without telling their window
    instant doubtful_since_{};
    bool is_full_ = false;              // the server said so
    std::optional<std::int64_t> label_; // its X-RateLimit-Reset

    // The window before it.
    std::uint64_t counted_before_ = 0;
    std::uint64_t own_before_ = 0;
    std::uint64_t foreign_before_ = 0;
    std::optional<std::int64_t> label_before_;

    duration slowest_{}; // of the recent answers
};

} // namespace intercom_mirror
