#pragma once

#include "sync/record/name_table.hpp"
#include "sync/record/record_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the catalogue says about a record, compiled so that each object has to be walked only once:
// a trie of member names, whose places say which columns take the value that stands there.
namespace intercom_mirror {

// Alternatives of a path are numbered; a smaller number wins over a larger one.
using alternative_number = std::uint8_t;

// A column takes the value that stands here.
struct column_use
{
    std::size_t column = 0;
    alternative_number alternative = 0;
    bool is_part = false; // of a text joined from several members ("model&full_name")
    std::size_t part = 0; // which of the row's parts
};

// The elements of the array that stands here are rows of a table.
struct array_use
{
    std::size_t table = 0;
    alternative_number alternative = 0;
    bool is_of_members = false; // an object stands here, and its members are the elements
};

// A member beside such an array that says whether it holds everything.
struct count_use
{
    array_use of;
    bool is_total = false; // total_count, otherwise has_more
};

struct place
{
    std::string path; // as drifts name it
    name_table members;
    std::vector<column_use> columns;
    std::vector<array_use> arrays;
    // Here or further down: null here means that there are no elements.
    std::vector<array_use> arrays_below;
    std::vector<count_use> counts;
    bool is_omitted = false;        // the value is replaced by null in `raw`
    bool has_omitted_below = false; // so is one that is not built as described
    bool allows_unknown = false;    // whatever members there are
    bool allows_any_kind = false;   // described for other API versions only
    bool is_set = false;            // an array without order
};

// Values that do not stand in the element itself.
struct given_value
{
    enum class source : std::uint8_t { constant, position, name };
    std::size_t column = 0;
    alternative_number alternative = 0;
    source from = source::constant;
    cell value; // of constants
};

// A text joined from several members, behind a constant.
struct joined_value
{
    std::size_t column = 0;
    alternative_number alternative = 0;
    std::string_view prefix;
    std::size_t first_part = 0;
    std::size_t parts = 0;
};

// A column whose value is one of the enclosing row's.
struct inherited_value
{
    std::size_t column = 0;
    std::size_t parent_column = 0;
};

// How one kind of row is read. Behind the table's columns stand further ones that only rows of
// child tables inherit from.
struct row_shape
{
    std::size_t root = 0; // the place of the element itself
    std::size_t columns = 0;
    std::vector<column_type> types;
    std::vector<carried> carried_by;
    std::vector<std::uint8_t> has_alternatives;
    std::size_t parts = 0;
    std::vector<given_value> given;
    std::vector<joined_value> joined;
    std::vector<inherited_value> inherited;
    std::vector<std::size_t> own_key; // key columns that stand in the element
    std::vector<std::size_t> key;     // all key columns
    std::size_t id_column = 0;        // what rows of child tables know this row by
    // Rows whose `scope_column` holds another value belong to another child. none: no such column.
    std::size_t scope_column = name_table::none;
    std::string_view scope_value;
    bool is_read = true; // does the API version serve it
    // Its elements are members of an object: without one, there are none.
    bool is_of_members = false;
    std::size_t array_alternatives = 0;
    std::vector<std::size_t> children; // tables
};

struct record_shape
{
    std::vector<place> places;
    std::vector<row_shape> rows;               // by table number
    std::vector<std::string_view> known_names; // members that are unknown nowhere
};

// How the rows of `tables` are read. Throws std::invalid_argument for catalogue entries that make
// no sense.
record_shape compile_shape(const resource& described, api_version version,
                           std::span<const table_plan> tables,
                           std::span<const std::string> omitted);

// What is looked for in a record before it is decoded: row 0 has the key and, if there is one,
// updated_at; arrays that are sets are marked.
record_shape compile_head(const resource& described, api_version version);

// The place reached from `from` by member names, or name_table::none.
std::size_t find_place(const record_shape& shape, std::size_t from, std::string_view path);

} // namespace intercom_mirror
