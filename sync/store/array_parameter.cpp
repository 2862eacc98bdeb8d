#include "sync/store/array_parameter.hpp"

#include <array>

namespace intercom_mirror {
namespace {

constexpr std::size_t header_size = 20;
constexpr std::size_t empty_header_size = 12;

} // namespace

array_parameter::array_parameter(sent_type element)
    : array_parameter(static_cast<std::uint32_t>(element))
{
}

array_parameter::array_parameter(std::uint32_t element_oid) : oid_(element_oid)
{
    writer_.bytes().assign(header_size, '\0');
}

void array_parameter::add(const sent_value& value)
{
    ++count_;
    has_null_ = has_null_ || value.is == cell::kind::null;
    writer_.put(static_cast<sent_type>(oid_), value);
}

binary_writer& array_parameter::begin_element()
{
    ++count_;
    begun_at_ = writer_.size();
    writer_.put(std::uint32_t{0});
    return writer_;
}

void array_parameter::end_element()
{
    writer_.overwrite(begun_at_, static_cast<std::uint32_t>(writer_.size() - begun_at_ - 4));
}

const std::string& array_parameter::bytes()
{
    // An empty array has no dimensions: neither length nor lower bound follow.
    const std::array<std::uint32_t, 5> header{count_ == 0 ? 0U : 1U, has_null_ ? 1U : 0U, oid_,
                                              count_, 1};
    if (count_ == 0) {
        writer_.bytes().resize(empty_header_size);
    }
    for (std::size_t at = 0; at < writer_.size() && at < header_size; at += 4) {
        writer_.overwrite(at, header[at / 4]);
    }
    return writer_.bytes();
}

} // namespace intercom_mirror
