#pragma once

#include "sync/record/json_text.hpp"
#include "sync/record/record_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace intercom_mirror {

enum class json_kind : std::uint8_t { null, boolean, number, string, array, object };

std::string_view to_string(json_kind kind);

// A string as it stands in the text, without its quotes.
struct json_string
{
    std::string_view bytes;
    bool has_escapes = false;

    // The name this string is as a member; `buffer` is used when there are escapes.
    [[nodiscard]] std::string_view plain(std::string& buffer) const
    {
        if (!has_escapes) {
            return bytes;
        }
        unescape(bytes, buffer);
        return buffer;
    }
};

// Walks JSON text from front to back and checks the grammar of whatever it passes. Everything it
// hands out is a view of the text, so the bytes of any value are known exactly. Raw NULs and
// malformed UTF-8 inside strings pass: records are walked before they are sanitised, too.
// Throws malformed_record.
class json_cursor
{
public:
    explicit json_cursor(std::string_view text)
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size())
    {
    }

    // What stands here, white space skipped. Only its first character has been looked at.
    json_kind kind();

    // Only meaningful right after kind() or after a value was read.
    [[nodiscard]] const char* position() const { return at_; }
    void return_to(const char* position) { at_ = position; }
    [[nodiscard]] std::string_view since(const char* position) const
    {
        return {position, static_cast<std::size_t>(at_ - position)};
    }

    // Any value; returns its bytes.
    std::string_view skip();

    // An object: calls on_member(json_string name) for each member, which has to read the value.
    template <typename Function>
    void members(Function&& on_member);

    // An array: calls on_element() for each element, which has to read it.
    template <typename Function>
    void elements(Function&& on_element);

    // Nothing may follow the value.
    void finish();

private:
    void skip_space();
    json_string string();
    void skip_escape();
    void skip_number();
    void skip_digits();
    void skip_literal(std::string_view literal);
    bool take(char expected);
    void expect(char expected);
    void enter();
    // Says where and what, never which bytes: they may be personal data.
    [[noreturn]] void fail(std::string_view what) const;

    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t depth_ = 0;
};

inline void json_cursor::skip_space()
{
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
        ++at_;
    }
}

inline bool json_cursor::take(char expected)
{
    skip_space();
    if (at_ == end_ || *at_ != expected) {
        return false;
    }
    ++at_;
    return true;
}

inline json_string json_cursor::string()
{
    expect('"');
    const char* start = at_;
    bool has_escapes = false;
    for (;;) {
        at_ = end_of_plain_text(at_, end_);
        if (at_ == end_) {
            fail("a string has no end");
        }
        if (*at_ == '"') {
            const json_string found{since(start), has_escapes};
            ++at_;
            return found;
        }
        if (*at_ == '\\') {
            has_escapes = true;
            skip_escape();
        } else if (*at_ == '\0') {
            ++at_;
        } else {
            fail("a control character stands in a string");
        }
    }
}

template <typename Function>
void json_cursor::members(Function&& on_member)
{
    enter();
    expect('{');
    if (!take('}')) {
        do {
            const json_string name = string();
            expect(':');
            on_member(name);
        } while (take(','));
        expect('}');
    }
    --depth_;
}

template <typename Function>
void json_cursor::elements(Function&& on_element)
{
    enter();
    expect('[');
    if (!take(']')) {
        do {
            on_element();
        } while (take(','));
        expect(']');
    }
    --depth_;
}

} // namespace intercom_mirror
