#include "tests/sandbox/http.hpp"

#include <algorithm>
#include <cctype>

namespace intercom_sandbox {
namespace {

bool same_ignoring_case(std::string_view left, std::string_view right)
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const int lower = std::tolower(static_cast<unsigned char>(c));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode(std::string_view text, bool plus_is_blank)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else if (text[i] == '+' && plus_is_blank) {
            out += ' ';
        } else {
            out += text[i];
        }
    }
    return out;
}

} // namespace

std::string_view header(const header_list& headers, std::string_view name)
{
    for (const auto& [key, value] : headers) {
        if (same_ignoring_case(key, name)) {
            return value;
        }
    }
    return {};
}

std::optional<std::string> target_parts::parameter(std::string_view name) const
{
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

target_parts split_target(std::string_view target)
{
    target_parts parts;
    const auto question = target.find('?');
    std::string_view path = target.substr(0, question);
    while (!path.empty()) {
        if (path.front() == '/') {
            path.remove_prefix(1);
            continue;
        }
        const auto slash = path.find('/');
        parts.path.push_back(decode(path.substr(0, slash), false));
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
    }
    if (question == std::string_view::npos) {
        return parts;
    }
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        const auto equals = pair.find('=');
        if (!pair.empty()) {
            parts.query.emplace_back(decode(pair.substr(0, equals), true),
                                     equals == std::string_view::npos
                                         ? std::string()
                                         : decode(pair.substr(equals + 1), true));
        }
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    }
    return parts;
}

std::string base64(std::string_view bytes)
{
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8U |
                    (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k > bytes.size() ? '=' : digits[(group >> (18U - 6U * k)) & 63U];
        }
    }
    return out;
}

std::optional<std::string> unbase64(std::string_view text)
{
    std::string out;
    unsigned group = 0;
    unsigned bits = 0;
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    for (const char c : text) {
        const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (digit < 0) {
            return std::nullopt;
        }
        group = (group << 6U) | static_cast<unsigned>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((group >> bits) & 255U);
        }
    }
    return out;
}

} // namespace intercom_sandbox
