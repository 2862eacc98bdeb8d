#include "sync/record/decimal.hpp"

#include <algorithm>
#include <limits>

namespace intercom_mirror {
namespace {

constexpr int exponent_max = 1'000'000;

std::string_view take_digits(std::string_view& text)
{
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

bool take(std::string_view& text, std::string_view one_of)
{
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

// Nothing when there are no digits.
std::optional<int> take_exponent(std::string_view& text)
{
    const bool is_negative = text.starts_with('-');
    take(text, "+-");
    const std::string_view digits = take_digits(text);
    if (digits.empty()) {
        return std::nullopt;
    }
    int value = 0;
    for (const char digit : digits) {
        value = std::min(value * 10 + (digit - '0'), exponent_max);
    }
    return is_negative ? -value : value;
}

bool is_zero(std::string_view digits)
{
    return digits.find_first_not_of('0') == std::string_view::npos;
}

} // namespace

std::optional<decimal> parse_decimal(std::string_view text)
{
    decimal number;
    number.is_negative = take(text, "-");
    number.whole = take_digits(text);
    if (number.whole.empty()) {
        return std::nullopt;
    }
    if (take(text, ".")) {
        number.fraction = take_digits(text);
        if (number.fraction.empty()) {
            return std::nullopt;
        }
    }
    if (take(text, "eE")) {
        const auto exponent = take_exponent(text);
        if (!exponent) {
            return std::nullopt;
        }
        number.exponent = *exponent;
    }
    return text.empty() ? std::optional(number) : std::nullopt;
}

scaled_integer scale(const decimal& number, int shift)
{
    using status = scaled_integer::status;
    if (is_zero(number.whole) && is_zero(number.fraction)) {
        return {};
    }
    // Where the point ends up among the digits of whole and fraction taken together.
    const std::int64_t point =
        static_cast<std::int64_t>(number.whole.size()) + number.exponent + shift;
    const auto digit_at = [&number](std::int64_t at) {
        const auto index = static_cast<std::size_t>(at);
        const std::size_t behind = index - std::min(index, number.whole.size());
        const bool is_whole = index < number.whole.size();
        if (!is_whole && behind >= number.fraction.size()) {
            return 0;
        }
        return (is_whole ? number.whole[index] : number.fraction[behind]) - '0';
    };
    scaled_integer result;
    // Counted below zero, where there is room for one more.
    for (std::int64_t at = 0; at < point; ++at) {
        const int digit = digit_at(at);
        if (result.value < (std::numeric_limits<std::int64_t>::min() + digit) / 10) {
            return {status::too_large, 0};
        }
        result.value = result.value * 10 - digit;
    }
    if (!number.is_negative) {
        if (result.value == std::numeric_limits<std::int64_t>::min()) {
            return {status::too_large, 0};
        }
        result.value = -result.value;
    }
    const auto digits = static_cast<std::int64_t>(number.whole.size() + number.fraction.size());
    for (std::int64_t at = std::max<std::int64_t>(point, 0); at < digits; ++at) {
        if (digit_at(at) != 0) {
            result.is = status::was_cut;
            break;
        }
    }
    return result;
}

bool fits_numeric(const decimal& number)
{
    constexpr std::int64_t digits_before_max = 131'072;
    constexpr std::int64_t digits_behind_max = 16'383;
    const auto before = static_cast<std::int64_t>(number.whole.size()) + number.exponent;
    const auto behind = static_cast<std::int64_t>(number.fraction.size()) - number.exponent;
    return before <= digits_before_max && behind <= digits_behind_max;
}

} // namespace intercom_mirror
