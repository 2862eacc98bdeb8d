#pragma once

#include "sync/store/database.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/postgres.hpp"

#include <pqxx/pqxx>

#include <memory>
#include <string>

namespace intercom_simulation {

// A migrated pair of schemas in the test server, kept for many seeds: emptied in between, which is
// far quicker than making new ones. One real store works in it, and a session of our own looks on.
class mirror_tables
{
public:
    mirror_tables();

    void empty();

    // The same text as long as nobody writes a row: where every row stands, and which transaction
    // wrote it. The mirror's tables only.
    [[nodiscard]] std::string layout();
    // A digest of all that is stored, without moments of the database's own clock.
    [[nodiscard]] std::string contents();

    // Ends the store's session, as a restart of the server does.
    void break_connection();

    [[nodiscard]] intercom_mirror::database& database() { return *database_; }
    [[nodiscard]] pqxx::connection& session() { return session_; }
    [[nodiscard]] const std::string& schema() const { return schema_.name(); }
    pqxx::result ask(const std::string& sql);

private:
    [[nodiscard]] std::vector<std::string> tables_of(const std::string& schema);
    void follow_the_seed();

    intercom_mirror::testing::scratch_schema schema_;
    pqxx::connection session_;
    intercom_mirror::shared_epoch epoch_;
    std::unique_ptr<intercom_mirror::database> database_;
    std::vector<std::string> mirror_;
    std::vector<std::string> control_;
};

} // namespace intercom_simulation
