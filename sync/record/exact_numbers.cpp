#include "sync/record/exact_numbers.hpp"

#include "sync/record/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace intercom_mirror {
namespace {

// Of Unicode's private use: no text that people write begins so.
constexpr std::string_view mark = "\"\uE000number ";

// A double holds all decimals of so many digits.
constexpr std::size_t digits_max = 15;
constexpr int exponent_max = 290;

bool may_stand_in_number(char c)
{
    return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+' || c == '.' ||
           c == 'e' || c == 'E';
}

// The end of the string that begins at `at`.
std::size_t string_end(std::string_view json, std::size_t at)
{
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        at += json[at] == '\\' ? 1U : 0U;
    }
    return at + 1;
}

// Digits without zeros around them, and the power of ten they are multiplied by; nothing where
// nlohmann/json is exact.
std::string guarded(std::string_view lexeme)
{
    const auto number = parse_decimal(lexeme);
    if (!number) {
        return std::string(lexeme);
    }
    std::string digits = std::string(number->whole) + std::string(number->fraction);
    auto exponent = number->exponent - static_cast<int>(number->fraction.size());
    const auto first = digits.find_first_not_of('0');
    digits.erase(0, std::min(first, digits.size()));
    while (digits.ends_with('0')) {
        digits.pop_back();
        ++exponent;
    }
    const bool is_small_integer =
        exponent >= 0 && digits.size() + static_cast<std::size_t>(exponent) <= 18;
    const int magnitude = exponent + static_cast<int>(digits.size());
    const bool is_exact =
        digits.empty() || is_small_integer ||
        (digits.size() <= digits_max && magnitude < exponent_max && magnitude > -exponent_max);
    return is_exact
               ? std::string(lexeme)
               : fmt::format("{}{}{}e{}\"", mark, number->is_negative ? "-" : "", digits, exponent);
}

} // namespace

std::string guard_numbers(std::string_view json)
{
    std::string made;
    made.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        const auto from = at;
        if (json[at] == '"') {
            at = std::min(string_end(json, at), json.size());
            made += json.substr(from, at - from);
        } else if (json[at] == '-' || std::isdigit(static_cast<unsigned char>(json[at])) != 0) {
            while (at < json.size() && may_stand_in_number(json[at])) {
                ++at;
            }
            made += guarded(json.substr(from, at - from));
        } else {
            made += json[at++];
        }
    }
    return made;
}

std::string plain_numbers(std::string_view json)
{
    std::string made;
    made.reserve(json.size());
    std::size_t at = 0;
    for (auto next = json.find(mark); next != json.npos; next = json.find(mark, at)) {
        made += json.substr(at, next - at);
        const auto end = json.find('"', next + mark.size());
        made += json.substr(next + mark.size(), end - next - mark.size());
        at = end + 1;
    }
    return made += json.substr(at);
}

} // namespace intercom_mirror
