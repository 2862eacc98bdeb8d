#include "tests/bench/plain_postgres.hpp"

#include "tests/support/postgres.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <libpq-fe.h>
#include <stdexcept>

namespace intercom_mirror::bench {
namespace {

// Text to text: the values are ids of ours, without quotes, commas or braces.
std::string selection(std::string_view table, std::string_view column,
                      const std::vector<std::string>& values)
{
    return fmt::format("SELECT * FROM {} WHERE {} = ANY ('{{{}}}') ORDER BY 1, 2", table, column,
                       fmt::join(values, ","));
}

} // namespace

void connection_closer::operator()(pg_conn* connection) const
{
    PQfinish(connection);
}

void result_clearer::operator()(pg_result* result) const
{
    PQclear(result);
}

plain_postgres::plain_postgres(std::string_view schema)
    : connection_(PQconnectdb(testing::test_dsn().c_str()))
{
    run(fmt::format("SET search_path = {0}, {0}_sync, pg_temp", schema));
    run("SET client_min_messages = warning");
    // As the daemon's own sessions.
    run("SET jit = off");
}

result_owner plain_postgres::run(const std::string& sql)
{
    result_owner result(PQexec(connection_.get(), sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN &&
        status != PGRES_COPY_OUT) {
        fail(sql);
    }
    return result;
}

std::int64_t plain_postgres::number(const std::string& sql)
{
    return std::stoll(PQgetvalue(run(sql).get(), 0, 0));
}

copied_rows plain_postgres::copy_out(std::string_view table, std::string_view column,
                                     const std::vector<std::string>& values)
{
    copied_rows made{std::string(table), {}};
    run(fmt::format("COPY ({}) TO STDOUT (FORMAT binary)", selection(table, column, values)));
    char* bytes = nullptr;
    for (int size = 0; (size = PQgetCopyData(connection_.get(), &bytes, 0)) > 0;) {
        made.payload.append(bytes, static_cast<std::size_t>(size));
        PQfreemem(bytes);
    }
    while (result_owner(PQgetResult(connection_.get()))) {
    }
    return made;
}

fetched_rows plain_postgres::fetch(std::string_view table, std::string_view column,
                                   const std::vector<std::string>& values)
{
    result_owner rows(PQexecParams(connection_.get(), selection(table, column, values).c_str(), 0,
                                   nullptr, nullptr, nullptr, nullptr, 1));
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) {
        fail("reading rows");
    }
    return {std::string(table), std::move(rows)};
}

void plain_postgres::copy_in(const copied_rows& rows)
{
    run(fmt::format("COPY {} FROM STDIN (FORMAT binary)", rows.table));
    if (PQputCopyData(connection_.get(), rows.payload.data(),
                      static_cast<int>(rows.payload.size())) != 1 ||
        PQputCopyEnd(connection_.get(), nullptr) != 1) {
        fail("sending rows");
    }
    while (const result_owner result{PQgetResult(connection_.get())}) {
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
            fail("copying");
        }
    }
}

std::string plain_postgres::prepared_upsert(const fetched_rows& rows)
{
    auto name = "upsert_" + rows.table;
    if (std::find(prepared_.begin(), prepared_.end(), name) != prepared_.end()) {
        return name;
    }
    std::vector<std::string> columns;
    std::vector<std::string> places;
    std::vector<std::string> sets;
    for (int i = 0; i < PQnfields(rows.rows.get()); ++i) {
        columns.emplace_back(PQfname(rows.rows.get(), i));
        places.push_back(fmt::format("${}", i + 1));
        sets.push_back(fmt::format("{0} = excluded.{0}", columns.back()));
    }
    const auto key = run(fmt::format(
        "SELECT string_agg(attname, ', ') FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
        " AND attnum = ANY (indkey) WHERE indisprimary AND indrelid = '{}'::regclass",
        rows.table));
    const auto sql =
        fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}", rows.table,
                    fmt::join(columns, ", "), fmt::join(places, ", "), PQgetvalue(key.get(), 0, 0),
                    fmt::join(sets, ", "));
    const result_owner made(PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) {
        fail("preparing");
    }
    prepared_.push_back(name);
    return name;
}

void plain_postgres::upsert_one_by_one(const fetched_rows& rows)
{
    const auto name = prepared_upsert(rows);
    auto* from = rows.rows.get();
    const int columns = PQnfields(from);
    std::vector<const char*> values(static_cast<std::size_t>(columns));
    std::vector<int> sizes(values.size());
    const std::vector<int> formats(values.size(), 1);
    for (int row = 0; row < PQntuples(from); ++row) {
        for (int i = 0; i < columns; ++i) {
            const auto at = static_cast<std::size_t>(i);
            values[at] = PQgetisnull(from, row, i) != 0 ? nullptr : PQgetvalue(from, row, i);
            sizes[at] = PQgetlength(from, row, i);
        }
        const result_owner done(PQexecPrepared(connection_.get(), name.c_str(), columns,
                                               values.data(), sizes.data(), formats.data(), 0));
        if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) {
            fail("storing a row");
        }
    }
}

void plain_postgres::fail(std::string_view doing) const
{
    throw std::runtime_error(fmt::format("{}: {}", doing, PQerrorMessage(connection_.get())));
}

} // namespace intercom_mirror::bench
