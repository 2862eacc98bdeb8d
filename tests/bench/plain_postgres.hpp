#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace intercom_mirror::bench {

struct connection_closer
{
    void operator()(pg_conn* connection) const;
};
struct result_clearer
{
    void operator()(pg_result* result) const;
};
using result_owner = std::unique_ptr<pg_result, result_clearer>;

// Rows of one table, ready to be sent.
struct copied_rows
{
    std::string table;
    std::string payload; // a whole binary COPY
};
struct fetched_rows
{
    std::string table;
    result_owner rows; // in binary
};

// What the store is measured against: libpq with nothing around it. libpqxx 6.4 has no binary COPY.
class plain_postgres
{
public:
    // Works in a schema and its control schema.
    explicit plain_postgres(std::string_view schema);

    result_owner run(const std::string& sql);
    std::int64_t number(const std::string& sql);

    // Rows of a table where a column has one of some values, in the order of the primary key.
    copied_rows copy_out(std::string_view table, std::string_view column,
                         const std::vector<std::string>& values);
    fetched_rows fetch(std::string_view table, std::string_view column,
                       const std::vector<std::string>& values);

    void copy_in(const copied_rows& rows);
    // One prepared INSERT … ON CONFLICT DO UPDATE for each row.
    void upsert_one_by_one(const fetched_rows& rows);

private:
    std::string prepared_upsert(const fetched_rows& rows);
    [[noreturn]] void fail(std::string_view doing) const;

    std::unique_ptr<pg_conn, connection_closer> connection_;
    std::vector<std::string> prepared_;
};

} // namespace intercom_mirror::bench
