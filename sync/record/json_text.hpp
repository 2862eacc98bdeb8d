#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

// The bytes of JSON strings: finding their end, and turning escapes into text.
namespace intercom_mirror {

// Finds bytes eight at a time. A mask has the top bit of a byte set where the byte matches; only
// the lowest match is reliable, which is all that is asked for.
namespace eight_bytes {

static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest");

constexpr std::uint64_t every(unsigned char byte)
{
    return 0x0101010101010101U * byte;
}

inline std::uint64_t load(const char* from)
{
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

constexpr std::uint64_t below(std::uint64_t word, unsigned char bound)
{
    return (word - every(bound)) & ~word & every(0x80);
}

constexpr std::uint64_t equal(std::uint64_t word, unsigned char byte)
{
    return below(word ^ every(byte), 1);
}

inline std::size_t first(std::uint64_t mask)
{
    return static_cast<std::size_t>(std::countr_zero(mask)) / 8;
}

} // namespace eight_bytes

// The first quote, backslash or control character in [from, end), or `end`.
inline const char* end_of_plain_text(const char* from, const char* end)
{
    while (end - from >= 8) {
        const std::uint64_t word = eight_bytes::load(from);
        const std::uint64_t stops = eight_bytes::equal(word, '"') | eight_bytes::equal(word, '\\') |
                                    eight_bytes::below(word, 0x20);
        if (stops != 0) {
            return from + eight_bytes::first(stops);
        }
        from += 8;
    }
    while (from != end && *from != '"' && *from != '\\' &&
           static_cast<unsigned char>(*from) >= 0x20) {
        ++from;
    }
    return from;
}

// The number written as four hexadecimal digits at the start of `text`.
std::optional<std::uint32_t> parse_hex4(std::string_view text);

constexpr bool is_high_surrogate(std::uint32_t unit)
{
    return (unit & 0xFC00U) == 0xD800U;
}

constexpr bool is_low_surrogate(std::uint32_t unit)
{
    return (unit & 0xFC00U) == 0xDC00U;
}

// What stands between the quotes of a JSON string, as text. Escapes that no text can hold (U+0000,
// lone surrogates) become U+FFFD.
void unescape(std::string_view inside, std::string& into);

} // namespace intercom_mirror
