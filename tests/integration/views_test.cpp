#include "schema/catalogue.hpp"
#include "schema/tables.hpp"
#include "tests/support/mirror_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <set>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Views : ::testing::Test
{
    testing::mirror_schema mirror;

    std::vector<std::string> columns_of(const std::string& view)
    {
        std::vector<std::string> columns;
        for (const auto& row : mirror.query(R"(
                SELECT attname FROM pg_attribute
                 WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
                 ORDER BY attnum)",
                                            view)) {
            columns.push_back(row[0].as<std::string>());
        }
        return columns;
    }

    // An attribute of contacts, defined so many seconds after 1970.
    void define(const std::string& name, const std::string& type, int created = 1)
    {
        mirror.query(R"(
            INSERT INTO data_attributes (_key, model, full_name, name, data_type, custom,
                                         created_at, synced_at)
            VALUES ('contact/custom_attributes.' || $1, 'contact', 'custom_attributes.' || $1, $1,
                    $2, true, to_timestamp($3), now()))",
                     name, type, created);
    }

    bool rebuild() { return mirror.query("SELECT rebuild_attribute_views()")[0][0].as<bool>(); }

    void add_contact(const std::string& id, const std::string& attributes)
    {
        mirror.query("INSERT INTO contacts (id, custom_attributes, synced_at)"
                     " VALUES ($1, $2::jsonb, now())",
                     id, attributes);
    }

    std::string shown(const std::string& column, const std::string& view = "contact_attributes")
    {
        const auto rows = mirror.query("SELECT " + column + " FROM " + view);
        return rows.size() != 1       ? "rows: " + std::to_string(rows.size())
               : rows[0][0].is_null() ? "null"
                                      : rows[0][0].as<std::string>();
    }
};

TEST_F(Views, OfLiveRowsShowEveryColumnButBookkeeping)
{
    std::set<std::string> hidden;
    for (const bookkeeping_column& column : bookkeeping_columns()) {
        hidden.emplace(column.name);
    }
    for (const table& each : tables_of(catalogue())) {
        if (!each.is_entity) {
            continue;
        }
        std::vector<std::string> expected;
        for (const table_column& column : each.columns) {
            if (!column.name.starts_with('_') && !hidden.contains(std::string(column.name))) {
                expected.emplace_back(column.name);
            }
        }
        EXPECT_EQ(columns_of("live_" + std::string(each.name)), expected);
    }
}

TEST_F(Views, OfLiveRowsLeaveDeletedOnesOut)
{
    add_contact("stays", "{}");
    add_contact("went", "{}");
    mirror.query("UPDATE contacts SET deleted_at = now(), deletion = 'gone' WHERE id = 'went'");
    EXPECT_EQ(shown("id", "live_contacts"), "stays");
    EXPECT_EQ(shown("contact_id"), "stays");
}

TEST_F(Views, OfLiveConversationsLeaveThoseOfTicketsOut)
{
    mirror.query("INSERT INTO conversations (id, ticket_id, synced_at)"
                 " VALUES ('1', NULL, now()), ('2', '2', now())");
    EXPECT_EQ(shown("id", "live_conversations"), "1");
}

TEST_F(Views, OfAttributesCastEachValueToItsDeclaredType)
{
    define("plan", "string", 1);
    define("seats", "integer", 2);
    define("score", "float", 3);
    define("vip", "boolean", 4);
    define("renewal", "date", 5);
    define("machine", "relationship", 6);
    EXPECT_TRUE(rebuild());
    add_contact("1", R"({"plan": "gold", "seats": 3, "score": 2.5, "vip": true,
                         "renewal": 1700000000, "machine": {"type": "Machine.list"}})");
    EXPECT_THAT(columns_of("contact_attributes"),
                ElementsAre("contact_id", "plan", "seats", "score", "vip", "renewal", "machine"));
    EXPECT_EQ(shown("plan || '/' || (seats + 1) || '/' || (score * 2)"), "gold/4/5.0");
    EXPECT_EQ(shown("vip AND renewal = to_timestamp(1700000000)"), "t");
    EXPECT_EQ(shown("machine ->> 'type'"), "Machine.list");
}

TEST_F(Views, OfAttributesShowNullForValuesOfAnotherType)
{
    define("plan", "string", 1);
    define("seats", "integer", 2);
    define("score", "float", 3);
    define("vip", "boolean", 4);
    define("renewal", "date", 5);
    rebuild();
    for (const char* value : {R"("x")", "true", "1e300", "[1]", R"({"a": 1})", "null", "1.5"}) {
        const std::string text(value);
        mirror.query("DELETE FROM contacts");
        add_contact("1", R"({"plan": )" + text + R"(, "seats": )" + text + R"(, "score": )" + text +
                             R"(, "vip": )" + text + R"(, "renewal": )" + text + "}");
        EXPECT_EQ(shown("plan IS NOT NULL"), text == R"("x")" ? "t" : "f") << text;
        EXPECT_EQ(shown("seats"), "null") << text;
        EXPECT_EQ(shown("score IS NOT NULL"), text == "1e300" || text == "1.5" ? "t" : "f") << text;
        EXPECT_EQ(shown("vip"), text == "true" ? "t" : "null") << text;
        EXPECT_EQ(shown("renewal IS NOT NULL"), text == "1.5" ? "t" : "f") << text;
    }
}

TEST_F(Views, CountValuesOfAnotherType)
{
    define("plan", "string", 1);
    define("seats", "integer", 2);
    define("renewal", "date", 3);
    define("machine", "relationship", 4);
    mirror.query("INSERT INTO ticket_types (id, synced_at) VALUES ('1', now())");
    mirror.query("INSERT INTO ticket_type_attributes (id, ticket_type_id, name, data_type,"
                 " synced_at) VALUES ('1', '1', 'size', 'integer', now())");
    mirror.query("INSERT INTO tickets (id, ticket_attributes, synced_at)"
                 " VALUES ('1', '{\"size\": \"large\", \"plan\": 3}', now())");
    add_contact("1", R"({"plan": 3, "seats": 3, "renewal": "2024-02-29", "machine": [1]})");
    add_contact("2", R"({"plan": "x", "seats": 3.5, "renewal": "2023-02-29", "unknown": 1})");
    add_contact("3", R"({"plan": null, "seats": "3", "renewal": {}})");
    add_contact("4", "[]");
    add_contact("5", R"({"seats": "3"})");
    mirror.query("UPDATE contacts SET deleted_at = now(), deletion = 'gone' WHERE id = '5'");
    EXPECT_EQ(shown("string_agg(concat_ws(' ', view_name, attribute, data_type, misfits), ', '"
                    " ORDER BY view_name, attribute)",
                    "attribute_misfits"),
              "contact_attributes plan string 1, contact_attributes renewal date 2,"
              " contact_attributes seats integer 2, ticket_attributes_flat size integer 1");
}

TEST_F(Views, OfAttributesReadTimesInEveryFormAndNeverFail)
{
    define("at", "date");
    rebuild();
    mirror.query("SET timezone = 'Pacific/Auckland'");
    const std::vector<std::pair<std::string, std::string>> cases{
        {"1700000000", "2023-11-14 22:13:20"},
        {"1700000000000", "2023-11-14 22:13:20"},
        {R"("1700000000")", "2023-11-14 22:13:20"},
        {"-1", "1969-12-31 23:59:59"},
        {R"("2024-02-29")", "2024-02-29 00:00:00"},
        {R"("2023-02-29")", "null"},
        {R"("2024-01-02T03:04:05Z")", "2024-01-02 03:04:05"},
        {R"("2024-01-02 03:04:05.5")", "2024-01-02 03:04:05.5"},
        {R"("2024-01-02T03:04:05+02:00")", "2024-01-02 01:04:05"},
        {R"("2024-13-01")", "null"},
        {R"("2024-01-01T25:00")", "null"},
        {R"("0000-01-01")", "null"},
        {R"("infinity")", "null"},
        {R"("now")", "null"},
        {R"("")", "null"},
        {"1e400", "null"},
        {R"("999999999999999999")", "null"},
        {R"("2024-01-01' OR true")", "null"},
    };
    for (const auto& [value, expected] : cases) {
        mirror.query("DELETE FROM contacts");
        add_contact("1", R"({"at": )" + value + "}");
        EXPECT_EQ(shown("at AT TIME ZONE 'UTC'"), expected) << value;
    }
}

TEST_F(Views, OfAttributesBearHostileNames)
{
    const std::string emoji = "🦆";
    std::string long_name;
    while (long_name.size() < 300) {
        long_name += emoji;
    }
    const std::vector<std::string> names{R"(a "quoted" name)",
                                         "it's",
                                         " blank ",
                                         emoji,
                                         long_name,
                                         long_name + "x",
                                         "%I %L %",
                                         R"(back\slash)",
                                         "semi;colon -- DROP TABLE contacts",
                                         "a.b.c",
                                         "$1",
                                         "select",
                                         "ctid",
                                         "line\nbreak"};
    int created = 0;
    for (const std::string& name : names) {
        define(name, "integer", ++created);
    }
    EXPECT_TRUE(rebuild());
    pqxx::connection unused(testing::test_dsn());
    created = 0;
    for (const std::string& name : names) {
        mirror.query("DELETE FROM contacts");
        mirror.query("INSERT INTO contacts (id, custom_attributes, synced_at)"
                     " VALUES ('1', jsonb_build_object($1::text, 7), now())",
                     name);
        const std::string column =
            columns_of("contact_attributes").at(static_cast<std::size_t>(++created));
        EXPECT_EQ(shown(unused.quote_name(column)), "7") << name;
        EXPECT_LE(column.size(), 63U) << name;
    }
    // Both long names are cut to the same 15 characters; the second has to make room for "_2".
    const auto collisions = mirror.query(
        "SELECT column_name FROM attribute_name_collisions ORDER BY length(attribute)");
    ASSERT_EQ(collisions.size(), 2U);
    EXPECT_EQ(collisions[0][0].as<std::string>(), long_name.substr(0, 60));
    EXPECT_EQ(collisions[1][0].as<std::string>(), long_name.substr(0, 60) + "_2");
}

TEST_F(Views, OfAttributesTellNamesApartThatDifferInCaseOnly)
{
    define("Plan", "string", 1);
    define("plan", "string", 2);
    define("PLAN", "string", 3);
    define("plan_2", "string", 4);
    define("contact_id", "string", 5);
    rebuild();
    EXPECT_THAT(columns_of("contact_attributes"),
                ElementsAre("contact_id", "Plan", "plan_2", "PLAN_3", "plan_2_2", "contact_id_2"));
    EXPECT_EQ(shown("string_agg(attribute || '>' || column_name, ' ' ORDER BY attribute COLLATE "
                    "\"C\")",
                    "attribute_name_collisions"),
              "PLAN>PLAN_3 contact_id>contact_id_2 plan>plan_2 plan_2>plan_2_2");
}

TEST_F(Views, OfAttributesStayWithinWhatAViewCanHold)
{
    mirror.query(R"(
        INSERT INTO data_attributes (_key, model, full_name, name, data_type, custom, created_at,
                                     synced_at)
        SELECT 'k' || n, 'contact', 'custom_attributes.a' || n, 'a' || n, 'string', true,
               to_timestamp(n), now()
          FROM generate_series(1, 1700) AS n)");
    EXPECT_TRUE(rebuild());
    EXPECT_EQ(columns_of("contact_attributes").size(), 1501U);
    EXPECT_EQ(shown("count(*)", "attribute_name_collisions WHERE column_name IS NULL"), "200");
}

TEST_F(Views, OfAttributesAreLeftAloneUntilDefinitionsChange)
{
    define("plan", "string", 1);
    EXPECT_TRUE(rebuild());
    EXPECT_FALSE(rebuild());
    mirror.query("UPDATE data_attributes SET description = 'other', synced_at = now()");
    EXPECT_FALSE(rebuild());
    define("seats", "integer", 2);
    EXPECT_TRUE(rebuild());
}

TEST_F(Views, OfAttributesGrowAtTheEndUnderTheViewsOfAnalysts)
{
    define("m", "string", 10);
    rebuild();
    mirror.query("CREATE VIEW of_an_analyst AS SELECT contact_id, m FROM contact_attributes");
    define("a", "string", 20);
    mirror.query("UPDATE data_attributes SET archived = true, deleted_at = now(), deletion = 'gone'"
                 " WHERE name = 'm'");
    EXPECT_TRUE(rebuild());
    EXPECT_THAT(columns_of("contact_attributes"), ElementsAre("contact_id", "m", "a"));
    EXPECT_EQ(shown("count(*)", "of_an_analyst"), "0");
}

TEST_F(Views, OfAttributesKeepTheirGrantsWhenATypeChanges)
{
    define("plan", "string");
    rebuild();
    mirror.query("GRANT SELECT ON contact_attributes TO PUBLIC");
    mirror.query("UPDATE data_attributes SET data_type = 'integer'");
    EXPECT_TRUE(rebuild());
    EXPECT_EQ(shown("pg_typeof(plan)", "(SELECT NULL) AS one LEFT JOIN contact_attributes ON true"),
              "bigint");
    EXPECT_THAT(shown("relacl::text", "pg_class WHERE oid = 'contact_attributes'::regclass"),
                HasSubstr("=r/"));
}

TEST_F(Views, OfAttributesWaitForWhatDependsOnThemWhenATypeChanges)
{
    define("plan", "string");
    rebuild();
    mirror.query("CREATE VIEW of_an_analyst AS SELECT plan FROM contact_attributes");
    mirror.query("SET client_min_messages = error");
    mirror.query("UPDATE data_attributes SET data_type = 'integer'");
    EXPECT_FALSE(rebuild());
    EXPECT_EQ(shown("count(plan)", "of_an_analyst"), "0");
    mirror.query("DROP VIEW of_an_analyst");
    EXPECT_TRUE(rebuild());
}

TEST_F(Views, OfTicketAttributesJoinTheAttributesOfAllTypes)
{
    mirror.query("INSERT INTO ticket_types (id, synced_at) VALUES ('1', now()), ('2', now())");
    mirror.query(R"(
        INSERT INTO ticket_type_attributes (id, ticket_type_id, name, data_type, created_at,
                                            synced_at)
        VALUES ('1', '1', '_default_title_', 'string', to_timestamp(1), now()),
               ('2', '2', '_default_title_', 'string', to_timestamp(2), now()),
               ('3', '1', 'size', 'integer', to_timestamp(3), now()),
               ('4', '2', 'size', 'string', to_timestamp(4), now()),
               ('5', '2', 'colours', 'list', to_timestamp(5), now()))");
    EXPECT_TRUE(rebuild());
    mirror.query(R"(
        INSERT INTO tickets (id, ticket_attributes, synced_at)
        VALUES ('1', '{"_default_title_": "Broken", "size": 3, "colours": ["red", "blue"]}',
                now()))");
    EXPECT_EQ(shown("ticket_id || _default_title_ || colours", "ticket_attributes_flat"),
              "1Brokenred, blue");
    EXPECT_EQ(shown("size", "ticket_attributes_flat"), "3");
}

TEST_F(Views, AreRebuiltWhateverTheCallersSearchPath)
{
    define("plan", "string");
    const std::string schema = mirror.name();
    mirror.query("SET search_path = pg_temp, public");
    mirror.query("CREATE TEMPORARY TABLE data_attributes (trap integer)");
    EXPECT_TRUE(mirror.query("SELECT " + schema + ".rebuild_attribute_views()")[0][0].as<bool>());
    EXPECT_EQ(mirror.query("SELECT plan FROM " + schema + ".contact_attributes").size(), 0U);
}

TEST_F(Views, AreNotRebuiltByEverybody)
{
    const auto open = mirror.query(R"(
        SELECT proname FROM pg_proc
         WHERE pronamespace = current_schema()::regnamespace AND prosecdef
           AND (proacl IS NULL
                OR EXISTS (SELECT FROM aclexplode(proacl) AS acl WHERE acl.grantee = 0)))");
    for (const auto& row : open) {
        ADD_FAILURE() << row[0].c_str() << " can be called by everybody";
    }
}

TEST_F(Views, CanBeSearchedByAttributeOnceTheIndexesAreBuilt)
{
    mirror.query("SELECT create_object('contacts', name) FROM missing_objects('contacts')");
    mirror.query("SELECT create_object('contacts', name) FROM missing_objects('contacts')");
    mirror.query("SET enable_seqscan = off");
    std::string plan;
    for (const auto& row : mirror.query("EXPLAIN SELECT FROM contacts"
                                        " WHERE custom_attributes @> '{\"plan\": \"gold\"}'")) {
        plan += row[0].c_str();
    }
    EXPECT_THAT(plan, HasSubstr("contacts_custom_attributes"));
}

} // namespace
} // namespace intercom_mirror
