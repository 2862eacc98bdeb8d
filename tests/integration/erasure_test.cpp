#include "schema/catalogue.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <algorithm>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

// Stands in everything that is of the person to be forgotten, and nowhere else.
constexpr const char* canary = "canary-of-zoe";

constexpr const char* zoe = R"({"type":"contact","id":"zoe1","name":"canary-of-zoe",
    "email":"canary-of-zoe@example.org","created_at":1700000000,"updated_at":1700000001,
    "custom_attributes":{"note":"canary-of-zoe"},"tags":{"data":[{"id":"t1"}],"total_count":1}})";
constexpr const char* bob = R"({"type":"contact","id":"bob1","name":"Bob",
    "created_at":1700000000,"updated_at":1700000001})";

std::string conversation(const std::string& id, const std::string& contact, const std::string& body)
{
    return R"({"type":"conversation","id":")" + id +
           R"(","created_at":1700000000,"updated_at":1700000001,"state":"open","source":{"id":")" +
           id + R"(0","body":")" + body + R"(","author":{"type":"user","id":")" + contact +
           R"(","name":")" + body + R"("},"attachments":[{"type":"upload","name":")" + body +
           R"(","url":"https://x/1"}]},"contacts":{"contacts":[{"type":"contact","id":")" +
           contact + R"("}]},"conversation_parts":{"total_count":1,"conversation_parts":[{"id":")" +
           id + R"(1","part_type":"comment","body":")" + body +
           R"(","created_at":1700000001,"updated_at":1700000001,"author":{"type":"user","id":")" +
           contact + R"("},"attachments":[{"type":"upload","name":")" + body +
           R"(","url":"https://x/2"}]}]}})";
}

// A migrated scratch schema, and a store that holds its lease.
struct Erasure : ::testing::Test
{
    Erasure()
    {
        options.dsn = testing::test_dsn();
        options.schema = schema.name();
        options.application_name = "erasure test";
        session connection(options);
        migrate(connection, options);
        on = make_postgres_store(options, epoch);
        on->take_lease("this test", 9s);
        for (const auto* each : catalogue()) {
            plans.emplace_back(*each, each->versions.holds({2, 15}) ? api_version{2, 15}
                                                                    : each->versions.first);
        }
    }

    const record_plan& plan(std::string_view name) const
    {
        return *std::ranges::find_if(
            plans, [&](const record_plan& each) { return each.described().name == name; });
    }

    page_outcome apply(std::string_view resource, std::string_view record,
                       projection from = projection::get)
    {
        page_work work;
        work.plan = &plan(resource);
        work.from = from;
        work.records = {record};
        return on->apply_page(work);
    }

    pqxx::result sql(const std::string& statement)
    {
        pqxx::connection connection(options.dsn);
        pqxx::nontransaction work(connection);
        work.exec("SET search_path = " + schema.name() + ", " + schema.name() + "_sync");
        work.exec("SET intercom_mirror.apply = 'on'");
        return work.exec(statement);
    }

    std::int64_t count(const std::string& from)
    {
        return sql("SELECT count(*) FROM " + from)[0][0].as<std::int64_t>();
    }

    // Tables of both schemas where a text stands somewhere.
    std::string tables_with(const std::string& text)
    {
        std::string found;
        for (const auto& table :
             sql("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN"
                 " ('" +
                 schema.name() + "', '" + schema.name() + "_sync') ORDER BY 1")) {
            // Bytes of dead letters are shown as hexadecimal digits.
            if (count(std::string(table[0].c_str()) + " AS t WHERE position('" + text +
                      "' IN t::text) > 0 OR position(encode(convert_to('" + text +
                      "', 'UTF8'), 'hex') IN t::text) > 0") != 0) {
                found += std::string(table[0].c_str()) + " ";
            }
        }
        return found;
    }

    testing::scratch_schema schema;
    session_options options;
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    std::unique_ptr<store> on;
    std::vector<record_plan> plans;
};

TEST_F(Erasure, LeavesNothingAnywhere)
{
    apply("contacts", zoe);
    apply("contacts", bob);
    apply("conversations", conversation("7", "zoe1", canary));
    apply("conversations", conversation("8", "bob1", "of Bob's"));
    sql("INSERT INTO outbox (operation, entity, entity_id, table_name, row_id, fields, state) "
        "VALUES"
        " ('update', 'contacts', 'zoe1', 'contacts', 'zoe1', '{\"name\": \"canary-of-zoe\"}', "
        "'parked'),"
        " ('create', 'conversations', '7', 'conversation_parts', 'local:1',"
        "  '{\"body\": \"canary-of-zoe\"}', 'pending'),"
        " ('send_message', NULL, NULL, NULL, NULL,"
        "  '{\"to_id\": \"zoe1\", \"body\": \"canary-of-zoe\"}', 'applied'),"
        " ('update', 'contacts', 'bob1', 'contacts', 'bob1', '{\"name\": \"B\"}', 'parked')");
    sql("INSERT INTO outbox_attempt (outbox_id, number, request, sent, began_at)"
        " SELECT min(id), 1, 'PUT /contacts/zoe1', '{\"name\": \"canary-of-zoe\"}', now() FROM "
        "outbox");
    sql("INSERT INTO conflict (outbox_id, table_name, row_id, field, local, policy)"
        " SELECT min(id), 'contacts', 'zoe1', 'name', '\"canary-of-zoe\"', 'manual' FROM outbox");
    sql("INSERT INTO dead_letter (resource, record_id, projection, reason, bytes) VALUES"
        " ('contacts', 'zoe1', 'get', 'x', 'canary-of-zoe'),"
        " ('tickets', '9', 'get', 'x', "
        "'{\"contacts\":[{\"id\":\"zoe1\"}],\"b\":\"canary-of-zoe\"}'),"
        " ('contacts', 'bob1', 'get', 'x', 'Bob')");
    sql("INSERT INTO refetch (resource, id, lane, reason) VALUES ('contacts', 'zoe1', 1, 'x')");
    sql("INSERT INTO inbox (id, topic, records) VALUES ('n', 't', '{contacts/zoe1}')");
    ASSERT_NE(tables_with(canary), "");

    on->ask_for_erasure("zoe1");
    EXPECT_FALSE(on->is_erased("zoe1"));
    EXPECT_EQ(on->erase_pending(plans), 2U);
    EXPECT_TRUE(on->is_erased("zoe1"));
    EXPECT_EQ(tables_with(canary), "");
    EXPECT_EQ(tables_with("zoe1"), schema.name() + "_sync.erasure ");
    EXPECT_EQ(on->erase_pending(plans), 0U);

    // What is Bob's stays.
    EXPECT_EQ(count("contacts"), 1);
    EXPECT_EQ(count("conversations"), 1);
    EXPECT_EQ(count("conversation_parts"), 1);
    EXPECT_EQ(count("attachments"), 2);
    EXPECT_EQ(count("outbox"), 1);
    EXPECT_EQ(count("dead_letter"), 1);
}

TEST_F(Erasure, KeepsOutWhatComesAgain)
{
    on->ask_for_erasure("zoe1");
    on->erase_pending(plans);
    for (const auto from : {projection::get, projection::list}) {
        const auto outcome = apply("contacts", zoe, from);
        EXPECT_EQ(outcome.records, 1U);
        EXPECT_EQ(outcome.unchanged, 1U);
        EXPECT_EQ(outcome.keys.size(), 1U) << "sweeps have seen it";
    }
    // A conversation nobody knew of.
    EXPECT_EQ(apply("conversations", conversation("7", "zoe1", canary)).applied, 0U);
    EXPECT_EQ(apply("conversations", conversation("8", "bob1", "of Bob's")).applied, 1U);
    // One of Bob's that she joins.
    EXPECT_EQ(apply("conversations", conversation("8", "zoe1", canary)).applied, 0U);
    EXPECT_EQ(on->erase_pending(plans), 2U);
    EXPECT_EQ(tables_with(canary), "");
    EXPECT_EQ(count("conversations"), 0);
    // Nothing is tried again and again.
    EXPECT_EQ(apply("conversations", conversation("7", "zoe1", canary)).unchanged, 1U);
    EXPECT_EQ(on->erase_pending(plans), 0U);
    // They are no differences either.
    page_work work;
    work.plan = &plan("contacts");
    work.from = projection::get;
    work.records = {zoe};
    EXPECT_TRUE(on->compare_page(work).found.empty());
}

TEST_F(Erasure, WaitsForWhatIsBeingSentAndKeepsDeletionsThatAreNot)
{
    apply("contacts", zoe);
    sql("INSERT INTO outbox (operation, entity, entity_id, table_name, row_id, fields, state, "
        "epoch)"
        " VALUES ('update', 'contacts', 'zoe1', 'contacts', 'zoe1', '{}', 'sending',"
        "         (SELECT epoch FROM lease)),"
        " ('update', 'contacts', 'zoe1', 'contacts', 'zoe1', '{}', 'pending', NULL),"
        " ('delete_contact', 'contacts', 'zoe1', NULL, NULL, '{\"id\": \"zoe1\"}', 'pending', "
        "NULL)");
    on->ask_for_erasure("zoe1");
    EXPECT_EQ(on->erase_pending(plans), 0U);
    EXPECT_EQ(count("contacts"), 1);
    EXPECT_EQ(count("outbox"), 2);
    sql("UPDATE outbox SET state = 'applied' WHERE state = 'sending'");
    EXPECT_EQ(on->erase_pending(plans), 1U);
    EXPECT_EQ(count("contacts"), 0);
    EXPECT_EQ(count("outbox WHERE operation = 'delete_contact'"), 1);
    EXPECT_EQ(count("outbox"), 1);
}

TEST_F(Erasure, FollowsMerges)
{
    sql("INSERT INTO id_alias (resource, old_id, new_id) VALUES ('contacts', 'zoe0', 'zoe1'),"
        " ('contacts', 'other', 'bob1')");
    apply("contacts", zoe);
    apply("contacts", bob);
    on->ask_for_erasure("zoe0");
    EXPECT_EQ(on->erase_pending(plans), 2U);
    EXPECT_EQ(count("contacts WHERE id = 'zoe1'"), 0);
    EXPECT_EQ(count("contacts WHERE id = 'bob1'"), 1);
}

TEST_F(Erasure, EmptiesTombstonesThatAreProvenAndOld)
{
    apply("conversations", conversation("7", "zoe1", canary));
    apply("conversations", conversation("8", "bob1", "of Bob's"));
    apply("contacts", zoe);
    sql("UPDATE conversations SET deletion = 'deleted', deleted_at = now() - interval '40 days'"
        " WHERE id = '7'");
    sql("UPDATE conversations SET deletion = 'deleted', deleted_at = now() WHERE id = '8'");
    sql("UPDATE contacts SET deletion = 'gone', deleted_at = now() - interval '40 days'");
    const wall_time now = std::chrono::floor<duration>(std::chrono::system_clock::now());
    std::size_t emptied = 0;
    for (const auto& each : plans) {
        emptied += on->scrub(each, now - std::chrono::days(30), 100);
    }
    EXPECT_EQ(emptied, 1U);
    EXPECT_EQ(count("conversations WHERE id = '7' AND raw IS NULL AND state IS NULL"
                    " AND created_at IS NOT NULL AND deletion = 'deleted'"),
              1);
    EXPECT_EQ(count("conversation_parts"), 1);
    EXPECT_EQ(count("attachments"), 2);
    // An archived contact looks the same.
    EXPECT_EQ(tables_with(canary), schema.name() + ".contacts ");
    EXPECT_EQ(on->scrub(plan("conversations"), now - std::chrono::days(30), 100), 0U);
}

} // namespace
} // namespace intercom_mirror
