#include "schema/tables.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace intercom_mirror {
namespace {

constexpr bookkeeping_column bookkeeping[] = {
    {"raw", "json", "The document as Intercom last served it."},
    {"synced_at", "timestamptz", "When the row's content was last taken over from Intercom.",
     false},
    {"deleted_at", "timestamptz",
     "When it was found to be gone from Intercom; null while it lives."},
    {"deletion", "text",
     "How it went: deleted, archived, merged, or gone where Intercom does not tell."},
    {"_hash_list", "bigint", "Hash of the document as last seen in a list; for the daemon."},
    {"_hash_get", "bigint", "Hash of the document as last read alone; for the daemon."},
    {"_pending", "jsonb",
     "Values that columns had before edits Intercom has not confirmed yet; for the daemon."},
};

table_column& known_column(table& of, std::string_view name)
{
    const auto found = std::ranges::find(of.columns, name, &table_column::name);
    if (found == of.columns.end()) {
        throw std::logic_error("catalogue: " + std::string(of.name) + " has no column " +
                               std::string(name));
    }
    return *found;
}

class table_list
{
public:
    void add(const resource& from)
    {
        table& own = named(from.name, from.meaning, from);
        own.is_entity = true;
        own.has_bookkeeping = true;
        own.primary_key = split_names(from.primary_key.empty() ? from.key : from.primary_key);
        add_columns(own, from, nullptr, from.columns);
        known_column(own, from.key).is_nullable = false;
        for (const child& each : from.children) {
            add(each, from, from.name);
        }
    }

    std::vector<table> finish() &&
    {
        for (table& each : tables_) {
            describe_parents(each);
            for (const std::string_view key : each.primary_key) {
                known_column(each, key).is_nullable = false;
            }
            if (each.has_bookkeeping) {
                for (const bookkeeping_column& column : bookkeeping) {
                    each.columns.push_back({column.name,
                                            column.sql_type,
                                            std::string(column.meaning),
                                            column.is_nullable,
                                            {}});
                }
            }
        }
        return std::move(tables_);
    }

private:
    table& named(std::string_view name, std::string_view meaning, const resource& from)
    {
        const auto found = std::ranges::find(tables_, name, &table::name);
        if (found != tables_.end()) {
            return *found;
        }
        table created;
        created.name = name;
        created.meaning = meaning;
        created.of = &from;
        return tables_.emplace_back(std::move(created));
    }

    void add(const child& described, const resource& from, std::string_view parent)
    {
        table& into = named(described.table, described.meaning, from);
        into.has_bookkeeping = described.kind == child_kind::records;
        into.primary_key = split_names(described.key);
        const auto same = [&](const table_parent& known) {
            return known.column == described.parent_column && known.table == parent;
        };
        if (std::ranges::none_of(into.parents, same)) {
            into.parents.push_back({described.parent_column, parent});
        }
        add_columns(into, from, &described, described.columns);
        for (const child& each : described.children) {
            add(each, from, described.table);
        }
    }

    static void add_columns(table& into, const resource& from, const child* in,
                            std::span<const column> columns)
    {
        for (const column& each : columns) {
            const column_source source{&from, in, &each};
            const auto known = std::ranges::find(into.columns, each.name, &table_column::name);
            if (known != into.columns.end()) {
                known->sources.push_back(source);
                continue;
            }
            into.columns.push_back(
                {each.name, stored_type(each.type), std::string(each.meaning), true, {source}});
        }
    }

    // The columns that hold the parents' ids are not in the catalogue: they follow from it.
    static void describe_parents(table& of)
    {
        std::vector<table_column> columns;
        for (const table_parent& parent : of.parents) {
            if (std::ranges::find(columns, parent.column, &table_column::name) != columns.end()) {
                continue;
            }
            std::string tables;
            for (const table_parent& other : of.parents) {
                if (other.column == parent.column) {
                    tables += (tables.empty() ? "" : " or ") + std::string(other.table);
                }
            }
            // With several such columns, each row uses one of them.
            const bool is_nullable = std::ranges::any_of(
                of.parents, [&](const auto& other) { return other.column != parent.column; });
            columns.push_back({parent.column,
                               stored_type(column_type::id),
                               "Id of what it belongs to, a row of " + tables + ".",
                               is_nullable,
                               {}});
        }
        of.columns.insert(of.columns.begin(), std::make_move_iterator(columns.begin()),
                          std::make_move_iterator(columns.end()));
    }

    std::vector<table> tables_;
};

} // namespace

std::span<const bookkeeping_column> bookkeeping_columns()
{
    return bookkeeping;
}

std::string_view stored_type(column_type type)
{
    switch (type) {
    case column_type::text:
    case column_type::id:
    case column_type::reference:
        return "text";
    case column_type::boolean:
        return "boolean";
    case column_type::bigint:
        return "bigint";
    case column_type::numeric:
        return "numeric";
    case column_type::timestamp:
        return "timestamptz";
    case column_type::jsonb:
        return "jsonb";
    }
    throw std::logic_error("catalogue: no such column type");
}

std::vector<std::string_view> split_names(std::string_view list)
{
    std::vector<std::string_view> names;
    while (!list.empty()) {
        const auto comma = list.find(',');
        names.push_back(list.substr(0, comma));
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return names;
}

bool table::has_foreign_key(const table_parent& parent) const
{
    return std::ranges::count(parents, parent.column, &table_parent::column) == 1;
}

const table_column* table::find_column(std::string_view column_name) const
{
    const auto found = std::ranges::find(columns, column_name, &table_column::name);
    return found == columns.end() ? nullptr : &*found;
}

std::vector<table> tables_of(std::span<const resource* const> resources)
{
    table_list list;
    for (const resource* each : resources) {
        list.add(*each);
    }
    return std::move(list).finish();
}

} // namespace intercom_mirror
