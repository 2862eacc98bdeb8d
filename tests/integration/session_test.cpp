#include "sync/store/session.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace intercom_mirror {
namespace {

session_options named(const std::string& name)
{
    session_options options;
    options.dsn = testing::test_dsn();
    options.schema = "public";
    options.application_name = name;
    return options;
}

// It was destroyed through a base class without a virtual destructor, and stayed open.
TEST(Session, ClosesAConnectionItGivesUp)
{
    session working(named("session_test"));
    // A lock of the connection, not of a transaction: it is free when the connection is closed.
    working.transact([](pqxx::transaction_base& transaction) {
        transaction.exec("SELECT pg_advisory_lock(4711)");
    });
    const auto refused_for_now = [](pqxx::transaction_base& transaction) {
        transaction.exec("DO $$ BEGIN RAISE 'busy' USING ERRCODE = '55P03'; END $$");
    };
    EXPECT_THROW(working.transact(refused_for_now), store_unavailable);

    pqxx::connection other(testing::test_dsn());
    pqxx::work waiting(other);
    waiting.exec("SET lock_timeout = '10s'");
    EXPECT_NO_THROW(waiting.exec("SELECT pg_advisory_xact_lock(4711)"));
}

} // namespace
} // namespace intercom_mirror
