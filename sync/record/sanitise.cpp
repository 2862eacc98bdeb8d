#include "sync/record/sanitise.hpp"

#include "sync/record/json_text.hpp"

namespace intercom_mirror {
namespace {

constexpr std::string_view replacement_bytes = "\xEF\xBF\xBD";
constexpr std::string_view replacement_escape = "\\ufffd";

// A stretch of bytes at the start of a text that is kept or replaced as one.
struct stretch
{
    std::size_t length = 0;
    std::string_view instead = {}; // empty: the bytes are fine as they are
};

bool is_continuation(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The range of a valid second byte is narrower than that of the others after some first bytes: it
// keeps out overlong forms, surrogates and what lies beyond U+10FFFF.
bool fits_second(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return second >= 0x80 && second <= 0xBF;
    }
}

std::size_t sequence_length(unsigned char first)
{
    if (first >= 0xC2 && first <= 0xDF) {
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        return 3;
    }
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

// As Unicode recommends, the longest start of a sequence that could have become valid is replaced
// as one.
stretch multi_byte(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t wanted = sequence_length(first);
    if (wanted == 0 || text.size() < 2 ||
        !fits_second(first, static_cast<unsigned char>(text[1]))) {
        return {1, replacement_bytes};
    }
    for (std::size_t at = 2; at < wanted; ++at) {
        if (at == text.size() || !is_continuation(text[at])) {
            return {at, replacement_bytes};
        }
    }
    return {wanted};
}

// Taking a backslash and its partner together is what keeps `\\u0000`, an escaped backslash and
// then plain letters, as it is.
stretch escape(std::string_view text)
{
    if (text.size() < 2) {
        return {1};
    }
    if (text[1] != 'u') {
        // A partner that is no ASCII character is judged on its own.
        const auto partner = static_cast<unsigned char>(text[1]);
        return {partner == 0 || partner >= 0x80 ? 1U : 2U};
    }
    const auto unit = parse_hex4(text.substr(2));
    if (!unit) {
        return {2};
    }
    if (*unit == 0 || is_low_surrogate(*unit)) {
        return {6, replacement_escape};
    }
    if (!is_high_surrogate(*unit)) {
        return {6};
    }
    if (text.substr(6, 2) == "\\u") {
        const auto low = parse_hex4(text.substr(8));
        if (low && is_low_surrogate(*low)) {
            return {12};
        }
    }
    return {6, replacement_escape};
}

stretch judge(std::string_view text)
{
    if (text[0] == '\\') {
        return escape(text);
    }
    if (text[0] == '\0') {
        return {1, replacement_bytes};
    }
    return static_cast<unsigned char>(text[0]) < 0x80 ? stretch{1} : multi_byte(text);
}

// How many bytes from `at` on need no judgement: ASCII without backslashes and NULs.
std::size_t plain_bytes(std::string_view text)
{
    std::size_t at = 0;
    while (text.size() - at >= 8) {
        const std::uint64_t word = eight_bytes::load(text.data() + at);
        const std::uint64_t stops = (word & eight_bytes::every(0x80)) |
                                    eight_bytes::equal(word, '\\') | eight_bytes::equal(word, 0);
        if (stops != 0) {
            return at + eight_bytes::first(stops);
        }
        at += 8;
    }
    return at;
}

} // namespace

std::string_view sanitise(std::string_view json, std::string& buffer)
{
    bool is_clean = true;
    std::size_t copied = 0;
    for (std::size_t at = plain_bytes(json); at < json.size();) {
        const stretch found = judge(json.substr(at));
        if (!found.instead.empty()) {
            if (is_clean) {
                buffer.clear();
                is_clean = false;
            }
            buffer.append(json.substr(copied, at - copied)).append(found.instead);
            copied = at + found.length;
        }
        at += found.length;
        at += plain_bytes(json.substr(at));
    }
    if (is_clean) {
        return json;
    }
    buffer.append(json.substr(copied));
    return buffer;
}

} // namespace intercom_mirror
