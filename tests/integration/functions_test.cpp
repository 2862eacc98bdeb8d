#include "schema/functions.hpp"
#include "tests/support/edited_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace intercom_mirror {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Requests that are no edit of a row, asked for by calling functions.
struct Functions : ::testing::Test
{
    testing::edited_mirror mirror;
    std::unique_ptr<pqxx::connection> editor = mirror.connect("editor");

    Functions()
    {
        mirror.write(R"(
            INSERT INTO contacts (id, role, synced_at) VALUES ('c1', 'lead', now()), ('c2', 'user', now());
            INSERT INTO contacts (id, synced_at, deleted_at, deletion) VALUES ('gone', now(), now(), 'archived');
            INSERT INTO companies (id, synced_at) VALUES ('k1', now());
            INSERT INTO conversations (id, synced_at) VALUES ('v1', now()), ('v2', now());
            INSERT INTO tickets (id, synced_at) VALUES ('i1', now());
            INSERT INTO tags (id, synced_at) VALUES ('t1', now());
            INSERT INTO articles (id, synced_at) VALUES ('1', now());
            INSERT INTO collections (id, synced_at) VALUES ('1', now());
            INSERT INTO news_items (id, synced_at) VALUES ('1', now());
            INSERT INTO internal_articles (id, synced_at) VALUES ('1', now());
            INSERT INTO admins (id, synced_at) VALUES ('a1', now());
            INSERT INTO ticket_types (id, synced_at) VALUES ('tt1', now());
            INSERT INTO ticket_states (id, synced_at) VALUES ('ts1', now());
            INSERT INTO resource_state (resource, complete_since)
            SELECT name, now() FROM unnest('{contacts,admins,tags,ticket_types,ticket_states,conversations}'::text[]) AS name)");
    }

    // "entity entity_id fields" of the entry.
    std::string call(const std::string& expression)
    {
        const auto id = testing::run(*editor, "SELECT " + expression)[0][0].as<std::string>();
        const auto entry =
            mirror.write("SELECT concat_ws(' ', operation, entity, entity_id, fields, state)"
                         " FROM outbox WHERE id = " +
                         id);
        return entry[0][0].as<std::string>();
    }

    std::string refusal(const std::string& expression)
    {
        try {
            testing::run(*editor, "SELECT " + expression);
        } catch (const pqxx::sql_error& refused) {
            return refused.what();
        }
        return "";
    }
};

TEST_F(Functions, WriteAnEntryAndReturnItsId)
{
    const std::vector<std::pair<std::string, std::string>> calls{
        {"archive_contact('c1')", R"(archive_contact contacts c1 {"id": "c1"} pending)"},
        {"unarchive_contact('gone')", R"(unarchive_contact contacts gone {"id": "gone"} pending)"},
        {"unarchive_contact('never seen')",
         R"(unarchive_contact contacts never seen {"id": "never seen"} pending)"},
        {"delete_contact('c1')", R"(delete_contact contacts c1 {"id": "c1"} pending)"},
        {"block_contact('c1')", R"(block_contact contacts c1 {"id": "c1"} pending)"},
        {"merge_contacts('c1', 'c2')",
         R"(merge_contacts contacts c1 {"from": "c1", "into": "c2"} pending)"},
        {"delete_company('k1')", R"(delete_company companies k1 {"id": "k1"} pending)"},
        {"create_conversation('lead', 'c1', 'Hello', created_at => '2020-01-01 00:00:00+00')",
         R"(create_conversation contacts c1 {"body": "Hello", "from_id": "c1", "from_type": "lead", "created_at": 1577836800} pending)"},
        {"delete_conversation('v1', false)",
         R"(delete_conversation conversations v1 {"id": "v1", "retain_metrics": false} pending)"},
        {"redact_part('v1', 'p1')",
         R"(redact_part conversations v1 {"conversation_id": "v1", "conversation_part_id": "p1"} pending)"},
        {"redact_source('v1', 's1')",
         R"(redact_source conversations v1 {"source_id": "s1", "conversation_id": "v1"} pending)"},
        {"convert_conversation('v1', 'tt1', '{\"Severity\": 1}')",
         R"(convert_conversation conversations v1 {"id": "v1", "attributes": {"Severity": 1}, "ticket_type_id": "tt1"} pending)"},
        {"run_assignment_rules('v1')",
         R"(run_assignment_rules conversations v1 {"id": "v1"} pending)"},
        {"merge_conversations('v1', 'v2')",
         R"(merge_conversations conversations v1 {"id": "v1", "merge_into_conversation_id": "v2"} pending)"},
        {"delete_ticket('i1')", R"(delete_ticket tickets i1 {"id": "i1"} pending)"},
        {"change_ticket_type('i1', 'tt1', 'ts1')",
         R"(change_ticket_type tickets i1 {"id": "i1", "ticket_type_id": "tt1", "ticket_state_id": "ts1"} pending)"},
        {"link_conversation('i1', 'v1')",
         R"(link_conversation tickets i1 {"id": "i1", "conversation_id": "v1"} pending)"},
        {"unlink_conversation('i1', 'v1')",
         R"(unlink_conversation tickets i1 {"id": "i1", "conversation_id": "v1"} pending)"},
        {"delete_tag('t1')", R"(delete_tag tags t1 {"id": "t1"} pending)"},
        {"delete_article('1')", R"(delete_article articles 1 {"id": "1"} pending)"},
        {"delete_collection('1')", R"(delete_collection collections 1 {"id": "1"} pending)"},
        {"delete_internal_article('1')",
         R"(delete_internal_article internal_articles 1 {"id": "1"} pending)"},
        {"delete_news_item('1')", R"(delete_news_item news_items 1 {"id": "1"} pending)"},
        {"send_message('in_app', 'a1', 'user', 'c2', 'Hello')",
         R"(send_message contacts c2 {"body": "Hello", "to_id": "c2", "from_id": "a1", "to_type": "user", "message_type": "in_app"} pending)"},
        {"submit_event('bought', id => 'c2', created_at => '2020-01-01 00:00:00+00', metadata => "
         "'{\"price\": 1}')",
         R"(submit_event {"id": "c2", "metadata": {"price": 1}, "created_at": 1577836800, "event_name": "bought"} pending)"},
        {"submit_event_summary('u1', 'bought', 2, '2020-01-01 00:00:00+00', '2020-01-01 "
         "00:00:01+00')",
         R"(submit_event_summary {"last": 1577836801, "count": 2, "first": 1577836800, "user_id": "u1", "event_name": "bought"} pending)"},
        {"set_admin_away('a1', true, false)",
         R"(set_admin_away admins a1 {"id": "a1", "away_mode_enabled": true, "away_mode_reassign": false} pending)"},
        {"read_visitor('u1')", R"(read_visitor {"user_id": "u1"} pending)"},
        {"update_visitor(user_id => 'u1', name => 'Ada')",
         R"(update_visitor {"name": "Ada", "user_id": "u1"} pending)"},
        {"convert_visitor('user', visitor_user_id => 'u1', user_email => 'a@example.com')",
         R"(convert_visitor {"type": "user", "user_email": "a@example.com", "visitor_user_id": "u1"} pending)"},
        {"phone_switch('+4912345')", R"(phone_switch {"phone": "+4912345"} pending)"},
        {"request_data_export('2020-01-01 00:00:00+00', '2020-01-02 00:00:00+00')",
         R"(request_data_export {"created_at_after": 1577836800, "created_at_before": 1577923200} pending)"},
        {"cancel_data_export('j1')", R"(cancel_data_export {"job_identifier": "j1"} pending)"},
        {"save_custom_object('Order', '7', '{\"total\": 1}')",
         R"(save_custom_object {"external_id": "7", "custom_attributes": {"total": 1}, "custom_object_type_identifier": "Order"} pending)"},
        {"delete_custom_object('Order', '1')",
         R"(delete_custom_object {"id": "1", "custom_object_type_identifier": "Order"} pending)"},
        {"delete_custom_object_by_external_id('Order', '7')",
         R"(delete_custom_object_by_external_id {"external_id": "7", "custom_object_type_identifier": "Order"} pending)"},
    };
    std::string called;
    for (const auto& [expression, entry] : calls) {
        EXPECT_EQ(call(expression), entry);
        called += expression;
    }
    for (const function& each : functions()) {
        EXPECT_THAT(called, HasSubstr(std::string(each.name) + "("));
    }
}

TEST_F(Functions, CheckWhatTheyAreGiven)
{
    const std::vector<std::tuple<std::string, std::string, std::string>> refused{
        {"archive_contact(NULL)", "archive_contact needs id", "cannot be null"},
        {"archive_contact('c9')", "there is no row c9 in contacts", "exists in Intercom"},
        {"archive_contact('gone')", "row gone of contacts was deleted", "deleted_at"},
        {"merge_contacts('c1', 'c9')", "there is no row c9 in contacts", "exists"},
        {"merge_contacts('c1', 'c1')", "merged into itself", ""},
        {"create_conversation('boss', 'c1', 'Hello')", "from_type is not one of",
         "lead, user, contact"},
        {"create_conversation('lead', 'c1', 'Hello', created_at => 'infinity')",
         "has to be a moment", ""},
        {"send_message('email', 'a1', 'user', 'c2', 'Hello')", "needs subject and template", ""},
        {"send_message('in_app', 'a9', 'user', 'c2', 'Hello')", "there is no row a9 in admins",
         "exists"},
        {"submit_event('bought')", "exactly one of id, user_id and email", ""},
        {"submit_event('bought', 'c1', 'u1')", "exactly one of id, user_id and email", ""},
        {"request_data_export(now(), now() - interval '1 day')", "has to be before", ""},
        {"convert_conversation('v1', 'tt9')", "there is no row tt9 in ticket_types", "exists"},
    };
    for (const auto& [expression, reason, hint] : refused) {
        EXPECT_THAT(refusal(expression), AllOf(HasSubstr(reason), HasSubstr(hint))) << expression;
    }
    EXPECT_EQ(mirror.write("SELECT FROM outbox").size(), 0U);
}

TEST_F(Functions, RefuseWhatTheVersionOfTheApiLacks)
{
    mirror.write("UPDATE push_setting SET api_version = '{2,12}'");
    EXPECT_THAT(refusal("delete_conversation('v1')"),
                AllOf(HasSubstr("version 2.12"), HasSubstr("2.13 or newer")));
    EXPECT_THAT(refusal("run_assignment_rules('v1')"), HasSubstr("2.11 or older"));
    mirror.write("UPDATE push_setting SET api_version = '{2,13}'");
    EXPECT_EQ(refusal("delete_conversation('v1')"), "");
    EXPECT_THAT(refusal("delete_conversation('v1', true)"), HasSubstr("2.16 or newer"));
    mirror.write("UPDATE push_setting SET api_version = '{1000,0}'");
    EXPECT_EQ(refusal("delete_conversation('v1', true)"), "");
}

TEST_F(Functions, AreForEditorsOnly)
{
    const auto analyst = mirror.connect("analyst");
    EXPECT_THROW(testing::run(*analyst, "SELECT archive_contact('c1')"), pqxx::sql_error);
    EXPECT_THROW(testing::run(*editor, "SELECT ask_intercom('x', NULL, NULL, '{}', NULL)"),
                 pqxx::sql_error);
}

} // namespace
} // namespace intercom_mirror
