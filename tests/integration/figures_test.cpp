#include "schema/catalogue.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/plans.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

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

TEST_F(Figures, ShowValuesInConflictOnlyToThoseWhoDecide)
{
    sql("INSERT INTO outbox (operation, table_name, row_id, fields, state) VALUES"
        " ('update', 'contacts', 'c', '{\"name\": \"Zoe\"}', 'conflict'),"
        " ('update', 'contacts', 'd', '{\"name\": \"Zoe\"}', 'pending')");
    sql("INSERT INTO conflict (outbox_id, table_name, row_id, field, base, local, policy)"
        " SELECT min(id), 'contacts', 'c', 'name', '\"Zoe\"', '\"Zoe B.\"', 'manual' FROM outbox");
    const auto open = on->describe_work(false);
    EXPECT_EQ(open.find("Zoe"), std::string::npos) << open;
    const auto everything = json::parse(open);
    EXPECT_EQ(everything["edits"][0]["fields"], json::parse(R"(["name"])"));
    EXPECT_TRUE(everything["edits"][0]["needs_person"]);
    EXPECT_FALSE(everything["edits"][1]["needs_person"]);
    EXPECT_EQ(everything["dead_letters"], json::array());
    const auto conflict = json::parse(on->describe_work(true))["conflicts"][0];
    EXPECT_EQ(conflict["base"], "Zoe");
    EXPECT_EQ(conflict["local"], "Zoe B.");
    EXPECT_EQ(conflict["remote"], nullptr);
}

TEST_F(Figures, AddUpWhatDaemonsDidInTheSameMinute)
{
    const auto minute = std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now());
    history_point point;
    point.rows_applied = 3;
    point.requests = {1, 2, 3, 4, 5};
    point.quota_limit = 166;
    sql("INSERT INTO resource_state (resource, poll_cursor) VALUES"
        " ('contacts', clock_timestamp() - interval '2 minutes'), ('tags', clock_timestamp())");
    on->add_history(minute - std::chrono::minutes(1), point);
    on->add_history(minute, point);
    on->add_history(minute, point);
    const auto told = json::parse(on->describe_history(1));
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0]["rows_applied"], 3);
    EXPECT_EQ(told[1]["rows_applied"], 6);
    EXPECT_EQ(told[1]["requests"], json::parse("[2, 4, 6, 8, 10]"));
    EXPECT_EQ(told[1]["quota_limit"], 166);
    EXPECT_NEAR(told[1]["lag_seconds"].get<double>(), 120, 30);
}

TEST_F(Figures, AreForgottenWhenTheyAreOld)
{
    sql("INSERT INTO inbox (id, topic, received_at) VALUES"
        " ('old', 't', now() - interval '31 days'), ('new', 't', now())");
    sql("INSERT INTO run (resource, kind, started_at) VALUES"
        " ('contacts', 'poll', now() - interval '91 days'), ('contacts', 'poll', now())");
    sql("INSERT INTO history (at) VALUES (now() - interval '8 days'), (now())");
    sql("INSERT INTO outbox (operation, state) VALUES ('create', 'applied'), ('create', 'parked')");
    sql("INSERT INTO outbox_attempt (outbox_id, number, request, began_at)"
        " SELECT id, n, 'POST /contacts', now() - n * interval '60 days'"
        "   FROM outbox, generate_series(1, 2) AS n");
    const wall_time now = std::chrono::floor<duration>(std::chrono::system_clock::now());
    EXPECT_EQ(on->forget(retained::notifications, now - std::chrono::days(30), 10), 1U);
    EXPECT_EQ(on->forget(retained::runs, now - std::chrono::days(90), 10), 1U);
    EXPECT_EQ(on->forget(retained::minutes, now - std::chrono::days(7), 10), 1U);
    // Those of the open edit stay.
    EXPECT_EQ(on->forget(retained::attempts, now - std::chrono::days(90), 10), 1U);
    EXPECT_EQ(sql("SELECT count(*) FROM outbox_attempt"), 3);
    EXPECT_EQ(sql("SELECT count(*) FROM inbox WHERE id = 'new'"), 1);
    // So much at once.
    sql("INSERT INTO inbox (id, topic, received_at)"
        " SELECT n::text, 't', now() - interval '31 days' FROM generate_series(1, 5) AS n");
    EXPECT_EQ(on->forget(retained::notifications, now - std::chrono::days(30), 3), 3U);
    EXPECT_EQ(on->forget(retained::notifications, now - std::chrono::days(30), 3), 2U);
}

} // namespace
} // namespace intercom_mirror
