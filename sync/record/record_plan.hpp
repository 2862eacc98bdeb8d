#pragma once

#include "schema/resource.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// One value of a row. What `number` means follows from the column's type: the number itself,
// 0 or 1, or microseconds since 1970.
struct cell
{
    enum class kind : std::uint8_t { null, text, number };
    kind is = kind::null;
    std::int64_t number = 0;
    std::string text; // text, id, reference, numeric (a decimal literal), jsonb (JSON text)
};
using row = std::vector<cell>;

// A table that a record's rows go to. Number 0 is the resource's own, its children follow, each
// after its parent. Columns are those of the catalogue that are neither omitted by configuration
// nor without a path; the same for every API version.
struct table_plan
{
    std::string_view name;
    const child* described = nullptr; // null for table 0
    std::size_t parent = 0;
    std::vector<column> columns;   // for children, the parent column comes first
    std::size_t parent_column = 0; // index in `columns`, children only (always 0)
    bool has_raw = false;          // the resource itself and children of kind `records`
};

// The rows of one child table that a record carried.
struct child_rows
{
    bool is_present = false; // the array was there (an absent one says nothing)
    // All there is: not cut short by has_more, total_count or the child's window.
    bool is_complete = false;
    std::optional<std::uint64_t> total; // as claimed by the record
    std::vector<row> rows;
    std::vector<std::size_t> parents; // for each row, its parent's index in the parent table's rows
    std::vector<std::string> raws;    // for each row, when the table has_raw
    std::vector<std::uint64_t> hashes; // likewise
};

// A place where the record does not look as the catalogue says. Never a value: no personal data.
struct drift
{
    enum class problem : std::uint8_t { wrong_type, out_of_range, unknown_member };
    std::string path; // "location.city"
    problem what = problem::wrong_type;
    std::string_view found; // JSON type found: "string", "number", "object", …
};

struct decoded_record
{
    row main;
    std::string
        raw; // the record; arrays of children of kind `records` emptied, omitted values null
    std::vector<child_rows> children; // by table number; [0] stays empty
    std::vector<drift> drifts;
};

// What is known of a record before it is decoded.
struct record_head
{
    std::string key;                        // value of the resource's key column
    std::optional<std::int64_t> updated_at; // microseconds since 1970
    std::uint64_t hash = 0;
};

// The record is not a JSON object, has no id, is nested deeper than 64 or longer than allowed.
class malformed_record : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// How the records of one resource are read, compiled from the catalogue. Immutable; shared by
// threads.
class record_plan
{
public:
    static constexpr std::size_t depth_max = 64;

    // `omitted`: columns as "contacts.phone", optional child tables as "data_events"; else ignored.
    record_plan(const resource& described, api_version version,
                std::span<const std::string> omitted = {});
    ~record_plan();
    record_plan(record_plan&&) noexcept;

    [[nodiscard]] const resource& described() const;
    [[nodiscard]] api_version version() const;
    [[nodiscard]] std::span<const table_plan> tables() const;

    // Changes when the catalogue entry, the API version's shapes or the omitted columns change:
    // rows decoded under another fingerprint are decoded again.
    [[nodiscard]] std::uint64_t fingerprint() const;

    // One pass over the bytes: the key, updated_at, and a hash that does not depend on the order
    // of members (nor of elements, in arrays the catalogue calls sets), nor on volatile members.
    // Salted with the fingerprint. Throws malformed_record.
    [[nodiscard]] record_head scan(std::string_view json) const;

    // The hash that scan() would find for the record in a list, if lists only leave out what the
    // catalogue says is carried by a GET alone. Throws malformed_record.
    [[nodiscard]] std::uint64_t hash_as_listed(std::string_view json) const;

    // Tolerant: a value of a wrong type is NULL and a drift. `json` must be sanitised.
    // Throws malformed_record.
    [[nodiscard]] decoded_record decode(std::string_view json, projection from) const;

    // Decodes elements of a child's own list (its completion endpoint) as if they had stood in
    // the record `parent_key`. `elements` must be sanitised, one JSON value each.
    [[nodiscard]] child_rows decode_children(std::size_t table, std::string_view parent_key,
                                             std::span<const std::string_view> elements,
                                             std::vector<drift>& drifts) const;

private:
    struct state;
    std::unique_ptr<const state> state_;
};

} // namespace intercom_mirror
