#include "schema/catalogue.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "sync/store/retention.hpp"
#include "sync/webhook/inbox.hpp"
#include "sync/webhook/receiver.hpp"
#include "sync/webhook/signature.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <memory>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct silent_log final : event_sink
{
    void report(severity, std::string_view, std::span<const event_field>) override { ++count; }
    int count = 0;
};

// A database whose outage a test decides.
struct shaky final : database
{
    explicit shaky(std::unique_ptr<store> real) : inner(make_inline_database(std::move(real))) {}

    asio::awaitable<void> perform(std::function<void(store&)> work) override
    {
        if (is_away) {
            throw store_unavailable("on purpose");
        }
        if (is_hanging) {
            co_await freed.wait();
        }
        co_await inner->perform(std::move(work));
    }

    std::unique_ptr<database> inner;
    condition freed;
    bool is_away = false;
    bool is_hanging = false;
};

// A migrated scratch schema whose lease nobody holds, simulated time, and plain SQL beside it.
struct Inbox : ::testing::Test
{
    Inbox()
    {
        options.dsn = testing::test_dsn();
        options.schema = schema.name();
        options.application_name = "inbox test";
        session connection(options);
        migrate(connection, options);
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        direct = make_postgres_store(options, epoch);
        db = std::make_unique<shaky>(make_postgres_store(options, epoch));
        keep = std::make_unique<inbox>(*db, clock);
        receiver = std::make_unique<webhook_receiver>(
            *keep, log, std::set<std::string, std::less<>>{"contacts"});
        receiver->use_secrets({key});
        asio::co_spawn(io, keep->run(), [](std::exception_ptr) {});
    }

    std::string value(const std::string& statement)
    {
        pqxx::connection connection(options.dsn);
        pqxx::work work(connection);
        work.exec("SET search_path = " + schema.name() + ", " + schema.name() + "_sync");
        const auto result = work.exec(statement);
        return result.empty() || result[0][0].is_null() ? "NULL" : result[0][0].c_str();
    }

    // What a notification is answered with, once it is.
    struct pending
    {
        receipt what = receipt::unavailable;
        bool is_answered = false;
    };
    std::shared_ptr<pending> deliver(const std::string& body, std::string signature = {})
    {
        auto result = std::make_shared<pending>();
        std::vector<std::string> signatures{signature.empty() ? signature_of(body, key)
                                                              : std::move(signature)};
        asio::co_spawn(io, receiver->receive(body, std::move(signatures), "ws"),
                       [result](std::exception_ptr failure, webhook_receiver::answer given) {
                           result->what = given.what;
                           result->is_answered = !failure;
                       });
        return result;
    }

    receipt answer_to(const std::string& body, std::string signature = {})
    {
        const auto result = deliver(body, std::move(signature));
        clock.run_for(io, 5s);
        EXPECT_TRUE(result->is_answered);
        return result->what;
    }

    static std::string told(const std::string& id, const std::string& record,
                            const std::string& workspace = "ws")
    {
        return R"({"id":")" + id + R"(","topic":"contact.user.updated","app_id":")" + workspace +
               R"(","created_at":1700000000,"data":{"item":{"id":")" + record + R"("}}})";
    }

    testing::scratch_schema schema;
    session_options options;
    silent_log log;
    secret key{"the key"};
    testing::sim_clock clock;
    std::unique_ptr<store> direct;
    std::unique_ptr<shaky> db;
    std::unique_ptr<inbox> keep;
    std::unique_ptr<webhook_receiver> receiver;
    asio::io_context io;
};

TEST_F(Inbox, KeepsANotificationAndNotesWhatItTellsOf)
{
    EXPECT_EQ(answer_to(told("n1", "c1")), receipt::accepted);
    EXPECT_EQ(value("SELECT id || ' ' || topic || ' ' || array_to_string(records, ',') || ' ' ||"
                    " extract(epoch FROM happened_at)::bigint FROM inbox"),
              "n1 contact.user.updated contacts/c1 1700000000");
    EXPECT_EQ(value("SELECT resource || ' ' || id || ' ' || lane || ' ' || reason FROM refetch"),
              "contacts c1 1 webhook: written");
}

TEST_F(Inbox, LetsChangesOfARecordGatherBeforeItIsRead)
{
    const auto at = clock.wall();
    answer_to(told("n1", "c1"));
    answer_to(told("n2", "c1"));
    EXPECT_TRUE(direct->due_hints("contacts", at + 900ms, 10).empty());
    const auto due = direct->due_hints("contacts", at + 1100ms, 10);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].in, lane::hints);
    EXPECT_EQ(value("SELECT count(*) FROM inbox"), "2");
}

TEST_F(Inbox, ActsOnARepeatedNotificationOnce)
{
    EXPECT_EQ(answer_to(told("n1", "c1")), receipt::accepted);
    {
        pqxx::connection connection(options.dsn);
        pqxx::work work(connection);
        work.exec("DELETE FROM " + schema.name() + "_sync.refetch");
        work.commit();
    }
    EXPECT_EQ(answer_to(told("n1", "c1")), receipt::accepted);
    EXPECT_EQ(value("SELECT count(*) FROM refetch"), "0");
    EXPECT_EQ(keep->statistics().duplicates, 1U);
}

TEST_F(Inbox, CommitsTogetherWhatArrivesTogether)
{
    std::vector<std::shared_ptr<pending>> all;
    for (int i = 0; i < 50; ++i) {
        all.push_back(deliver(told("n" + std::to_string(i), "c" + std::to_string(i % 5))));
    }
    clock.run_for(io, 1s);
    for (const auto& one : all) {
        EXPECT_TRUE(one->is_answered);
        EXPECT_EQ(one->what, receipt::accepted);
    }
    EXPECT_EQ(keep->statistics().commits, 1U);
    EXPECT_EQ(value("SELECT count(*) FROM inbox"), "50");
    EXPECT_EQ(value("SELECT count(*) FROM refetch"), "5");
}

TEST_F(Inbox, AnswersOnlyWhenItIsCommitted)
{
    db->is_hanging = true;
    const auto result = deliver(told("n1", "c1"));
    clock.run_for(io, 1s);
    EXPECT_FALSE(result->is_answered);
    db->is_hanging = false;
    db->freed.notify_all();
    clock.run_for(io, 1s);
    EXPECT_TRUE(result->is_answered);
    EXPECT_EQ(result->what, receipt::accepted);
}

TEST_F(Inbox, TurnsAwayWhatCannotBeKept)
{
    db->is_away = true;
    EXPECT_EQ(answer_to(told("n1", "c1")), receipt::unavailable);
    db->is_away = false;
    db->is_hanging = true;
    EXPECT_EQ(answer_to(told("n2", "c1")), receipt::unavailable); // not in time
    db->is_hanging = false;
    db->freed.notify_all();
    EXPECT_EQ(answer_to(told("n3", "c1")), receipt::accepted);
}

TEST_F(Inbox, LeavesNothingOfWhatIsRefused)
{
    const auto good = told("n1", "c1");
    EXPECT_EQ(answer_to(good, signature_of(good, secret("a guess"))), receipt::unsigned_one);
    EXPECT_EQ(answer_to(good, "nonsense"), receipt::unsigned_one);
    EXPECT_EQ(answer_to("{"), receipt::malformed);
    EXPECT_EQ(answer_to(told("n1", "c1", "other")), receipt::other_workspace);
    receiver->use_secrets({});
    EXPECT_EQ(answer_to(good), receipt::not_configured);
    EXPECT_EQ(value("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM refetch)"), "0");
}

TEST_F(Inbox, AHintOvertakesWhatLacksUrgency)
{
    const std::vector<std::string> ids{"c1", "c2"};
    direct->note_refetch("contacts", ids, "", lane::backfill, "changed", false);
    answer_to(told("n1", "c2"));
    const auto due = direct->due_hints("contacts", clock.wall(), 10);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].id, "c2"); // at once: it was due already
    EXPECT_EQ(direct->due_refetches("contacts", clock.wall(), 10).size(), 2U);
}

TEST_F(Inbox, ForgetsAfterThirtyDays)
{
    answer_to(told("n1", "c1"));
    {
        pqxx::connection connection(options.dsn);
        pqxx::work work(connection);
        work.exec("UPDATE " + schema.name() + "_sync.inbox SET received_at = to_timestamp(" +
                  std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                     clock.wall().time_since_epoch())
                                     .count()) +
                  ")");
        work.commit();
    }
    direct->take_lease("this test", 9s);
    asio::co_spawn(io, forget_for_good(*db, clock), [](std::exception_ptr) {});
    clock.run_for(io, std::chrono::hours(29 * 24));
    EXPECT_EQ(value("SELECT count(*) FROM inbox"), "1");
    clock.run_for(io, std::chrono::hours(2 * 24));
    EXPECT_EQ(value("SELECT count(*) FROM inbox"), "0");
}

TEST_F(Inbox, TellsOnceThatATopicDoesNotSayWhichRecord)
{
    for (const char* id : {"n1", "n2"}) {
        EXPECT_EQ(answer_to(R"({"id":")" + std::string(id) +
                            R"(","topic":"contact.user.updated","app_id":"ws",)"
                            R"("data":{"item":{}}})"),
                  receipt::accepted);
    }
    EXPECT_EQ(log.count, 1);
    EXPECT_EQ(value("SELECT count(*) FROM inbox"), "2");
}

} // namespace
} // namespace intercom_mirror
