#pragma once

#include "sync/record/record_plan.hpp"
#include "sync/store/array_parameter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// The type of a table's rows, as it is in the database: columns in their order there.
struct row_type
{
    struct column
    {
        std::string name;
        std::uint32_t oid = 0; // of its type
    };
    std::uint32_t oid = 0;
    std::vector<column> columns;
};

// A row on its way to its table. What it does not own outlives it.
struct sent_row
{
    const row* cells = nullptr;
    sent_value raw;
    sent_value list_hash;
    sent_value get_hash;
};

// Whole rows of a table, as one `$1::table[]`: taken apart by the server three times faster than an
// array for each column (src/backend/utils/adt/rowtypes.c, record_recv, describes the layout).
// Columns that are not given are NULL.
array_parameter row_parameter(const row_type& type, const table_plan& table,
                              std::span<const std::size_t> columns, std::span<const sent_row> rows);

} // namespace intercom_mirror
