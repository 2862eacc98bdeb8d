#include "schema/catalogue.hpp"
#include "schema/tables.hpp"
#include "tests/support/mirror_schema.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

struct stored_column
{
    std::string type;
    bool is_nullable = true;
    std::string comment;
};

// The database after all migrations, and what the catalogue says it should be.
struct Catalogue : ::testing::Test
{
    testing::mirror_schema mirror;
    std::vector<table> described = tables_of(catalogue());

    // Tables of the mirror that are not described: they belong to the daemon, not to a resource.
    const std::set<std::string> other_tables{"attribute_name_collisions"};

    std::map<std::string, std::string> stored_tables()
    {
        std::map<std::string, std::string> tables;
        for (const auto& row : mirror.query(R"(
                SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
                  FROM pg_class AS c
                 WHERE c.relnamespace = current_schema()::regnamespace
                   AND c.relkind IN ('r', 'p'))")) {
            tables.emplace(row[0].as<std::string>(), row[1].as<std::string>());
        }
        for (const std::string& other : other_tables) {
            tables.erase(other);
        }
        return tables;
    }

    std::map<std::string, stored_column> stored_columns(std::string_view table_name)
    {
        std::map<std::string, stored_column> columns;
        for (const auto& row : mirror.query(R"(
                SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                       coalesce(col_description(a.attrelid, a.attnum), '')
                  FROM pg_attribute AS a
                 WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped)",
                                            std::string(table_name))) {
            std::string type = row[1].as<std::string>();
            if (type == "timestamp with time zone") {
                type = "timestamptz";
            }
            columns.emplace(row[0].as<std::string>(),
                            stored_column{type, row[2].as<bool>(), row[3].as<std::string>()});
        }
        return columns;
    }

    // The columns of a constraint, in its order; for foreign keys followed by the table meant.
    std::set<std::vector<std::string>> stored_keys(std::string_view table_name, std::string kind)
    {
        std::set<std::vector<std::string>> keys;
        for (const auto& row : mirror.query(R"(
                SELECT string_agg(a.attname, ',' ORDER BY k.place),
                       coalesce((SELECT f.relname FROM pg_class AS f WHERE f.oid = c.confrelid), ''),
                       c.confupdtype
                  FROM pg_constraint AS c
                 CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, place)
                  JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number
                 WHERE c.conrelid = $1::regclass AND c.contype::text = $2
                 GROUP BY c.oid, c.confrelid, c.confupdtype)",
                                            std::string(table_name), kind)) {
            std::vector<std::string> key;
            for (const std::string_view name : split_names(row[0].c_str())) {
                key.emplace_back(name);
            }
            if (kind == "f") {
                key.emplace_back(row[1].c_str());
                key.emplace_back(row[2].c_str());
            }
            keys.insert(std::move(key));
        }
        return keys;
    }
};

std::string comment_statement(const std::string& on, std::string_view text)
{
    std::string quoted;
    for (const char character : text) {
        quoted += character;
        if (character == '\'') {
            quoted += character;
        }
    }
    return "COMMENT ON " + on + " IS '" + quoted + "';";
}

TEST_F(Catalogue, DescribesEveryTableOfTheMirrorAndNoOther)
{
    std::set<std::string> stored;
    for (const auto& [name, comment] : stored_tables()) {
        stored.insert(name);
    }
    std::set<std::string> expected;
    for (const table& each : described) {
        expected.emplace(each.name);
    }
    EXPECT_EQ(stored, expected);
}

TEST_F(Catalogue, DescribesEveryColumnWithItsTypeAndNoOther)
{
    for (const table& each : described) {
        std::map<std::string, std::pair<std::string, bool>> expected;
        for (const table_column& column : each.columns) {
            expected[std::string(column.name)] = {std::string(column.sql_type), column.is_nullable};
        }
        std::map<std::string, std::pair<std::string, bool>> stored;
        for (const auto& [name, column] : stored_columns(each.name)) {
            stored[name] = {column.type, column.is_nullable};
        }
        EXPECT_EQ(stored, expected) << each.name;
    }
}

TEST_F(Catalogue, SaysInCommentsWhatTablesAndColumnsMean)
{
    const auto tables = stored_tables();
    for (const table& each : described) {
        const std::string name(each.name);
        EXPECT_EQ(tables.at(name), each.meaning)
            << comment_statement("TABLE " + name, each.meaning);
        const auto columns = stored_columns(each.name);
        for (const table_column& column : each.columns) {
            EXPECT_EQ(columns.at(std::string(column.name)).comment, column.meaning)
                << comment_statement("COLUMN " + name + "." + std::string(column.name),
                                     column.meaning);
        }
    }
}

TEST_F(Catalogue, AgreesWithTheKeys)
{
    for (const resource* each : catalogue()) {
        mirror.query("SELECT create_object($1, name) FROM missing_objects($1)",
                     std::string(each->name));
    }
    for (const table& each : described) {
        const std::vector<std::string> primary(each.primary_key.begin(), each.primary_key.end());
        EXPECT_EQ(stored_keys(each.name, "p"), std::set{primary}) << each.name;

        // 'c': the key of a child follows its parent's.
        std::set<std::vector<std::string>> foreign;
        for (const table_parent& parent : each.parents) {
            if (each.has_foreign_key(parent)) {
                foreign.insert({std::string(parent.column), std::string(parent.table), "c"});
            }
        }
        EXPECT_EQ(stored_keys(each.name, "f"), foreign) << each.name;

        // A row is found by the resource's key even where that is not the primary key.
        if (each.is_entity && !each.of->primary_key.empty()) {
            const std::vector<std::string> key{std::string(each.of->key)};
            EXPECT_TRUE(stored_keys(each.name, "u").contains(key)) << each.name;
        }
    }
}

TEST_F(Catalogue, UsesNoNameThatSqlReserves)
{
    std::set<std::string> reserved;
    for (const auto& row : mirror.query("SELECT word FROM pg_get_keywords() WHERE catcode = 'R'")) {
        reserved.insert(row[0].as<std::string>());
    }
    ASSERT_TRUE(reserved.contains("order"));
    for (const table& each : described) {
        EXPECT_FALSE(reserved.contains(std::string(each.name)));
        for (const table_column& column : each.columns) {
            EXPECT_FALSE(reserved.contains(std::string(column.name))) << each.name;
        }
    }
}

TEST_F(Catalogue, FindsRowsWithPendingEditsByAnIndex)
{
    for (const table& each : described) {
        if (!each.has_bookkeeping) {
            continue;
        }
        const auto found = mirror.query(R"(
            SELECT FROM pg_index AS i
             WHERE i.indrelid = $1::regclass
               AND pg_get_expr(i.indpred, i.indrelid) = '(_pending IS NOT NULL)')",
                                        std::string(each.name));
        EXPECT_EQ(found.size(), 1U) << each.name;
    }
}

TEST_F(Catalogue, RefusesADeletionWithoutATimeAndATimeWithoutADeletion)
{
    for (const table& each : described) {
        if (!each.is_entity) {
            continue;
        }
        std::set<std::string_view> needed(each.primary_key.begin(), each.primary_key.end());
        needed.insert(each.of->key);
        std::string columns;
        std::string values;
        for (const std::string_view name : needed) {
            columns += (columns.empty() ? "" : ", ") + std::string(name);
            values += values.empty() ? "'1'" : ", '1'";
        }
        const std::string insert = "INSERT INTO " + std::string(each.name) + " (" + columns +
                                   ", synced_at, deleted_at, deletion) VALUES (" + values;
        EXPECT_THROW(mirror.query(insert + ", now(), now(), NULL)"), pqxx::check_violation);
        EXPECT_THROW(mirror.query(insert + ", now(), NULL, 'deleted')"), pqxx::check_violation);
        EXPECT_THROW(mirror.query(insert + ", now(), now(), 'lost')"), pqxx::check_violation);
        EXPECT_NO_THROW(mirror.query(insert + ", now(), now(), 'archived')"));
    }
}

} // namespace
} // namespace intercom_mirror
