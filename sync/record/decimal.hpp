#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace intercom_mirror {

// A number as it is written, so that nothing is lost: 2^64, 1e400 and 0.1 all stay what they are.
struct decimal
{
    bool is_negative = false;
    std::string_view whole;    // the digits before the point
    std::string_view fraction; // those behind it
    int exponent = 0;          // cut to ±1,000,000: beyond it there is only "absurd"
};

// JSON's form of numbers, leading zeros allowed. Nothing when `text` is anything else.
std::optional<decimal> parse_decimal(std::string_view text);

// value × 10^shift, cut at the decimal point.
struct scaled_integer
{
    enum class status : std::uint8_t { exact, was_cut, too_large };
    status is = status::exact;
    std::int64_t value = 0;
};
scaled_integer scale(const decimal& number, int shift);

// Whether PostgreSQL's numeric (and with it jsonb) can hold the number.
bool fits_numeric(const decimal& number);

} // namespace intercom_mirror
