#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The tables of the mirror as they follow from the catalogue: what the migrations have to create
// and the data dictionary prints. Several children may share one table (notes of contacts and of
// companies); it appears once here, with the columns of all of them.
namespace intercom_mirror {

struct bookkeeping_column
{
    std::string_view name;
    std::string_view sql_type;
    std::string_view meaning;
    bool is_nullable = true;
};

// The columns that tables of resources, and of children of kind `records`, have besides those of
// the catalogue.
std::span<const bookkeeping_column> bookkeeping_columns();

// "timestamptz"
std::string_view stored_type(column_type type);

// "a,b" → {"a", "b"}
std::vector<std::string_view> split_names(std::string_view list);

// How a column of a table is read in one place of the API.
struct column_source
{
    const resource* from = nullptr;
    const child* in = nullptr; // null: the resource's own columns
    const column* described = nullptr;
};

struct table_column
{
    std::string_view name;
    std::string_view sql_type;
    std::string meaning;
    bool is_nullable = true;
    // None for bookkeeping columns and for those that hold the parent's id.
    std::vector<column_source> sources;
};

struct table_parent
{
    std::string_view column;
    std::string_view table;
};

struct table
{
    std::string_view name;
    std::string_view meaning;
    const resource* of = nullptr; // the first resource that has the table
    bool is_entity = false;       // the resource's own table
    bool has_bookkeeping = false;
    std::vector<std::string_view> primary_key;
    std::vector<table_column> columns; // parents first, bookkeeping last
    std::vector<table_parent> parents;

    // A column that points to one table only has a foreign key.
    [[nodiscard]] bool has_foreign_key(const table_parent& parent) const;
    [[nodiscard]] const table_column* find_column(std::string_view column_name) const;
};

// In the order of the catalogue, each resource's table before those of its children.
std::vector<table> tables_of(std::span<const resource* const> resources);

} // namespace intercom_mirror
