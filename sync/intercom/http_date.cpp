#include "sync/intercom/http_date.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace intercom_mirror {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// All characters must be digits.
std::optional<unsigned> number(std::string_view digits)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<unsigned> month(std::string_view name)
{
    for (unsigned i = 0; i < months.size(); ++i) {
        if (months[i] == name) {
            return i + 1;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<wall_time> parse_http_date(std::string_view text)
{
    // "Sun, 06 Nov 1994 08:49:37 GMT": every field has its column.
    constexpr std::string_view form = "???, ?? ??? ???? ??:??:?? GMT";
    if (text.size() != form.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '?' && form[i] != text[i]) {
            return std::nullopt;
        }
    }
    const auto day = number(text.substr(5, 2));
    const auto in_year = month(text.substr(8, 3));
    const auto year = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2));
    const auto minute = number(text.substr(20, 2));
    const auto second = number(text.substr(23, 2));
    // 60 is a leap second.
    if (!day || !in_year || !year || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
        *second > 60) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*in_year), std::chrono::day(*day));
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

} // namespace intercom_mirror
