#include "schema/catalogue.hpp"
#include "sync/record/record_plan.hpp"
#include "sync/store/statements.hpp"
#include "tests/support/mirror_schema.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <string>

namespace intercom_mirror {
namespace {

struct CatalogueStatements : ::testing::Test
{
    testing::mirror_schema mirror;

    // Parsing and planning a statement looks up every table, column and unique key it names.
    void check(const resource& of, const std::string& statement)
    {
        if (statement.empty()) {
            return;
        }
        try {
            mirror.query("PREPARE attempt AS " + statement);
            mirror.query("DEALLOCATE attempt");
        } catch (const pqxx::sql_error& refused) {
            ADD_FAILURE() << of.name << ": " << refused.what() << "\n" << statement;
        }
    }
};

TEST_F(CatalogueStatements, AreTakenByPostgresqlForEveryVersion)
{
    for (const resource* each : catalogue()) {
        for (const api_version version : {oldest_version, api_version{2, 14}, preview_version}) {
            const record_plan plan(*each, version);
            const resource_statements made = make_statements(plan);
            for (const std::string& statement :
                 {made.heads, made.lock_heads, made.set_list_hash, made.tombstone}) {
                check(*each, statement);
            }
            for (const table_statements& of : made.tables) {
                for (const std::string& statement :
                     {of.insert_from_list, of.upsert_from_list, of.upsert_from_get,
                      of.remove_missing, of.unfitting_parents, of.differences_from_list,
                      of.differences_from_get, of.surplus}) {
                    check(*each, statement);
                }
            }
        }
    }
}

} // namespace
} // namespace intercom_mirror
