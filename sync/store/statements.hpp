#pragma once

#include "sync/record/record_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// `insert` is for records that are not there yet: far cheaper, and refused (23505) when another
// session has stored one of them meanwhile.
enum class write_mode : std::uint8_t { insert, upsert };

// The SQL the store runs for a resource, made from its plan. Parameters are arrays of rows, or
// arrays of columns, one element a row. `docs sql` prints these texts.
//
// Look-ups are written as LATERAL sub-selects with OFFSET 0, which keeps the planner at one index
// probe for each row whatever it believed about the table's size when the plan was made.
struct table_statements
{
    [[nodiscard]] const std::string& write(projection from, write_mode mode) const;
    [[nodiscard]] std::span<const std::size_t> columns_of(projection from) const
    {
        return from == projection::list ? list_columns : get_columns;
    }

    // Indices into table_plan::columns: what each projection carries, and what is bound as arrays.
    std::vector<std::size_t> list_columns;
    std::vector<std::size_t> get_columns;
    std::vector<std::size_t> key_columns;    // children: the primary key
    std::vector<std::size_t> inline_columns; // children: the parent column and the primary key

    // $1 rows of the table.
    std::string insert_from_list;
    std::string insert_from_get;
    std::string upsert_from_list;
    std::string upsert_from_get;

    // Children: $1 the parents whose set is complete, then the key columns of the rows they have.
    std::string remove_missing;
    // Children: $1 parents, $2 totals bigint[], then the inline columns of rows shown inline.
    // Returns the parents whose stored rows do not fit.
    std::string unfitting_parents;

    // Which of the given rows ($1) differ from the stored ones: returns
    // parent or key, name of the row, and the places that differ (NULL: the row is missing here).
    std::string differences_from_list;
    std::string differences_from_get;
    // Children: as remove_missing, but returns parent and key of rows Intercom does not have.
    std::string surplus;
};

struct resource_statements
{
    // $1 keys text[]. Returns key, list hash, get hash, updated_at in microseconds, is_deleted.
    std::string heads;
    // The same rows, locked in key order.
    std::string lock_heads;
    // $1 keys, $2 list hashes.
    std::string set_list_hash;
    // $1 key, $2 how.
    std::string tombstone;
    std::vector<table_statements> tables; // by table number
};

resource_statements make_statements(const record_plan& plan);

} // namespace intercom_mirror
