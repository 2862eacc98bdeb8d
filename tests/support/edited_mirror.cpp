#include "tests/support/edited_mirror.hpp"

#include "sync/store/migrate.hpp"

namespace intercom_mirror::testing {

namespace {

constexpr const char* roles[] = {"owner", "daemon", "editor", "operator", "analyst"};

} // namespace

edited_mirror::edited_mirror()
{
    session_options options;
    options.dsn = test_dsn();
    options.schema = name();
    options.application_name = "edited_mirror";
    options.is_daemon = false;
    session migrating(options);
    migrate(migrating, options);
    grant_roles(migrating, options);
    connection_ = connect();
    for (const char* role : roles) {
        run(*connection_, "CREATE ROLE " + login(role) + " LOGIN IN ROLE " + name() + "_" + role);
    }
}

edited_mirror::~edited_mirror()
{
    try {
        const auto remove = [&](const std::string& role) {
            run(*connection_, "DROP OWNED BY " + role + " CASCADE");
            run(*connection_, "DROP ROLE " + role);
        };
        for (const char* role : roles) {
            remove(login(role));
            remove(name() + "_" + role);
        }
    } catch (const std::exception&) {
        // The server is gone, and the roles with it.
    }
}

std::string edited_mirror::login(const std::string& role) const
{
    return name() + "_some_" + role;
}

std::unique_ptr<pqxx::connection> edited_mirror::connect(const std::string& role)
{
    auto made = std::make_unique<pqxx::connection>(
        role.empty() ? test_dsn() : test_dsn() + " user=" + login(role));
    run(*made, "SET search_path = " + name() + ", pg_temp");
    run(*made, "SET client_min_messages = warning");
    return made;
}

pqxx::result edited_mirror::write(const std::string& statement)
{
    pqxx::work transaction(*connection_);
    transaction.exec("SET LOCAL intercom_mirror.apply = 'on'");
    transaction.exec("SET LOCAL search_path = " + name() + ", " + name() + "_sync, pg_temp");
    auto result = transaction.exec(statement);
    transaction.commit();
    return result;
}

pqxx::result run(pqxx::connection& by, const std::string& statement)
{
    pqxx::nontransaction work(by);
    return work.exec(statement);
}

} // namespace intercom_mirror::testing
