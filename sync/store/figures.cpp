#include "sync/store/figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pqxx/pqxx>

#include <cmath>

namespace intercom_mirror::figures {
namespace {

// A table of this size is counted within some milliseconds.
constexpr std::int64_t counted_bytes = std::int64_t{16} << 20U;
// Queues are counted up to this: nobody asks whether it is one more.
constexpr int queue_max = 100'000;

struct row_count
{
    std::int64_t rows = 0; // live
    std::int64_t deleted = 0;
};

row_count count_rows(pqxx::transaction_base& transaction, std::string_view table)
{
    const auto found = transaction.exec1(fmt::format(
        "SELECT count(*) FILTER (WHERE deleted_at IS NULL), count(deleted_at) FROM {}", table));
    return {found[0].as<std::int64_t>(), found[1].as<std::int64_t>()};
}

// By what PostgreSQL keeps for itself: rows as its statistics have them, and of a sample of them
// how many are deleted. Nothing while the table is small enough to be counted.
std::optional<row_count> estimate_rows(pqxx::transaction_base& transaction, std::string_view table)
{
    const auto found = transaction.exec_params1(
        "SELECT pg_relation_size(class.oid),"
        "       greatest(coalesce(nullif(pg_stat_get_live_tuples(class.oid), 0),"
        "                         class.reltuples::bigint), 0),"
        "       coalesce((SELECT null_frac FROM pg_stats"
        "                  WHERE schemaname = current_schema() AND tablename = class.relname"
        "                    AND attname = 'deleted_at'), 1)"
        "  FROM pg_class AS class WHERE class.oid = $1::regclass",
        std::string(table));
    if (found[0].as<std::int64_t>() <= counted_bytes) {
        return std::nullopt;
    }
    const auto rows = found[1].as<std::int64_t>();
    const auto live = std::llround(static_cast<double>(rows) * found[2].as<double>());
    return row_count{live, rows - live};
}

// What needs a person, and what was done last: JSON, made by PostgreSQL. Values of fields only for
// those who may decide.
constexpr const char* open_work_sql = R"(
SELECT json_build_object(
    'edits', coalesce((
        SELECT json_agg(edit)
          FROM (SELECT id, operation, table_name AS "table", row_id AS "row",
                       ARRAY(SELECT jsonb_object_keys(outbox.fields)) AS fields, state, reason,
                       attempts, edited_by AS who, edited_at AS "when",
                       state IN ('held', 'parked', 'conflict') AS needs_person
                  FROM outbox
                 WHERE is_open
                 ORDER BY state IN ('held', 'parked', 'conflict') DESC, id
                 LIMIT 100) AS edit), '[]'),
    'conflicts', coalesce((
        SELECT json_agg(json_strip_nulls(json_build_object(
                   'id', one.id, 'edit', one.outbox_id, 'table', one.table_name,
                   'row', one.row_id, 'field', one.field, 'member', one.member,
                   'when', one.noted_at))::jsonb
               || CASE WHEN $1::boolean
                       THEN jsonb_build_object('base', one.base, 'local', one.local,
                                               'remote', one.remote)
                       ELSE '{}' END)
          FROM (SELECT * FROM conflict WHERE resolution IS NULL ORDER BY id LIMIT 100) AS one), '[]'),
    'dead_letters', coalesce((
        SELECT json_agg(letter)
          FROM (SELECT id, resource, record_id AS record, reason, octet_length(bytes) AS bytes,
                       times_seen, noted_at AS "when"
                  FROM dead_letter
                 ORDER BY id DESC
                 LIMIT 100) AS letter), '[]'),
    'backfills', coalesce((
        SELECT json_agg(request)
          FROM (SELECT id, resource, since, until, state, expected, reason, schedule,
                       asked_by AS who, asked_at AS "when",
                       greatest(records,
                                (SELECT sum(walked.records)
                                   FROM stream_state AS walked
                                  WHERE walked.resource = asked.resource
                                    AND walked.stream = 'backfill ' || asked.id)) AS records
                  FROM backfill_request AS asked
                 ORDER BY id DESC
                 LIMIT 20) AS request), '[]'),
    'runs', coalesce((
        SELECT json_agg(pass)
          FROM (SELECT resource, kind, started_at AS began, outcome, records, applied, detail,
                       round(extract(epoch FROM finished_at - started_at)) AS seconds
                  FROM run
                 ORDER BY started_at DESC
                 LIMIT 30) AS pass), '[]'))
)";

constexpr const char* history_sql = R"(
SELECT coalesce(json_agg(json_build_object(
           'at', extract(epoch FROM at)::bigint, 'rows_applied', rows_applied,
           'requests', requests, 'refusals', refusals, 'quota_limit', quota_limit,
           'edits_applied', edits_applied, 'edits_open', edits_open,
           'reads_waiting', reads_waiting, 'lag_seconds', lag_seconds) ORDER BY at), '[]')
  FROM history
 WHERE at > now() - $1::integer * interval '1 hour'
)";

// A daemon that takes over within the minute adds to it.
constexpr const char* add_history_sql = R"(
INSERT INTO history AS noted (at, rows_applied, requests, refusals, quota_limit, edits_applied,
                              edits_open, reads_waiting, lag_seconds)
SELECT to_timestamp($1::bigint), $2::bigint, $3::bigint[], $4::bigint, $5::bigint, $6::bigint,
       (SELECT count(*) FROM (SELECT FROM outbox WHERE is_open LIMIT 100000) AS open),
       (SELECT count(*) FROM (SELECT FROM refetch WHERE NOT is_held LIMIT 100000) AS queued),
       (SELECT extract(epoch FROM clock_timestamp() - min(poll_cursor))
          FROM resource_state
         WHERE phase NOT IN ('forbidden', 'needs_version'))
ON CONFLICT (at) DO UPDATE
   SET rows_applied = noted.rows_applied + excluded.rows_applied,
       requests = (SELECT array_agg(coalesce(a, 0) + coalesce(b, 0))
                     FROM unnest(noted.requests, excluded.requests) AS both_of(a, b)),
       refusals = noted.refusals + excluded.refusals,
       quota_limit = excluded.quota_limit,
       edits_applied = noted.edits_applied + excluded.edits_applied,
       edits_open = excluded.edits_open,
       reads_waiting = excluded.reads_waiting,
       lag_seconds = excluded.lag_seconds
)";

// Each deletes some of what is older than $1, in microseconds since 1970; $2: how many at most.
const char* forgetting(retained what)
{
    switch (what) {
    case retained::notifications:
        return "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE received_at <"
               " to_timestamp($1::bigint / 1000000.0) ORDER BY received_at LIMIT $2::integer)";
    case retained::runs:
        return "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE started_at <"
               " to_timestamp($1::bigint / 1000000.0) ORDER BY started_at LIMIT $2::integer)";
    case retained::attempts:
        return "DELETE FROM outbox_attempt AS old USING (SELECT outbox_id, number"
               "  FROM outbox_attempt AS attempt JOIN outbox AS edit ON edit.id = attempt.outbox_id"
               " WHERE attempt.began_at < to_timestamp($1::bigint / 1000000.0) AND NOT edit.is_open"
               " ORDER BY attempt.began_at LIMIT $2::integer) AS chosen"
               " WHERE old.outbox_id = chosen.outbox_id AND old.number = chosen.number";
    case retained::minutes:
        break;
    }
    return "DELETE FROM history WHERE at IN (SELECT at FROM history WHERE at <"
           " to_timestamp($1::bigint / 1000000.0) ORDER BY at LIMIT $2::integer)";
}

} // namespace

resource_numbers numbers(pqxx::transaction_base& transaction, const record_plan& plan, counting how)
{
    const auto& table = plan.tables()[0].name;
    const auto estimate =
        how == counting::estimated ? estimate_rows(transaction, table) : std::optional<row_count>();
    const auto rows = estimate ? *estimate : count_rows(transaction, table);
    const auto found = transaction.exec_params1(
        fmt::format(
            "SELECT (SELECT count(*) FROM (SELECT FROM refetch WHERE resource = $1 AND NOT is_held"
            "                               LIMIT {0}) AS queued),"
            " (SELECT count(*) FROM (SELECT FROM refetch WHERE resource = $1 AND is_held"
            "                         LIMIT {0}) AS held),"
            " (SELECT count(*) FROM (SELECT FROM dead_letter WHERE resource = $1 LIMIT {0}) AS "
            "dead),"
            " (SELECT count(*) FROM {1}), (SELECT count(*) FROM {1} AND is_done),"
            " (SELECT coalesce(sum(records), 0) FROM {1})",
            queue_max,
            // Backfills tell of themselves.
            "stream_state WHERE resource = $1 AND stream IN ('first', 'sweep')"),
        std::string(plan.described().name));
    resource_numbers numbers;
    numbers.rows = rows.rows;
    numbers.deleted = rows.deleted;
    numbers.are_estimated = estimate.has_value();
    numbers.waiting = found[0].as<std::int64_t>();
    numbers.held = found[1].as<std::int64_t>();
    numbers.dead_letters = found[2].as<std::int64_t>();
    numbers.slices = found[3].as<std::int64_t>();
    numbers.slices_done = found[4].as<std::int64_t>();
    numbers.slice_records = found[5].as<std::int64_t>();
    return numbers;
}

edit_numbers open_edits(pqxx::transaction_base& transaction)
{
    edit_numbers numbers;
    for (const auto& one : transaction.exec(fmt::format(
             "SELECT state, count(*),"
             " extract(epoch FROM clock_timestamp() - min(edited_at))::float8"
             "  FROM (SELECT state, edited_at FROM outbox WHERE is_open LIMIT {}) AS open"
             " GROUP BY state ORDER BY state",
             queue_max))) {
        numbers.open.push_back({one[0].c_str(), one[1].as<std::int64_t>(), one[2].as<double>()});
    }
    numbers.conflicts =
        transaction.exec1("SELECT count(*) FROM conflict WHERE resolution IS NULL")[0]
            .as<std::int64_t>();
    return numbers;
}

std::string describe_work(pqxx::transaction_base& transaction, bool with_values)
{
    return transaction.exec_params1(open_work_sql, with_values)[0].c_str();
}

std::string describe_history(pqxx::transaction_base& transaction, int hours)
{
    return transaction.exec_params1(history_sql, hours)[0].c_str();
}

void add_history(pqxx::transaction_base& transaction,
                 std::chrono::sys_time<std::chrono::minutes> minute, const history_point& point)
{
    const std::chrono::sys_seconds at = minute;
    transaction.exec_params0(add_history_sql, at.time_since_epoch().count(), point.rows_applied,
                             fmt::format("{{{}}}", fmt::join(point.requests, ",")), point.refusals,
                             point.quota_limit, point.edits_applied);
}

std::size_t forget(pqxx::transaction_base& transaction, retained what, wall_time before,
                   std::size_t most)
{
    return transaction.exec_params(forgetting(what), before.time_since_epoch().count(), most)
        .affected_rows();
}

} // namespace intercom_mirror::figures
