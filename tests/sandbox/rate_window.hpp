#pragma once

#include "tests/sandbox/http.hpp"

#include <cstdint>
#include <optional>

namespace intercom_sandbox {

// The API's rate limit: so many requests per window of ten seconds, the windows aligned to the
// epoch. What it tells the client is as observed in the field: `Remaining` still counts the
// request it answers, and `Reset` lies about two seconds after the window really ended.
class rate_window
{
public:
    explicit rate_window(unsigned limit) : limit_(limit) {}

    struct verdict
    {
        bool is_allowed;
        unsigned limit;
        unsigned remaining;
        std::int64_t reset; // unix seconds
    };

    verdict admit(time_point now)
    {
        const std::int64_t seconds =
            std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
        const std::int64_t window = seconds / 10;
        if (window != window_) {
            window_ = window;
            used_ = 0;
        }
        const bool is_allowed = used_ < limit_;
        const verdict v{is_allowed, limit_, is_allowed ? limit_ - used_ : 0, (window + 1) * 10 + 2};
        used_ += is_allowed ? 1 : 0;
        return v;
    }

    [[nodiscard]] bool is_limited() const { return limit_ > 0; }

private:
    unsigned limit_;
    std::int64_t window_ = -1;
    unsigned used_ = 0;
};

} // namespace intercom_sandbox
