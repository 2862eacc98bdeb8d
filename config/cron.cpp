#include "config/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace intercom_mirror {
namespace {

using field_values = std::bitset<60>;

struct field_kind
{
    std::string_view name;
    unsigned lowest;
    unsigned highest;
};

constexpr std::array<field_kind, 5> kinds{{{"minute", 0, 59},
                                           {"hour", 0, 23},
                                           {"day of the month", 1, 31},
                                           {"month", 1, 12},
                                           {"day of the week", 0, 7}}};
// 29 February comes at least once in so many days, around the turn of a century too.
constexpr std::chrono::days longest_wait(8 * 366);

std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto end = text.find_first_of(separators);
        pieces.push_back(text.substr(0, end));
        if (end == text.npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<unsigned> number_in(std::string_view text)
{
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

// Of a list such as `1-5` or `*/2`; false when it is none.
bool add_item(std::string_view item, const field_kind& kind, field_values& into)
{
    unsigned step = 1;
    const auto slash = item.find('/');
    if (slash != item.npos) {
        // Beyond the longest field it makes no difference.
        step = std::min(number_in(item.substr(slash + 1)).value_or(0), 60U);
        item = item.substr(0, slash);
    }
    unsigned from = kind.lowest;
    unsigned until = kind.highest;
    if (item != "*") {
        const auto dash = item.find('-');
        const auto first = number_in(item.substr(0, dash));
        const auto last = dash == item.npos ? first : number_in(item.substr(dash + 1));
        if (!first || !last || (dash == item.npos && slash != item.npos)) {
            return false;
        }
        from = *first;
        until = *last;
    }
    if (step == 0 || from < kind.lowest || until > kind.highest || from > until) {
        return false;
    }
    for (auto value = from; value <= until; value += step) {
        into.set(value);
    }
    return true;
}

field_values read_field(std::string_view text, const field_kind& kind)
{
    field_values values;
    for (const auto item : split(text, ",")) {
        if (!add_item(item, kind, values)) {
            throw bad_cron(fmt::format("the {} `{:.40}` of a cron expression is none: expected "
                                       "numbers from {} to {}, such as {}, {}-{}, */2 or a list",
                                       kind.name, text, kind.lowest, kind.highest, kind.lowest,
                                       kind.lowest, kind.lowest + 4));
        }
    }
    return values;
}

} // namespace

cron_schedule::cron_schedule(std::string_view text) : text_(text)
{
    auto fields = split(text, " \t");
    std::erase_if(fields, [](std::string_view field) { return field.empty(); });
    if (fields.size() != kinds.size()) {
        throw bad_cron(fmt::format("a cron expression has five fields (minute, hour, day of the "
                                   "month, month, day of the week), not {}",
                                   fields.size()));
    }
    minutes_ = read_field(fields[0], kinds[0]);
    hours_ = read_field(fields[1], kinds[1]);
    days_ = read_field(fields[2], kinds[2]);
    months_ = read_field(fields[3], kinds[3]);
    weekdays_ = read_field(fields[4], kinds[4]);
    if (weekdays_[7]) {
        weekdays_.set(0);
    }
    // As cron has it: a field that begins with a star restricts nothing by itself.
    is_any_day_ = fields[2].starts_with('*');
    is_any_weekday_ = fields[4].starts_with('*');
    using namespace std::chrono;
    if (!find(sys_days(year(2000) / December / 31))) {
        throw bad_cron("no year has the day of the month and the month of this cron expression");
    }
}

bool cron_schedule::holds(std::chrono::sys_days day) const
{
    const std::chrono::year_month_day date(day);
    const bool is_day = days_[static_cast<unsigned>(date.day())];
    const bool is_weekday = weekdays_[std::chrono::weekday(day).c_encoding()];
    const bool fits = is_any_day_ || is_any_weekday_ ? is_day && is_weekday : is_day || is_weekday;
    return fits && months_[static_cast<unsigned>(date.month())];
}

std::optional<std::chrono::sys_seconds> cron_schedule::find(std::chrono::sys_seconds now) const
{
    using namespace std::chrono;
    const auto today = floor<days>(now);
    for (auto day = today; day >= today - longest_wait; day -= days(1)) {
        if (!holds(day)) {
            continue;
        }
        for (int hour = 23; hour >= 0; --hour) {
            for (int minute = 59; minute >= 0; --minute) {
                const auto at = sys_seconds(day) + hours(hour) + minutes(minute);
                if (at <= now && hours_[static_cast<unsigned>(hour)] &&
                    minutes_[static_cast<unsigned>(minute)]) {
                    return at;
                }
            }
        }
    }
    return std::nullopt;
}

std::chrono::sys_seconds cron_schedule::latest(std::chrono::sys_seconds now) const
{
    return find(now).value_or(std::chrono::sys_seconds());
}

} // namespace intercom_mirror
