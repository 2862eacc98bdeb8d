#include "tests/sim/mirror_tables.hpp"

#include "sync/store/migrate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>

namespace intercom_simulation {
namespace {

constexpr auto application = "intercom-mirror-simulation";

intercom_mirror::session_options options_for(const std::string& schema)
{
    intercom_mirror::session_options options;
    options.dsn = intercom_mirror::testing::test_dsn();
    options.schema = schema;
    options.application_name = application + ("/" + schema);
    return options;
}

} // namespace

mirror_tables::mirror_tables()
    : session_(intercom_mirror::testing::test_dsn()),
      epoch_(std::make_shared<std::atomic<std::int64_t>>(0))
{
    auto options = options_for(schema_.name());
    {
        auto patient = options;
        patient.is_daemon = false;
        intercom_mirror::session connection(patient);
        intercom_mirror::migrate(connection, patient);
    }
    ask("SET client_min_messages = warning");
    ask(fmt::format("SET search_path = {0}, {0}_sync, pg_temp", schema_.name()));
    ask("SET TimeZone = 'UTC'");
    // What the simulation itself does to the tables is no edit.
    ask("SET intercom_mirror.apply = 'on'");
    mirror_ = tables_of(schema_.name());
    // It belongs to the views, which are not made anew either when the tables are emptied.
    std::erase(mirror_, "attribute_name_collisions");
    control_ = tables_of(schema_.name() + "_sync");
    for (const auto* kept : {"schema_migration", "beacon", "lease"}) {
        std::erase(control_, kept);
    }
    // Nothing may happen to the tables but what the seed makes happen.
    for (const auto& table : mirror_) {
        ask(fmt::format("ALTER TABLE {} SET (autovacuum_enabled = false)", table));
    }
    for (const auto& table : control_) {
        ask(fmt::format("ALTER TABLE {} SET (autovacuum_enabled = false)", table));
    }
    follow_the_seed();
    ask("CREATE TEMP TABLE late AS SELECT DISTINCT o.name FROM unnest(ARRAY['" +
        fmt::format("{}", fmt::join(mirror_, "', '")) + "']) AS r, missing_objects(r) AS o");
    database_ = intercom_mirror::make_inline_database(
        intercom_mirror::make_postgres_store(options, epoch_));
}

pqxx::result mirror_tables::ask(const std::string& sql)
{
    pqxx::nontransaction work(session_);
    return work.exec(sql);
}

std::vector<std::string> mirror_tables::tables_of(const std::string& schema)
{
    std::vector<std::string> names;
    for (const auto& one : ask(fmt::format(
             "SELECT tablename FROM pg_tables WHERE schemaname = '{}' ORDER BY tablename",
             schema))) {
        names.emplace_back(one[0].c_str());
    }
    return names;
}

// New rows get ids by chance, which decide about the order of what is read and sent.
void mirror_tables::follow_the_seed()
{
    ask(fmt::format(R"(
        CREATE SEQUENCE {0}_sync.drawn_uuids;
        CREATE FUNCTION {0}_sync.drawn_uuid() RETURNS uuid LANGUAGE sql
            RETURN md5(nextval('{0}_sync.drawn_uuids')::text)::uuid;
        DO $do$
        DECLARE
            drawing record;
        BEGIN
            FOR drawing IN SELECT pg_get_functiondef(oid) AS text FROM pg_proc
                            WHERE pronamespace = '{0}_sync'::regnamespace
                              AND prosrc LIKE '%gen_random_uuid()%' LOOP
                EXECUTE replace(drawing.text, 'gen_random_uuid()', 'drawn_uuid()');
            END LOOP;
        END $do$)",
                    schema_.name()));
}

void mirror_tables::empty()
{
    // What the daemon makes when a first mirror is complete.
    ask(R"(DO $$
        DECLARE
            made record;
        BEGIN
            FOR made IN SELECT conrelid::regclass AS of, conname FROM pg_constraint, late
                         WHERE conname = name AND connamespace = to_regnamespace(current_schema()) LOOP
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', made.of, made.conname);
            END LOOP;
            FOR made IN SELECT to_regclass(name) AS index FROM late
                         WHERE to_regclass(name) IS NOT NULL LOOP
                EXECUTE format('DROP INDEX %s', made.index);
            END LOOP;
        END $$)");
    // Each table truncated is a handful of files made anew, and most stay empty.
    std::string filled;
    for (const auto* list : {&mirror_, &control_}) {
        for (const auto& table : *list) {
            if (ask(fmt::format("SELECT pg_relation_size('{}') > 0", table))[0][0].as<bool>()) {
                filled += filled.empty() ? table : ", " + table;
            }
        }
    }
    if (!filled.empty()) {
        ask("TRUNCATE " + filled + " CASCADE");
    }
    ask("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace"
        " = to_regnamespace(current_schema() || '_sync')");
}

std::string mirror_tables::layout()
{
    std::string sql;
    for (const auto& table : mirror_) {
        sql += sql.empty() ? "" : " UNION ALL ";
        sql +=
            fmt::format("SELECT '{0} ' || count(*) || ' ' || coalesce(md5(string_agg(ctid::text ||"
                        " xmin::text, ',' ORDER BY ctid)), '') FROM {0}",
                        table);
    }
    std::string text;
    for (const auto& one : ask(sql)) {
        text += std::string(one[0].c_str()) + "\n";
    }
    return text;
}

std::string mirror_tables::contents()
{
    std::string sql;
    for (const auto& table : mirror_) {
        const auto columns =
            ask(fmt::format("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
                            " FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0"
                            " AND NOT attisdropped AND attname NOT IN ('synced_at', 'deleted_at')",
                            table));
        sql += sql.empty() ? "" : " UNION ALL ";
        sql += fmt::format("SELECT '{0} ' || coalesce(md5(string_agg(line, ',' ORDER BY line)), '')"
                           " FROM (SELECT ROW({1})::text AS line FROM {0}) AS lines",
                           table, columns[0][0].c_str());
    }
    std::string text;
    for (const auto& one : ask(sql)) {
        text += std::string(one[0].c_str()) + "\n";
    }
    return text;
}

void mirror_tables::break_connection()
{
    ask(fmt::format("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                    " WHERE application_name = '{}/{}'",
                    application, schema_.name()));
}

} // namespace intercom_simulation
