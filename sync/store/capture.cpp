#include "sync/store/capture.hpp"

#include "schema/tables.hpp"
#include "sync/store/function_sql.hpp"
#include "sync/store/sql_text.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {
using namespace sql_text;

using names = std::vector<std::string>;

constexpr std::string_view begin_anew = R"(SELECT set_config('search_path',
    format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);
DO $$
DECLARE
    former record;
BEGIN
    FOR former IN
        SELECT t.tgname, t.tgrelid::regclass AS of_table
          FROM pg_trigger AS t
          JOIN pg_class AS c ON c.oid = t.tgrelid
         WHERE c.relnamespace = current_setting('intercom_mirror.mirror_schema')::regnamespace
           AND t.tgname LIKE 'edit\_%'
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', former.tgname, former.of_table);
    END LOOP;
    FOR former IN
        SELECT p.oid::regprocedure AS function
          FROM pg_proc AS p
         WHERE (p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'edit\_%')
            OR (p.pronamespace = current_setting('intercom_mirror.mirror_schema')::regnamespace
                AND p.prosrc LIKE '%RETURN ask_intercom(%')
    LOOP
        EXECUTE format('DROP FUNCTION %s', former.function);
    END LOOP;
END
$$;
)";

bool is_everything(const version_range& versions)
{
    return versions.first == oldest_version && versions.last == preview_version;
}

// From the first version any of the requests can be made in, to the last.
version_range versions_of(std::span<const write_request> requests)
{
    version_range all{preview_version, oldest_version};
    for (const auto& one : requests) {
        all.first = std::min(all.first, one.versions.first);
        all.last = std::max(all.last, one.versions.last);
    }
    return all;
}

void find_children(std::span<const child> among, std::string_view table,
                   std::vector<const child*>& found)
{
    for (const child& each : among) {
        if (each.table == table) {
            found.push_back(&each);
        }
        find_children(each.children, table, found);
    }
}

// What the outbox says about a row: whose order counts, and how the row is known.
struct identity
{
    std::string entity;    // SQL
    std::string entity_id; // SQL
    std::string row_id;    // SQL
};

// Writes the triggers of one table.
class table_triggers
{
public:
    table_triggers(const table& of, std::span<const resource* const> resources)
        : table_(of), resources_(resources)
    {
        if (!of.is_entity) {
            for (const resource* each : resources) {
                find_children(each->children, of.name, children_);
            }
            std::erase_if(children_, [](const child* each) { return !each->editable; });
        }
    }

    std::string write()
    {
        if (is_link()) {
            write_link();
        } else if (!creates().empty() || !updates().empty()) {
            write_rows();
        } else {
            refuse_everything();
        }
        statement("truncate", "BEFORE TRUNCATE", "FOR EACH STATEMENT WHEN (is_edit())",
                  refusing("rows cannot be removed by TRUNCATE", how_to_delete()));
        return std::move(sql_);
    }

    [[nodiscard]] bool has_pending_rows() const
    {
        return table_.has_bookkeeping && (!creates().empty() || !updates().empty());
    }

    [[nodiscard]] bool has_local_ids() const
    {
        return table_.has_bookkeeping && !creates().empty();
    }

    // SQL that gives a row Intercom's id in place of its own, wherever that one may stand: in the
    // row, in what belongs to it, in columns that refer to it, in entries of the outbox. Only rows
    // with pending edits and links can mention a row that was inserted by SQL.
    [[nodiscard]] std::string adoption(const std::vector<table>& tables) const
    {
        std::string sql = fmt::format("    WHEN '{0}' THEN\n"
                                      "        UPDATE {0} SET {1} = new_id WHERE {1} = old_id;\n"
                                      "        is_there := FOUND;\n",
                                      table_.name, key());
        for (const table& each : tables) {
            const table_triggers other(each, resources_);
            for (const auto& column : each.columns) {
                const bool is_of_parent =
                    std::ranges::any_of(each.parents, [&](const table_parent& parent) {
                        return parent.table == table_.name && parent.column == column.name;
                    });
                const bool is_reference =
                    !column.sources.empty() && other.is_given(column) &&
                    std::ranges::any_of(
                        split(column.sources.front().described->refers_to, '|'),
                        [&](const std::string& name) { return name == table_.name; });
                if (is_of_parent || is_reference) {
                    sql += fmt::format(
                        "        UPDATE {0} SET {1} = new_id WHERE {1} = old_id{2};\n", each.name,
                        column.name,
                        is_of_parent || !each.has_bookkeeping ? "" : " AND _pending IS NOT NULL");
                }
            }
        }
        return sql;
    }

    // SQL: an entry for each row that differs from Intercom and of which nothing is to be sent.
    [[nodiscard]] std::string lost_edits() const
    {
        const auto who = identity_of("n");
        names fields{"'{}'::jsonb"};
        for (const auto& each : table_.columns) {
            if (!is_given(each) || is_parent(each.name)) {
                continue;
            }
            const auto value =
                described(each)->by_member
                    ? fmt::format(
                          "(SELECT jsonb_object_agg(named.name, coalesce(n.{0} -> named.name, "
                          "'null'))\n                 FROM jsonb_object_keys(n._pending -> "
                          "'{0}') AS named (name))",
                          each.name)
                    : as_json(each, "n");
            fields.push_back(fmt::format("CASE WHEN n._pending ? '{0}' THEN "
                                         "jsonb_build_object('{0}', {1}) ELSE '{{}}' END",
                                         each.name, value));
        }
        return fmt::format(
            R"(    SELECT CASE WHEN starts_with(n.{0}, 'local:') THEN 'create' ELSE 'update' END, {1}, {2},
           {3}, {4},
           {5},
           {6}
      FROM {7} AS n
     WHERE n._pending IS NOT NULL
       AND NOT EXISTS (SELECT FROM outbox AS edit
                        WHERE edit.is_open AND edit.entity = {1} AND edit.entity_id = {2}
                          AND edit.table_name = {3} AND edit.row_id = {4})
)",
            key(), who.entity, who.entity_id, quoted(table_.name), who.row_id,
            fmt::format("{}", fmt::join(fields, "\n           || ")),
            ids_mentioned("n", !table_.is_entity), table_.name);
    }

private:
    // --- what the catalogue says -----------------------------------------------------------------

    [[nodiscard]] bool is_link() const { return !children_.empty() && !table_.has_bookkeeping; }

    [[nodiscard]] bool can_be_read_alone() const
    {
        return table_.is_entity && !table_.of->get_target.empty();
    }

    [[nodiscard]] std::vector<const writing*> writings() const
    {
        if (table_.is_entity) {
            return {&table_.of->write};
        }
        std::vector<const writing*> all;
        for (const child* each : children_) {
            all.push_back(&each->write);
        }
        return all;
    }

    [[nodiscard]] std::vector<write_request>
    requests(std::span<const write_request> writing::* of) const
    {
        std::vector<write_request> all;
        for (const writing* each : writings()) {
            const auto some = each->*of;
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }
    [[nodiscard]] std::vector<write_request> creates() const { return requests(&writing::create); }
    [[nodiscard]] std::vector<write_request> updates() const { return requests(&writing::update); }

    // The key of rows that have one of their own.
    [[nodiscard]] std::string_view key() const
    {
        return table_.is_entity ? table_.of->key : table_.primary_key.front();
    }

    [[nodiscard]] const column* described(const table_column& of) const
    {
        return of.sources.empty() ? nullptr : of.sources.front().described;
    }

    [[nodiscard]] bool is_editable(const table_column& of) const
    {
        const auto* about = described(of);
        return about != nullptr && about->editable && !updates().empty();
    }

    [[nodiscard]] bool is_parent(std::string_view name) const
    {
        return std::ranges::any_of(table_.parents,
                                   [&](const auto& each) { return each.column == name; });
    }

    // May be given by an INSERT.
    [[nodiscard]] bool is_given(const table_column& of) const
    {
        const auto* about = described(of);
        if (about != nullptr && (about->editable || about->insert_only)) {
            return true;
        }
        const bool is_key_of_link =
            is_link() && std::ranges::find(table_.primary_key, of.name) != table_.primary_key.end();
        return is_key_of_link || is_parent(of.name);
    }

    template <typename Claim>
    [[nodiscard]] names columns_that(const Claim& claim) const
    {
        names found;
        for (const auto& each : table_.columns) {
            if (claim(each)) {
                found.emplace_back(each.name);
            }
        }
        return found;
    }

    [[nodiscard]] names editable_columns() const
    {
        return columns_that([this](const auto& each) { return is_editable(each); });
    }

    [[nodiscard]] std::vector<column_rule> rules_of(std::string_view name, edit on) const
    {
        std::vector<column_rule> found;
        for (const writing* each : writings()) {
            for (const auto& rule : each->columns) {
                const bool is_known = std::ranges::any_of(found, [&](const auto& known) {
                    return known.versions.first == rule.versions.first &&
                           known.values == rule.values;
                });
                if (rule.column == name && (rule.on == edit::either || rule.on == on) &&
                    !is_known) {
                    found.push_back(rule);
                }
            }
        }
        return found;
    }

    [[nodiscard]] names by_member_columns() const
    {
        return columns_that(
            [this](const auto& each) { return is_editable(each) && described(each)->by_member; });
    }

    // Columns that stand inside the document of another: "ticket_attributes" has `title`.
    [[nodiscard]] names members_with_columns(const column& document) const
    {
        names found;
        const auto prefix = std::string(document.path) + ".";
        for (const auto& each : table_.columns) {
            const auto* about = described(each);
            if (about != nullptr && about->path.starts_with(prefix)) {
                found.emplace_back(about->path.substr(prefix.size()));
            }
        }
        return found;
    }

    [[nodiscard]] std::string how_to_insert() const
    {
        for (const writing* each : writings()) {
            if (!each->instead_of_insert.empty()) {
                return std::string(each->instead_of_insert);
            }
        }
        return "Intercom alone makes them.";
    }

    [[nodiscard]] std::string how_to_delete() const
    {
        for (const writing* each : writings()) {
            if (!each->instead_of_delete.empty()) {
                return std::string(each->instead_of_delete);
            }
        }
        return is_link() ? "DELETE the rows meant, one by one." : "Intercom alone removes them.";
    }

    // --- pieces of SQL ---------------------------------------------------------------------------

    // Times are kept as Intercom's unix seconds: a text would depend on the session's zone.
    [[nodiscard]] std::string as_json(const table_column& of, std::string_view row) const
    {
        return of.sql_type == "timestamptz"
                   ? fmt::format("to_jsonb(trim_scale(extract(epoch FROM {}.{})))", row, of.name)
                   : fmt::format("to_jsonb({}.{})", row, of.name);
    }

    static std::string row_of(const names& columns, std::string_view row)
    {
        names qualified;
        for (const auto& each : columns) {
            qualified.push_back(fmt::format("{}.{}", row, each));
        }
        return fmt::format("({})", fmt::join(qualified, ", "));
    }

    // The document as served cannot be compared, but its text can.
    [[nodiscard]] std::string differ(const names& columns, std::string_view left,
                                     std::string_view right) const
    {
        names mine;
        names theirs;
        for (const auto& each : columns) {
            const auto cast = table_.find_column(each)->sql_type == "json" ? "::text" : "";
            mine.push_back(fmt::format("{}.{}{}", left, each, cast));
            theirs.push_back(fmt::format("{}.{}{}", right, each, cast));
        }
        return fmt::format("ROW({}) IS DISTINCT FROM ROW({})", fmt::join(mine, ", "),
                           fmt::join(theirs, ", "));
    }

    [[nodiscard]] identity identity_of(std::string_view row) const
    {
        identity made;
        if (table_.is_entity) {
            made.entity = quoted(table_.name);
            made.entity_id = fmt::format("{}.{}", row, key());
        } else if (table_.parents.size() == 1) {
            made.entity = quoted(table_.parents.front().table);
            made.entity_id = fmt::format("{}.{}", row, table_.parents.front().column);
        } else {
            made.entity = "CASE";
            names ids;
            for (const auto& each : table_.parents) {
                made.entity += fmt::format(" WHEN {}.{} IS NOT NULL THEN {}", row, each.column,
                                           quoted(each.table));
                ids.push_back(fmt::format("{}.{}", row, each.column));
            }
            made.entity += " END";
            made.entity_id = fmt::format("coalesce({})", fmt::join(ids, ", "));
        }
        made.row_id = fmt::format("{}.{}", row, is_link() ? other_column() : key());
        return made;
    }

    // A link's second id: the column of its key that is not the parent's.
    [[nodiscard]] std::string_view other_column() const
    {
        const auto found = std::ranges::find_if(
            table_.primary_key, [this](const auto each) { return !is_parent(each); });
        return *found;
    }

    // Ids of rows Intercom may not have created yet.
    [[nodiscard]] std::string ids_mentioned(std::string_view row, bool with_own) const
    {
        names ids;
        if (with_own) {
            ids.push_back(table_.is_entity ? identity_of(row).row_id : identity_of(row).entity_id);
        }
        for (const auto& each : table_.columns) {
            if (is_given(each) && !is_parent(each.name) && described(each) != nullptr &&
                !described(each)->refers_to.empty()) {
                ids.push_back(fmt::format("{}.{}", row, each.name));
            }
        }
        if (ids.empty()) {
            return "NULL::text[]";
        }
        // Hardly ever are there any, and the call takes its time.
        names are_local;
        for (const auto& each : ids) {
            are_local.push_back(fmt::format("starts_with({}, 'local:')", each));
        }
        return fmt::format("CASE WHEN {} THEN local_ids({}) END", fmt::join(are_local, " OR "),
                           fmt::join(ids, ", "));
    }

    [[nodiscard]] std::string refusal(std::string_view what, std::string_view hint,
                                      std::string_view of_column = {}) const
    {
        return fmt::format("PERFORM refuse({}, {}, {}, {});", quoted(what), quoted(hint),
                           quoted(table_.name), quoted(of_column));
    }

    [[nodiscard]] std::string refusing(std::string_view what, std::string_view hint) const
    {
        return fmt::format("refuse_edit({}, {})", quoted(fmt::format("{}: {}", table_.name, what)),
                           quoted(hint));
    }

    [[nodiscard]] std::string version_check(const version_range& versions, std::string_view what,
                                            std::string_view of_column) const
    {
        return is_everything(versions)
                   ? std::string()
                   : fmt::format("        PERFORM require_version({}, {}, {}, {}, {});\n",
                                 array_of(versions.first), array_of(versions.last), quoted(what),
                                 quoted(table_.name), quoted(of_column));
    }

    // What the new value of a column has to keep to; the caller knows that it is new.
    [[nodiscard]] std::string value_checks(const table_column& of, edit on) const
    {
        std::string checks;
        const auto column = fmt::format("NEW.{}", of.name);
        for (const auto& rule : rules_of(of.name, on)) {
            checks += version_check(rule.versions, fmt::format("{} of {}", of.name, table_.name),
                                    of.name);
            if (rule.is_required) {
                checks += fmt::format(
                    "        IF {} IS NULL THEN\n            {}\n        END IF;\n", column,
                    refusal(fmt::format("{} of {} needs a value", of.name, table_.name),
                            "It cannot be null.", of.name));
            }
            if (!rule.values.empty()) {
                const auto values = split(rule.values, '|');
                checks += fmt::format(
                    "        IF {0} <> ALL ({1}) THEN\n            PERFORM refuse({2} || "
                    "left({0}, 80), {3}, {4}, {5});\n        END IF;\n",
                    column, array_of(values),
                    quoted(fmt::format("{} of {} cannot be ", of.name, table_.name)),
                    quoted(fmt::format("It can be: {}.", fmt::join(values, ", "))),
                    quoted(table_.name), quoted(of.name));
            }
        }
        if (of.sql_type == "timestamptz") {
            checks += fmt::format(
                "        IF NOT isfinite({}) THEN\n            {}\n"
                "        END IF;\n",
                column,
                refusal(fmt::format("{} of {} has to be a moment", of.name, table_.name),
                        "Intercom has no infinite times.", of.name));
        }
        if (of.sql_type == "numeric") {
            checks += fmt::format(
                "        IF {} IN ('NaN', 'Infinity', '-Infinity') THEN\n"
                "            {}\n        END IF;\n",
                column,
                refusal(fmt::format("{} of {} has to be a number", of.name, table_.name),
                        "Intercom has neither NaN nor Infinity.", of.name));
        }
        return checks + reference_check(of);
    }

    [[nodiscard]] std::string reference_check(const table_column& of) const
    {
        const auto* about = described(of);
        if (about == nullptr || about->refers_to.empty()) {
            return "";
        }
        names places;
        for (const auto& name : split(about->refers_to, '|')) {
            const auto found = std::ranges::find(resources_, name, &resource::name);
            if (found == resources_.end()) {
                return ""; // not mirrored: nothing to compare with
            }
            places.push_back(
                fmt::format("EXISTS (SELECT FROM {} WHERE {} = NEW.{} AND deleted_at IS NULL)",
                            name, (*found)->key, of.name));
        }
        return fmt::format(
            "        IF NEW.{2} IS NOT NULL AND NOT ({0}) THEN\n"
            "            PERFORM refuse_unknown({1}, NEW.{2}, {3}, '{2}');\n        END IF;\n",
            fmt::join(places, " OR "), array_of(split(about->refers_to, '|')), of.name,
            quoted(table_.name));
    }

    [[nodiscard]] std::string row_checks(edit on) const
    {
        std::string checks;
        for (const writing* each : writings()) {
            for (const auto& rule : each->rows) {
                if (rule.on == edit::either || rule.on == on) {
                    checks += fmt::format("    IF {} THEN\n        {}\n    END IF;\n",
                                          rule.refused_when, refusal(rule.reason, rule.hint));
                }
            }
        }
        return checks;
    }

    // What of a document can be told from the row alone; whether its members fit their definitions
    // is looked up for all rows of a statement together (entries_of).
    [[nodiscard]] std::string document_checks(const table_column& of, std::string_view before) const
    {
        auto checks = fmt::format(
            "        IF jsonb_typeof(NEW.{0}) <> 'object' THEN\n            {1}\n        END IF;\n",
            of.name,
            refusal(fmt::format("{} of {} has to be a JSON object", of.name, table_.name),
                    "Its members are the attributes, by name.", of.name));
        for (const auto& name : members_with_columns(*described(of))) {
            checks += fmt::format(
                "        IF NEW.{0} -> {1} IS DISTINCT FROM {2} -> {1} THEN\n"
                "            {3}\n        END IF;\n",
                of.name, quoted(name), before,
                refusal(fmt::format("{} of {} has a column of its own", name, table_.name),
                        "Set that column instead.", of.name));
        }
        return checks;
    }

    // Sets `pending` of a document: for each member that differs from its value before the first
    // open edit, that value. Null is as good as absent.
    static std::string remember_members(std::string_view name, std::string_view before)
    {
        return fmt::format(R"(        SELECT jsonb_object_agg(based.name, based.value) INTO members
          FROM (SELECT named.name,
                       coalesce(pending -> '{0}' -> named.name, {1} -> named.name, 'null') AS value
                  FROM (SELECT jsonb_object_keys({1}) UNION ALL
                        SELECT jsonb_object_keys(NEW.{0}) UNION ALL
                        SELECT jsonb_object_keys(pending -> '{0}')) AS named (name)) AS based
         WHERE based.value <> coalesce(NEW.{0} -> based.name, 'null')
            OR flying -> '{0}' ? based.name;
        pending := CASE WHEN members IS NULL THEN pending - '{0}'
                        ELSE pending || jsonb_build_object('{0}', members) END;
)",
                           name, before);
    }

    // SQL: the members of a document that differ from those before, as {"column": {…}}; else {}.
    static std::string changed_members(std::string_view name, std::string_view before)
    {
        return fmt::format(R"(CASE WHEN n.{0} IS NOT DISTINCT FROM {1} THEN '{{}}' ELSE coalesce(
                               (SELECT jsonb_build_object('{0}',
                                           jsonb_object_agg(named.name, coalesce(n.{0} -> named.name, 'null')))
                                  FROM (SELECT jsonb_object_keys(n.{0}) UNION ALL
                                        SELECT jsonb_object_keys({1})) AS named (name)
                                 WHERE coalesce(n.{0} -> named.name, 'null')
                                    <> coalesce({1} -> named.name, 'null')
                                HAVING count(*) > 0), '{{}}') END)",
                           name, before);
    }

    // The same for a row that was clean before: its `_pending` says which they are.
    static std::string first_members(std::string_view name)
    {
        return fmt::format(R"(coalesce((SELECT jsonb_build_object('{0}',
                                           jsonb_object_agg(named.name, coalesce(n.{0} -> named.name, 'null')))
                                  FROM jsonb_object_keys(n._pending -> '{0}') AS named (name)
                                HAVING count(*) > 0), '{{}}'))",
                           name);
    }

    // The value of a column in an entry, as {"column": value}.
    [[nodiscard]] std::string entry_field(const table_column& of) const
    {
        return fmt::format("jsonb_build_object('{0}', {1})", of.name, as_json(of, "n"));
    }

    // The statement that writes entries to the outbox, and refuses attributes that are not defined
    // and values their definitions do not take.
    [[nodiscard]] std::string entries_of(const std::string& select, edit on) const
    {
        const auto insert = fmt::format(
            "INSERT INTO outbox (operation, entity, entity_id, table_name, row_id, fields,\n"
            "                        waits_for, state, reason, settled_at)\n{}",
            select);
        for (const auto& each : table_.columns) {
            for (const auto& rule : rules_of(each.name, on)) {
                if (!rule.definitions.empty()) {
                    return fmt::format(
                        "    WITH written AS (\n    {}\n    RETURNING row_id, fields)\n"
                        "{};\n",
                        insert, check_of_members(each.name, std::string(rule.definitions)));
                }
            }
        }
        return fmt::format("    {};\n", insert);
    }

    [[nodiscard]] std::string check_of_members(std::string_view name, std::string whose) const
    {
        for (auto at = whose.find("NEW."); at != std::string::npos; at = whose.find("NEW.")) {
            whose.replace(at, 4, "n.");
        }
        const auto rows =
            whose.find("n.") == std::string::npos
                ? std::string()
                : fmt::format("\n      JOIN new_rows AS n ON n.{} = written.row_id", key());
        return fmt::format(
            R"(    SELECT member.key, member.value, {1} AS whose INTO wrong
      FROM written{2}
     CROSS JOIN LATERAL jsonb_each(written.fields -> '{0}') AS member
      LEFT JOIN attribute_rules AS rule ON rule.definitions = {1} AND rule.name = member.key
     WHERE (rule.is_writable
            AND fits_type(member.value, rule.data_type)
            AND fits_options(member.value, rule.options)) IS NOT TRUE
       AND (rule.name IS NOT NULL OR has_attribute_rules({1}))
     LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_member(wrong.key, wrong.value, wrong.whose, {3}, '{0}');
    END IF)",
            name, whose, rows, quoted(table_.name));
    }

    // --- statements ------------------------------------------------------------------------------

    void trigger_function(std::string_view what, std::string_view declared, std::string_view body,
                          std::string_view settings = "")
    {
        sql_ += fmt::format("CREATE FUNCTION edit_{}_{}() RETURNS trigger\n"
                            "    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT{}\n"
                            "AS $$\nDECLARE\n{}BEGIN\n{}END\n$$;\n",
                            what, table_.name, settings, declared, body);
    }

    // Its statements are planned for the number of rows at hand, and never compare each row before
    // with each row after: nobody knows how many will differ, and a guess too low costs hours.
    // Look-ups in the outbox are LATERAL, one by one: it may hold far more than is edited. What is
    // planned against a forbidden kind of join looks so expensive that it would be compiled, which
    // takes seconds.
    void statement_function(std::string_view what, std::string_view declared, std::string_view body)
    {
        trigger_function(what, declared, body,
                         "\n    SET plan_cache_mode = force_custom_plan SET enable_nestloop = off"
                         " SET jit = off");
    }

    void statement(std::string_view name, std::string_view event, std::string_view how,
                   std::string_view function)
    {
        sql_ += fmt::format("CREATE TRIGGER edit_{} {} ON {}\n    {}\n    EXECUTE FUNCTION {};\n",
                            name, event, table_.name, how, function);
    }

    [[nodiscard]] std::string own(std::string_view what) const
    {
        return fmt::format("edit_{}_{}()", what, table_.name);
    }

    void refuse_everything()
    {
        statement("insert", "BEFORE INSERT", "FOR EACH ROW WHEN (is_edit())",
                  refusing("rows cannot be inserted by SQL", how_to_insert()));
        const auto all = columns_that([](const auto&) { return true; });
        statement("update", "BEFORE UPDATE",
                  fmt::format("FOR EACH ROW WHEN (is_edit() AND {})", differ(all, "OLD", "NEW")),
                  "refuse_read_only('{}', '{}')");
        refuse_deletion();
    }

    void refuse_deletion()
    {
        statement("delete", "BEFORE DELETE", "FOR EACH ROW WHEN (is_edit())",
                  refusing("rows cannot be deleted by SQL", how_to_delete()));
    }

    // Entities, and children with keys of their own.
    void write_rows()
    {
        const auto editable = editable_columns();
        const auto given = columns_that([this](const auto& each) { return is_given(each); });
        const auto only_inserted =
            columns_that([this](const auto& each) { return is_given(each) && !is_editable(each); });
        const auto read_only =
            columns_that([this](const auto& each) { return !is_editable(each); });
        // Named so that it looks before the row is changed by the capture.
        statement(
            "1_read_only", fmt::format("BEFORE UPDATE OF {}", fmt::join(read_only, ", ")),
            fmt::format("FOR EACH ROW WHEN (is_edit() AND {})", differ(read_only, "OLD", "NEW")),
            fmt::format("refuse_read_only({}, {})", array_of(editable), array_of(only_inserted)));
        if (!editable.empty()) {
            write_update(editable);
        }
        if (creates().empty()) {
            statement("insert", "BEFORE INSERT", "FOR EACH ROW WHEN (is_edit())",
                      refusing("rows cannot be inserted by SQL", how_to_insert()));
            refuse_deletion();
        } else {
            write_insert(given);
            write_deletion();
        }
    }

    void write_update(const names& editable)
    {
        const auto who = identity_of("OLD");
        std::string body = fmt::format("    IF OLD.deleted_at IS NOT NULL THEN\n"
                                       "        PERFORM refuse_deleted({}, OLD.{});\n"
                                       "    END IF;\n",
                                       quoted(table_.name), key());
        body += row_checks(edit::update);
        body += fmt::format("    IF OLD._pending IS NOT NULL THEN\n"
                            "        flying := in_flight({}, {}, {}, {});\n    END IF;\n",
                            who.entity, who.entity_id, quoted(table_.name), who.row_id);
        for (const auto& name : editable) {
            const auto& column = *table_.find_column(name);
            body += fmt::format("    IF NEW.{0} IS DISTINCT FROM OLD.{0} THEN\n", name);
            if (described(column)->by_member) {
                body += document_checks(column, fmt::format("OLD.{}", name));
                body += remember_members(name, fmt::format("OLD.{}", name));
            } else {
                body += value_checks(column, edit::update);
                body += fmt::format(
                    "        pending := remember(pending, '{0}', {1}, {2}, flying ? '{0}');\n",
                    name, as_json(column, "OLD"), as_json(column, "NEW"));
            }
            body += "    END IF;\n";
        }
        body += "    NEW._pending := nullif(pending, '{}');\n";
        if (!can_be_read_alone()) {
            // The next list is applied, whatever it is.
            body += "    IF NOT pending @> OLD._pending THEN\n        NEW._hash_list := NULL;\n"
                    "    END IF;\n";
        }
        body += "    RETURN NEW;\n";
        trigger_function("update",
                         "    pending jsonb := coalesce(OLD._pending, '{}');\n"
                         "    flying jsonb := '{}';\n    members jsonb;\n",
                         body);
        statement(
            "2_update", fmt::format("BEFORE UPDATE OF {}", fmt::join(editable, ", ")),
            fmt::format("FOR EACH ROW WHEN (is_edit() AND {})", differ(editable, "OLD", "NEW")),
            own("update"));
        write_updated(editable);
    }

    void write_updated(const names& editable)
    {
        const auto who = identity_of("n");
        const auto both = fmt::format("new_rows AS n JOIN old_rows AS o USING ({})", key());
        names fields;
        for (const auto& name : editable) {
            const auto& column = *table_.find_column(name);
            fields.push_back(
                described(column)->by_member
                    ? fmt::format("CASE WHEN o._pending IS NULL THEN CASE WHEN n._pending ? '{2}' "
                                  "THEN {0} ELSE '{{}}' END\n"
                                  "                                ELSE {1} END",
                                  first_members(name),
                                  changed_members(name, fmt::format("o.{}", name)), name)
                    : fmt::format("CASE WHEN n.{0} IS DISTINCT FROM o.{0} THEN {1} "
                                  "ELSE '{{}}' END",
                                  name, entry_field(column)));
        }
        const auto by_member = array_of(by_member_columns());
        auto body = std::string("    IF NOT EXISTS (SELECT FROM new_rows) THEN\n"
                                "        RETURN NULL;\n    END IF;\n"
                                "    state_now := first_state((SELECT count(*) FROM new_rows));\n");
        // A row that was clean before has nothing that could have been taken back.
        body += entries_of(
            fmt::format(
                R"(    SELECT 'update', edited.entity, edited.entity_id, {0}, edited.row_id, edited.fields,
           edited.waits_for,
           CASE WHEN edited.is_open THEN state_now ELSE 'applied' END,
           CASE WHEN NOT edited.is_open THEN {1} END,
           CASE WHEN NOT edited.is_open THEN clock_timestamp() END
      FROM (SELECT found.*, found.was_clean OR is_pending(found.fields, found.pending, {2}) AS is_open
              FROM (SELECT {3} AS entity, {4} AS entity_id, {5} AS row_id,
                           {6} AS fields,
                           {7} AS waits_for, o._pending IS NULL AS was_clean,
                           coalesce(n._pending, '{{}}') AS pending
                      FROM {8}
                     WHERE {9}
                    OFFSET 0) AS found
             WHERE found.fields <> '{{}}') AS edited
     ORDER BY edited.row_id)",
                quoted(table_.name), quoted("Intercom has this value: an edit was taken back"),
                by_member, who.entity, who.entity_id, who.row_id,
                fmt::format("{}", fmt::join(fields, "\n                           || ")),
                ids_mentioned("n", true), both, differ(editable, "n", "o")),
            edit::update);
        body += fmt::format(
            R"(    IF EXISTS (SELECT FROM old_rows WHERE _pending IS NOT NULL) THEN
        UPDATE outbox
           SET state = 'superseded', reason = 'taken back before it was sent'
         WHERE id = ANY (ARRAY(
               SELECT found.id
                 FROM {0}
                CROSS JOIN LATERAL (
                      SELECT earlier.id
                        FROM outbox AS earlier
                       WHERE earlier.is_open
                         AND earlier.entity = {1}
                         AND earlier.entity_id = {2}
                         AND earlier.table_name = {3}
                         AND earlier.row_id = {4}
                         AND earlier.operation = 'update'
                         AND earlier.state IN ('held', 'pending')
                         AND earlier.inflight IS NULL
                         AND NOT is_pending(earlier.fields, coalesce(n._pending, '{{}}'), {5})
                      OFFSET 0) AS found
                WHERE o._pending IS NOT NULL
                  AND n._pending IS DISTINCT FROM o._pending));
{6}    END IF;
    IF state_now = 'held' THEN
        PERFORM settle_fuse();
    END IF;
    PERFORM refuse_omitted({3});
    RETURN NULL;
)",
            both, who.entity, who.entity_id, quoted(table_.name), who.row_id, by_member,
            can_be_read_alone()
                ? fmt::format("        PERFORM read_again({}, {})\n           FROM {}\n"
                              "          WHERE NOT coalesce(n._pending, '{{}}') @> o._pending;\n",
                              who.entity, who.entity_id, both)
                : std::string());
        statement_function("updated", "    state_now text;\n    wrong record;\n", body);
        statement("3_updated", "AFTER UPDATE",
                  "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows\n"
                  "    FOR EACH STATEMENT WHEN (is_edit())",
                  own("updated"));
    }

    void write_insert(const names& given)
    {
        const auto not_given = columns_that([this](const auto& each) { return !is_given(each); });
        statement("1_not_given", "BEFORE INSERT",
                  fmt::format("FOR EACH ROW WHEN (is_edit() AND num_nonnulls{} > 0)",
                              row_of(not_given, "NEW")),
                  fmt::format("refuse_read_only({}, '{{}}')", array_of(given)));
        std::string body = create_checks();
        body += row_checks(edit::insert);
        for (const auto& each : table_.columns) {
            for (const auto& rule : rules_of(each.name, edit::insert)) {
                if (!rule.when_absent.empty()) {
                    body += fmt::format("    IF NEW.{0} IS NULL THEN\n        NEW.{0} := {1};\n"
                                        "    END IF;\n",
                                        each.name, rule.when_absent);
                }
            }
        }
        for (const auto& name : given) {
            const auto& column = *table_.find_column(name);
            if (is_parent(name)) {
                continue;
            }
            if (described(column)->by_member) {
                body += fmt::format("    IF NEW.{} IS NOT NULL THEN\n{}{}    END IF;\n", name,
                                    document_checks(column, "'{}'::jsonb"),
                                    remember_members(name, "'{}'::jsonb"));
                continue;
            }
            const auto rules = rules_of(name, edit::insert);
            const bool is_required =
                std::ranges::any_of(rules, [](const auto& each) { return each.is_required; });
            body += fmt::format("    IF {} THEN\n{}",
                                is_required ? std::string("true")
                                            : fmt::format("NEW.{} IS NOT NULL", name),
                                value_checks(column, edit::insert));
            body += fmt::format("        pending := pending || '{{\"{}\": null}}';\n    END IF;\n",
                                name);
        }
        body += fmt::format("    NEW.{} := 'local:' || unique_id;\n"
                            "    NEW.synced_at := transaction_timestamp();\n"
                            "    NEW._pending := nullif(pending, '{{}}');\n    RETURN NEW;\n",
                            key());
        trigger_function("insert",
                         "    unique_id CONSTANT text := gen_random_uuid();\n"
                         "    pending jsonb := '{}';\n    flying CONSTANT jsonb := '{}';\n"
                         "    members jsonb;\n    is_gone boolean;\n",
                         body);
        statement("2_insert", "BEFORE INSERT", "FOR EACH ROW WHEN (is_edit())", own("insert"));
        write_inserted("create", given);
    }

    // The version, and the parent: it has to be there, and stays as it is until the edit is
    // committed.
    [[nodiscard]] std::string create_checks() const
    {
        std::string checks;
        if (table_.is_entity) {
            return version_check(versions_of(table_.of->write.create),
                                 fmt::format("a new row of {}", table_.name), "");
        }
        names parents;
        for (const auto& parent : table_.parents) {
            parents.push_back(fmt::format("NEW.{}", parent.column));
        }
        checks += fmt::format(
            "    IF num_nonnulls({0}) <> 1 THEN\n        {1}\n    END IF;\n",
            fmt::join(parents, ", "),
            refusal(fmt::format("a row of {} belongs to exactly one other", table_.name),
                    fmt::format("Give {}.", fmt::join(parent_columns(), " or "))));
        for (const auto& parent : table_.parents) {
            const auto found = std::ranges::find(children_, parent.column, &child::parent_column);
            checks += fmt::format("    IF NEW.{} IS NOT NULL THEN\n", parent.column);
            if (found != children_.end()) {
                if (!(*found)->write.create.empty()) {
                    checks += version_check(
                        versions_of((*found)->write.create),
                        fmt::format("a new row of {} for {}", table_.name, parent.table),
                        parent.column);
                }
                if ((*found)->write.only_with_new_parent) {
                    checks += only_new_parent("NEW", parent);
                }
            }
            checks += fmt::format(
                R"(        SELECT deleted_at IS NOT NULL INTO is_gone FROM {0} WHERE {2} = NEW.{1}
           FOR NO KEY UPDATE;
        IF is_gone IS NULL THEN
            PERFORM refuse_unknown('{{{0}}}', NEW.{1}, {3}, '{1}', true);
        ELSIF is_gone THEN
            PERFORM refuse_deleted('{0}', NEW.{1});
        END IF;
    END IF;
)",
                parent.table, parent.column, key_of(parent.table), quoted(table_.name));
        }
        return checks;
    }

    [[nodiscard]] names parent_columns() const
    {
        names all;
        for (const auto& parent : table_.parents) {
            all.emplace_back(parent.column);
        }
        return all;
    }

    [[nodiscard]] std::string_view key_of(std::string_view parent) const
    {
        const auto found = std::ranges::find(resources_, parent, &resource::name);
        return found == resources_.end() ? std::string_view("id") : (*found)->key;
    }

    [[nodiscard]] std::string only_new_parent(std::string_view row,
                                              const table_parent& parent) const
    {
        return fmt::format(
            "        IF NOT starts_with({}.{}, 'local:') THEN\n            {}\n        END IF;\n",
            row, parent.column,
            refusal(fmt::format("{} of a row that Intercom has cannot be changed", table_.name),
                    fmt::format("They are given together with a new row of {}, before it goes out.",
                                parent.table)));
    }

    void write_inserted(std::string_view operation, const names& given)
    {
        const auto who = identity_of("n");
        names fields{"'{}'::jsonb"};
        for (const auto& name : given) {
            const auto& column = *table_.find_column(name);
            if (is_parent(name) || (is_link() && name == other_column())) {
                continue; // the entry says it
            }
            fields.push_back(described(column)->by_member
                                 ? changed_members(name, "'{}'::jsonb")
                                 : fmt::format("CASE WHEN n.{0} IS NOT NULL THEN {1} "
                                               "ELSE '{{}}' END",
                                               name, entry_field(column)));
        }
        link_or_row(operation, "inserted", "new_rows", "detach", "AFTER INSERT\n    ",
                    "REFERENCING NEW TABLE AS new_rows", who,
                    fmt::format("{}", fmt::join(fields, "\n           || ")), "");
    }

    // Entries for rows that came or went. A link that came after it went, or the other way round,
    // with nothing sent in between, takes the earlier edit back.
    void link_or_row(std::string_view operation, std::string_view what, std::string_view rows,
                     std::string_view opposite, std::string_view event,
                     std::string_view referencing, const identity& who, const std::string& fields,
                     std::string_view condition)
    {
        auto body = fmt::format("    SELECT count(*) INTO rows_now FROM {} AS n{};\n"
                                "    IF rows_now = 0 THEN\n        RETURN NULL;\n    END IF;\n"
                                "    state_now := first_state(rows_now);\n",
                                rows, condition);
        if (is_link()) {
            body += fmt::format(
                R"(    WITH undone AS (
        UPDATE outbox AS edit
           SET state = 'superseded', reason = 'taken back before it was sent'
         WHERE edit.id = ANY (ARRAY(
               SELECT found.id
                 FROM {0} AS n
                CROSS JOIN LATERAL (
                      SELECT earlier.id
                        FROM outbox AS earlier
                       WHERE earlier.is_open
                         AND earlier.entity = {1}
                         AND earlier.entity_id = {2}
                         AND earlier.table_name = {3}
                         AND earlier.row_id = {4}
                         AND earlier.operation = {5}
                         AND earlier.state IN ('held', 'pending')
                         AND earlier.fields = {6}
                      OFFSET 0) AS found))
        RETURNING edit.entity_id, edit.row_id)
    SELECT coalesce(array_agg(undone.entity_id || ' ' || undone.row_id), '{{}}') INTO taken_back
      FROM undone;
    PERFORM read_again({1}, {2})
       FROM {0} AS n
      WHERE {2} || ' ' || {4} = ANY (taken_back);
)",
                rows, who.entity, who.entity_id, quoted(table_.name), who.row_id, quoted(opposite),
                fields);
        }
        const std::string undone =
            is_link() ? fmt::format("{} || ' ' || {} = ANY (taken_back)", who.entity_id, who.row_id)
                      : "false";
        body += entries_of(
            fmt::format(R"(    SELECT {0}, {1}, {2}, {3}, {4},
           {5},
           {6},
           CASE WHEN {7} THEN 'applied' ELSE state_now END,
           CASE WHEN {7} THEN {8} END,
           CASE WHEN {7} THEN clock_timestamp() END
      FROM {9} AS n{10})",
                        quoted(operation), who.entity, who.entity_id, quoted(table_.name),
                        who.row_id, fields, ids_mentioned("n", !table_.is_entity), undone,
                        quoted("Intercom has it so: an edit was taken back"), rows, condition),
            edit::insert);
        body += fmt::format("    IF state_now = 'held' THEN\n        PERFORM settle_fuse();\n"
                            "    END IF;\n    PERFORM refuse_omitted({});\n    RETURN NULL;\n",
                            quoted(table_.name));
        statement_function(what,
                           "    rows_now bigint;\n    state_now text;\n    taken_back text[];\n"
                           "    wrong record;\n",
                           body);
        statement(fmt::format("3_{}", what), event,
                  fmt::format("{}\n    FOR EACH STATEMENT WHEN (is_edit())", referencing),
                  own(what));
    }

    // A row that has not gone out may go again, and with it what was to be sent of it.
    void write_deletion()
    {
        const auto body = fmt::format(
            R"(    IF NOT starts_with(OLD.{0}, 'local:') THEN
        {1}
    END IF;
    PERFORM cancel_edits_of({2}, {3}, {4}, OLD.{0});
    RETURN OLD;
)",
            key(),
            refusal(fmt::format("rows of {} cannot be deleted by SQL", table_.name),
                    how_to_delete()),
            identity_of("OLD").entity, identity_of("OLD").entity_id, quoted(table_.name));
        trigger_function("delete", "", body);
        statement("delete", "BEFORE DELETE", "FOR EACH ROW WHEN (is_edit())", own("delete"));
        if (!table_.is_entity || table_.of->children.empty()) {
            return;
        }
        // Foreign keys come with the end of a first mirror.
        names removals;
        for (const child& each : table_.of->children) {
            auto removal = fmt::format("    DELETE FROM {} WHERE {} = OLD.{};\n", each.table,
                                       each.parent_column, key());
            if (each.editable && std::ranges::find(removals, removal) == removals.end()) {
                removals.push_back(std::move(removal));
            }
        }
        trigger_function("deleted", "",
                         fmt::format("{}    RETURN NULL;\n", fmt::join(removals, "")));
        statement("3_deleted", "AFTER DELETE", "FOR EACH ROW WHEN (is_edit())", own("deleted"));
    }

    void write_link()
    {
        const auto given = columns_that([this](const auto& each) { return is_given(each); });
        const auto not_given = columns_that([this](const auto& each) { return !is_given(each); });
        if (!not_given.empty()) {
            statement("1_not_given", "BEFORE INSERT",
                      fmt::format("FOR EACH ROW WHEN (is_edit() AND num_nonnulls{} > 0)",
                                  row_of(not_given, "NEW")),
                      fmt::format("refuse_read_only({}, '{{}}')", array_of(given)));
        }
        auto body = create_checks() + row_checks(edit::insert);
        for (const auto& name : given) {
            if (!is_parent(name)) {
                body += value_checks(*table_.find_column(name), edit::insert);
            }
        }
        trigger_function("insert", "    is_gone boolean;\n", body + "    RETURN NEW;\n");
        statement("2_insert", "BEFORE INSERT", "FOR EACH ROW WHEN (is_edit())", own("insert"));

        const auto all = columns_that([](const auto&) { return true; });
        statement("update", "BEFORE UPDATE",
                  fmt::format("FOR EACH ROW WHEN (is_edit() AND {})", differ(all, "OLD", "NEW")),
                  refusing("links are not changed", "DELETE the row and INSERT another."));

        // A parent that is not there was deleted in the same statement, with all that was to be
        // sent of it.
        const auto& parent = table_.parents.front();
        const bool is_part_of_create = children_.front()->write.only_with_new_parent;
        body = fmt::format(
            R"(    SELECT deleted_at IS NOT NULL INTO is_gone FROM {0} WHERE {2} = OLD.{1}
       FOR NO KEY UPDATE;
    IF is_gone THEN
        PERFORM refuse_deleted('{0}', OLD.{1});
    END IF;
{3}    RETURN OLD;
)",
            parent.table, parent.column, key_of(parent.table),
            is_part_of_create
                ? only_new_parent("OLD", parent)
                : version_check(versions_of(children_.front()->write.remove),
                                fmt::format("removing a row of {}", table_.name), ""));
        trigger_function("delete", "    is_gone boolean;\n", body);
        statement("2_delete", "BEFORE DELETE", "FOR EACH ROW WHEN (is_edit())", own("delete"));
        if (is_part_of_create) {
            return; // they go out with their parent
        }
        write_inserted("attach", given);
        names fields{"'{}'::jsonb"};
        for (const auto& name : given) {
            if (std::ranges::find(table_.primary_key, name) == table_.primary_key.end()) {
                fields.push_back(fmt::format("CASE WHEN n.{0} IS NOT NULL THEN "
                                             "jsonb_build_object('{0}', {1}) ELSE '{{}}' END",
                                             name, as_json(*table_.find_column(name), "n")));
            }
        }
        link_or_row("detach", "deleted", "old_rows", "attach", "AFTER DELETE\n    ",
                    "REFERENCING OLD TABLE AS old_rows", identity_of("n"),
                    fmt::format("{}", fmt::join(fields, "\n           || ")),
                    fmt::format(" JOIN {0} AS parent ON parent.{1} = n.{2}", parent.table,
                                key_of(parent.table), parent.column));
    }

    const table& table_;
    std::span<const resource* const> resources_;
    std::vector<const child*> children_;
    std::string sql_;
};

// What other functions have to know of the catalogue.
std::string lookups(const std::vector<table>& tables)
{
    std::string keys;
    names by_member;
    for (const table& each : tables) {
        const names key = each.is_entity ? names{std::string(each.of->key)}
                                         : names(each.primary_key.begin(), each.primary_key.end());
        keys += fmt::format("               WHEN {} THEN {}\n", quoted(each.name), array_of(key));
        for (const auto& column : each.columns) {
            if (!column.sources.empty() && column.sources.front().described->by_member) {
                by_member.push_back(
                    fmt::format("({}, {})", quoted(each.name), quoted(column.name)));
            }
        }
    }
    return fmt::format("\nCREATE FUNCTION edit_key(of_table text) RETURNS text[] LANGUAGE sql "
                       "IMMUTABLE\n    RETURN (CASE of_table\n{}            END)::text[];\n"
                       "CREATE FUNCTION edit_is_by_member(of_table text, of_column text) RETURNS "
                       "boolean\n    LANGUAGE sql IMMUTABLE\n"
                       "    RETURN (of_table, of_column) IN ({});\n",
                       keys, fmt::join(by_member, ", "));
}

} // namespace

std::string capture_sql(std::span<const resource* const> resources,
                        std::span<const function> functions)
{
    std::string sql = "SELECT set_config('intercom_mirror.mirror_schema', "
                      "quote_ident(current_schema()), true);\n";
    sql += begin_anew;
    const auto tables = tables_of(resources);
    sql += lookups(tables);
    names lost;
    std::string adoptions;
    for (const table& each : tables) {
        table_triggers triggers(each, resources);
        if (triggers.has_pending_rows()) {
            lost.push_back(triggers.lost_edits());
        }
        if (triggers.has_local_ids()) {
            adoptions += triggers.adoption(tables);
        }
        sql += "\n-- " + std::string(each.name) + "\n";
        sql += triggers.write();
    }
    // Run now and then: an edit without an entry, however it came about, goes out after all.
    sql += fmt::format(R"(
CREATE FUNCTION edit_recover() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    count bigint;
BEGIN
    INSERT INTO outbox (operation, entity, entity_id, table_name, row_id, fields, waits_for)
{}    ;
    GET DIAGNOSTICS count = ROW_COUNT;
    RETURN count;
END
$$;
)",
                       fmt::join(lost, "    UNION ALL\n"));
    // False when there is no such row. Fails when a row of the new id is there already.
    sql += fmt::format(R"(
CREATE FUNCTION edit_adopt(of_table text, old_id text, new_id text) RETURNS boolean
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
#variable_conflict use_variable
DECLARE
    is_there boolean;
BEGIN
    CASE of_table
{}    END CASE;
    IF NOT is_there THEN
        RETURN false;
    END IF;
    UPDATE outbox
       SET entity_id = CASE WHEN entity = of_table AND entity_id = old_id THEN new_id ELSE entity_id END,
           row_id = CASE WHEN row_id = old_id THEN new_id ELSE row_id END,
           waits_for = nullif(array_remove(waits_for, old_id), '{{}}'),
           fields = replaced(fields, old_id, new_id)
     WHERE is_open
       AND (entity_id = old_id OR row_id = old_id OR waits_for @> ARRAY[old_id]);
    INSERT INTO id_alias AS known (resource, old_id, new_id) VALUES (of_table, $2, $3)
        ON CONFLICT ON CONSTRAINT id_alias_pkey DO UPDATE SET new_id = excluded.new_id;
    RETURN true;
END
$$;
)",
                       adoptions);
    // Functions people call stand beside the tables.
    sql += R"(
SELECT set_config('search_path', format('%s, %I, pg_temp',
    current_setting('intercom_mirror.mirror_schema'), current_schema()), true);
)";
    return sql + function_sql(functions, resources);
}

} // namespace intercom_mirror
