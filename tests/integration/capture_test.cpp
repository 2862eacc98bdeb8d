#include "schema/catalogue.hpp"
#include "schema/tables.hpp"
#include "sync/store/migrate.hpp"
#include "tests/support/edited_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A small workspace, and what an editor's login may do with it.
struct Capture : ::testing::Test
{
    testing::edited_mirror mirror;
    std::unique_ptr<pqxx::connection> editor = mirror.connect("editor");

    Capture()
    {
        mirror.write(R"(
            INSERT INTO contacts (id, role, name, email, signed_up_at, custom_attributes, raw, synced_at)
            VALUES ('c1', 'user', 'Ada', 'ada@example.com', '2020-01-01 00:00:00+00',
                    '{"plan": "pro", "seats": 3}', '{"id": "c1"}', now()),
                   ('c2', 'lead', 'Bob', NULL, NULL, NULL, '{}', now());
            INSERT INTO contacts (id, synced_at, deleted_at, deletion)
            VALUES ('gone', now(), now(), 'gone');
            INSERT INTO companies (id, company_id, name, synced_at) VALUES ('k1', 'acme', 'Acme', now());
            INSERT INTO tags (id, name, synced_at) VALUES ('t1', 'VIP', now()), ('t2', 'Old', now());
            INSERT INTO admins (id, name, synced_at) VALUES ('a1', 'Ann', now());
            INSERT INTO subscription_types (id, synced_at) VALUES ('s1', now());
            INSERT INTO conversations (id, state, open, read, synced_at)
            VALUES ('v1', 'open', true, false, now());
            INSERT INTO ticket_types (id, name, synced_at) VALUES ('tt1', 'Bug', now());
            INSERT INTO ticket_type_attributes (id, ticket_type_id, name, data_type, synced_at)
            VALUES ('x1', 'tt1', 'Severity', 'integer', now());
            INSERT INTO tickets (id, ticket_type_id, title, open, synced_at)
            VALUES ('i1', 'tt1', 'Broken', true, now());
            INSERT INTO data_attributes (_key, model, full_name, name, data_type, options, custom,
                                         api_writable, archived, synced_at)
            SELECT 'contact/custom_attributes.' || name, 'contact', 'custom_attributes.' || name, name,
                   type, options::jsonb, true, name <> 'score', name = 'former', now()
              FROM (VALUES ('plan', 'string', '["pro", {"value": "basic"}]'), ('seats', 'integer', NULL),
                           ('score', 'float', NULL), ('former', 'string', NULL),
                           ('renewal', 'date', NULL), ('paid', 'boolean', NULL))
                   AS defined (name, type, options);
            INSERT INTO resource_state (resource, complete_since)
            SELECT name, now() FROM unnest('{contacts,companies,tags,admins,teams,subscription_types}'::text[]) AS name)");
    }

    pqxx::result edit(const std::string& statement) { return testing::run(*editor, statement); }

    std::string asked(const std::string& query)
    {
        const auto found = mirror.write(query);
        return found.size() != 1       ? std::to_string(found.size()) + " rows"
               : found[0][0].is_null() ? "null"
                                       : found[0][0].as<std::string>();
    }

    std::string pending(const std::string& id)
    {
        return asked("SELECT _pending FROM contacts WHERE id = '" + id + "'");
    }

    // "update contacts c1 {…} pending", in the order of their ids.
    std::vector<std::string> entries(const std::string& condition = "true")
    {
        std::vector<std::string> found;
        for (const auto& row : mirror.write("SELECT concat_ws(' ', operation, table_name, "
                                            "entity_id, nullif(row_id, entity_id),"
                                            " fields, state) FROM outbox WHERE " +
                                            condition + " ORDER BY id")) {
            found.emplace_back(row[0].c_str());
        }
        return found;
    }

    // The message and the hint of a statement that is refused; empty when it is not.
    std::string refusal(const std::string& statement)
    {
        try {
            edit(statement);
        } catch (const pqxx::sql_error& refused) {
            return refused.what();
        }
        return "";
    }
};

TEST_F(Capture, KeepsTheValueFromBeforeTheFirstOpenEdit)
{
    edit("UPDATE contacts SET name = 'Eve', signed_up_at = '2021-01-01 00:00:00+00' WHERE id = "
         "'c1'");
    edit("UPDATE contacts SET name = 'Zoe' WHERE id = 'c1'");
    EXPECT_EQ(pending("c1"), R"({"name": "Ada", "signed_up_at": 1577836800})");
    EXPECT_THAT(
        entries(),
        ElementsAre(R"(update contacts c1 {"name": "Eve", "signed_up_at": 1609459200} pending)",
                    R"(update contacts c1 {"name": "Zoe"} pending)"));
}

TEST_F(Capture, KeepsCustomAttributesOneByOne)
{
    edit(
        R"(UPDATE contacts SET custom_attributes = custom_attributes || '{"plan": "basic"}' WHERE id = 'c1')");
    edit(
        R"(UPDATE contacts SET custom_attributes = custom_attributes - 'seats' || '{"paid": true}' WHERE id = 'c1')");
    EXPECT_EQ(pending("c1"), R"({"custom_attributes": {"paid": null, "plan": "pro", "seats": 3}})");
    EXPECT_THAT(
        entries(),
        ElementsAre(
            R"(update contacts c1 {"custom_attributes": {"plan": "basic"}} pending)",
            R"(update contacts c1 {"custom_attributes": {"paid": true, "seats": null}} pending)"));
}

TEST_F(Capture, WritesCustomAttributesOfARowThatHasNone)
{
    edit(R"(UPDATE contacts SET custom_attributes = '{"plan": "pro"}' WHERE id = 'c2')");
    EXPECT_EQ(pending("c2"), R"({"custom_attributes": {"plan": null}})");
    edit("UPDATE contacts SET custom_attributes = NULL WHERE id = 'c2'");
    EXPECT_EQ(pending("c2"), "null");
}

TEST_F(Capture, LeavesNothingOfAnEditThatIsTakenBack)
{
    edit(
        R"(UPDATE contacts SET name = 'Eve', custom_attributes = '{"plan": "basic", "seats": 3}' WHERE id = 'c1')");
    edit(
        R"(UPDATE contacts SET name = 'Ada', custom_attributes = '{"plan": "pro", "seats": 3}' WHERE id = 'c1')");
    EXPECT_EQ(pending("c1"), "null");
    EXPECT_THAT(entries("is_open"), IsEmpty());
    EXPECT_EQ(asked("SELECT string_agg(state, ' ' ORDER BY id) FROM edits"), "superseded applied");
    EXPECT_EQ(asked("SELECT count(*) FROM edits WHERE settled_at IS NULL"), "0");
}

TEST_F(Capture, TakesBackOnlyWhatWasTakenBack)
{
    edit("UPDATE contacts SET name = 'Eve', phone = '1' WHERE id = 'c1'");
    edit("UPDATE contacts SET name = 'Ada', email = 'new@example.com' WHERE id = 'c1'");
    EXPECT_EQ(pending("c1"), R"({"email": "ada@example.com", "phone": null})");
    EXPECT_EQ(asked("SELECT string_agg(state, ' ' ORDER BY id) FROM edits"), "pending pending");
}

// What was sent may have taken effect: the value from before has to be sent then.
TEST_F(Capture, KeepsAFieldThatReturnsWhileItIsOnItsWay)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    mirror.write(R"(UPDATE outbox SET state = 'sending', inflight = '{"name": "Eve"}')");
    edit("UPDATE contacts SET name = 'Ada' WHERE id = 'c1'");
    EXPECT_EQ(pending("c1"), R"({"name": "Ada"})");
    EXPECT_EQ(asked("SELECT string_agg(state, ' ' ORDER BY id) FROM edits"), "sending pending");
}

TEST_F(Capture, AcceptsUnchangedValues)
{
    edit(R"(UPDATE contacts SET id = id, created_at = created_at, raw = raw, synced_at = synced_at,
                   name = name, custom_attributes = custom_attributes, _pending = _pending)");
    EXPECT_EQ(mirror.write("SELECT FROM contacts WHERE _pending IS NOT NULL").size(), 0U);
    EXPECT_THAT(entries(), IsEmpty());
}

TEST_F(Capture, RefusesWithTheReasonAndWhatToDoInstead)
{
    const std::vector<std::tuple<std::string, std::string, std::string>> refused{
        {"UPDATE contacts SET created_at = now()", "created_at of contacts cannot be changed",
         "name"},
        {"UPDATE contacts SET raw = '{}' WHERE id = 'c1'", "raw of contacts",
         "Columns that can be"},
        {"UPDATE contacts SET _pending = '{}'", "_pending of contacts", "Columns that can be"},
        {"UPDATE contacts SET id = 'c9' WHERE id = 'c1'", "id of contacts", "Columns that can be"},
        {"UPDATE companies SET company_id = 'x'", "company_id of companies cannot be changed",
         "Columns that can be"},
        {R"(UPDATE contacts SET custom_attributes = '{"colour": 1}' WHERE id = 'c1')",
         R"(there is no attribute "colour")", "INSERT INTO data_attributes"},
        {R"(UPDATE contacts SET custom_attributes = '{"seats": "x"}' WHERE id = 'c1')",
         "type integer, not \"x\"", "data_type"},
        {R"(UPDATE contacts SET custom_attributes = '{"seats": 1.5}' WHERE id = 'c1')",
         "type integer, not 1.5", "data_type"},
        {R"(UPDATE contacts SET custom_attributes = '{"renewal": "soon"}' WHERE id = 'c1')",
         "type date", "data_type"},
        {R"(UPDATE contacts SET custom_attributes = '{"paid": 1}' WHERE id = 'c1')", "type boolean",
         "data_type"},
        {R"(UPDATE contacts SET custom_attributes = '{"plan": "gold"}' WHERE id = 'c1')",
         "does not take \"gold\"", "It takes: pro, basic."},
        {R"(UPDATE contacts SET custom_attributes = '{"score": 1}' WHERE id = 'c1')",
         "cannot be changed", "not writable"},
        {R"(UPDATE contacts SET custom_attributes = '{"former": "x"}' WHERE id = 'c1')",
         "cannot be changed", "archived"},
        {"UPDATE contacts SET custom_attributes = '[1]' WHERE id = 'c1'", "has to be a JSON object",
         "by name"},
        {R"(UPDATE tickets SET ticket_attributes = '{"Severity": "high"}')", "type integer",
         "data_type"},
        {R"(UPDATE tickets SET ticket_attributes = '{"Colour": 1}')", "there is no attribute",
         "INSERT INTO ticket_type_attributes"},
        {R"(UPDATE tickets SET ticket_attributes = '{"_default_title_": "x"}')",
         "has a column of its own", "Set that column"},
        {"UPDATE contacts SET role = 'lead' WHERE id = 'c1'", "a user cannot become a lead",
         "role = 'user'"},
        {"UPDATE contacts SET role = 'boss' WHERE id = 'c1'", "cannot be boss", "user, lead"},
        {"UPDATE contacts SET role = NULL WHERE id = 'c1'", "needs a value", "cannot be null"},
        {"UPDATE contacts SET signed_up_at = 'infinity' WHERE id = 'c1'", "has to be a moment",
         "infinite"},
        {"UPDATE companies SET monthly_spend = 'NaN'", "has to be a number", "NaN"},
        {"UPDATE contacts SET owner_id = 'a9' WHERE id = 'c1'", "there is no row a9 in admins",
         "exists in Intercom"},
        {"UPDATE contacts SET name = 'x' WHERE id = 'gone'", "was deleted in Intercom",
         "without deleted_at"},
        {"INSERT INTO contact_tags VALUES ('gone', 't1')", "was deleted in Intercom", "deleted_at"},
        {"INSERT INTO contact_tags VALUES ('c9', 't1')", "there is no row c9 in contacts",
         "exists"},
        {"INSERT INTO contact_tags VALUES ('c1', 't9')", "there is no row t9 in tags", "exists"},
        {"INSERT INTO contact_subscriptions VALUES ('c1', 's1')", "consent", "cannot be null"},
        {"INSERT INTO contact_subscriptions VALUES ('c1', 's1', 'maybe')", "cannot be maybe",
         "opt_in"},
        {"DELETE FROM contacts WHERE id = 'c1'", "cannot be deleted by SQL", "archive_contact"},
        {"DELETE FROM companies", "cannot be deleted by SQL", "delete_company"},
        {"DELETE FROM conversations", "cannot be deleted by SQL", "delete_conversation"},
        {"DELETE FROM tickets", "cannot be deleted by SQL", "delete_ticket"},
        {"DELETE FROM tags", "cannot be deleted by SQL", "delete_tag"},
        {"TRUNCATE contacts CASCADE", "TRUNCATE", "archive_contact"},
        {"TRUNCATE contact_tags", "TRUNCATE", "DELETE the rows"},
        {"UPDATE admins SET name = 'x'", "name of admins cannot be changed",
         "cannot be changed by SQL"},
        {"INSERT INTO admins (id) VALUES ('a2')", "cannot be inserted", "Intercom alone"},
        {"DELETE FROM admins", "cannot be deleted", "Intercom alone"},
        {"INSERT INTO conversations (title) VALUES ('x')", "cannot be inserted",
         "create_conversation"},
        {"UPDATE conversations SET state = 'snoozed'", "needs snoozed_until", "one UPDATE"},
        {"UPDATE conversations SET snoozed_until = now()", "only a snoozed", "state to snoozed"},
        {"UPDATE conversations SET state = 'lost'", "cannot be lost", "open, closed, snoozed"},
        {"INSERT INTO contacts (name) VALUES ('x')", "needs email, external_id or role",
         "at least one"},
        {"INSERT INTO contacts (id, email) VALUES ('1', 'x')", "id of contacts cannot be given",
         "Columns that can be"},
        {"INSERT INTO notes (body) VALUES ('x')", "belongs to exactly one", "contact_id"},
        {"INSERT INTO notes (contact_id) VALUES ('c1')", "body of notes", "cannot be null"},
        {"INSERT INTO conversation_parts (conversation_id, part_type, body) VALUES ('v1', 'close', "
         "'x')",
         "cannot be close", "comment, note"},
        {"INSERT INTO conversation_parts (conversation_id, part_type, body, author_type)"
         " VALUES ('v1', 'comment', 'x', 'user')",
         "needs author_id", "contact's id"},
        {"INSERT INTO ticket_contacts VALUES ('i1', 'c1')", "cannot be changed",
         "new row of tickets"},
        {"INSERT INTO tickets (title) VALUES ('x')", "ticket_type_id of tickets", "cannot be null"},
    };
    for (const auto& [statement, reason, hint] : refused) {
        EXPECT_THAT(refusal(statement), AllOf(HasSubstr(reason), HasSubstr(hint))) << statement;
    }
    edit("INSERT INTO contact_tags VALUES ('c1', 't1')");
    EXPECT_THAT(refusal("UPDATE contact_tags SET tag_id = 't2'"),
                HasSubstr("DELETE the row and INSERT"));
    EXPECT_THAT(refusal("UPDATE notes SET body = 'x'"), IsEmpty()) << "there is none yet";
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(Capture, RefusesWhatTheVersionOfTheApiLacks)
{
    mirror.write("UPDATE push_setting SET api_version = '{2,12}'");
    EXPECT_THAT(refusal("UPDATE conversations SET title = 'x'"),
                AllOf(HasSubstr("version 2.12"), HasSubstr("2.13 or newer")));
    EXPECT_THAT(refusal("UPDATE tickets SET ticket_state_category = 'resolved'"),
                HasSubstr("2.11 or older"));
    EXPECT_THAT(refusal("INSERT INTO notes (company_id, body) VALUES ('k1', 'x')"),
                HasSubstr("2.16 or newer"));
    EXPECT_THAT(refusal("UPDATE contacts SET language_override = 'en' WHERE id = 'c1'"),
                HasSubstr("Preview"));
    mirror.write("UPDATE push_setting SET api_version = '{2,16}'");
    EXPECT_EQ(refusal("UPDATE conversations SET title = 'x'"), "");
    EXPECT_EQ(refusal("INSERT INTO notes (company_id, body) VALUES ('k1', 'x')"), "");
}

TEST_F(Capture, RefusesColumnsTheConfigurationLeavesOut)
{
    mirror.write("UPDATE push_setting SET omitted = '{contacts.phone}'");
    EXPECT_THAT(refusal("UPDATE contacts SET phone = '1' WHERE id = 'c1'"),
                HasSubstr("privacy.omit"));
    EXPECT_EQ(refusal("UPDATE contacts SET name = 'x' WHERE id = 'c1'"), "");
}

// Definitions of conversations' attributes are not served by all versions.
TEST_F(Capture, TakesAttributesOfWhichNoDefinitionsAreKnown)
{
    EXPECT_EQ(refusal(R"(UPDATE conversations SET custom_attributes = '{"Topic": "x"}')"), "");
}

TEST_F(Capture, CannotBeSwitchedOffByAnEditor)
{
    edit("SET intercom_mirror.apply = 'on'");
    edit("UPDATE contacts SET name = '1' WHERE id = 'c1'");
    EXPECT_THAT(refusal("UPDATE contacts SET created_at = now()"), HasSubstr("cannot be changed"));
    for (const char* trick :
         {"SET ROLE {}_daemon", "SET SESSION AUTHORIZATION {}_some_daemon",
          "SET session_replication_role = replica", "ALTER TABLE contacts DISABLE TRIGGER ALL",
          "DROP TRIGGER edit_2_update ON contacts",
          "CREATE OR REPLACE FUNCTION {}_sync.is_edit() RETURNS boolean LANGUAGE sql RETURN false",
          "DELETE FROM {}_sync.outbox", "SELECT {}_sync.edit_recover()", "SELECT discard_edit(1)",
          "SELECT release_edits()", "UPDATE edits SET state = 'applied'",
          "UPDATE {}_sync.push_setting SET rows_held_above = 100000"}) {
        std::string statement(trick);
        if (const auto at = statement.find("{}"); at != std::string::npos) {
            statement.replace(at, 2, mirror.name());
        }
        EXPECT_NE(refusal(statement), "") << statement;
    }
    EXPECT_EQ(entries("is_open").size(), 1U);
}

// The owner of such a function is who acts inside; whose session it is counts all the same.
TEST_F(Capture, CannotBeSwitchedOffByAFunctionOfTheDaemon)
{
    const auto root = mirror.connect();
    testing::run(*root, "CREATE FUNCTION trick() RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
                        " SET intercom_mirror.apply = 'on' AS $$ BEGIN"
                        " UPDATE contacts SET name = 'x' WHERE id = 'c1'; END $$");
    testing::run(*root, "ALTER FUNCTION trick() OWNER TO " + mirror.name() + "_daemon");
    testing::run(*root, "GRANT EXECUTE ON FUNCTION trick() TO " + mirror.login("editor"));
    edit("SELECT trick()");
    EXPECT_THAT(entries(), ElementsAre(R"(update contacts c1 {"name": "x"} pending)"));
}

// Names in the triggers mean what they meant when those were made.
TEST_F(Capture, CannotBeLedAstrayByTheSearchPath)
{
    const auto root = mirror.connect();
    const auto evil = mirror.name() + "_evil";
    testing::run(*root, "CREATE SCHEMA " + evil + " AUTHORIZATION " + mirror.login("editor"));
    edit("CREATE FUNCTION " + evil + ".is_edit() RETURNS boolean LANGUAGE sql RETURN false");
    edit("CREATE FUNCTION " + evil +
         ".remember(jsonb, text, jsonb, jsonb, boolean) RETURNS jsonb"
         " LANGUAGE sql RETURN '{}'::jsonb");
    edit("CREATE FUNCTION " + evil + ".same(text, text) RETURNS boolean LANGUAGE sql RETURN true");
    edit("CREATE OPERATOR " + evil + ".= (FUNCTION = " + evil +
         ".same, LEFTARG = text, RIGHTARG = text)");
    edit("CREATE TEMP TABLE outbox (operation text, entity text)");
    edit("SET search_path = " + evil + ", pg_temp, " + mirror.name() + ", pg_catalog");
    edit("UPDATE contacts SET name = 'x' WHERE id OPERATOR(pg_catalog.=) 'c1'");
    EXPECT_EQ(pending("c1"), R"({"name": "Ada"})");
    EXPECT_THAT(entries(), ElementsAre(R"(update contacts c1 {"name": "x"} pending)"));
    testing::run(*root, "DROP SCHEMA " + evil + " CASCADE");
}

TEST_F(Capture, LeavesTheDaemonAloneWhenItSaysSo)
{
    const auto daemon = mirror.connect("daemon");
    testing::run(*daemon, "SET intercom_mirror.apply = 'on'");
    testing::run(*daemon, "UPDATE contacts SET name = 'x', created_at = now() WHERE id = 'c1'");
    testing::run(*daemon, "INSERT INTO contact_tags VALUES ('c1', 't1')");
    testing::run(*daemon, "DELETE FROM contacts WHERE id = 'c2'");
    EXPECT_THAT(entries(), IsEmpty());
    testing::run(*daemon, "RESET intercom_mirror.apply");
    testing::run(*daemon, "UPDATE contacts SET name = 'y' WHERE id = 'c1'");
    EXPECT_EQ(entries().size(), 1U) << "without the setting even the daemon edits";
}

TEST_F(Capture, HoldsTransactionsThatEditVeryManyRows)
{
    mirror.write("INSERT INTO contacts (id, name, synced_at)"
                 " SELECT 'm' || i, 'x', now() FROM generate_series(1, 1001) AS i");
    edit("UPDATE contacts SET name = 'y' WHERE id ~ '^m' AND id <> 'm1'");
    EXPECT_EQ(asked("SELECT string_agg(DISTINCT state, ' ') FROM outbox"), "pending");
    edit("UPDATE contacts SET name = 'z' WHERE id ~ '^m'");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'held'"), "1001");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'pending'"), "1000");
    const auto an_operator = mirror.connect("operator");
    EXPECT_EQ(testing::run(*an_operator, "SELECT release_edits()")[0][0].as<int>(), 1001);
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'held'"), "0");
}

TEST_F(Capture, HoldsAllOfATransactionThatGrowsTooLarge)
{
    mirror.write("UPDATE push_setting SET rows_held_above = 4");
    mirror.write("INSERT INTO contacts (id, name, synced_at)"
                 " SELECT 'm' || i, 'x', now() FROM generate_series(1, 9) AS i");
    pqxx::work several(*editor);
    several.exec("UPDATE contacts SET name = 'y' WHERE id IN ('m1', 'm2')");
    several.exec("UPDATE contacts SET name = 'z' WHERE id IN ('m1', 'm2')"); // the same rows
    several.exec("INSERT INTO contact_tags VALUES ('m1', 't1'), ('m2', 't1')");
    several.exec("SAVEPOINT s");
    several.exec("UPDATE contacts SET name = 'y' WHERE id IN ('m8', 'm9')");
    several.exec("ROLLBACK TO SAVEPOINT s");
    several.exec("UPDATE contacts SET name = name"); // changes nothing
    several.exec("UPDATE contacts SET name = 'y' WHERE id = 'm3'");
    several.exec("UPDATE contacts SET name = 'y' WHERE id = 'm4'");
    several.commit();
    EXPECT_EQ(asked("SELECT string_agg(DISTINCT state, ' ') || count(*) FROM outbox"), "held8");
    edit("UPDATE contacts SET name = 'y' WHERE id = 'm5'");
    EXPECT_EQ(entries("state = 'pending'").size(), 1U) << "another transaction";
}

TEST_F(Capture, GivesNewRowsIdsOfTheirOwn)
{
    const auto made = edit(R"(INSERT INTO contacts (email, custom_attributes)
                              VALUES ('new@example.com', '{"plan": "pro"}')
                              RETURNING id, external_id, _pending, synced_at IS NOT NULL)");
    const std::string id = made[0][0].c_str();
    EXPECT_EQ(id, "local:" + made[0][1].as<std::string>());
    EXPECT_EQ(made[0][2].as<std::string>(),
              R"({"email": null, "external_id": null, "custom_attributes": {"plan": null}})");
    EXPECT_THAT(entries(),
                ElementsAre(AllOf(HasSubstr("create contacts " + id),
                                  HasSubstr(R"("custom_attributes": {"plan": "pro"})"))));
    edit("UPDATE contacts SET name = 'New' WHERE id = '" + id + "'");
    edit("INSERT INTO contact_tags VALUES ('" + id + "', 't1')");
    edit("INSERT INTO notes (contact_id, body) VALUES ('" + id + "', 'hello')");
    EXPECT_EQ(
        asked("SELECT count(*) FROM outbox WHERE entity = 'contacts' AND entity_id = '" + id + "'"),
        "4");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE waits_for = '{" + id + "}'"), "3");
    edit("DELETE FROM contacts WHERE id = '" + id + "'");
    EXPECT_EQ(asked("SELECT string_agg(DISTINCT state, ' ') FROM outbox"), "cancelled");
}

TEST_F(Capture, RefusesToDeleteANewRowThatIsOnItsWay)
{
    const std::string id =
        edit("INSERT INTO tags (name) VALUES ('New') RETURNING id")[0][0].c_str();
    mirror.write("UPDATE outbox SET state = 'sending'");
    EXPECT_THAT(refusal("DELETE FROM tags WHERE id = '" + id + "'"), HasSubstr("on its way"));
}

TEST_F(Capture, TakesNewRowsOfAllKinds)
{
    edit("INSERT INTO companies (name, monthly_spend) VALUES ('New', 10.5)");
    edit("INSERT INTO tags (name) VALUES ('New')");
    edit("INSERT INTO data_attributes (model, name, data_type) VALUES ('contact', 'tier', "
         "'string')");
    edit("INSERT INTO ticket_types (name, category) VALUES ('Idea', 'Customer')");
    edit("INSERT INTO ticket_type_attributes (ticket_type_id, name, description, data_type)"
         " VALUES ('tt1', 'Colour', 'Its colour', 'string')");
    edit("INSERT INTO notes (contact_id, body, author_id) VALUES ('c1', 'hello', 'a1')");
    edit("INSERT INTO conversation_parts (conversation_id, part_type, body, attachment_urls)"
         " VALUES ('v1', 'comment', 'hi', '[\"https://example.com/a.png\"]')");
    edit("INSERT INTO ticket_parts (ticket_id, part_type, body, author_type, author_id)"
         " VALUES ('i1', 'comment', 'hi', 'user', 'c1')");
    edit("WITH made AS (INSERT INTO tickets (ticket_type_id, title, ticket_attributes)"
         " VALUES ('tt1', 'Help', '{\"Severity\": 2}') RETURNING id) SELECT FROM made");
    edit("INSERT INTO ticket_contacts SELECT id, 'c1' FROM tickets WHERE title = 'Help'");
    std::vector<std::string> asked_for;
    for (const auto& row : mirror.write(
             "SELECT concat_ws(' ', table_name, entity, fields) FROM outbox ORDER BY id")) {
        asked_for.emplace_back(row[0].c_str());
    }
    EXPECT_THAT(
        asked_for,
        ElementsAre(
            HasSubstr(R"("monthly_spend": 10.5)"), R"(tags tags {"name": "New"})",
            R"(data_attributes data_attributes {"name": "tier", "model": "contact", "data_type": "string"})",
            R"(ticket_types ticket_types {"name": "Idea", "category": "Customer"})",
            HasSubstr("ticket_type_attributes ticket_types {"),
            R"(notes contacts {"body": "hello", "author_id": "a1"})",
            R"(conversation_parts conversations {"body": "hi", "part_type": "comment", "author_type": "admin", "attachment_urls": ["https://example.com/a.png"]})",
            HasSubstr("ticket_parts tickets {"),
            R"(tickets tickets {"title": "Help", "ticket_type_id": "tt1", "ticket_attributes": {"Severity": 2}})"));
    EXPECT_EQ(asked("SELECT full_name || custom FROM data_attributes WHERE name = 'tier'"),
              "custom_attributes.tiertrue");
}

TEST_F(Capture, OrdersLinksThatComeAndGo)
{
    mirror.write("INSERT INTO contact_tags VALUES ('c1', 't1'); INSERT INTO company_tags VALUES "
                 "('k1', 't1')");
    edit("DELETE FROM contact_tags WHERE tag_id = 't1'");
    edit("INSERT INTO contact_tags VALUES ('c1', 't2')");
    edit("INSERT INTO contact_companies VALUES ('c1', 'k1')");
    edit("INSERT INTO contact_subscriptions VALUES ('c1', 's1', 'opt_out')");
    edit("DELETE FROM company_tags");
    edit("INSERT INTO conversation_tags (conversation_id, tag_id) VALUES ('v1', 't1')");
    edit("INSERT INTO conversation_contacts VALUES ('v1', 'c1')");
    edit("INSERT INTO ticket_tags VALUES ('i1', 't1')");
    EXPECT_THAT(entries(),
                ElementsAre("detach contact_tags c1 t1 {} pending",
                            "attach contact_tags c1 t2 {} pending",
                            "attach contact_companies c1 k1 {} pending",
                            R"(attach contact_subscriptions c1 s1 {"consent": "opt_out"} pending)",
                            "detach company_tags k1 t1 {} pending",
                            "attach conversation_tags v1 t1 {} pending",
                            "attach conversation_contacts v1 c1 {} pending",
                            "attach ticket_tags i1 t1 {} pending"));
}

TEST_F(Capture, LeavesNothingOfALinkThatIsTakenBack)
{
    edit("INSERT INTO contact_tags VALUES ('c1', 't1'), ('c1', 't2')");
    edit("DELETE FROM contact_tags WHERE tag_id = 't1'");
    EXPECT_THAT(entries(), ElementsAre("attach contact_tags c1 t1 {} superseded",
                                       "attach contact_tags c1 t2 {} pending",
                                       "detach contact_tags c1 t1 {} applied"));
    mirror.write("UPDATE outbox SET state = 'sending' WHERE is_open");
    edit("DELETE FROM contact_tags WHERE tag_id = 't2'");
    EXPECT_THAT(entries("is_open"), ElementsAre("attach contact_tags c1 t2 {} sending",
                                                "detach contact_tags c1 t2 {} pending"));
}

TEST_F(Capture, WritesNothingForALinkThatIsThere)
{
    mirror.write("INSERT INTO contact_tags VALUES ('c1', 't1')");
    edit("INSERT INTO contact_tags VALUES ('c1', 't1') ON CONFLICT DO NOTHING");
    EXPECT_THAT(entries(), IsEmpty());
}

// The daemon replaces links under the parent's lock: neither sees the other's halves.
TEST_F(Capture, LocksTheParentOfALink)
{
    pqxx::work editing(*editor);
    editing.exec("INSERT INTO contact_tags VALUES ('c1', 't1')");
    EXPECT_THROW(mirror.write("SELECT FROM contacts WHERE id = 'c1' FOR NO KEY UPDATE NOWAIT"),
                 pqxx::sql_error);
    EXPECT_NO_THROW(mirror.write("SELECT FROM contacts WHERE id = 'c2' FOR NO KEY UPDATE NOWAIT"));
}

// The order of edits counts within an entity, not between them.
TEST_F(Capture, IsClaimedInOrder)
{
    edit("UPDATE contacts SET name = '1' WHERE id = 'c1'");
    edit("UPDATE contacts SET name = '2', phone = '2' WHERE id = 'c1'");
    edit("INSERT INTO contact_tags VALUES ('c1', 't1')");
    edit("UPDATE contacts SET name = '3' WHERE id = 'c1'");
    edit("UPDATE contacts SET name = '1' WHERE id = 'c2'");
    const std::string id =
        edit("INSERT INTO tags (name) VALUES ('New') RETURNING id")[0][0].c_str();
    edit("INSERT INTO contact_tags VALUES ('c2', '" + id + "')");
    const auto claim = [&](const std::string& at) {
        std::vector<std::string> claimed;
        for (const auto& row : mirror.write(
                 "SELECT concat_ws(' ', operation, table_name, entity_id, fields ->> 'name')"
                 " FROM claim_edits(10, 7, '" +
                 at + "')")) {
            claimed.emplace_back(row[0].c_str());
        }
        return claimed;
    };
    EXPECT_THAT(claim("2026-01-01"),
                ElementsAre("update contacts c1 1", "update contacts c1 2", "update contacts c2 1",
                            "create tags " + id + " New"));
    EXPECT_THAT(claim("2026-01-01"), IsEmpty());
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'sending' AND epoch = 7"), "4");
    mirror.write(
        "UPDATE outbox SET state = CASE operation WHEN 'update' THEN 'applied' ELSE 'waiting' END,"
        " next_at = '2026-01-01 00:10' WHERE state = 'sending'");
    EXPECT_THAT(claim("2026-01-01"), ElementsAre("attach contact_tags c1"))
        << "the tag of c2 is not there yet, and its create is not due";
    EXPECT_THAT(claim("2026-01-01 00:10"), ElementsAre("create tags " + id + " New"));
}

TEST_F(Capture, FollowsARowToIntercomsId)
{
    const std::string tag =
        edit("INSERT INTO tags (name) VALUES ('New') RETURNING id")[0][0].c_str();
    const std::string contact =
        edit("INSERT INTO contacts (email) VALUES ('new@example.com') RETURNING id")[0][0].c_str();
    edit("INSERT INTO contact_tags VALUES ('" + contact + "', '" + tag + "')");
    edit("INSERT INTO notes (contact_id, body) VALUES ('" + contact + "', 'hello')");
    edit("INSERT INTO ticket_parts (ticket_id, part_type, body, author_type, author_id)"
         " VALUES ('i1', 'comment', 'hi', 'user', '" +
         contact + "')");
    EXPECT_EQ(asked("SELECT edit_adopt('tags', '" + tag + "', 't9')"), "t");
    EXPECT_EQ(asked("SELECT edit_adopt('contacts', '" + contact + "', 'c9')"), "t");
    EXPECT_EQ(asked("SELECT edit_adopt('contacts', '" + contact + "', 'c9')"), "f");
    EXPECT_EQ(asked("SELECT contact_id || tag_id FROM contact_tags"), "c9t9");
    EXPECT_EQ(asked("SELECT contact_id FROM notes"), "c9");
    EXPECT_EQ(asked("SELECT author_id FROM ticket_parts"), "c9");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE outbox::text LIKE '%' || '" + contact +
                    "' || '%'"
                    " OR outbox::text LIKE '%' || '" +
                    tag + "' || '%'"),
              "0");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE waits_for IS NOT NULL"), "0");
    EXPECT_STREQ(edit("SELECT resolve_id('" + contact + "')")[0][0].c_str(), "c9");
}

TEST_F(Capture, FindsRowsThatDifferAndHaveNoEntry)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    edit("UPDATE contacts SET name = 'Rob' WHERE id = 'c2'");
    mirror.write("DELETE FROM outbox WHERE entity_id = 'c1'");
    EXPECT_EQ(asked("SELECT edit_recover()"), "1");
    EXPECT_EQ(asked("SELECT edit_recover()"), "0");
    EXPECT_THAT(entries("entity_id = 'c1'"),
                ElementsAre(R"(update contacts c1 {"name": "Eve"} pending)"));
    edit("INSERT INTO tags (name) VALUES ('New')");
    mirror.write("DELETE FROM outbox WHERE entity = 'tags'");
    EXPECT_EQ(asked("SELECT edit_recover()"), "1");
    EXPECT_EQ(
        asked("SELECT operation || fields FROM claim_edits(10, 1, now()) WHERE entity = 'tags'"),
        R"(create{"name": "New"})");
}

TEST_F(Capture, TellsOfWorkAndOfFates)
{
    struct notices : pqxx::notification_receiver
    {
        using notification_receiver::notification_receiver;
        void operator()(const std::string& payload, int) override { all.push_back(payload); }
        std::vector<std::string> all;
    };
    const auto listening = mirror.connect();
    notices work(*listening, mirror.name() + "_outbox");
    notices fates(*listening, mirror.name() + "_edits");
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    listening->await_notification(10, 0);
    EXPECT_THAT(work.all, ElementsAre(""));
    const auto id = asked("SELECT id FROM outbox");
    mirror.write("UPDATE outbox SET state = 'applied'");
    listening->await_notification(10, 0);
    EXPECT_THAT(fates.all, ElementsAre(HasSubstr("\"id\" : " + id)));
}

// --- The catalogue and the database
// ----------------------------------------------------------------

std::string other_value(const table_column& of)
{
    return of.sql_type == "text"          ? "'other'"
           : of.sql_type == "boolean"     ? "true"
           : of.sql_type == "timestamptz" ? "'2001-01-01'"
           : of.sql_type == "json"        ? "'[1]'"
           : of.sql_type == "jsonb"       ? "'{\"other\": 1}'"
                                          : "1";
}

// Whatever the catalogue calls read-only is refused as such, and nothing else is.
TEST_F(Capture, FollowsTheCatalogueForEveryColumn)
{
    mirror.write(
        "DELETE FROM ticket_types; DELETE FROM contacts; DELETE FROM companies; DELETE FROM tags;"
        " DELETE FROM admins; DELETE FROM subscription_types; DELETE FROM data_attributes;"
        " DELETE FROM conversations; DELETE FROM tickets; DELETE FROM resource_state");
    for (const table& each : tables_of(catalogue())) {
        if (!each.has_bookkeeping) {
            continue;
        }
        std::string columns = "synced_at";
        std::string values = "now()";
        std::vector<std::string_view> keys = each.primary_key;
        if (each.is_entity && std::find(keys.begin(), keys.end(), each.of->key) == keys.end()) {
            keys.push_back(each.of->key);
        }
        for (const auto key : keys) {
            columns += ", " + std::string(key);
            values += ", 'k'";
        }
        if (!each.parents.empty()) {
            columns += ", " + std::string(each.parents.front().column);
            values += ", 'k'";
        }
        const std::string name(each.name);
        mirror.write("INSERT INTO " + name + " (" + columns + ") VALUES (" + values + ")");
        for (const table_column& column : each.columns) {
            const bool is_editable = std::ranges::any_of(
                column.sources, [](const auto& source) { return source.described->editable; });
            pqxx::work attempt(*editor);
            std::string message;
            try {
                attempt.exec("UPDATE " + name + " SET " + std::string(column.name) + " = " +
                             other_value(column));
            } catch (const pqxx::sql_error& refused) {
                message = refused.what();
            }
            const bool is_read_only =
                message.find("Intercom alone sets it") != std::string::npos ||
                message.find("given when the row is inserted") != std::string::npos;
            EXPECT_EQ(is_read_only, !is_editable) << name << "." << column.name << ": " << message;
        }
    }
}

TEST_F(Capture, GuardsEveryTableOfTheMirror)
{
    for (const table& each : tables_of(catalogue())) {
        const std::string name(each.name);
        EXPECT_EQ(asked("SELECT string_agg(DISTINCT word, ' ' ORDER BY word) FROM ("
                        "SELECT CASE WHEN tgtype & 4 > 0 THEN 'insert' END FROM pg_trigger WHERE "
                        "tgrelid = '" +
                        name +
                        "'::regclass AND tgname ~ '^edit_' UNION ALL "
                        "SELECT CASE WHEN tgtype & 8 > 0 THEN 'delete' END FROM pg_trigger WHERE "
                        "tgrelid = '" +
                        name +
                        "'::regclass AND tgname ~ '^edit_' UNION ALL "
                        "SELECT CASE WHEN tgtype & 16 > 0 THEN 'update' END FROM pg_trigger WHERE "
                        "tgrelid = '" +
                        name +
                        "'::regclass AND tgname ~ '^edit_' UNION ALL "
                        "SELECT CASE WHEN tgtype & 32 > 0 THEN 'truncate' END FROM pg_trigger "
                        "WHERE tgrelid = '" +
                        name + "'::regclass AND tgname ~ '^edit_') AS words (word)"),
                  "delete insert truncate update")
            << name;
    }
}

TEST_F(Capture, IsMadeAnewOnlyWhenItIsNotThatOfTheProgram)
{
    session_options options;
    options.dsn = testing::test_dsn();
    options.schema = mirror.name();
    options.is_daemon = false;
    session connection(options);
    EXPECT_THAT(check_migrations(connection, options).applied, IsEmpty());
    EXPECT_THAT(migrate(connection, options).applied, IsEmpty());
    mirror.write(
        "UPDATE schema_migration SET sha256 = 'of another program' WHERE name = 'capture'");
    EXPECT_THAT(check_migrations(connection, options).applied, ElementsAre("capture"));
    EXPECT_THAT(migrate(connection, options).applied, ElementsAre("capture"));
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    EXPECT_EQ(entries().size(), 1U);
}

} // namespace
} // namespace intercom_mirror
