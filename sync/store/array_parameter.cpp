#include "sync/store/array_parameter.hpp"

#include <array>

namespace intercom_mirror {
namespace {

constexpr std::size_t header_size = 20;
// PostgreSQL counts timestamps from 2000-01-01.
constexpr std::int64_t epoch_of_postgres_us = 946'684'800'000'000;
constexpr char jsonb_format = 1;

void store_big_endian(std::string& bytes, std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<char>((value >> (24U - 8U * i)) & 0xffU);
    }
}

} // namespace

array_parameter::array_parameter(element type) : type_(type), bytes_(header_size, '\0') {}

void array_parameter::put(std::uint32_t value)
{
    const std::size_t at = bytes_.size();
    bytes_.resize(at + 4);
    store_big_endian(bytes_, at, value);
}

void array_parameter::put(std::uint64_t value)
{
    put(static_cast<std::uint32_t>(value >> 32U));
    put(static_cast<std::uint32_t>(value & 0xffffffffU));
}

void array_parameter::add_null()
{
    ++count_;
    has_null_ = true;
    put(std::uint32_t{0xffffffffU});
}

void array_parameter::add(std::string_view text)
{
    ++count_;
    const bool is_jsonb = type_ == element::jsonb;
    put(static_cast<std::uint32_t>(text.size() + (is_jsonb ? 1 : 0)));
    if (is_jsonb) {
        bytes_.push_back(jsonb_format);
    }
    bytes_.append(text);
}

void array_parameter::add(std::int64_t number)
{
    ++count_;
    if (type_ == element::boolean) {
        put(std::uint32_t{1});
        bytes_.push_back(number != 0 ? 1 : 0);
        return;
    }
    put(std::uint32_t{8});
    put(static_cast<std::uint64_t>(type_ == element::timestamptz ? number - epoch_of_postgres_us
                                                                 : number));
}

void array_parameter::add(const cell& value)
{
    switch (value.is) {
    case cell::kind::null:
        add_null();
        break;
    case cell::kind::text:
        add(std::string_view(value.text));
        break;
    case cell::kind::number:
        add(value.number);
        break;
    }
}

const std::string& array_parameter::bytes()
{
    if (count_ == 0) {
        // An empty array has no dimensions.
        bytes_.resize(12);
        store_big_endian(bytes_, 0, 0);
        store_big_endian(bytes_, 4, 0);
        store_big_endian(bytes_, 8, static_cast<std::uint32_t>(type_));
        return bytes_;
    }
    const std::array<std::uint32_t, 5> header{1, has_null_ ? 1U : 0U,
                                              static_cast<std::uint32_t>(type_), count_, 1};
    for (std::size_t i = 0; i < header.size(); ++i) {
        store_big_endian(bytes_, 4 * i, header[i]);
    }
    return bytes_;
}

array_parameter::element element_of(column_type type)
{
    switch (type) {
    case column_type::boolean:
        return array_parameter::element::boolean;
    case column_type::bigint:
        return array_parameter::element::bigint;
    case column_type::timestamp:
        return array_parameter::element::timestamptz;
    case column_type::jsonb:
        return array_parameter::element::jsonb;
    case column_type::text:
    case column_type::id:
    case column_type::reference:
    case column_type::numeric: // its binary form is intricate: sent as text and cast
        break;
    }
    return array_parameter::element::text;
}

std::string_view sql_element(column_type type)
{
    switch (element_of(type)) {
    case array_parameter::element::boolean:
        return "boolean";
    case array_parameter::element::bigint:
        return "bigint";
    case array_parameter::element::timestamptz:
        return "timestamptz";
    case array_parameter::element::jsonb:
        return "jsonb";
    case array_parameter::element::text:
    case array_parameter::element::json:
        break;
    }
    return "text";
}

} // namespace intercom_mirror
