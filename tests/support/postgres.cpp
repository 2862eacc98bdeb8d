#include "tests/support/postgres.hpp"

#include <pqxx/pqxx>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace intercom_mirror::testing {
namespace {

void execute(const std::string& statement)
{
    pqxx::connection connection(test_dsn());
    pqxx::nontransaction work(connection);
    work.exec("SET client_min_messages = warning");
    work.exec(statement);
}

} // namespace

std::string test_dsn()
{
    const char* dsn = std::getenv("INTERCOM_MIRROR_TEST_DSN");
    if (dsn == nullptr) {
        throw std::runtime_error(
            "INTERCOM_MIRROR_TEST_DSN is not set; run the tests by ./dev test");
    }
    return dsn;
}

scratch_schema::scratch_schema()
{
    static std::atomic<int> count = 0;
    name_ = "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    execute("CREATE SCHEMA " + name_ + "; CREATE SCHEMA " + name_ + "_sync");
}

scratch_schema::~scratch_schema()
{
    try {
        execute("DROP SCHEMA IF EXISTS " + name_ + ", " + name_ + "_sync CASCADE");
    } catch (const std::exception&) {
        // The server is gone, and the schemas with it.
    }
}

} // namespace intercom_mirror::testing
