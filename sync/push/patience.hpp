#pragma once

#include "sync/clock.hpp"
#include "sync/intercom/retry_schedule.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace intercom_mirror {

// Decides how long edits wait after failures and when it is enough of them. Does no waiting and
// rolls no dice of its own.
class edit_patience
{
public:
    struct verdict
    {
        duration pause{};
        // Intercom answered, while it served others: this edit is what it stumbles over.
        bool counts = false;
    };

    // `is_about_it`: the answer came from Intercom and not from something that keeps it away.
    // `roll` is uniform in [0, 1): full jitter.
    verdict after_failure(std::int64_t edit, bool is_about_it, double roll);
    void after_answer(std::int64_t edit);
    // Its fate is met, whatever it is.
    void forget(std::int64_t edit);

    // How long an edit that failed before has to wait for others; nothing: it may be sent again
    // now. Repetitions that fail again are a tenth of all requests at most, but one a minute.
    [[nodiscard]] std::optional<duration> pause_before_repeating(std::int64_t edit, instant now);
    void on_request() { budget_.on_request(); }

private:
    struct trouble
    {
        unsigned failures = 0;
        std::uint64_t answers_before = 0;
        bool is_repeated = false; // out of the budget
    };
    std::map<std::int64_t, trouble> troubled_; // by edit, until there is an answer
    std::uint64_t answers_ = 0;
    retry_budget budget_;
    instant repeated_at_{};
    std::int64_t put_off_ = 0; // since one was repeated
};

// Notices values that Intercom keeps changing back: which was the last one that Intercom took for
// each field, and how often in a row.
class bounce_watch
{
public:
    // `field` says of which row.
    void on_applied(const std::string& field, const std::string& value, instant now);
    // Whether that value was taken again and again of late, and has not stayed.
    [[nodiscard]] bool has_bounced(const std::string& field, const std::string& value,
                                   instant now) const;

private:
    struct taken
    {
        std::string value;
        unsigned times = 0;
        instant first_at{};
    };
    std::map<std::string, taken> last_;
};

} // namespace intercom_mirror
