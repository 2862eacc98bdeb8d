#include "sync/store/migrate.hpp"

#include "migrations/migrations.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <map>

namespace intercom_mirror {
namespace {

// Two programs that migrate at once wait for each other here; any number will do.
constexpr std::string_view take_turns = "SELECT pg_advisory_xact_lock(7305517)";

std::map<std::string, std::string> applied_ones(pqxx::transaction_base& transaction,
                                                const std::string& control)
{
    std::map<std::string, std::string> applied;
    const auto exists =
        transaction.exec_params1("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND "
                                 "tablename = 'schema_migration')",
                                 control);
    if (exists[0].as<bool>()) {
        for (const auto& one :
             transaction.exec("SELECT name, sha256 FROM schema_migration ORDER BY name")) {
            applied.emplace(one[0].c_str(), one[1].c_str());
        }
    }
    return applied;
}

void refuse_foreign(std::map<std::string, std::string> applied)
{
    for (const auto& known : all_migrations()) {
        const auto found = applied.find(std::string(known.name));
        if (found != applied.end() && found->second != known.sha256) {
            throw schema_mismatch(fmt::format(
                "migration {} was applied with another content (checksum {:.12}… in the database,"
                " {:.12}… in this program)",
                known.name, found->second, known.sha256));
        }
        applied.erase(std::string(known.name));
    }
    if (!applied.empty()) {
        throw schema_mismatch(fmt::format(
            "the database has migration {}, which this program does not know: it is newer",
            applied.rbegin()->first));
    }
}

} // namespace

migration_report migrate(session& connection, const session_options& options)
{
    const auto control = options.schema + "_sync";
    connection.transact([&](pqxx::transaction_base& transaction) {
        transaction.exec(std::string(take_turns));
        const auto exists = transaction.exec_params1(
            "SELECT count(*) FROM pg_namespace WHERE nspname IN ($1, $2)", options.schema, control);
        if (exists[0].as<int>() < 2) {
            transaction.exec(fmt::format("CREATE SCHEMA IF NOT EXISTS {};"
                                         " CREATE SCHEMA IF NOT EXISTS {}",
                                         transaction.quote_name(options.schema),
                                         transaction.quote_name(control)));
        }
        transaction.exec(fmt::format("CREATE TABLE IF NOT EXISTS {}.schema_migration (name text "
                                     "PRIMARY KEY, sha256 text NOT NULL,"
                                     " applied_at timestamptz NOT NULL DEFAULT now())",
                                     transaction.quote_name(control)));
    });
    migration_report report;
    for (const auto& step : all_migrations()) {
        bool is_applied = false;
        connection.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec(std::string(take_turns));
            // Analysts never wait for us: give up soon and try again.
            transaction.exec("SET LOCAL lock_timeout = '2s'");
            transaction.exec("SET LOCAL statement_timeout = 0");
            const auto applied = applied_ones(transaction, control);
            refuse_foreign(applied);
            is_applied = applied.count(std::string(step.name)) != 0;
            if (is_applied) {
                return;
            }
            transaction.exec(std::string(step.sql));
            transaction.exec(fmt::format("SET LOCAL search_path = {}, pg_temp",
                                         transaction.quote_name(control)));
            transaction.exec_params("INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)",
                                    std::string(step.name), std::string(step.sha256));
        });
        if (!is_applied) {
            report.applied.emplace_back(step.name);
        }
    }
    return report;
}

migration_report check_migrations(session& connection, const session_options& options)
{
    migration_report report;
    connection.transact([&](pqxx::transaction_base& transaction) {
        report.applied.clear();
        const auto applied = applied_ones(transaction, options.schema + "_sync");
        refuse_foreign(applied);
        for (const auto& step : all_migrations()) {
            if (applied.count(std::string(step.name)) == 0) {
                report.applied.emplace_back(step.name);
            }
        }
    });
    return report;
}

void grant_roles(session& connection, const session_options& options)
{
    connection.transact([&](pqxx::transaction_base& transaction) {
        const auto mirror = transaction.quote_name(options.schema);
        const auto control = transaction.quote_name(options.schema + "_sync");
        const auto role = [&](std::string_view kind) {
            return transaction.quote_name(fmt::format("{}_{}", options.schema, kind));
        };
        for (const auto* kind : {"owner", "daemon", "editor", "operator", "analyst"}) {
            const auto exists =
                transaction.exec_params1("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)",
                                         fmt::format("{}_{}", options.schema, kind));
            if (!exists[0].as<bool>()) {
                transaction.exec(fmt::format("CREATE ROLE {} NOLOGIN", role(kind)));
            }
        }
        transaction.exec(fmt::format("GRANT USAGE, CREATE ON SCHEMA {}, {} TO {}", mirror, control,
                                     role("owner")));
        transaction.exec(fmt::format("GRANT USAGE ON SCHEMA {} TO {}, {}, {}, {}", mirror,
                                     role("daemon"), role("editor"), role("operator"),
                                     role("analyst")));
        transaction.exec(fmt::format("GRANT USAGE ON SCHEMA {} TO {}, {}", control, role("daemon"),
                                     role("operator")));
        transaction.exec(fmt::format("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}, {}, {}",
                                     mirror, role("editor"), role("operator"), role("analyst")));
        transaction.exec(
            fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {}, {} TO {}",
                        mirror, control, role("daemon")));
        transaction.exec(fmt::format("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {}, {} TO {}",
                                     mirror, control, role("daemon")));
        transaction.exec(fmt::format("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", control,
                                     role("operator")));
    });
}

} // namespace intercom_mirror
