#include "tests/sim/json_value.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

namespace intercom_simulation {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

void append_code_point(std::string& out, std::uint32_t code)
{
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (code == 0 || (code >= 0xd800 && code < 0xe000)) {
        out += replacement;
    } else if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0 | (code >> 6U));
        byte(0x80 | (code & 0x3fU));
    } else if (code < 0x10000) {
        byte(0xe0 | (code >> 12U));
        byte(0x80 | ((code >> 6U) & 0x3fU));
        byte(0x80 | (code & 0x3fU));
    } else {
        byte(0xf0 | (code >> 18U));
        byte(0x80 | ((code >> 12U) & 0x3fU));
        byte(0x80 | ((code >> 6U) & 0x3fU));
        byte(0x80 | (code & 0x3fU));
    }
}

class parser
{
public:
    explicit parser(std::string_view text) : text_(text) {}

    json_value document()
    {
        json_value whole = value();
        skip_blanks();
        if (at_ != text_.size()) {
            fail();
        }
        return whole;
    }

private:
    [[noreturn]] void fail() const
    {
        throw std::runtime_error("not JSON at byte " + std::to_string(at_));
    }

    char peek()
    {
        skip_blanks();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    void skip_blanks()
    {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\r' || text_[at_] == '\t')) {
            ++at_;
        }
    }

    void expect(char wanted)
    {
        if (peek() != wanted) {
            fail();
        }
        ++at_;
    }

    json_value value()
    {
        switch (peek()) {
        case '{':
            return object();
        case '[':
            return array();
        case '"':
            return {json_value::kind::string, string(), {}, {}};
        default:
            return word();
        }
    }

    json_value object()
    {
        json_value made{json_value::kind::object, {}, {}, {}};
        expect('{');
        while (peek() != '}') {
            if (!made.names.empty()) {
                expect(',');
            }
            skip_blanks();
            made.names.push_back(string());
            expect(':');
            made.elements.push_back(value());
        }
        expect('}');
        return made;
    }

    json_value array()
    {
        json_value made{json_value::kind::array, {}, {}, {}};
        expect('[');
        while (peek() != ']') {
            if (!made.elements.empty()) {
                expect(',');
            }
            made.elements.push_back(value());
        }
        expect(']');
        return made;
    }

    json_value word()
    {
        const auto end = std::min(text_.find_first_of(",]} \n\r\t", at_), text_.size());
        const std::string_view found = text_.substr(at_, end - at_);
        if (found.empty()) {
            fail();
        }
        at_ = end;
        if (found == "null") {
            return {};
        }
        const bool is_boolean = found == "true" || found == "false";
        return {is_boolean ? json_value::kind::boolean : json_value::kind::number,
                std::string(found),
                {},
                {}};
    }

    std::uint32_t four_digits()
    {
        std::uint32_t code = 0;
        if (at_ + 4 > text_.size() ||
            std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16).ptr !=
                text_.data() + at_ + 4) {
            fail();
        }
        at_ += 4;
        return code;
    }

    void append_escape(std::string& out)
    {
        const char which = text_.at(at_++);
        constexpr std::string_view from = "\"\\/bfnrt";
        constexpr std::string_view to = "\"\\/\b\f\n\r\t";
        if (const auto plain = from.find(which); plain != from.npos) {
            out += to[plain];
            return;
        }
        if (which != 'u') {
            fail();
        }
        std::uint32_t code = four_digits();
        const bool is_high = code >= 0xd800 && code < 0xdc00;
        if (is_high && text_.substr(at_, 2) == "\\u") {
            const auto here = at_;
            at_ += 2;
            const std::uint32_t low = four_digits();
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
            } else {
                at_ = here;
            }
        }
        append_code_point(out, code);
    }

    std::string string()
    {
        std::string out;
        for (expect('"');;) {
            const auto stop = text_.find_first_of("\"\\", at_);
            if (stop == text_.npos) {
                fail();
            }
            out += text_.substr(at_, stop - at_);
            at_ = stop + 1;
            if (text_[stop] == '"') {
                return out;
            }
            append_escape(out);
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

void append_canonical(std::string& out, const json_value& value)
{
    switch (value.is) {
    case json_value::kind::null:
        out += "null";
        return;
    case json_value::kind::boolean:
        out += value.text;
        return;
    case json_value::kind::number:
        out += canonical_number(value.text);
        return;
    case json_value::kind::string:
        out += '"' + value.text + '"';
        return;
    case json_value::kind::array:
        out += '[';
        for (const auto& element : value.elements) {
            append_canonical(out, element);
            out += ',';
        }
        out += ']';
        return;
    case json_value::kind::object:
        break;
    }
    // Of members with one name the last one counts, as in PostgreSQL.
    std::map<std::string_view, const json_value*> sorted;
    for (std::size_t i = 0; i < value.names.size(); ++i) {
        sorted[value.names[i]] = &value.elements[i];
    }
    out += '{';
    for (const auto& [name, member] : sorted) {
        out += '"';
        out += name;
        out += "\":";
        append_canonical(out, *member);
        out += ',';
    }
    out += '}';
}

} // namespace

const json_value& json_value::at(std::string_view name) const
{
    static const json_value nothing;
    for (std::size_t i = names.size(); i > 0; --i) {
        if (names[i - 1] == name) {
            return elements[i - 1];
        }
    }
    return nothing;
}

void json_value::erase(std::string_view name)
{
    for (std::size_t i = names.size(); i > 0; --i) {
        if (names[i - 1] == name) {
            names.erase(names.begin() + static_cast<std::ptrdiff_t>(i - 1));
            elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
    }
}

const json_value& json_value::along(std::string_view path) const
{
    const json_value* here = this;
    while (!path.empty()) {
        const auto end = std::min(path.find('.'), path.size());
        here = &here->at(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return *here;
}

json_value parse_json(std::string_view text)
{
    return parser(text).document();
}

std::string canonical(const json_value& value)
{
    std::string out;
    append_canonical(out, value);
    return out;
}

std::string canonical_number(std::string_view lexeme)
{
    const bool is_negative = lexeme.starts_with('-');
    std::string digits;
    long long exponent = 0;
    bool is_fraction = false;
    for (std::size_t i = is_negative ? 1 : 0; i < lexeme.size(); ++i) {
        const char c = lexeme[i];
        if (c == '.') {
            is_fraction = true;
        } else if (c == 'e' || c == 'E') {
            exponent += std::stoll(std::string(lexeme.substr(i + 1)));
            break;
        } else {
            digits += c;
            exponent -= is_fraction ? 1 : 0;
        }
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    while (digits.ends_with('0')) {
        digits.pop_back();
        ++exponent;
    }
    if (digits.empty()) {
        return "0";
    }
    return (is_negative ? "-" : "") + digits +
           (exponent == 0 ? "" : "e" + std::to_string(exponent));
}

} // namespace intercom_simulation
