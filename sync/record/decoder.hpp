#pragma once

#include "sync/record/compiled_record.hpp"
#include "sync/record/json_cursor.hpp"
#include "sync/record/raw_text.hpp"
#include "sync/record/row_builder.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Walks a record once and puts its rows together. One decoder decodes one record, or the elements
// of one child's list.
class decoder
{
public:
    decoder(const compiled_record& plan, projection from, std::vector<drift>& drifts);

    // Fills everything but the drifts, which go to the list given above.
    void decode_record(std::string_view json, decoded_record& into);

    child_rows decode_elements(std::size_t table, std::string_view parent_key,
                               std::span<const std::string_view> elements);

private:
    // What an array beside which they stand is said to hold.
    struct claims
    {
        bool has_more = false;
        std::optional<std::uint64_t> total;
    };

    // A child table's rows as far as one row of its parent has them.
    struct instance
    {
        static constexpr alternative_number none = 255;
        alternative_number alternative = none; // that the rows were read from
        bool is_null = false;                  // there is said to be none
        bool is_of_other_kind = false;         // what stands there holds no elements
        std::size_t first_row = 0;
        std::size_t elements = 0;
        std::size_t foreign = 0;     // belong to another child of the same table
        std::size_t skipped = 0;     // make no row
        std::vector<claims> claimed; // by alternative
    };

    // Where an element stands in what encloses it.
    struct whereabouts
    {
        std::size_t position = 0;
        std::string_view name = {}; // of a member
    };

    // What has been walked to make a row.
    struct element
    {
        json_kind kind;
        std::string_view bytes;
        std::span<const replacement> omitted; // within
    };

    struct table_state
    {
        explicit table_state(const row_shape& shape) : row(shape) {}
        row_builder row;
        instance now; // children only
        std::size_t instances = 0;
        std::size_t instances_complete = 0;
    };

    // `is_read`: values go to the row of `table`; otherwise only what is omitted from `raw` is
    // looked for.
    void walk(std::size_t at, std::size_t table, bool is_read);
    void walk_member(const place& here, const json_string& name, std::size_t table, bool is_read);
    void take(const place& here, json_kind kind, std::string_view bytes, std::size_t table,
              bool is_walked);
    void take_claim(const count_use& use, json_kind kind, std::string_view bytes);

    void walk_array(const array_use& use, bool is_parent_read);
    void walk_elements(const array_use& use, bool is_read);
    void walk_element(std::size_t table, const whereabouts& at, bool is_read);
    void start_row(std::size_t table, const whereabouts& at);
    void finish_row(std::size_t table, const element& read);
    void skip_row(std::size_t table, std::string_view found);
    [[nodiscard]] bool is_served(std::size_t table) const;
    [[nodiscard]] bool has_key(std::size_t table);
    [[nodiscard]] bool is_foreign(std::size_t table);
    void keep_row(std::size_t table, const element& read);
    void close_children(std::size_t table);
    void close_instance(std::size_t table);
    void inherit(std::size_t table, const row& parent);
    [[nodiscard]] bool is_complete(std::size_t table) const;
    // Takes back rows, and those of further children that hang on them.
    void take_back(std::size_t table, std::size_t count);
    void take_back_orphans(std::size_t table);
    void settle_tables();

    const compiled_record& plan_;
    projection from_;
    drift_list drifts_;
    json_cursor text_{{}};
    std::vector<table_state> tables_;
    std::vector<child_rows> rows_;
    std::vector<replacement> omitted_;
    std::vector<replacement> emptied_;
};

} // namespace intercom_mirror
