#include "sync/store/statements.hpp"

#include "schema/tables.hpp"
#include "sync/seeded_bug.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// "part_kind=conversation_part" → t.part_kind = 'conversation_part'
std::string scope_condition(const child& described, std::string_view alias)
{
    if (described.scope.empty()) {
        return "";
    }
    const auto parts = split(described.scope, '=');
    return fmt::format(" AND {}.{} = '{}'", alias, parts.at(0), parts.at(1));
}

class table_writer
{
public:
    table_writer(const record_plan& plan, std::size_t number)
        : table_(plan.tables()[number]), parent_(plan.tables()[table_.parent].name),
          key_name_(plan.described().key)
    {
        if (table_.described != nullptr) {
            key_ = split(table_.described->key, ',');
        } else {
            key_ = {key_name_};
        }
    }

    table_statements write()
    {
        table_statements made;
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            made.get_columns.push_back(i);
            if (table_.columns[i].by == carried::by_both) {
                made.list_columns.push_back(i);
            }
        }
        for (const auto name : key_) {
            for (std::size_t i = 0; i < table_.columns.size(); ++i) {
                if (table_.columns[i].name == name) {
                    made.key_columns.push_back(i);
                }
            }
        }
        made.insert_from_list = insert(made.list_columns);
        made.insert_from_get = insert(made.get_columns);
        made.upsert_from_list =
            made.insert_from_list + but_removed_here() + on_conflict(made.list_columns);
        made.upsert_from_get =
            made.insert_from_get + but_removed_here() + on_conflict(made.get_columns);
        made.differences_from_list = differences(made.list_columns);
        made.differences_from_get = differences(made.get_columns);
        if (table_.described != nullptr) {
            made.inline_columns = with_parent(made.key_columns);
            made.remove_missing = remove_missing(made.key_columns);
            made.unfitting_parents = unfitting_parents(made.inline_columns);
            made.surplus = surplus(made.key_columns);
        }
        return made;
    }

private:
    using indices = std::vector<std::size_t>;

    [[nodiscard]] bool is_main() const { return table_.described == nullptr; }
    [[nodiscard]] bool is_key(std::string_view name) const
    {
        return std::find(key_.begin(), key_.end(), name) != key_.end();
    }
    [[nodiscard]] std::string_view parent_column() const
    {
        return table_.columns[table_.parent_column].name;
    }

    // Whole rows as $1.
    [[nodiscard]] std::string rows() const
    {
        return fmt::format("unnest($1::{}[]) AS s", table_.name);
    }

    // unnest($2::text[], …) AS g(id, …)
    [[nodiscard]] std::string given(const indices& columns, std::size_t first_parameter) const
    {
        std::vector<std::string> arrays;
        std::vector<std::string_view> names;
        std::size_t number = first_parameter;
        for (const auto i : columns) {
            arrays.push_back(
                fmt::format("${}::{}[]", number++, stored_type(table_.columns[i].type)));
            names.push_back(table_.columns[i].name);
        }
        return fmt::format("unnest({}) AS g({})", fmt::join(arrays, ", "), fmt::join(names, ", "));
    }

    // An edit that has not gone out keeps its value: decided from the row itself, which READ
    // COMMITTED looks at again after a concurrent edit.
    static std::string kept_when_pending(const column& described)
    {
        if (SEEDED_BUG(poll_overwrites_edits)) {
            return fmt::format("excluded.{}", described.name);
        }
        if (!described.by_member) {
            return fmt::format("CASE WHEN t._pending ? '{0}' THEN t.{0} ELSE excluded.{0} END",
                               described.name);
        }
        return fmt::format("CASE WHEN t._pending ? '{0}' THEN (coalesce(excluded.{0}, '{{}}')"
                           " - ARRAY(SELECT jsonb_object_keys(t._pending"
                           " -> '{0}'))) || (SELECT coalesce(jsonb_object_agg(edited, t.{0} -> "
                           "edited), '{{}}') FROM"
                           " jsonb_object_keys(t._pending -> '{0}') AS edited WHERE t.{0} ? edited)"
                           " ELSE excluded.{0} END",
                           described.name);
    }

    // Links that people can make and take away. Edits of them are decided by the outbox: it holds
    // still, as whoever writes an entry locks the parent first, and so do we.
    [[nodiscard]] bool is_edited_link() const
    {
        return !is_main() && table_.described->editable && !table_.has_raw;
    }

    // No such edit of a link waits. A look for each link: joined, the whole outbox would be read.
    [[nodiscard]] std::string no_edit(std::string_view alias, std::string_view operation) const
    {
        const auto other = key_.front() == parent_column() ? key_.back() : key_.front();
        return fmt::format("(SELECT true FROM outbox AS edit WHERE edit.is_open AND edit.entity = "
                           "'{0}' AND edit.entity_id = {1}.{2} AND edit.table_name = '{3}' AND "
                           "edit.row_id = {1}.{4} AND edit.operation = '{5}' LIMIT 1) IS NULL",
                           parent_, alias, parent_column(), table_.name, other, operation);
    }

    // A link that was taken away here is not put back.
    [[nodiscard]] std::string but_removed_here() const
    {
        return is_edited_link() ? "\n WHERE " + no_edit("s", "detach") : std::string();
    }

    // Rows that Intercom does not have yet are not missing there.
    [[nodiscard]] std::string but_added_here() const
    {
        if (is_edited_link()) {
            return " AND " + no_edit("t", "attach");
        }
        return !is_main() && table_.described->editable
                   ? fmt::format(" AND NOT starts_with(t.{}, 'local:')", key_.front())
                   : std::string();
    }

    // What is stored beside the columns.
    [[nodiscard]] std::vector<std::string_view> extra_columns() const
    {
        std::vector<std::string_view> extra;
        if (table_.has_raw) {
            extra = {"raw", "_hash_list"};
        }
        if (is_main()) {
            extra.emplace_back("_hash_get");
        }
        return extra;
    }

    [[nodiscard]] std::string insert(const indices& columns) const
    {
        std::vector<std::string_view> names;
        for (const auto i : columns) {
            names.push_back(table_.columns[i].name);
        }
        const auto extra = extra_columns();
        names.insert(names.end(), extra.begin(), extra.end());
        return fmt::format("INSERT INTO {} AS t ({}{})\nSELECT {}{}\n  FROM {}", table_.name,
                           fmt::join(names, ", "), table_.has_raw ? ", synced_at" : "",
                           fmt::join(qualified(names, "s"), ", "), table_.has_raw ? ", now()" : "",
                           rows());
    }

    [[nodiscard]] std::string on_conflict(const indices& columns) const
    {
        std::vector<std::string> sets;
        for (const auto i : columns) {
            const auto& described = table_.columns[i];
            if (!is_key(described.name)) {
                sets.push_back(fmt::format("{} = {}", described.name,
                                           described.editable && table_.has_raw
                                               ? kept_when_pending(described)
                                               : fmt::format("excluded.{}", described.name)));
            }
        }
        std::string condition;
        if (table_.has_raw) {
            for (const auto name : extra_columns()) {
                sets.push_back(fmt::format("{0} = excluded.{0}", name));
            }
            sets.emplace_back("synced_at = excluded.synced_at");
            sets.emplace_back("deleted_at = NULL");
            sets.emplace_back("deletion = NULL");
            if (!is_main()) {
                condition = "\n WHERE t._hash_list IS DISTINCT FROM excluded._hash_list"
                            " OR t.deleted_at IS NOT NULL";
            }
        } else if (!sets.empty()) {
            condition = fmt::format("\n WHERE {}", rows_differ(columns));
        }
        return fmt::format("\nON CONFLICT ({}) DO {}{}", fmt::join(key_, ", "),
                           sets.empty() ? "NOTHING"
                                        : fmt::format("UPDATE SET {}", fmt::join(sets, ",\n    ")),
                           condition);
    }

    static std::vector<std::string> qualified(const std::vector<std::string_view>& names,
                                              std::string_view alias)
    {
        std::vector<std::string> all;
        for (const auto name : names) {
            all.push_back(fmt::format("{}.{}", alias, name));
        }
        return all;
    }

    [[nodiscard]] std::string rows_differ(const indices& columns) const
    {
        std::vector<std::string_view> names;
        for (const auto i : columns) {
            if (!is_key(table_.columns[i].name)) {
                names.push_back(table_.columns[i].name);
            }
        }
        return fmt::format("({}) IS DISTINCT FROM ({})", fmt::join(qualified(names, "t"), ", "),
                           fmt::join(qualified(names, "excluded"), ", "));
    }

    [[nodiscard]] std::string matches_key(std::string_view left, std::string_view right) const
    {
        std::vector<std::string> terms;
        for (const auto name : key_) {
            terms.push_back(fmt::format("{}.{} = {}.{}", left, name, right, name));
        }
        return fmt::format("{}", fmt::join(terms, " AND "));
    }

    // Rows of complete parents ($1) that are not among the given ones ($2 …). NOT IN becomes a hash
    // of the given rows whatever the planner believes about their number; NOT EXISTS would compare
    // each with each.
    [[nodiscard]] std::string surplus_rows(const indices& keys, std::string_view selected) const
    {
        return fmt::format("unnest($1::text[]) AS p(id),\n       LATERAL (SELECT {} FROM {} AS t"
                           " WHERE t.{} = p.id{}{}{}\n           AND ({}) NOT IN (SELECT * FROM {})"
                           " OFFSET 0) AS t",
                           selected, table_.name, parent_column(),
                           scope_condition(*table_.described, "t"),
                           table_.has_raw ? " AND t.deleted_at IS NULL" : "", but_added_here(),
                           fmt::join(qualified(key_, "t"), ", "), given(keys, 2));
    }

    // By their places in the table, as a join might be planned to scan it.
    [[nodiscard]] std::string remove_missing(const indices& keys) const
    {
        return fmt::format(
            "{}\n WHERE t.ctid = ANY (ARRAY(SELECT t.ctid\n  FROM {}))",
            table_.has_raw ? fmt::format("UPDATE {} AS t SET deleted_at = now(), deletion = 'gone'",
                                         table_.name)
                           : fmt::format("DELETE FROM {} AS t", table_.name),
            surplus_rows(keys, "t.ctid"));
    }

    [[nodiscard]] std::string surplus(const indices& keys) const
    {
        return fmt::format("SELECT p.id, {}\n  FROM {}", key_text("t"), surplus_rows(keys, "*"));
    }

    [[nodiscard]] std::string key_text(std::string_view alias) const
    {
        return fmt::format("concat_ws(' ', {})", fmt::join(qualified(key_, alias), ", "));
    }

    // A row made here, of which nothing but Intercom's id has come back, does not fit either.
    [[nodiscard]] std::string unfitting_parents(const indices& shown) const
    {
        const auto count =
            table_.has_raw ? "CASE WHEN bool_and(t.raw IS NOT NULL) IS NOT FALSE THEN count(*) END"
                           : "count(*)";
        const auto live = table_.has_raw ? " AND t.deleted_at IS NULL" : "";
        return fmt::format("SELECT p.id FROM unnest($1::text[], $2::bigint[]) AS p(id, total)\n"
                           " WHERE p.total IS DISTINCT FROM (SELECT {7} FROM {0} AS t WHERE t.{1} "
                           "= p.id{2}{3}{6})\n"
                           "UNION\n"
                           "SELECT g.{1} FROM {4}\n"
                           " WHERE NOT EXISTS (SELECT FROM {0} AS t WHERE {5}{3})",
                           table_.name, parent_column(), scope_condition(*table_.described, "t"),
                           live, given(shown, 3), matches_key("t", "g"), but_added_here(), count);
    }

    // The key columns, with the parent's before them when it is not one of them (notes).
    [[nodiscard]] indices with_parent(indices keys) const
    {
        if (std::find(keys.begin(), keys.end(), table_.parent_column) == keys.end()) {
            keys.insert(keys.begin(), table_.parent_column);
        }
        return keys;
    }

    [[nodiscard]] std::string differences(const indices& columns) const
    {
        std::vector<std::string> places;
        for (const auto i : columns) {
            const auto& described = table_.columns[i];
            if (!is_key(described.name)) {
                const auto pending =
                    described.editable && table_.has_raw
                        ? fmt::format(" AND NOT coalesce(t._pending ? '{}', false)", described.name)
                        : std::string();
                places.push_back(
                    fmt::format("CASE WHEN t.{0} IS DISTINCT FROM s.{0}{1} THEN '{0}' END",
                                described.name, pending));
            }
        }
        if (table_.has_raw) {
            places.emplace_back("CASE WHEN t.deleted_at IS NOT NULL THEN 'deleted_at' END");
        }
        const auto list = places.empty() ? std::string("'{}'::text[]")
                                         : fmt::format("array_remove(ARRAY[{}], NULL)",
                                                       fmt::join(places, ",\n    "));
        const auto owner =
            is_main() ? fmt::format("s.{}", key_name_) : fmt::format("s.{}", parent_column());
        return fmt::format("SELECT * FROM (SELECT {} AS owner, {} AS name, CASE WHEN t.{} IS NOT "
                           "NULL THEN {} END AS places\n"
                           "  FROM {}\n  LEFT JOIN LATERAL (SELECT * FROM {} AS t WHERE {} OFFSET "
                           "0) AS t ON true{}) AS found\n"
                           " WHERE places IS NULL OR places <> '{{}}'",
                           owner, key_text("s"), key_.front(), list, rows(), table_.name,
                           matches_key("t", "s"), but_removed_here());
    }

    const table_plan& table_;
    std::string_view parent_;
    std::string_view key_name_;
    std::vector<std::string_view> key_;
};

} // namespace

const std::string& table_statements::write(projection from, write_mode mode) const
{
    if (mode == write_mode::insert) {
        return from == projection::list ? insert_from_list : insert_from_get;
    }
    return from == projection::list ? upsert_from_list : upsert_from_get;
}

resource_statements make_statements(const record_plan& plan)
{
    const auto& described = plan.described();
    const auto table = plan.tables()[0].name;
    const auto updated_at =
        described.has_updated_at ? "(EXTRACT(epoch FROM t.updated_at) * 1000000)::bigint" : "NULL";
    resource_statements made;
    const auto select = fmt::format(
        "SELECT t.{0}, t._hash_list, t._hash_get, {1}, t.deleted_at IS NOT NULL\n  FROM {2} AS t\n"
        " WHERE t.{0} = ANY ($1::text[])",
        described.key, updated_at, table);
    made.heads = select;
    made.lock_heads =
        fmt::format("{}\n ORDER BY t.{}\n   FOR NO KEY UPDATE", select, described.key);
    made.set_list_hash =
        fmt::format("UPDATE {0} AS t SET _hash_list = s.hash, raw = coalesce(s.raw, t.raw)\n"
                    "  FROM unnest($1::text[], $2::bigint[], $3::json[]) AS s(key, hash, raw)\n"
                    " WHERE t.{1} = s.key",
                    table, described.key);
    made.tombstone = fmt::format("UPDATE {} AS t SET deleted_at = now(), deletion = $2, _hash_list "
                                 "= NULL, _hash_get = NULL\n"
                                 " WHERE t.{} = $1 AND t.deleted_at IS NULL",
                                 table, described.key);
    for (std::size_t i = 0; i < plan.tables().size(); ++i) {
        made.tables.push_back(table_writer(plan, i).write());
    }
    return made;
}

} // namespace intercom_mirror
