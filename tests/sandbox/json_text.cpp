#include "tests/sandbox/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace intercom_sandbox {
namespace {

void append_unit(std::string& out, unsigned unit)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out += digits[(unit >> shift) & 15U];
    }
}

void append_escaped(std::string& out, unsigned code)
{
    if (code < 0x10000) {
        append_unit(out, code);
        return;
    }
    append_unit(out, 0xD800 + ((code - 0x10000) >> 10U));
    append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FFU));
}

// Length of the sequence that starts with `lead`, and the bits the lead byte contributes.
std::pair<std::size_t, unsigned> sequence(unsigned lead)
{
    if (lead >= 0xF0) {
        return {4, lead & 7U};
    }
    return lead >= 0xE0 ? std::pair<std::size_t, unsigned>{3, lead & 15U}
                        : std::pair<std::size_t, unsigned>{2, lead & 31U};
}

void append_control(std::string& out, char c)
{
    switch (c) {
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        append_unit(out, static_cast<unsigned char>(c));
    }
}

} // namespace

void append_quoted(std::string& out, std::string_view text, bool ascii_only)
{
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[i++];
        } else if (byte < 0x20) {
            append_control(out, text[i++]);
        } else if (byte < 0x80) {
            out += text[i++];
        } else {
            auto [length, code] = sequence(byte);
            for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
                code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 63U);
            }
            const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
            if (ascii_only || is_surrogate) {
                append_escaped(out, code);
            } else {
                out.append(text.substr(i, length));
            }
            i += length;
        }
    }
    out += '"';
}

std::string quoted(std::string_view text, bool ascii_only)
{
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text, ascii_only);
    return out;
}

std::string& members::open(std::string_view name)
{
    spans_.emplace_back(static_cast<std::uint32_t>(buffer_.size()), 0U);
    append_quoted(buffer_, name, style_.ascii_only);
    buffer_ += ':';
    return buffer_;
}

void members::close()
{
    spans_.back().second = static_cast<std::uint32_t>(buffer_.size());
}

members& members::text(std::string_view name, std::string_view value)
{
    append_quoted(open(name), value, style_.ascii_only);
    close();
    return *this;
}

members& members::number(std::string_view name, std::int64_t value)
{
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    open(name).append(digits.data(), end);
    close();
    return *this;
}

members& members::boolean(std::string_view name, bool value)
{
    return raw(name, value ? "true" : "false");
}

members& members::null(std::string_view name)
{
    return style_.omits_nulls ? *this : raw(name, "null");
}

members& members::raw(std::string_view name, std::string_view json)
{
    open(name) += json;
    close();
    return *this;
}

members& members::id(std::string_view name, std::string_view value)
{
    const bool is_number =
        !value.empty() && value.size() < 16 &&
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    return style_.integer_ids && is_number ? raw(name, value) : text(name, value);
}

std::string members::object() const
{
    auto spans = spans_;
    if (style_.shuffled && spans.size() > 1) {
        dice die(style_.order);
        for (std::size_t i = spans.size() - 1; i > 0; --i) {
            std::swap(spans[i], spans[static_cast<std::size_t>(die.below(i + 1))]);
        }
    }
    std::string out;
    out.reserve(buffer_.size() + spans.size() + 2);
    out += '{';
    for (const auto& [from, to] : spans) {
        out += out.size() > 1 ? "," : "";
        out.append(buffer_, from, to - from);
    }
    out += '}';
    return out;
}

std::string with_member(std::string_view object, std::string_view name, std::string_view json)
{
    std::string out(object.substr(0, object.rfind('}')));
    out += out.size() > 1 ? "," : "";
    append_quoted(out, name);
    out += ':';
    out += json;
    out += '}';
    return out;
}

} // namespace intercom_sandbox
