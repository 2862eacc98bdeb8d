#include "sync/record/json_text.hpp"

namespace intercom_mirror {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

void append_utf8(std::uint32_t point, std::string& into)
{
    const auto put = [&into](std::uint32_t byte) { into += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
}

// The code point of the \u escape at the start of `text`; `length` is what it takes, a second
// escape included when the two are a surrogate pair.
std::uint32_t code_point(std::string_view text, std::size_t& length)
{
    const auto unit = parse_hex4(text.substr(2));
    length = unit ? 6 : 2;
    if (!unit || *unit == 0 || is_low_surrogate(*unit)) {
        return replacement;
    }
    if (!is_high_surrogate(*unit)) {
        return *unit;
    }
    if (text.substr(6, 2) != "\\u") {
        return replacement;
    }
    const auto low = parse_hex4(text.substr(8));
    if (!low || !is_low_surrogate(*low)) {
        return replacement;
    }
    length = 12;
    return 0x10000U + ((*unit & 0x3FFU) << 10U) + (*low & 0x3FFU);
}

char short_escape(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

} // namespace

std::optional<std::uint32_t> parse_hex4(std::string_view text)
{
    if (text.size() < 4) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const char digit : text.substr(0, 4)) {
        std::uint32_t nibble = 0;
        if (digit >= '0' && digit <= '9') {
            nibble = static_cast<std::uint32_t>(digit - '0');
        } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
            nibble = static_cast<std::uint32_t>((digit | 0x20) - 'a' + 10);
        } else {
            return std::nullopt;
        }
        value = value << 4U | nibble;
    }
    return value;
}

void unescape(std::string_view inside, std::string& into)
{
    into.clear();
    for (;;) {
        const std::size_t plain = inside.find('\\');
        into.append(inside.substr(0, plain));
        if (plain == std::string_view::npos) {
            return;
        }
        inside.remove_prefix(plain);
        std::size_t length = 2;
        if (inside.size() < 2) {
            append_utf8(replacement, into);
            return;
        }
        if (inside[1] == 'u') {
            append_utf8(code_point(inside, length), into);
        } else {
            into += short_escape(inside[1]);
        }
        inside.remove_prefix(length);
    }
}

} // namespace intercom_mirror
