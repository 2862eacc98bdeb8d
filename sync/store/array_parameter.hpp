#pragma once

#include "schema/resource.hpp"
#include "sync/record/record_plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intercom_mirror {

// A one-dimensional PostgreSQL array in binary form, as sent for a `$n::type[]` parameter
// (src/backend/utils/adt/arrayfuncs.c, array_recv, describes the layout).
class array_parameter
{
public:
    enum class element : std::uint32_t {
        boolean = 16,
        bigint = 20,
        text = 25,
        json = 114,
        timestamptz = 1184,
        jsonb = 3802
    };

    explicit array_parameter(element type);

    void add_null();
    void add(std::string_view text); // text, json, jsonb
    void add(std::int64_t number);   // bigint, boolean, timestamptz (microseconds since 1970)
    void add(const cell& value);
    template <typename T>
    void add(const std::optional<T>& value)
    {
        value ? add(*value) : add_null();
    }

    [[nodiscard]] std::size_t size() const { return count_; }
    // Header and elements; valid until the next add.
    const std::string& bytes();

private:
    void put(std::uint32_t value);
    void put(std::uint64_t value);

    element type_;
    std::uint32_t count_ = 0;
    bool has_null_ = false;
    std::string bytes_;
};

// How a column's values travel, and how the SQL names that array's element type.
array_parameter::element element_of(column_type type);
std::string_view sql_element(column_type type);

} // namespace intercom_mirror
