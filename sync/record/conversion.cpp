#include "sync/record/conversion.hpp"

#include "sync/record/decimal.hpp"
#include "sync/record/moment.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

using verdict = std::optional<drift::problem>;
constexpr verdict fits = std::nullopt;
constexpr verdict wrong_type = drift::problem::wrong_type;
constexpr verdict out_of_range = drift::problem::out_of_range;

verdict put_number(std::int64_t number, cell& into)
{
    into.is = cell::kind::number;
    into.number = number;
    return fits;
}

void put_string(std::string_view bytes, cell& into)
{
    into.is = cell::kind::text;
    const json_string inside{bytes.substr(1, bytes.size() - 2), bytes.find('\\') != bytes.npos};
    if (inside.has_escapes) {
        unescape(inside.bytes, into.text);
    } else {
        into.text.assign(inside.bytes);
    }
}

verdict put_text(json_kind kind, std::string_view bytes, cell& into)
{
    switch (kind) {
    case json_kind::string:
        put_string(bytes, into);
        return fits;
    case json_kind::number:
    case json_kind::boolean:
        into.is = cell::kind::text;
        into.text.assign(bytes);
        return fits;
    default:
        return wrong_type;
    }
}

verdict put_id(json_kind kind, std::string_view bytes, cell& into)
{
    const bool is_integer =
        kind == json_kind::number && bytes.find_first_of(".eE") == std::string_view::npos;
    const bool is_filled_string = kind == json_kind::string && bytes.size() > 2;
    return is_integer || is_filled_string ? put_text(kind, bytes, into) : wrong_type;
}

verdict put_reference(json_kind kind, std::string_view bytes, cell& into)
{
    if (bytes == "0" || bytes == "\"0\"" || bytes == "\"\"") {
        return fits;
    }
    return put_id(kind, bytes, into);
}

verdict put_boolean(std::string_view bytes, cell& into)
{
    if (bytes == "true" || bytes == "\"true\"" || bytes == "1") {
        return put_number(1, into);
    }
    if (bytes == "false" || bytes == "\"false\"" || bytes == "0") {
        return put_number(0, into);
    }
    return wrong_type;
}

// A number, or a string that is written like one. No number needs an escape.
std::optional<decimal> number_in(json_kind kind, std::string_view bytes)
{
    if (kind == json_kind::string) {
        return parse_decimal(bytes.substr(1, bytes.size() - 2));
    }
    return kind == json_kind::number ? parse_decimal(bytes) : std::nullopt;
}

verdict put_bigint(json_kind kind, std::string_view bytes, cell& into)
{
    const auto number = number_in(kind, bytes);
    if (!number) {
        return wrong_type;
    }
    const scaled_integer whole = scale(*number, 0);
    if (whole.is == scaled_integer::status::too_large) {
        return out_of_range;
    }
    return whole.is == scaled_integer::status::exact ? put_number(whole.value, into) : wrong_type;
}

verdict put_numeric(json_kind kind, std::string_view bytes, cell& into)
{
    constexpr int exponent_max = 1000;
    const auto number = number_in(kind, bytes);
    if (!number) {
        return wrong_type;
    }
    if (number->exponent < -exponent_max || number->exponent > exponent_max ||
        !fits_numeric(*number)) {
        return out_of_range;
    }
    into.is = cell::kind::text;
    into.text.assign(kind == json_kind::string ? bytes.substr(1, bytes.size() - 2) : bytes);
    return fits;
}

// Intercom counts in seconds, but for some custom attributes that come in milliseconds. 10^11
// seconds are the year 5138, 10^11 milliseconds are 1973.
scaled_integer micros_of(const decimal& number)
{
    constexpr std::int64_t seconds_max = 100'000'000'000;
    const scaled_integer whole = scale(number, 0);
    if (whole.is == scaled_integer::status::too_large) {
        return whole;
    }
    return scale(number, whole.value > seconds_max || whole.value < -seconds_max ? 3 : 6);
}

verdict put_moment(std::int64_t micros, cell& into)
{
    // 4714 BC, where timestamptz begins; it ends beyond what 64 bits of microseconds can say.
    constexpr std::int64_t first_micros = -210'866'803'200'000'000;
    return micros < first_micros ? out_of_range : put_number(micros, into);
}

verdict put_timestamp(json_kind kind, std::string_view bytes, cell& into)
{
    if (const auto number = number_in(kind, bytes)) {
        const scaled_integer micros = micros_of(*number);
        const bool is_too_large = micros.is == scaled_integer::status::too_large;
        return is_too_large ? out_of_range : put_moment(micros.value, into);
    }
    if (bytes == "\"\"") {
        return fits; // exports say so of what they do not know yet
    }
    if (kind != json_kind::string) {
        return wrong_type;
    }
    const auto micros = parse_iso_moment(bytes.substr(1, bytes.size() - 2));
    return micros ? put_moment(*micros, into) : wrong_type;
}

verdict put(column_type type, json_kind kind, std::string_view bytes, cell& into)
{
    switch (type) {
    case column_type::text:
        return put_text(kind, bytes, into);
    case column_type::id:
        return put_id(kind, bytes, into);
    case column_type::reference:
        return put_reference(kind, bytes, into);
    case column_type::boolean:
        return put_boolean(bytes, into);
    case column_type::bigint:
        return put_bigint(kind, bytes, into);
    case column_type::numeric:
        return put_numeric(kind, bytes, into);
    case column_type::timestamp:
        return put_timestamp(kind, bytes, into);
    case column_type::jsonb:
        break;
    }
    into.is = cell::kind::text;
    copy_for_jsonb(bytes, into.text);
    return fits;
}

const char* end_of_string(const char* from, const char* end)
{
    const char* at = end_of_plain_text(from + 1, end);
    while (at != end && *at != '"') {
        at = end_of_plain_text(std::min(at + (*at == '\\' ? 2 : 1), end), end);
    }
    return at == end ? end : at + 1;
}

bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

} // namespace

verdict convert(column_type type, json_kind kind, std::string_view bytes, cell& into)
{
    into.is = cell::kind::null;
    return kind == json_kind::null ? fits : put(type, kind, bytes, into);
}

void copy_for_jsonb(std::string_view json, std::string& into)
{
    into.clear();
    const char* end = json.data() + json.size();
    const char* copied = json.data();
    for (const char* at = copied; at != end;) {
        if (*at == '"') {
            at = end_of_string(at, end);
        } else if (*at == '-' || is_digit(*at)) {
            const char* start = at;
            at = std::find_if(at, end, [](char byte) {
                return byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\n' ||
                       byte == '\r' || byte == '\t';
            });
            const std::string_view lexeme(start, static_cast<std::size_t>(at - start));
            const auto number = parse_decimal(lexeme);
            if (!number || !fits_numeric(*number)) {
                into.append(copied, start).append(1, '"').append(lexeme).append(1, '"');
                copied = at;
            }
        } else {
            ++at;
        }
    }
    into.append(copied, end);
}

} // namespace intercom_mirror
