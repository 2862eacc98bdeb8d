#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// Not a cron expression. what() names the field and what it may hold.
class bad_cron : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The minutes that a cron expression of five fields names, in UTC: minute, hour, day of the month,
// month, day of the week (crontab(5); 0 and 7 are Sunday). A field is a list of `*`, numbers and
// ranges; `*` and ranges may have a /step. If both days are restricted, either of them suffices.
class cron_schedule
{
public:
    // Throws bad_cron, also for what is never due (30 February).
    explicit cron_schedule(std::string_view text);

    // The last minute it names that is not after `now`.
    [[nodiscard]] std::chrono::sys_seconds latest(std::chrono::sys_seconds now) const;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    [[nodiscard]] std::optional<std::chrono::sys_seconds> find(std::chrono::sys_seconds now) const;
    [[nodiscard]] bool holds(std::chrono::sys_days day) const;

    std::string text_;
    std::bitset<60> minutes_;
    std::bitset<60> hours_;
    std::bitset<60> days_; // of the month
    std::bitset<60> months_;
    std::bitset<60> weekdays_;
    bool is_any_day_ = false;
    bool is_any_weekday_ = false;
};

} // namespace intercom_mirror
