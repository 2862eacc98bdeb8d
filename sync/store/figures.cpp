#include "sync/store/figures.hpp"

#include <fmt/format.h>
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

} // namespace intercom_mirror::figures
