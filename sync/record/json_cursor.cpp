#include "sync/record/json_cursor.hpp"

namespace intercom_mirror {

std::string_view to_string(json_kind kind)
{
    switch (kind) {
    case json_kind::null:
        return "null";
    case json_kind::boolean:
        return "boolean";
    case json_kind::number:
        return "number";
    case json_kind::string:
        return "string";
    case json_kind::array:
        return "array";
    case json_kind::object:
        break;
    }
    return "object";
}

json_kind json_cursor::kind()
{
    skip_space();
    if (at_ == end_) {
        fail("the text ends where a value should stand");
    }
    switch (*at_) {
    case '{':
        return json_kind::object;
    case '[':
        return json_kind::array;
    case '"':
        return json_kind::string;
    case 'n':
        return json_kind::null;
    case 't':
    case 'f':
        return json_kind::boolean;
    default:
        break;
    }
    if (*at_ != '-' && (*at_ < '0' || *at_ > '9')) {
        fail("no value starts like this");
    }
    return json_kind::number;
}

std::string_view json_cursor::skip()
{
    const json_kind found = kind();
    const char* start = at_;
    switch (found) {
    case json_kind::object:
        members([this](const json_string&) { skip(); });
        break;
    case json_kind::array:
        elements([this] { skip(); });
        break;
    case json_kind::string:
        string();
        break;
    case json_kind::number:
        skip_number();
        break;
    case json_kind::boolean:
        skip_literal(*at_ == 't' ? "true" : "false");
        break;
    case json_kind::null:
        skip_literal("null");
        break;
    }
    return since(start);
}

void json_cursor::finish()
{
    skip_space();
    if (at_ != end_) {
        fail("something follows the value");
    }
}

void json_cursor::skip_escape()
{
    ++at_;
    if (at_ == end_) {
        fail("a string has no end");
    }
    switch (*at_) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        ++at_;
        return;
    case 'u':
        ++at_;
        if (!parse_hex4({at_, static_cast<std::size_t>(end_ - at_)})) {
            fail("\\u lacks its four digits");
        }
        at_ += 4;
        return;
    default:
        fail("there is no such escape");
    }
}

void json_cursor::skip_number()
{
    if (*at_ == '-') {
        ++at_;
    }
    if (at_ != end_ && *at_ == '0') {
        ++at_;
    } else {
        skip_digits();
    }
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        skip_digits();
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) {
            ++at_;
        }
        skip_digits();
    }
}

void json_cursor::skip_digits()
{
    const char* start = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') {
        ++at_;
    }
    if (at_ == start) {
        fail("a number lacks digits");
    }
}

void json_cursor::skip_literal(std::string_view literal)
{
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, literal.size()) !=
        literal) {
        fail("no value starts like this");
    }
    at_ += literal.size();
}

void json_cursor::expect(char expected)
{
    if (!take(expected)) {
        fail(std::string("expected ") + expected);
    }
}

void json_cursor::enter()
{
    if (++depth_ > record_plan::depth_max) {
        fail("nested too deeply");
    }
}

void json_cursor::fail(std::string_view what) const
{
    throw malformed_record(std::string(what) + " at byte " + std::to_string(at_ - begin_));
}

} // namespace intercom_mirror
