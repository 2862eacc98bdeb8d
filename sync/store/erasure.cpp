#include "sync/store/erasure.hpp"

#include "sync/store/record_writer.hpp"
#include "sync/store/sql_text.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>

namespace intercom_mirror {
namespace {

using sql_text::quoted;
using sql_text::split;

constexpr std::string_view people = "contacts";

// The key of the record a row of this table belongs to, as $1::text[] has it: conditions of a
// DELETE or SELECT whose table is called `t`.
std::string belongs_to_records(const record_plan& plan, std::size_t number)
{
    const auto& table = plan.tables()[number];
    if (table.described == nullptr) {
        return fmt::format("t.{} = ANY ($1::text[])", plan.described().key);
    }
    std::string scope;
    if (!table.described->scope.empty()) {
        const auto parts = split(table.described->scope, '=');
        scope = fmt::format(" AND t.{} = {}", parts.at(0), quoted(parts.at(1)));
    }
    const auto& owner = table.columns[table.parent_column].name;
    if (table.parent == 0) {
        return fmt::format("t.{} = ANY ($1::text[]){}", owner, scope);
    }
    const auto& above = plan.tables()[table.parent];
    const bool has_id =
        std::ranges::find(above.columns, "id", &column::name) != above.columns.end();
    return fmt::format("t.{} IN (SELECT above.{} FROM {} AS above WHERE above.{} = ANY"
                       " ($1::text[])){}",
                       owner, has_id ? "id" : split(above.described->key, ',').back(), above.name,
                       above.columns[above.parent_column].name, scope);
}

bool may_hold_people(const record_plan& plan, const column& one)
{
    const auto kinds = split(one.refers_to, '|');
    return plan.described().name != people && std::ranges::find(kinds, people) != kinds.end();
}

// A query for the records that have one of the people $1 in this column.
std::string records_with(const record_plan& plan, std::size_t number, const column& one)
{
    const auto& table = plan.tables()[number];
    if (table.described == nullptr) {
        return fmt::format("SELECT t.{} FROM {} AS t WHERE t.{} = ANY ($1::text[])",
                           plan.described().key, table.name, one.name);
    }
    const auto& owner = table.columns[table.parent_column].name;
    if (table.parent == 0) {
        return fmt::format("SELECT t.{} FROM {} AS t WHERE t.{} = ANY ($1::text[])", owner,
                           table.name, one.name);
    }
    const auto& above = plan.tables()[table.parent];
    return fmt::format("SELECT above.{} FROM {} AS t JOIN {} AS above ON above.id = t.{}"
                       " WHERE t.{} = ANY ($1::text[])",
                       above.columns[above.parent_column].name, table.name, above.name, owner,
                       one.name);
}

std::string pending_ids(pqxx::transaction_base& transaction, std::string_view resource)
{
    return transaction
        .exec_params1("SELECT coalesce(array_agg(id), '{}')::text FROM erasure"
                      " WHERE resource = $1 AND erased_at IS NULL",
                      std::string(resource))[0]
        .c_str();
}

// Edits `t` that are about what `e` forgets; calls of functions name people by their ids.
constexpr std::string_view is_about_erased =
    "e.erased_at IS NULL AND ((t.entity = e.resource AND t.entity_id = e.id)"
    " OR (t.table_name = e.resource AND t.row_id = e.id)"
    " OR (e.resource = 'contacts' AND position('\"' || e.id || '\"' IN t.fields::text) > 0))";
constexpr std::string_view is_under_way =
    "(t.state = 'sending' AND t.epoch = (SELECT epoch FROM lease))";

} // namespace

namespace erasure {

void ask(pqxx::transaction_base& transaction, std::string_view contact)
{
    transaction.exec_params("INSERT INTO erasure AS known (resource, id) VALUES ($1, $2)"
                            " ON CONFLICT (resource, id) DO UPDATE"
                            " SET erased_at = NULL, asked_at = excluded.asked_at",
                            std::string(people), std::string(contact));
}

bool is_done(pqxx::transaction_base& transaction, std::string_view contact)
{
    return !transaction
                .exec_params("SELECT FROM erasure WHERE resource = $1 AND id = $2"
                             " AND erased_at IS NOT NULL",
                             std::string(people), std::string(contact))
                .empty();
}

bool is_pending(pqxx::transaction_base& transaction)
{
    return transaction.exec1("SELECT EXISTS (SELECT FROM erasure WHERE erased_at IS NULL)")[0]
        .as<bool>();
}

void wait_for_pages(pqxx::transaction_base& transaction)
{
    // Every page looks into the table, and so holds it until it is stored.
    transaction.exec("LOCK TABLE erasure IN ACCESS EXCLUSIVE MODE");
}

void spread(pqxx::transaction_base& transaction, std::span<const record_plan> plans)
{
    // Who was merged is the same person.
    transaction.exec_params(
        "WITH RECURSIVE same (id) AS ("
        "   SELECT id FROM erasure WHERE resource = $1 AND erased_at IS NULL"
        "   UNION"
        "   SELECT CASE WHEN alias.old_id = same.id THEN alias.new_id ELSE alias.old_id END"
        "     FROM id_alias AS alias"
        "     JOIN same ON same.id IN (alias.old_id, alias.new_id)"
        "    WHERE alias.resource = $1)"
        " INSERT INTO erasure (resource, id) SELECT $1, id FROM same"
        " ON CONFLICT (resource, id) DO NOTHING",
        std::string(people));
    const auto ids = pending_ids(transaction, people);
    for (const auto& plan : plans) {
        for (std::size_t i = 0; i < plan.tables().size(); ++i) {
            for (const auto& one : plan.tables()[i].columns) {
                if (may_hold_people(plan, one)) {
                    transaction.exec_params(
                        fmt::format(
                            "INSERT INTO erasure (resource, id) SELECT {}, found.id FROM ({})"
                            " AS found (id) ON CONFLICT (resource, id) DO NOTHING",
                            quoted(plan.described().name), records_with(plan, i, one)),
                        ids);
                }
            }
        }
    }
}

std::size_t remove(pqxx::transaction_base& transaction, std::span<const record_plan> plans)
{
    transaction.exec("SELECT FROM erasure WHERE erased_at IS NULL FOR UPDATE");
    // Whatever is under way has to come to its end, and what deletes a record in Intercom to its.
    transaction.exec(fmt::format("DELETE FROM outbox AS t USING erasure AS e WHERE {0} AND NOT {1}"
                                 " AND NOT (t.is_open AND t.operation LIKE 'delete\\_%')",
                                 is_about_erased, is_under_way));
    if (transaction
            .exec1(fmt::format(
                "SELECT EXISTS (SELECT FROM outbox AS t, erasure AS e WHERE {0} AND {1})",
                is_about_erased, is_under_way))[0]
            .as<bool>()) {
        return 0;
    }
    for (const auto& plan : plans) {
        const auto ids = pending_ids(transaction, plan.described().name);
        if (ids == "{}") {
            continue;
        }
        // Children first: whether foreign keys are there yet or not.
        for (std::size_t i = plan.tables().size(); i-- > 0;) {
            transaction.exec_params(fmt::format("DELETE FROM {} AS t WHERE {}",
                                                plan.tables()[i].name, belongs_to_records(plan, i)),
                                    ids);
        }
    }
    for (const char* statement :
         {"DELETE FROM refetch AS t USING erasure AS e WHERE e.erased_at IS NULL"
          " AND t.resource = e.resource AND t.id = e.id",
          "DELETE FROM dead_letter AS t USING erasure AS e WHERE e.erased_at IS NULL"
          " AND ((t.resource = e.resource AND t.record_id = e.id)"
          "   OR (e.resource = 'contacts' AND position(convert_to(e.id, 'UTF8') IN t.bytes) > 0))",
          "DELETE FROM inbox AS t USING erasure AS e WHERE e.erased_at IS NULL"
          " AND e.resource || '/' || e.id = ANY (t.records)"}) {
        transaction.exec(statement);
    }
    return static_cast<std::size_t>(
        transaction.exec("UPDATE erasure SET erased_at = clock_timestamp() WHERE erased_at IS NULL")
            .affected_rows());
}

std::size_t scrub(pqxx::transaction_base& transaction, const record_plan& plan, wall_time before,
                  std::size_t most)
{
    const auto& main = plan.tables()[0];
    const auto key = plan.described().key;
    const auto ids = transaction.exec_params1(
        fmt::format("SELECT coalesce(array_agg(id), '{{}}')::text FROM (SELECT {} AS id FROM {}"
                    " WHERE deletion IN ('deleted', 'merged') AND raw IS NOT NULL"
                    "   AND deleted_at < to_timestamp($1::bigint / 1000000.0)"
                    " LIMIT $2::integer) AS old",
                    key, main.name),
        before.time_since_epoch().count(), most)[0];
    const std::string chosen = ids.c_str();
    if (chosen == "{}") {
        return 0;
    }
    for (std::size_t i = plan.tables().size(); i-- > 1;) {
        transaction.exec_params(fmt::format("DELETE FROM {} AS t WHERE {}", plan.tables()[i].name,
                                            belongs_to_records(plan, i)),
                                chosen);
    }
    std::string emptied;
    for (const auto& one : transaction.exec_params(
             "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0"
             " AND NOT attisdropped AND NOT attnotnull AND attgenerated = ''"
             " AND attname <> ALL (ARRAY['created_at', 'updated_at', 'synced_at', 'deleted_at',"
             "                           'deletion', '_pending'])",
             std::string(main.name))) {
        emptied += fmt::format("{}{} = NULL", emptied.empty() ? "" : ", ",
                               transaction.quote_name(one[0].c_str()));
    }
    return static_cast<std::size_t>(
        transaction
            .exec_params(fmt::format("UPDATE {} AS t SET {} WHERE {}", main.name, emptied,
                                     belongs_to_records(plan, 0)),
                         chosen)
            .affected_rows());
}

} // namespace erasure

// --- What is not stored in the first place ------------------------------------------------------

std::set<std::string> record_writer::erased_among(std::string_view resource,
                                                  const std::set<std::string>& ids)
{
    std::set<std::string> found;
    if (ids.empty()) {
        return found;
    }
    parameters given;
    auto& asked = given.arrays.emplace_back(sent_type::text);
    for (const auto& id : ids) {
        asked.add(std::string_view(id));
    }
    given.texts.emplace_back(std::string(resource));
    static const std::string look =
        "SELECT id FROM erasure WHERE id = ANY ($1::text[]) AND resource = $2";
    for (const auto& one : session_.run(transaction_, look, std::move(given))) {
        found.emplace(one[0].c_str());
    }
    return found;
}

std::size_t record_writer::leave_out_erased(std::vector<page_record*>& batch)
{
    std::set<std::string> keys;
    for (const auto* record : batch) {
        keys.insert(record->head.key);
    }
    const auto erased = erased_among(described().name, keys);
    return std::erase_if(
        batch, [&](const page_record* record) { return erased.contains(record->head.key); });
}

std::size_t record_writer::leave_out_people(std::vector<page_record*>& batch)
{
    std::map<std::string, std::set<std::string>> records_of; // by person
    const auto note = [&](const page_record& record, const row& one, std::size_t place) {
        if (one[place].is == cell::kind::text) {
            records_of[one[place].text].insert(record.head.key);
        }
    };
    const auto tables = target_.plan->tables();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        for (std::size_t place = 0; place < tables[i].columns.size(); ++place) {
            if (!may_hold_people(*target_.plan, tables[i].columns[place])) {
                continue;
            }
            for (const auto* record : batch) {
                if (i == 0) {
                    note(*record, record->decoded.main, place);
                    continue;
                }
                for (const auto& one : record->decoded.children[i].rows) {
                    note(*record, one, place);
                }
            }
        }
    }
    std::set<std::string> persons;
    for (const auto& [person, records] : records_of) {
        persons.insert(person);
    }
    std::set<std::string> left_out;
    for (const auto& person : erased_among(people, persons)) {
        left_out.merge(records_of[person]);
    }
    for (const auto& key : left_out) {
        // What an earlier version left here goes as well.
        transaction_.exec_params("INSERT INTO erasure (resource, id) VALUES ($1, $2)"
                                 " ON CONFLICT (resource, id) DO NOTHING",
                                 std::string(described().name), key);
    }
    return std::erase_if(
        batch, [&](const page_record* record) { return left_out.contains(record->head.key); });
}

} // namespace intercom_mirror
