#include "sync/store/row_parameter.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

// Where a column of the database takes its value from.
struct source
{
    enum class kind { nowhere, cell, raw, list_hash, get_hash };
    kind is = kind::nowhere;
    std::size_t cell = 0;
    std::uint32_t oid = 0;
};

std::uint32_t oid_of(sent_type type)
{
    return static_cast<std::uint32_t>(type);
}

source source_of(const row_type::column& stored, const table_plan& table,
                 std::span<const std::size_t> columns)
{
    if (stored.name == "raw") {
        return {source::kind::raw, 0, oid_of(sent_type::json)};
    }
    if (stored.name == "_hash_list") {
        return {source::kind::list_hash, 0, oid_of(sent_type::bigint)};
    }
    if (stored.name == "_hash_get") {
        return {source::kind::get_hash, 0, oid_of(sent_type::bigint)};
    }
    for (const auto i : columns) {
        if (table.columns[i].name == stored.name) {
            return {source::kind::cell, i, oid_of(sent_type_of(table.columns[i].type))};
        }
    }
    return {source::kind::nowhere, 0, stored.oid};
}

sent_value value_of(const source& from, const sent_row& given)
{
    switch (from.is) {
    case source::kind::cell:
        return (*given.cells)[from.cell];
    case source::kind::raw:
        return given.raw;
    case source::kind::list_hash:
        return given.list_hash;
    case source::kind::get_hash:
        return given.get_hash;
    case source::kind::nowhere:
        break;
    }
    return {};
}

} // namespace

array_parameter row_parameter(const row_type& type, const table_plan& table,
                              std::span<const std::size_t> columns, std::span<const sent_row> rows)
{
    std::vector<source> sources;
    sources.reserve(type.columns.size());
    for (const auto& stored : type.columns) {
        sources.push_back(source_of(stored, table, columns));
    }
    array_parameter all(type.oid);
    for (const auto& given : rows) {
        auto& into = all.begin_element();
        into.put(static_cast<std::uint32_t>(sources.size()));
        for (const auto& from : sources) {
            into.put(from.oid);
            into.put(static_cast<sent_type>(from.oid), value_of(from, given));
        }
        all.end_element();
    }
    return all;
}

} // namespace intercom_mirror
