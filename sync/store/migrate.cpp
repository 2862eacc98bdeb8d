#include "sync/store/migrate.hpp"

#include "migrations/migrations.hpp"
#include "schema/catalogue.hpp"
#include "schema/tables.hpp"
#include "sync/store/capture.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <map>

namespace intercom_mirror {
namespace {

// Two programs that migrate at once wait for each other here; any number will do.
constexpr std::string_view take_turns = "SELECT pg_advisory_xact_lock(7305517)";

// What follows from the catalogue is listed with the migrations, under this name.
const std::string capture_step = "capture";

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
    applied.erase(capture_step);
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

bool is_captured(pqxx::transaction_base& transaction,
                 const std::map<std::string, std::string>& applied, const std::string& sql)
{
    const auto found = applied.find(capture_step);
    return found != applied.end() &&
           found->second ==
               transaction
                   .exec_params1("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", sql)[0]
                   .c_str();
}

// Analysts never wait for us: give up soon and try again.
void take_turn(pqxx::transaction_base& transaction)
{
    transaction.exec(std::string(take_turns));
    transaction.exec("SET LOCAL lock_timeout = '2s'");
    transaction.exec("SET LOCAL statement_timeout = 0");
}

bool has_role(pqxx::transaction_base& transaction, const std::string& name)
{
    return transaction
        .exec_params1("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name)[0]
        .as<bool>();
}

// What each role may do with what there is now. Editors may write all tables: the triggers refuse
// what is not to be written, and say what to do instead.
void grant_rights(pqxx::transaction_base& transaction, const std::string& schema)
{
    const auto mirror = transaction.quote_name(schema);
    const auto control = transaction.quote_name(schema + "_sync");
    const auto role = [&](std::string_view kind) {
        return transaction.quote_name(fmt::format("{}_{}", schema, kind));
    };
    const auto grant = [&](std::string_view what, std::string_view on, const std::string& to) {
        transaction.exec(fmt::format("GRANT {} ON {} TO {}", what, on, to));
    };
    const auto readers =
        fmt::format("{}, {}, {}", role("editor"), role("operator"), role("analyst"));
    const auto tables_of_mirror = fmt::format("ALL TABLES IN SCHEMA {}", mirror);
    const auto both = fmt::format("SCHEMA {}, {}", mirror, control);
    grant("USAGE, CREATE", both, role("owner"));
    grant("USAGE", "SCHEMA " + mirror, readers);
    grant("USAGE", both, role("daemon"));
    grant("USAGE", "SCHEMA " + control, role("operator"));
    grant("SELECT", tables_of_mirror, readers);
    grant("SELECT", fmt::format("ALL TABLES IN SCHEMA {}", control), role("operator"));
    grant("SELECT, INSERT, UPDATE, DELETE",
          fmt::format("ALL TABLES IN SCHEMA {}, {}", mirror, control), role("daemon"));
    grant("EXECUTE", fmt::format("ALL FUNCTIONS IN SCHEMA {}, {}", mirror, control),
          role("daemon"));
    for (const auto& each : tables_of(catalogue())) {
        grant("INSERT, UPDATE, DELETE, TRUNCATE",
              fmt::format("{}.{}", mirror, transaction.quote_name(std::string(each.name))),
              role("editor"));
    }
    for (const auto& each : functions()) {
        grant("EXECUTE", fmt::format("FUNCTION {}.{}", mirror, each.name), role("editor"));
    }
    grant("EXECUTE", fmt::format("FUNCTION {}.resolve_id", mirror), readers);
    for (const auto* decision :
         {"release_edits", "retry_edit", "discard_edit", "resolve_conflict"}) {
        grant("EXECUTE", fmt::format("FUNCTION {}.{}", mirror, decision), role("operator"));
    }
    // To ask for a backfill and to cancel one.
    grant("INSERT (resource, since, until), UPDATE (state, finished_at)",
          fmt::format("{}.backfill_request", control), role("operator"));
}

// True when there was something to do.
bool install_capture(session& connection, const session_options& options)
{
    const auto control = options.schema + "_sync";
    const auto sql = capture_sql(catalogue(), functions());
    bool is_there = false;
    connection.transact([&](pqxx::transaction_base& transaction) {
        take_turn(transaction);
        is_there = is_captured(transaction, applied_ones(transaction, control), sql);
        if (!is_there) {
            transaction.exec(sql);
            transaction.exec_params(
                "INSERT INTO schema_migration (name, sha256)"
                " VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))"
                " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
                capture_step, sql);
            if (has_role(transaction, options.schema + "_editor")) {
                transaction.exec(fmt::format("SET LOCAL search_path = {}, {}, pg_temp",
                                             transaction.quote_name(options.schema),
                                             transaction.quote_name(control)));
                grant_rights(transaction, options.schema);
            }
        }
    });
    return !is_there;
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
            take_turn(transaction);
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
    if (install_capture(connection, options)) {
        report.applied.push_back(capture_step);
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
        if (!is_captured(transaction, applied, capture_sql(catalogue(), functions()))) {
            report.applied.push_back(capture_step);
        }
    });
    return report;
}

void grant_roles(session& connection, const session_options& options)
{
    connection.transact([&](pqxx::transaction_base& transaction) {
        for (const auto* kind : {"owner", "daemon", "editor", "operator", "analyst"}) {
            const auto name = fmt::format("{}_{}", options.schema, kind);
            if (!has_role(transaction, name)) {
                transaction.exec(
                    fmt::format("CREATE ROLE {} NOLOGIN", transaction.quote_name(name)));
            }
        }
        // Who owns the schema has been the daemon so far, and remains it.
        const auto owner = transaction.exec_params1(
            "SELECT r.rolname, r.rolsuper FROM pg_namespace AS n JOIN pg_roles AS r"
            " ON r.oid = n.nspowner WHERE n.nspname = $1",
            options.schema);
        if (!owner[1].as<bool>()) {
            for (const auto* kind : {"owner", "daemon"}) {
                transaction.exec(
                    fmt::format("GRANT {} TO {}",
                                transaction.quote_name(fmt::format("{}_{}", options.schema, kind)),
                                transaction.quote_name(owner[0].c_str())));
            }
        }
        grant_rights(transaction, options.schema);
    });
}

} // namespace intercom_mirror
