#include "sync/record/moment.hpp"

#include <chrono>

namespace intercom_mirror {
namespace {

// Reads fixed-width numbers and separators; once something did not fit, nothing fits any more.
class reader
{
public:
    explicit reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits)
    {
        int value = 0;
        for (std::size_t at = 0; at < digits; ++at) {
            const bool is_digit = !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
            has_failed_ = has_failed_ || !is_digit;
            if (has_failed_) {
                return 0;
            }
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    bool take(std::string_view one_of)
    {
        if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    void expect(std::string_view one_of) { has_failed_ = !take(one_of) || has_failed_; }

    bool take_word(std::string_view word)
    {
        const bool is_there = rest_.starts_with(word);
        rest_.remove_prefix(is_there ? word.size() : 0);
        return is_there;
    }

    // Digits behind the second's point; those beyond microseconds are dropped.
    std::int64_t micros()
    {
        std::int64_t value = 0;
        int scale = 100'000;
        do {
            value += std::int64_t{number(1)} * scale;
            scale /= 10;
        } while (!has_failed_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
        return value;
    }

    [[nodiscard]] bool is_done() const { return rest_.empty(); }
    [[nodiscard]] bool is_good() const { return rest_.empty() && !has_failed_; }
    void refuse_unless(bool holds) { has_failed_ = has_failed_ || !holds; }

private:
    std::string_view rest_;
    bool has_failed_ = false;
};

std::int64_t read_days(reader& text)
{
    const std::chrono::year year(text.number(4));
    text.expect("-");
    const std::chrono::month month(static_cast<unsigned>(text.number(2)));
    text.expect("-");
    const std::chrono::year_month_day day(year, month,
                                          std::chrono::day(static_cast<unsigned>(text.number(2))));
    text.refuse_unless(day.ok());
    return day.ok() ? std::chrono::sys_days(day).time_since_epoch().count() : 0;
}

// Second 60 exists in leap seconds.
std::int64_t read_seconds_of_day(reader& text)
{
    const int hour = text.number(2);
    text.expect(":");
    const int minute = text.number(2);
    const int second = text.take(":") ? text.number(2) : 0;
    text.refuse_unless(hour <= 23 && minute <= 59 && second <= 60);
    return std::int64_t{hour} * 3600 + std::int64_t{minute} * 60 + second;
}

std::int64_t read_zone_seconds(reader& text)
{
    text.take(" ");
    if (text.is_done() || text.take("Zz") || text.take_word("UTC")) {
        return 0;
    }
    const bool is_west = text.take("-");
    if (!is_west) {
        text.expect("+");
    }
    const int hours = text.number(2);
    text.take(":");
    const int minutes = text.is_done() ? 0 : text.number(2);
    text.refuse_unless(hours <= 15 && minutes <= 59);
    const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
    return is_west ? -seconds : seconds;
}

} // namespace

std::optional<std::int64_t> parse_iso_moment(std::string_view text)
{
    constexpr std::int64_t micros_per_second = 1'000'000;
    reader rest(text);
    std::int64_t seconds = read_days(rest) * 86'400;
    std::int64_t micros = 0;
    if (!rest.is_done()) {
        rest.expect("Tt ");
        seconds += read_seconds_of_day(rest);
        if (rest.take(".,")) {
            micros = rest.micros();
        }
        seconds -= read_zone_seconds(rest);
    }
    if (!rest.is_good()) {
        return std::nullopt;
    }
    return seconds * micros_per_second + micros;
}

} // namespace intercom_mirror
