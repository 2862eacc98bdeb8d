#pragma once

#include "migrations/migrations.hpp"
#include "schema/catalogue.hpp"
#include "sync/store/capture.hpp"
#include "tests/support/postgres.hpp"

#include <pqxx/pqxx>

#include <string>

namespace intercom_mirror::testing {

// A scratch schema with all migrations in it and a session that works there.
class mirror_schema
{
public:
    mirror_schema()
    {
        query("SET search_path = " + schema_.name() + ", " + schema_.name() + "_sync, pg_temp");
        query("SET client_min_messages = warning");
        for (const migration& each : all_migrations()) {
            pqxx::work transaction(connection_);
            transaction.exec(std::string(each.sql));
            transaction.commit();
        }
    }

    // Edits are captured from now on, and the functions are there.
    void capture_edits()
    {
        pqxx::work transaction(connection_);
        transaction.exec(capture_sql(catalogue(), functions()));
        transaction.commit();
    }

    [[nodiscard]] const std::string& name() const { return schema_.name(); }

    template <class... Parameters>
    pqxx::result query(const std::string& statement, const Parameters&... parameters)
    {
        pqxx::nontransaction work(connection_);
        return work.exec_params(statement, parameters...);
    }

private:
    scratch_schema schema_;
    pqxx::connection connection_{test_dsn()};
};

} // namespace intercom_mirror::testing
