#include "schema/catalogue.hpp"
#include "sync/push/requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What an edit is sent as: method, target and body.
struct Requests : ::testing::Test
{
    request_setting setting{{2, 14}, "9"};
    edited_row row;

    std::vector<std::string> made(const std::string& table, const std::string& operation,
                                  const std::string& patch, std::string entity = "")
    {
        outbox_edit edit;
        edit.entity = entity.empty() ? table : entity;
        edit.table = table;
        edit.operation = operation;
        const auto written = find_written(catalogue(), functions(), edit);
        std::vector<std::string> all;
        for (const auto& each : requests_for(written.value(), operation, row, patch, setting)) {
            all.push_back(each.method + " " + each.target + " " + each.body);
        }
        return all;
    }
    std::vector<std::string> called(const std::string& function, const std::string& given)
    {
        row.values = given;
        return made("contacts", function, "");
    }
};

TEST_F(Requests, CarryOnlyWhatHasChanged)
{
    row.values = R"({"id": "c1", "name": "Ada", "phone": "1", "owner_id": "7"})";
    EXPECT_THAT(made("contacts", "update", R"({"name": "Ada"})"),
                ElementsAre(R"(PUT /contacts/c1 {"name":"Ada"})"));
    EXPECT_THAT(
        made("contacts", "update",
             R"({"custom_attributes": {"plan": "pro", "old": null}, "signed_up_at": 1600000000})"),
        ElementsAre(
            R"(PUT /contacts/c1 {"custom_attributes":{"old":null,"plan":"pro"},"signed_up_at":1600000000})"));
}

TEST_F(Requests, HaveTheShapeOfTheVersion)
{
    row.values = R"({"id": "c1", "owner_id": "7"})";
    EXPECT_THAT(made("contacts", "update", R"({"owner_id": "7"})"),
                ElementsAre(R"(PUT /contacts/c1 {"owner_id":7})"));
    setting.version = {2, 16};
    EXPECT_THAT(made("contacts", "update", R"({"owner_id": "7"})"),
                ElementsAre(R"(PUT /contacts/c1 {"owner_id":"7"})"));

    row.values = R"({"id": "t1", "admin_assignee_id": null, "ticket_state_id": "3"})";
    setting.version = {2, 13};
    EXPECT_THAT(
        made("tickets", "update", R"({"admin_assignee_id": null})"),
        ElementsAre(R"(PUT /tickets/t1 {"assignment":{"admin_id":"9","assignee_id":"0"}})"));
    setting.version = {2, 14};
    EXPECT_THAT(made("tickets", "update", R"({"admin_assignee_id": null})"),
                ElementsAre(R"(PUT /tickets/t1 {"admin_id":"9","assignee_id":"0"})"));
}

TEST_F(Requests, GoOutInFixedOrder)
{
    row.values = R"({"id": "v1", "title": "T", "state": "closed", "team_assignee_id": "5",
                     "admin_assignee_id": null, "snoozed_until": null})";
    EXPECT_THAT(
        made(
            "conversations", "update",
            R"({"state": "closed", "admin_assignee_id": null, "team_assignee_id": "5", "title": "T"})"),
        ElementsAre(
            R"(PUT /conversations/v1 {"title":"T"})",
            R"(POST /conversations/v1/parts {"admin_id":"9","assignee_id":"5","message_type":"assignment","type":"team"})",
            R"(POST /conversations/v1/parts {"admin_id":"9","assignee_id":"0","message_type":"assignment","type":"admin"})",
            R"(POST /conversations/v1/parts {"admin_id":"9","message_type":"close","type":"admin"})"));
}

TEST_F(Requests, SnoozeUntilTheRowsTime)
{
    row.values = R"({"id": "v1", "state": "snoozed", "snoozed_until": 1700000600})";
    EXPECT_THAT(
        made("conversations", "update", R"({"state": "snoozed", "snoozed_until": 1700000600})"),
        ElementsAre(
            R"(POST /conversations/v1/parts {"admin_id":"9","message_type":"snoozed","snoozed_until":1700000600})"));
    // Opened again: the time goes with the state, and by no request of its own.
    row.values = R"({"id": "v1", "state": "open", "snoozed_until": null})";
    EXPECT_THAT(
        made("conversations", "update", R"({"state": "open", "snoozed_until": null})"),
        ElementsAre(R"(POST /conversations/v1/parts {"admin_id":"9","message_type":"open"})"));
}

TEST_F(Requests, PutColumnsInsideDocumentsWhereTheyBelong)
{
    row.values = R"({"id": "t1", "title": "Broken"})";
    EXPECT_THAT(
        made("tickets", "update",
             R"({"title": "Broken", "ticket_attributes": {"colour": "red"}, "open": false})"),
        ElementsAre(
            R"(PUT /tickets/t1 {"open":false,"ticket_attributes":{"_default_title_":"Broken","colour":"red"}})"));
}

TEST_F(Requests, CreateRowsWithWhatWasGiven)
{
    row.values = R"({"id": "local:1", "email": "a@x.example", "role": "user"})";
    EXPECT_THAT(made("contacts", "create", R"({"email": "a@x.example", "role": "user"})"),
                ElementsAre(R"(POST /contacts {"email":"a@x.example","role":"user"})"));
    row.values = R"({"id": "local:2", "ticket_type_id": "12", "title": "T"})";
    row.lists = R"({"ticket_contacts": ["c1", "c2"]})";
    EXPECT_THAT(
        made("tickets", "create", R"({"ticket_type_id": "12", "title": "T"})"),
        ElementsAre(
            R"(POST /tickets {"contacts":[{"id":"c1"},{"id":"c2"}],"ticket_attributes":{"_default_title_":"T"},"ticket_type_id":"12"})"));
}

TEST_F(Requests, AttachAndDetach)
{
    row.values = R"({"contact_id": "c1", "tag_id": "t/1"})";
    EXPECT_THAT(made("contact_tags", "attach", "", "contacts"),
                ElementsAre(R"(POST /contacts/c1/tags {"id":"t/1"})"));
    EXPECT_THAT(made("contact_tags", "detach", "", "contacts"),
                ElementsAre(R"(DELETE /contacts/c1/tags/t%2F1 )"));
    row.values = R"({"company_id": "k1", "tag_id": "t1"})";
    row.references = R"({"tag_id": {"name": "VIP"}})";
    EXPECT_THAT(made("company_tags", "detach", "", "companies"),
                ElementsAre(R"(POST /tags {"companies":[{"id":"k1","untag":true}],"name":"VIP"})"));
    row.values = R"({"conversation_id": "v1", "contact_id": "c1"})";
    EXPECT_THAT(made("conversation_contacts", "detach", "", "conversations"),
                ElementsAre(R"(DELETE /conversations/v1/customers/c1 {"admin_id":"9"})"));
}

TEST_F(Requests, WriteNotesAndRepliesInTheNameOfTheirAuthor)
{
    row.values = R"({"id": "local:1", "contact_id": "c1", "body": "hi", "author_id": "4"})";
    EXPECT_THAT(made("notes", "create", R"({"body": "hi", "author_id": "4"})", "contacts"),
                ElementsAre(R"(POST /contacts/c1/notes {"admin_id":"4","body":"hi"})"));
    row.values = R"({"conversation_id": "v1", "part_type": "note", "body": "hi",
                     "author_type": "admin", "author_id": null})";
    const std::string given = R"({"part_type": "note", "body": "hi", "author_type": "admin"})";
    EXPECT_THAT(
        made("conversation_parts", "create", given, "conversations"),
        ElementsAre(
            R"(POST /conversations/v1/reply {"admin_id":"9","body":"hi","message_type":"note","type":"admin"})"));
    row.values = R"({"conversation_id": "v1", "part_type": "comment", "body": "hi",
                     "author_type": "user", "author_id": "c1"})";
    EXPECT_THAT(
        made("conversation_parts", "create",
             R"({"part_type": "comment", "body": "hi", "author_type": "user", "author_id": "c1"})",
             "conversations"),
        ElementsAre(
            R"(POST /conversations/v1/reply {"body":"hi","intercom_user_id":"c1","message_type":"comment","type":"user"})"));
}

TEST_F(Requests, CallWhatIsNoEdit)
{
    EXPECT_THAT(called("archive_contact", R"({"id": "c1"})"),
                ElementsAre("POST /contacts/c1/archive "));
    EXPECT_THAT(
        called("send_message", R"({"message_type": "in_app", "from_id": "9", "to_type": "user",
                                   "to_id": "c1", "body": "hi"})"),
        ElementsAre(
            R"(POST /messages {"body":"hi","from":{"id":9,"type":"admin"},"message_type":"in_app","to":{"id":"c1","type":"user"}})"));
    setting.version = {2, 16};
    EXPECT_THAT(called("delete_conversation", R"({"id": "v1", "retain_metrics": true})"),
                ElementsAre("DELETE /conversations/v1?retain_metrics=true "));
}

TEST_F(Requests, NeedSomebodyInWhoseNameTheyAreMade)
{
    setting.acting_admin.clear();
    row.values = R"({"conversation_id": "v1", "tag_id": "t1"})";
    try {
        made("conversation_tags", "attach", "", "conversations");
        FAIL() << "nobody is named";
    } catch (const unsendable& refused) {
        EXPECT_TRUE(refused.is_for_now());
        EXPECT_THAT(refused.what(), ::testing::HasSubstr("intercom.acting_admin_id"));
    }
}

TEST_F(Requests, OfNoVersionAreRefused)
{
    row.values = R"({"company_id": "k1", "body": "hi"})";
    EXPECT_THROW(made("notes", "create", R"({"body": "hi"})", "companies"), unsendable);
    outbox_edit unknown;
    unknown.entity = unknown.table = "segments";
    unknown.operation = "update";
    EXPECT_FALSE(find_written(catalogue(), functions(), unknown));
}

} // namespace
} // namespace intercom_mirror
