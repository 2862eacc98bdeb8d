#include "sync/store/postgres_outbox.hpp"

#include "schema/catalogue.hpp"
#include "schema/tables.hpp"
#include "sync/record/exact_numbers.hpp"
#include "sync/seeded_bug.hpp"
#include "sync/store/control.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <array>

namespace intercom_mirror {
namespace {

constexpr std::string_view edit_columns =
    "id, operation, coalesce(entity, ''), coalesce(entity_id, ''), coalesce(table_name, ''),"
    " coalesce(row_id, ''), fields, coalesce(inflight::text, ''), attempts,"
    " (extract(epoch FROM edited_at) * 1000000)::bigint";

std::string moment_of(std::string_view parameter)
{
    return fmt::format("(timestamptz 'epoch' + {}::bigint * interval '1 microsecond')", parameter);
}

std::int64_t microseconds(wall_time at)
{
    return at.time_since_epoch().count();
}

std::string ids_of(const edits_taken& edits)
{
    std::string list = "{";
    for (const auto& one : edits) {
        list += fmt::format("{}{}", list.size() == 1 ? "" : ",", one.id);
    }
    return list + "}";
}

outbox_edit edit_of(const pqxx::row& row)
{
    outbox_edit edit;
    edit.id = row[0].as<std::int64_t>();
    edit.operation = row[1].c_str();
    edit.entity = row[2].c_str();
    edit.entity_id = row[3].c_str();
    edit.table = row[4].c_str();
    edit.row_id = row[5].c_str();
    edit.fields = row[6].c_str();
    edit.in_flight = row[7].c_str();
    edit.attempts = row[8].as<int>();
    edit.edited_at = wall_time(duration(row[9].as<std::int64_t>()));
    return edit;
}

// Whether the transaction of that id was; if not, the id becomes this one's.
bool was_committed(pqxx::transaction_base& transaction, std::string& id)
{
    if (!id.empty()) {
        const auto told = transaction.exec_params1("SELECT pg_xact_status($1::xid8)", id)[0];
        const std::string status = told.is_null() ? "forgotten" : told.c_str();
        if (status == "committed" && !SEEDED_BUG(unanswered_commit_repeated)) {
            return true;
        }
        if (status != "aborted") {
            throw store_unavailable("the outcome of a commit is not known yet: " + status);
        }
    }
    id = transaction.exec1("SELECT pg_current_xact_id()")[0].c_str();
    return false;
}

bool is_of_same_entity(const outbox_edit& a, const outbox_edit& b)
{
    return !a.entity.empty() && a.entity == b.entity && a.entity_id == b.entity_id;
}

// Whether the second goes out together with the first, given nothing else lies between.
bool goes_along(const outbox_edit& first, const outbox_edit& next)
{
    return (first.operation == "create" || first.operation == "update") &&
           next.operation == "update" && next.table == first.table && next.row_id == first.row_id;
}

// A table as far as edits of its rows are concerned.
class edited_table
{
public:
    static const edited_table* find(std::string_view name)
    {
        static const auto all = [] {
            std::vector<edited_table> made;
            for (auto& each : tables_of(catalogue())) {
                made.emplace_back(std::move(each));
            }
            return made;
        }();
        const auto found =
            std::ranges::find_if(all, [&](const auto& each) { return each.name() == name; });
        return found == all.end() ? nullptr : &*found;
    }

    explicit edited_table(table described) : table_(std::move(described)) { write_values(); }

    [[nodiscard]] std::string_view name() const { return table_.name; }
    // Rows have keys of their own; those of links do not.
    [[nodiscard]] bool has_rows() const { return table_.has_bookkeeping; }
    [[nodiscard]] std::string_view key() const
    {
        return table_.is_entity ? table_.of->key : table_.primary_key.front();
    }
    // Of a row "t", as a jsonb object of all columns.
    [[nodiscard]] const std::string& values() const { return values_; }

    [[nodiscard]] std::string_view parent_column(std::string_view entity) const
    {
        const auto found = std::ranges::find(table_.parents, entity, &table_parent::table);
        return found == table_.parents.end() ? std::string_view() : found->column;
    }
    // A link's second id.
    [[nodiscard]] std::string_view other_column() const
    {
        const auto found = std::ranges::find_if(table_.primary_key, [this](const auto each) {
            return std::ranges::find(table_.parents, each, &table_parent::column) ==
                   table_.parents.end();
        });
        return found == table_.primary_key.end() ? std::string_view() : *found;
    }

    // Tables whose rows belong to rows of this one, and the column that says to which.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> children() const
    {
        std::vector<std::pair<std::string, std::string>> found;
        for (const auto& each : tables_of(catalogue())) {
            for (const auto& parent : each.parents) {
                if (parent.table == table_.name) {
                    found.emplace_back(each.name, parent.column);
                }
            }
        }
        return found;
    }

private:
    void write_values()
    {
        // A function takes a hundred arguments.
        constexpr std::size_t pairs_max = 40;
        std::vector<std::string> objects;
        std::vector<std::string> pairs;
        const auto close = [&] {
            objects.push_back(fmt::format("jsonb_build_object({})", fmt::join(pairs, ", ")));
            pairs.clear();
        };
        for (const auto& each : table_.columns) {
            const bool is_parent = std::ranges::find(table_.parents, each.name,
                                                     &table_parent::column) != table_.parents.end();
            if (each.sources.empty() && !is_parent) {
                continue; // bookkeeping
            }
            pairs.push_back(
                each.sql_type == "timestamptz"
                    ? fmt::format("'{0}', to_jsonb(trim_scale(extract(epoch FROM t.{0})))",
                                  each.name)
                    : fmt::format("'{0}', to_jsonb(t.{0})", each.name));
            if (pairs.size() == pairs_max) {
                close();
            }
        }
        close();
        values_ = fmt::format("({})", fmt::join(objects, " || "));
    }

    table table_;
    std::string values_;
};

const edited_table& table_named(std::string_view name)
{
    const auto* found = edited_table::find(name);
    if (found == nullptr) {
        throw statement_refused(fmt::format("the catalogue has no table {}", name), "42P01");
    }
    return *found;
}

bool is_about_a_row(const outbox_edit& edit)
{
    return edit.operation == "create" || edit.operation == "update";
}

bool is_about_a_link(const outbox_edit& edit)
{
    return edit.operation == "attach" || edit.operation == "detach";
}

class postgres_outbox final : public edit_queue
{
public:
    explicit postgres_outbox(outbox_access access) : access_(std::move(access)) {}

    void take_over(wall_time unknown_until) override
    {
        access_.write([&](pqxx::transaction_base& transaction) {
            transaction.exec_params(
                "UPDATE outbox SET epoch = NULL,"
                " state = CASE WHEN inflight IS NULL THEN 'pending' ELSE 'waiting' END,"
                " next_at = CASE WHEN inflight IS NULL THEN next_at ELSE " +
                    moment_of("$1") +
                    " END,"
                    " reason = CASE WHEN inflight IS NULL THEN reason"
                    " ELSE 'it is not known whether Intercom got it' END"
                    " WHERE state = 'sending' AND is_open",
                microseconds(unknown_until));
        });
    }

    std::vector<edits_taken> claim(std::size_t most, wall_time now,
                                   std::string& transaction_id) override
    {
        const auto claimed = [&](pqxx::transaction_base& transaction) {
            if (was_committed(transaction, transaction_id)) {
                return transaction.exec_params(
                    fmt::format("SELECT {} FROM outbox WHERE state = 'sending'"
                                " AND xmin = $1::xid8::xid ORDER BY id",
                                edit_columns),
                    transaction_id);
            }
            return transaction.exec_params(
                fmt::format("SELECT {} FROM claim_edits($1::integer, $2::bigint, {})", edit_columns,
                            moment_of("$3")),
                most, access_.epoch(), microseconds(now));
        };
        std::vector<edits_taken> taken;
        access_.write([&](pqxx::transaction_base& transaction) {
            taken.clear();
            for (const auto& row : claimed(transaction)) {
                auto edit = edit_of(row);
                const auto same = std::ranges::find_if(taken, [&](const edits_taken& each) {
                    return is_of_same_entity(each.front(), edit);
                });
                if (same == taken.end()) {
                    taken.push_back({std::move(edit)});
                } else {
                    same->push_back(std::move(edit));
                }
            }
        });
        return taken;
    }

    std::vector<edits_taken> open_edits() override
    {
        std::vector<edits_taken> all;
        access_.look([&](pqxx::transaction_base& transaction) {
            all.clear();
            for (const auto& row : transaction.exec(fmt::format(
                     "SELECT {} FROM outbox AS edit"
                     " WHERE is_open AND state IN ('pending', 'waiting', 'sending')"
                     "   AND NOT EXISTS (SELECT FROM outbox AS earlier"
                     "                    WHERE earlier.is_open AND earlier.entity = edit.entity"
                     "                      AND earlier.entity_id = edit.entity_id"
                     "                      AND earlier.id < edit.id"
                     "                      AND earlier.state IN ('held', 'parked', 'conflict'))"
                     " ORDER BY id",
                     edit_columns))) {
                auto edit = edit_of(row);
                const auto last = std::find_if(all.rbegin(), all.rend(), [&](const auto& each) {
                    return is_of_same_entity(each.front(), edit);
                });
                if (last != all.rend() && goes_along(last->front(), edit)) {
                    last->push_back(std::move(edit));
                } else {
                    all.push_back({std::move(edit)});
                }
            }
        });
        return all;
    }

    edited_row look(const edits_taken& edits, const related_rows& related) override
    {
        edited_row row;
        access_.look([&](pqxx::transaction_base& transaction) {
            row = load(transaction, edits, related, "");
        });
        return row;
    }

    void change(const edits_taken& edits, const related_rows& related,
                const std::function<edit_change(const edited_row&)>& decide,
                std::string& transaction_id) override
    {
        access_.write([&](pqxx::transaction_base& transaction) {
            if (was_committed(transaction, transaction_id)) {
                return;
            }
            const auto row = load(transaction, edits, related, " FOR NO KEY UPDATE");
            const auto wanted = decide(row);
            if (wanted.takes_along && !row.along.empty()) {
                transaction.exec_params("UPDATE outbox SET state = 'sending', epoch = $2::bigint"
                                        " WHERE id = ANY ($1::bigint[]) AND is_open",
                                        ids_of(row.along), access_.epoch());
            }
            carry_out(transaction, edits, wanted);
        });
    }

    bool is_told_of_edits(duration within) override
    {
        return access_.connection.is_notified(access_.channel, within);
    }

private:
    edited_row load(pqxx::transaction_base& transaction, const edits_taken& edits,
                    const related_rows& related, std::string_view lock)
    {
        const auto& first = edits.front();
        edited_row row;
        if (is_about_a_row(first)) {
            const auto& of = table_named(first.table);
            const auto found = transaction.exec_params(
                fmt::format("SELECT t.deleted_at IS NOT NULL, coalesce(t._pending, '{{}}'), {}"
                            "  FROM {} AS t WHERE t.{} = $1{}",
                            of.values(), of.name(), of.key(), lock),
                first.row_id);
            row.is_there = !found.empty();
            if (row.is_there) {
                row.is_deleted = found[0][0].as<bool>();
                row.pending = found[0][1].c_str();
                row.values = found[0][2].c_str();
            }
        } else if (is_about_a_link(first)) {
            const auto& of = table_named(first.table);
            row.is_there = true;
            row.values =
                transaction
                    .exec_params1(fmt::format("SELECT $1::jsonb || jsonb_build_object('{}', "
                                              "$2::text, '{}', $3::text)",
                                              of.parent_column(first.entity), of.other_column()),
                                  first.fields, first.entity_id, first.row_id)[0]
                    .c_str();
        } else {
            row.is_there = true;
            row.values = first.fields;
        }
        if (is_about_a_row(first)) {
            load_newer(transaction, edits, row);
        }
        load_history(transaction, edits, row);
        load_related(transaction, first, related, row);
        return row;
    }

    static void load_newer(pqxx::transaction_base& transaction, const edits_taken& edits,
                           edited_row& row)
    {
        const auto& first = edits.front();
        bool is_next = true;
        for (const auto& found : transaction.exec_params(
                 fmt::format("SELECT {}, state IN ('pending', 'waiting') FROM outbox"
                             " WHERE is_open AND entity = $1 AND entity_id = $2"
                             "   AND id > $3::bigint ORDER BY id",
                             edit_columns),
                 first.entity, first.entity_id, edits.back().id)) {
            auto edit = edit_of(found);
            const bool is_of_row = goes_along(first, edit);
            is_next = is_next && is_of_row && found[found.size() - 1].as<bool>();
            if (is_of_row) {
                (is_next ? row.along : row.later).push_back(std::move(edit));
            }
        }
    }

    static void load_history(pqxx::transaction_base& transaction, const edits_taken& edits,
                             edited_row& row)
    {
        const auto& first = edits.front();
        row.in_flight = transaction
                            .exec_params1("SELECT in_flight($1, $2, $3, $4)", first.entity,
                                          first.entity_id, first.table, first.row_id)[0]
                            .c_str();
        const auto ids = ids_of(edits);
        for (const auto& one : transaction.exec_params(
                 "SELECT coalesce(sent, '{}'), coalesce(outcome, 'unknown'),"
                 "       floor(extract(epoch FROM began_at))::bigint FROM outbox_attempt"
                 " WHERE outbox_id = ANY ($1::bigint[]) ORDER BY outbox_id, number",
                 ids)) {
            if (std::string_view(one[1].c_str()) == "unknown") {
                row.unanswered.emplace_back(one[0].c_str());
                row.unanswered_since =
                    std::min(row.unanswered_since.value_or(one[2].as<std::int64_t>()),
                             one[2].as<std::int64_t>());
            } else if (std::string_view(one[1].c_str()) == "applied") {
                row.was_sent = true;
            }
        }
        for (const auto& one :
             transaction.exec_params("SELECT field, coalesce(member, ''), resolution = 'local',"
                                     "       coalesce(remote, 'null') FROM conflict"
                                     " WHERE outbox_id = ANY ($1::bigint[]) AND policy = 'manual'"
                                     "   AND resolution IS NOT NULL ORDER BY id",
                                     ids)) {
            row.decided.push_back(
                {one[0].c_str(), one[1].c_str(), one[2].as<bool>(), one[3].c_str()});
        }
        for (const auto& one : transaction.exec_params(
                 "SELECT field, coalesce(member, '') FROM conflict"
                 " WHERE outbox_id = ANY ($1::bigint[]) AND resolution = 'remote' ORDER BY id",
                 ids)) {
            row.lost.emplace_back(one[0].c_str(), one[1].c_str());
        }
    }

    static void load_related(pqxx::transaction_base& transaction, const outbox_edit& first,
                             const related_rows& related, edited_row& row)
    {
        for (const auto& [column, other] : related.references) {
            const auto& of = table_named(other.first);
            row.references =
                transaction
                    .exec_params1(
                        fmt::format("SELECT $1::jsonb || coalesce((SELECT jsonb_build_object('{0}',"
                                    " jsonb_build_object('{1}', to_jsonb(t.{1}))) FROM {2} AS t"
                                    " WHERE t.{3} = $2::jsonb ->> '{0}'), '{{}}')",
                                    column, other.second, of.name(), of.key()),
                        row.references, row.values)[0]
                    .c_str();
        }
        for (const auto& [table, column] : related.lists) {
            const auto& of = table_named(table);
            row.lists =
                transaction
                    .exec_params1(fmt::format("SELECT $1::jsonb || jsonb_build_object('{0}',"
                                              " (SELECT coalesce(jsonb_agg(t.{1} ORDER BY t.{1}),"
                                              " '[]') FROM {0} AS t WHERE t.{2} = $2))",
                                              table, column, of.parent_column(first.entity)),
                                  row.lists, first.row_id)[0]
                    .c_str();
        }
    }

    void carry_out(pqxx::transaction_base& transaction, const edits_taken& edits,
                   const edit_change& wanted)
    {
        const auto& first = edits.front();
        if (wanted.undoes_row) {
            for (const auto& edit : edits) {
                undo(transaction, edit, 0);
                if (edit.operation == "create") {
                    break; // and with the row what was changed of it
                }
            }
        }
        if (is_about_a_row(first) && (wanted.pending || wanted.begun)) {
            const auto& of = table_named(first.table);
            // Rewritten even if it stays the same: an editor who works on an older snapshot must
            // notice that a request is under way.
            const auto pending = plain_numbers(wanted.pending.value_or(""));
            transaction.exec_params(
                fmt::format("UPDATE {} SET _pending = CASE WHEN $2::text IS NULL THEN _pending"
                            " ELSE nullif($2::jsonb, '{{}}') END WHERE {} = $1",
                            of.name(), of.key()),
                first.row_id, wanted.pending ? pending.c_str() : nullptr);
        }
        if (!wanted.real_id.empty()) {
            adopt(transaction, first, wanted.real_id);
        }
        note_attempts(transaction, wanted);
        for (const auto& one : wanted.conflicts) {
            transaction.exec_params(
                "INSERT INTO conflict (outbox_id, table_name, row_id, field, member, base, local,"
                " remote, policy, resolution, resolved_at)"
                " SELECT $1::bigint, $2, $3, $4, nullif($5, ''), $6::jsonb, $7::jsonb, $8::jsonb,"
                " $9, nullif($10, ''), CASE WHEN $10 <> '' THEN clock_timestamp() END"
                // Noticed before, and still to be decided.
                " WHERE NOT EXISTS (SELECT FROM conflict WHERE outbox_id = $1::bigint"
                " AND field = $4 AND coalesce(member, '') = $5 AND remote = $8::jsonb"
                " AND resolution IS NULL)",
                newest_with(edits, one).id, first.table, first.row_id, one.column, one.member,
                plain_numbers(one.base), plain_numbers(one.local), plain_numbers(one.remote),
                std::string(one.policy), std::string(one.resolution));
        }
        if (wanted.gone) {
            access_.writer(transaction, *wanted.gone->plan).apply_absence(*wanted.gone);
        }
        const bool has_moved = wanted.gone && !wanted.gone->merged_into.empty() &&
                               move_edits(transaction, first.entity, *wanted.gone);
        for (const auto& fate : has_moved ? std::vector<edit_fate>() : wanted.fates) {
            transaction.exec_params(
                "UPDATE outbox SET state = $2, reason = nullif($3, ''),"
                " request_id = coalesce(nullif($4, ''), request_id), next_at = " +
                    moment_of("$5") +
                    ", attempts = attempts + $6::integer,"
                    " operation = CASE WHEN $7::boolean THEN 'update' ELSE operation END"
                    " WHERE id = $1::bigint AND is_open",
                fate.id, std::string(fate.state), fate.reason, fate.request_id,
                microseconds(fate.next_at), fate.counts_as_attempt ? 1 : 0, fate.becomes_update);
        }
        if (!wanted.document.empty()) {
            absorb(transaction, *wanted.plan, wanted.document);
        }
        for (const auto& [resource, id] : wanted.to_read) {
            const std::array ids{id};
            control::note_refetch(access_.connection, transaction, resource, ids, {}, "",
                                  lane::hints, edited_reason, false);
        }
    }

    // The edit a conflict is about: the newest that names the field.
    static const outbox_edit& newest_with(const edits_taken& edits, const noted_conflict& conflict)
    {
        const auto name = fmt::format("\"{}\"", conflict.column);
        const auto found = std::find_if(edits.rbegin(), edits.rend(), [&](const auto& each) {
            return each.fields.find(name) != std::string::npos;
        });
        return found == edits.rend() ? edits.back() : *found;
    }

    static void note_attempts(pqxx::transaction_base& transaction, const edit_change& wanted)
    {
        if (wanted.ended) {
            const auto& it = *wanted.ended;
            transaction.exec_params(
                "UPDATE outbox_attempt SET outcome = $2, request_id = nullif($3, ''), ended_at = " +
                    moment_of("$4") +
                    " WHERE outbox_id = $1::bigint AND number = (SELECT max(number) FROM "
                    "outbox_attempt WHERE outbox_id = $1::bigint)",
                it.edit_id, std::string(it.outcome), it.request_id, microseconds(it.at));
            if (!it.is_unknown) {
                transaction.exec_params("UPDATE outbox SET inflight = NULL WHERE id = $1::bigint",
                                        it.edit_id);
            }
        }
        if (wanted.begun && !SEEDED_BUG(intent_not_stored)) {
            const auto& it = *wanted.begun;
            const auto sent = plain_numbers(it.sent);
            transaction.exec_params(
                "INSERT INTO outbox_attempt (outbox_id, number, request, sent, began_at)"
                " SELECT $1::bigint, coalesce(max(number), 0) + 1, $2, $3::jsonb, " +
                    moment_of("$4") + " FROM outbox_attempt WHERE outbox_id = $1::bigint",
                it.edit_id, it.request, sent, microseconds(it.at));
            transaction.exec_params("UPDATE outbox SET inflight = $2::jsonb WHERE id = $1::bigint",
                                    it.edit_id, sent);
        }
    }

    // The row gets Intercom's id. A poll may have been faster: what it brought is read again, and
    // what was edited of it already moves over.
    static void adopt(pqxx::transaction_base& transaction, const outbox_edit& first,
                      const std::string& real_id)
    {
        const auto& of = table_named(first.table);
        const auto there = transaction.exec_params(
            fmt::format("SELECT _pending IS NOT NULL FROM {} WHERE {} = $1 FOR UPDATE", of.name(),
                        of.key()),
            real_id);
        if (!there.empty() && there[0][0].as<bool>()) {
            transaction.exec_params("SELECT move_fields($1, $2, $3)", first.table, real_id,
                                    first.row_id);
        }
        if (!there.empty()) {
            remove_row(transaction, of, real_id);
        }
        transaction.exec_params("SELECT edit_adopt($1, $2, $3)", first.table, first.row_id,
                                real_id);
    }

    // The open edits of a record that was merged go on as edits of the survivor; what was asked of
    // the record as such does not. False: the survivor is not here yet.
    static bool move_edits(pqxx::transaction_base& transaction, const std::string& entity,
                           const absence& gone)
    {
        const auto& of = table_named(entity);
        const auto survivor = transaction.exec_params(
            fmt::format("SELECT FROM {} WHERE {} = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
                        of.name(), of.key()),
            gone.merged_into);
        if (survivor.empty()) {
            return false;
        }
        transaction.exec_params("SELECT move_fields($1, $2, $3)", entity, gone.key,
                                gone.merged_into);
        transaction.exec_params(
            fmt::format("UPDATE {} SET _pending = NULL WHERE {} = $1", of.name(), of.key()),
            gone.key);
        for (const auto& row : transaction.exec_params(
                 fmt::format("UPDATE outbox SET entity_id = $3, next_at = '-infinity',"
                             " state = CASE state WHEN 'sending' THEN 'pending' ELSE state END,"
                             " reason = 'Intercom merged the record into ' || $3"
                             " WHERE is_open AND entity = $1 AND entity_id = $2"
                             "   AND table_name <> $1 RETURNING {}",
                             edit_columns),
                 entity, gone.key, gone.merged_into)) {
            move_beside(transaction, edit_of(row), gone.key);
        }
        transaction.exec_params("UPDATE outbox SET state = 'conflict_lost', inflight = NULL,"
                                " reason = 'Intercom merged the record into ' || $3"
                                " WHERE is_open AND entity = $1 AND entity_id = $2",
                                entity, gone.key, gone.merged_into);
        return true;
    }

    // A link, or a row that belongs to another, of which an edit has moved from that row.
    static void move_beside(pqxx::transaction_base& transaction, const outbox_edit& moved,
                            const std::string& from)
    {
        const auto& of = table_named(moved.table);
        const auto parent = of.parent_column(moved.entity);
        if (moved.operation == "detach") {
            transaction.exec_params(fmt::format("DELETE FROM {} WHERE {} = $1 AND {} = $2",
                                                of.name(), parent, of.other_column()),
                                    moved.entity_id, moved.row_id);
        } else if (moved.operation == "attach") {
            transaction.exec_params(
                fmt::format("UPDATE {0} AS t SET {1} = $2 WHERE {1} = $1 AND {2} = $3 AND NOT "
                            "EXISTS (SELECT FROM {0} WHERE {1} = $2 AND {2} = $3)",
                            of.name(), parent, of.other_column()),
                from, moved.entity_id, moved.row_id);
        } else {
            transaction.exec_params(
                fmt::format("UPDATE {} SET {} = $2 WHERE {} = $1", of.name(), parent, of.key()),
                moved.row_id, moved.entity_id);
        }
    }

    static void remove_row(pqxx::transaction_base& transaction, const edited_table& of,
                           const std::string& key)
    {
        for (const auto& [child, column] : of.children()) {
            transaction.exec_params(fmt::format("DELETE FROM {} WHERE {} = $1", child, column),
                                    key);
        }
        transaction.exec_params(fmt::format("DELETE FROM {} WHERE {} = $1", of.name(), of.key()),
                                key);
    }

    // Takes a refused edit back, and what depends on a row that will never be.
    void undo(pqxx::transaction_base& transaction, const outbox_edit& edit, int depth)
    {
        constexpr int depth_max = 8; // a chain of rows none of which Intercom has
        if (is_about_a_link(edit)) {
            transaction.exec_params("SELECT undo_link(o) FROM outbox AS o WHERE id = $1::bigint",
                                    edit.id);
        } else if (edit.operation == "update") {
            transaction.exec_params("SELECT undo_update(o) FROM outbox AS o WHERE id = $1::bigint",
                                    edit.id);
        } else if (edit.operation == "create") {
            std::vector<outbox_edit> dependents;
            for (const auto& row : transaction.exec_params(
                     fmt::format("UPDATE outbox SET state = 'rejected', reason = 'it mentions a "
                                 "row that Intercom did not create' WHERE is_open AND id <> "
                                 "$2::bigint AND (waits_for @> ARRAY[$1::text]"
                                 " OR row_id = $1 AND table_name = $3) RETURNING {}",
                                 edit_columns),
                     edit.row_id, edit.id, edit.table)) {
                dependents.push_back(edit_of(row));
            }
            remove_row(transaction, table_named(edit.table), edit.row_id);
            for (const auto& each : dependents) {
                if (depth < depth_max && each.row_id != edit.row_id &&
                    each.entity_id != edit.row_id) {
                    undo(transaction, each, depth + 1);
                }
            }
        }
    }

    void absorb(pqxx::transaction_base& transaction, const record_plan& plan,
                const std::string& document)
    {
        page_work work;
        work.plan = &plan;
        work.from = projection::get;
        work.records = {document};
        work.in = lane::hints;
        refetch_entry cause;
        cause.id = plan.scan(document).key;
        cause.reason = edited_reason;
        work.causes = {cause};
        access_.writer(transaction, plan).apply(work, true);
    }

    outbox_access access_;
};

} // namespace

std::unique_ptr<edit_queue> make_edit_queue(outbox_access access)
{
    return std::make_unique<postgres_outbox>(std::move(access));
}

} // namespace intercom_mirror
