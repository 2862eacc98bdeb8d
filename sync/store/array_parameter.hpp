#pragma once

#include "sync/store/binary_value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace intercom_mirror {

// A one-dimensional PostgreSQL array in binary form, as sent for a `$n::type[]` parameter
// (src/backend/utils/adt/arrayfuncs.c, array_recv, describes the layout).
class array_parameter
{
public:
    explicit array_parameter(sent_type element);
    // Of elements that are written part by part.
    explicit array_parameter(std::uint32_t element_oid);

    void add(const sent_value& value);
    binary_writer& begin_element();
    void end_element();

    [[nodiscard]] std::size_t size() const { return count_; }
    // Header and elements; valid until the next add.
    const std::string& bytes();

private:
    std::uint32_t oid_;
    std::uint32_t count_ = 0;
    bool has_null_ = false;
    std::size_t begun_at_ = 0;
    binary_writer writer_;
};

} // namespace intercom_mirror
