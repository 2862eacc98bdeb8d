#include "schema/catalogue.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/plans.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

// A migrated scratch schema, and a store that holds its lease.
struct Figures : ::testing::Test
{
    Figures()
    {
        options.dsn = testing::test_dsn();
        options.schema = schema.name();
        options.application_name = "figures test";
        session connection(options);
        migrate(connection, options);
        on = make_postgres_store(options, epoch);
        on->take_lease("this test", 9s);
    }

    std::int64_t sql(const std::string& statement)
    {
        pqxx::connection connection(options.dsn);
        pqxx::nontransaction work(connection);
        work.exec("SET search_path = " + schema.name() + ", " + schema.name() + "_sync");
        work.exec("SET intercom_mirror.apply = 'on'");
        const auto result = work.exec(statement);
        return result.empty() || result[0][0].is_null() ? 0 : result[0][0].as<std::int64_t>();
    }

    testing::scratch_schema schema;
    session_options options;
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    std::unique_ptr<store> on;
    record_plan contacts{*find_resource("contacts"), api_version{2, 14},
                         testing::optional_tables()};
};

TEST_F(Figures, CountSmallTablesAndEstimateBigOnes)
{
    sql("INSERT INTO contacts (id, synced_at, deleted_at, deletion) SELECT n::text, now(),"
        " CASE WHEN n % 4 = 0 THEN now() END, CASE WHEN n % 4 = 0 THEN 'gone' END"
        " FROM generate_series(1, 1000) AS n");
    auto small = on->numbers(contacts, counting::estimated);
    EXPECT_FALSE(small.are_estimated);
    EXPECT_EQ(small.rows, 750);
    EXPECT_EQ(small.deleted, 250);

    // Beyond 16 MiB; PostgreSQL has looked at them.
    sql("UPDATE contacts SET raw = json_build_object('text', repeat(md5(id), 60))");
    sql("INSERT INTO contacts (id, synced_at, name)"
        " SELECT 'more ' || n, now(), repeat(md5(n::text), 12)"
        " FROM generate_series(1, 40000) AS n");
    sql("ANALYZE contacts");
    const auto estimated = on->numbers(contacts, counting::estimated);
    EXPECT_TRUE(estimated.are_estimated);
    EXPECT_NEAR(static_cast<double>(estimated.rows + estimated.deleted), 41'000, 4'000);
    EXPECT_GT(estimated.deleted, 0);
    EXPECT_LT(estimated.deleted, 1'000);
    const auto exact = on->numbers(contacts, counting::exact);
    EXPECT_FALSE(exact.are_estimated);
    EXPECT_EQ(exact.rows, 40'750);
    EXPECT_EQ(exact.deleted, 250);
}

TEST_F(Figures, TellOpenEditsByStateAndAge)
{
    sql("INSERT INTO outbox (operation, state, edited_at) VALUES"
        " ('create', 'pending', clock_timestamp() - interval '1 hour'),"
        " ('create', 'pending', clock_timestamp()), ('create', 'held', clock_timestamp()),"
        " ('create', 'applied', clock_timestamp() - interval '1 year')");
    sql("INSERT INTO conflict (outbox_id, table_name, row_id, field, policy, resolution)"
        " SELECT min(id), 'contacts', 'c', 'name', 'manual', NULL FROM outbox UNION ALL"
        " SELECT min(id), 'contacts', 'c', 'name', 'manual', 'local' FROM outbox");
    const auto seen = on->count_edits();
    ASSERT_EQ(seen.open.size(), 2U);
    EXPECT_EQ(seen.open[0].state, "held");
    EXPECT_EQ(seen.open[0].count, 1);
    EXPECT_EQ(seen.open[1].state, "pending");
    EXPECT_EQ(seen.open[1].count, 2);
    EXPECT_NEAR(seen.open[1].oldest_seconds, 3600, 60);
    EXPECT_EQ(seen.conflicts, 1);
}

} // namespace
} // namespace intercom_mirror
