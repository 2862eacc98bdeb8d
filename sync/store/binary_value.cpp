#include "sync/store/binary_value.hpp"

#include "sync/record/decimal.hpp"

#include <algorithm>
#include <vector>

namespace intercom_mirror {
namespace {

constexpr std::uint32_t null_length = 0xffffffffU;
// PostgreSQL counts timestamps from 2000-01-01.
constexpr std::int64_t epoch_of_postgres_us = 946'684'800'000'000;
constexpr char jsonb_format = 1;
// numeric_recv: digits to the base of 10,000, the first one's power, sign, digits behind the point.
constexpr std::int64_t digits_in_one = 4;
constexpr std::uint16_t numeric_is_negative = 0x4000;

} // namespace

sent_type sent_type_of(column_type type)
{
    switch (type) {
    case column_type::boolean:
        return sent_type::boolean;
    case column_type::bigint:
        return sent_type::bigint;
    case column_type::numeric:
        return sent_type::numeric;
    case column_type::timestamp:
        return sent_type::timestamptz;
    case column_type::jsonb:
        return sent_type::jsonb;
    case column_type::text:
    case column_type::id:
    case column_type::reference:
        break;
    }
    return sent_type::text;
}

void binary_writer::put(std::uint16_t value)
{
    bytes_.push_back(static_cast<char>(value >> 8U));
    bytes_.push_back(static_cast<char>(value & 0xffU));
}

void binary_writer::put(std::uint32_t value)
{
    const std::size_t at = bytes_.size();
    bytes_.resize(at + 4);
    overwrite(at, value);
}

void binary_writer::put(std::uint64_t value)
{
    put(static_cast<std::uint32_t>(value >> 32U));
    put(static_cast<std::uint32_t>(value & 0xffffffffU));
}

void binary_writer::overwrite(std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 0; i < 4; ++i) {
        bytes_[at + i] = static_cast<char>((value >> (24U - 8U * i)) & 0xffU);
    }
}

void binary_writer::put(sent_type type, const sent_value& value)
{
    if (value.is == cell::kind::null) {
        put(null_length);
        return;
    }
    switch (type) {
    case sent_type::text:
    case sent_type::json:
        put(static_cast<std::uint32_t>(value.text.size()));
        bytes_.append(value.text);
        break;
    case sent_type::jsonb:
        put(static_cast<std::uint32_t>(value.text.size() + 1));
        bytes_.push_back(jsonb_format);
        bytes_.append(value.text);
        break;
    case sent_type::boolean:
        put(std::uint32_t{1});
        bytes_.push_back(value.number != 0 ? 1 : 0);
        break;
    case sent_type::bigint:
        put(std::uint32_t{8});
        put(static_cast<std::uint64_t>(value.number));
        break;
    case sent_type::timestamptz:
        put(std::uint32_t{8});
        put(static_cast<std::uint64_t>(value.number - epoch_of_postgres_us));
        break;
    case sent_type::numeric:
        put_numeric(value.text);
        break;
    }
}

void binary_writer::put_numeric(std::string_view literal)
{
    const auto number = parse_decimal(literal);
    if (!number || !fits_numeric(*number)) {
        put(null_length); // decoding lets no such literal through
        return;
    }
    const auto written = static_cast<std::int64_t>(number->whole.size() + number->fraction.size());
    const auto point = static_cast<std::int64_t>(number->whole.size()) + number->exponent;
    const auto digit_at = [&](std::int64_t at) {
        if (at < 0 || at >= written) {
            return 0;
        }
        const auto index = static_cast<std::size_t>(at);
        return (index < number->whole.size() ? number->whole[index]
                                             : number->fraction[index - number->whole.size()]) -
               '0';
    };
    // The digits are grouped from the point to both sides; the first group may begin before them.
    const auto groups_before = (point + digits_in_one - 1) >> 2; // rounded down, below zero too
    std::vector<std::uint16_t> groups;
    for (auto at = point - digits_in_one * groups_before; at < written; at += digits_in_one) {
        groups.push_back(static_cast<std::uint16_t>(
            ((digit_at(at) * 10 + digit_at(at + 1)) * 10 + digit_at(at + 2)) * 10 +
            digit_at(at + 3)));
    }
    const auto first =
        std::find_if(groups.begin(), groups.end(), [](auto one) { return one != 0; });
    const auto weight = groups_before - 1 - (first - groups.begin());
    groups.erase(groups.begin(), first);
    while (!groups.empty() && groups.back() == 0) {
        groups.pop_back();
    }
    const bool is_zero = groups.empty();
    const auto behind_point = std::max<std::int64_t>(
        0, static_cast<std::int64_t>(number->fraction.size()) - number->exponent);
    put(static_cast<std::uint32_t>(8 + 2 * groups.size()));
    put(static_cast<std::uint16_t>(groups.size()));
    put(static_cast<std::uint16_t>(is_zero ? 0 : weight));
    put(number->is_negative && !is_zero ? numeric_is_negative : std::uint16_t{0});
    put(static_cast<std::uint16_t>(behind_point));
    for (const auto one : groups) {
        put(one);
    }
}

} // namespace intercom_mirror
