#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct ConversationWrites : ::testing::Test
{
    client asker{client::plain("2.14")};
    std::string user = make("user", "speaker@x.example");
    std::string admin = asker.truth("admins").front()["id"].get<std::string>();
    std::string other_admin = asker.truth("admins").back()["id"].get<std::string>();
    std::string team = asker.truth("teams").front()["id"].get<std::string>();
    std::string id = start();
    std::string path = "/conversations/" + id;

    std::string make(const std::string& role, const std::string& email)
    {
        return asker.send("POST", "/contacts", {{"role", role}, {"email", email}})["id"];
    }
    std::string start()
    {
        return asker.send("POST", "/conversations",
                          {{"from", {{"type", "user"}, {"id", user}}},
                           {"body", "Hello there"}})["conversation_id"];
    }
    json part_of(const json& conversation)
    {
        return conversation["conversation_parts"]["conversation_parts"].back();
    }
    json manage(const json& body) { return asker.send("POST", path + "/parts", body); }
    json reply(const json& body) { return asker.send("POST", path + "/reply", body); }
    refused refusal(const std::string& method, const std::string& target, const json& body,
                    const std::string& version = "")
    {
        return client::refusal_of(asker.write(method, target, body, version));
    }
    json close()
    {
        return manage({{"message_type", "close"}, {"type", "admin"}, {"admin_id", admin}});
    }
};

TEST_F(ConversationWrites, AContactStartsOne)
{
    const json made = asker.get(path);
    EXPECT_EQ(made["source"]["body"], "<p>Hello there</p>");
    EXPECT_EQ(made["source"]["delivered_as"], "customer_initiated");
    EXPECT_EQ(made["source"]["author"]["id"], user);
    EXPECT_EQ(made["contacts"]["contacts"][0]["id"], user);
    EXPECT_EQ(made["state"], "open");
    EXPECT_EQ(made["waiting_since"], 1'700'000'000);
    const json from{{"type", "user"}, {"id", user}};
    const json message = asker.send("POST", "/conversations", {{"from", from}, {"body", "Hi"}});
    EXPECT_EQ(message["type"], "user_message");
    EXPECT_EQ(message["message_type"], "inapp");
    EXPECT_EQ(message["body"], "Hi");
    EXPECT_EQ(refusal("POST", "/conversations",
                      {{"from", {{"type", "user"}, {"id", "123_doesnt_exist"}}}, {"body", "Hi"}}),
              refused(404, "not_found"));
    EXPECT_EQ(refusal("POST", "/conversations",
                      {{"from", {{"type", "lead"}, {"id", user}}}, {"body", "Hi"}}),
              refused(404, "not_found"));
    EXPECT_EQ(refusal("POST", "/conversations", {{"from", from}}),
              refused(400, "parameter_not_found"));
    const json dated{{"from", from}, {"body", "Hi"}, {"created_at", 1'600'000'000}};
    EXPECT_EQ(refusal("POST", "/conversations", dated, "2.10"), refused(400, "bad_request"));
    EXPECT_EQ(client::read(asker.write("POST", "/conversations", dated, "2.11"))["created_at"],
              1'600'000'000);
}

TEST_F(ConversationWrites, AnAdminSendsAMessage)
{
    const json body{{"from", {{"type", "admin"}, {"id", std::stoll(admin)}}},
                    {"to", {{"type", "user"}, {"id", user}}},
                    {"message_type", "in_app"},
                    {"body", "heyy"}};
    const std::size_t before = asker.truth("conversations").size();
    const json sent = asker.send("POST", "/messages", body);
    EXPECT_EQ(sent["type"], "admin_message");
    EXPECT_EQ(sent["owner"]["id"], admin);
    EXPECT_FALSE(sent.contains("conversation_id"));
    EXPECT_EQ(asker.truth("conversations").size(), before);
    json opening = body;
    opening["create_conversation_without_contact_reply"] = true;
    const std::string opened = asker.send("POST", "/messages", opening)["conversation_id"];
    EXPECT_EQ(asker.get("/conversations/" + opened)["source"]["delivered_as"], "admin_initiated");
    json mail = body;
    mail["message_type"] = "email";
    EXPECT_EQ(refusal("POST", "/messages", mail), refused(422, "parameter_not_found"));
    mail["subject"] = "s";
    mail["template"] = "plain";
    EXPECT_EQ(asker.send("POST", "/messages", mail)["message_type"], "email");
    mail["body"] = nullptr;
    EXPECT_EQ(refusal("POST", "/messages", mail), refused(400, "parameter_invalid"));
}

TEST_F(ConversationWrites, AFreshContactCannotBeWrittenToYet)
{
    options wanted = client::plain("2.14");
    wanted.index_lag = 30s;
    client lagging(wanted);
    const json body{{"from", {{"type", "admin"}, {"id", lagging.truth("admins")[0]["id"]}}},
                    {"to",
                     {{"type", "user"},
                      {"id", lagging.send("POST", "/contacts", {{"email", "a@b.example"}})["id"]}}},
                    {"message_type", "in_app"},
                    {"body", "heyy"}};
    EXPECT_EQ(client::refusal_of(lagging.write("POST", "/messages", body)),
              refused(404, "not_found"));
    lagging.now += 30s;
    EXPECT_EQ(lagging.write("POST", "/messages", body).status, 200U);
}

TEST_F(ConversationWrites, RepliesBecomeParts)
{
    asker.now += 60s;
    const json note = reply({{"message_type", "note"},
                             {"type", "admin"},
                             {"admin_id", admin},
                             {"body", "<html><body><h2>List</h2></body></html>"}});
    EXPECT_EQ(part_of(note)["part_type"], "note");
    EXPECT_EQ(part_of(note)["body"], "<h2>List</h2>");
    EXPECT_EQ(part_of(note)["author"]["id"], admin);
    EXPECT_FALSE(part_of(note)["app_package_code"].is_null());
    EXPECT_EQ(note["updated_at"], 1'700'000'060);
    EXPECT_EQ(note["waiting_since"], 1'700'000'000);
    const json comment = reply({{"message_type", "comment"},
                                {"type", "admin"},
                                {"admin_id", std::stoll(other_admin)},
                                {"body", "Hello"},
                                {"attachment_urls", {"https://a.example/1.png"}}});
    EXPECT_TRUE(comment["waiting_since"].is_null());
    EXPECT_EQ(part_of(comment)["attachments"].size(), 1U);
    const json thanks = reply({{"message_type", "comment"},
                               {"type", "user"},
                               {"email", "Speaker@x.example"},
                               {"body", "Thanks again :)"}});
    EXPECT_EQ(part_of(thanks)["body"], "<p>Thanks again :)</p>");
    EXPECT_EQ(thanks["waiting_since"], 1'700'000'060);
    EXPECT_EQ(thanks["conversation_parts"]["total_count"], 3);
    EXPECT_EQ(asker.get(path), thanks);
}

TEST_F(ConversationWrites, RepliesRefuseWhatCannotBe)
{
    const auto refused_reply = [&](const json& body, const std::string& version = "2.14") {
        return refusal("POST", path + "/reply", body, version);
    };
    const json good{
        {"message_type", "comment"}, {"type", "admin"}, {"admin_id", admin}, {"body", "x"}};
    const auto with = [&](const std::string& member, const json& value) {
        json changed = good;
        changed[member] = value;
        return changed;
    };
    EXPECT_EQ(refused_reply(with("admin_id", "1")), refused(404, "not_found"));
    EXPECT_EQ(refused_reply(with("message_type", "shout")), refused(400, "parameter_invalid"));
    EXPECT_EQ(refused_reply(with("type", "robot")), refused(400, "parameter_invalid"));
    EXPECT_EQ(refused_reply(with("body", nullptr)), refused(400, "parameter_not_found"));
    EXPECT_EQ(refused_reply(with("body", "")), refused(400, "parameter_invalid"));
    EXPECT_EQ(refused_reply(with("skip_notifications", true)), refused(400, "bad_request"));
    EXPECT_EQ(asker.write("POST", path + "/reply", with("skip_notifications", true), "2.15").status,
              200U);
    EXPECT_EQ(refused_reply(with("attachment_urls", std::vector<std::string>(11, "u"))),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refused_reply(with("created_at", 1'700'000'001)), refused(400, "parameter_invalid"));
    EXPECT_EQ(refused_reply({{"message_type", "note"},
                             {"type", "user"},
                             {"intercom_user_id", user},
                             {"body", "x"}}),
              refused(400, "parameter_invalid"));
    const std::string stranger = make("user", "stranger@x.example");
    EXPECT_EQ(refused_reply({{"message_type", "comment"},
                             {"type", "user"},
                             {"intercom_user_id", stranger},
                             {"body", "x"}}),
              refused(404, "not_found"));
    EXPECT_EQ(refusal("POST", "/conversations/1/reply", good), refused(404, "not_found"));
    EXPECT_EQ(asker.get(path)["conversation_parts"]["total_count"], 1);
}

TEST_F(ConversationWrites, TheLastOneOfAContactIsKnownByThatName)
{
    asker.now += 5s;
    const std::string newer = start();
    const json answer = asker.send("POST", "/conversations/last/reply",
                                   {{"message_type", "comment"},
                                    {"type", "user"},
                                    {"intercom_user_id", user},
                                    {"body", "me again"}});
    EXPECT_EQ(answer["id"], newer);
}

TEST_F(ConversationWrites, ChangeStateByParts)
{
    asker.now += 10s;
    const json closed = close();
    EXPECT_EQ(closed["state"], "closed");
    EXPECT_EQ(closed["open"], false);
    EXPECT_EQ(part_of(closed)["part_type"], "close");
    EXPECT_EQ(part_of(closed)["state"], "closed");
    EXPECT_EQ(closed["updated_at"], 1'700'000'010);
    EXPECT_EQ(close()["conversation_parts"]["total_count"], 1) << "is closed already";
    const json opened = manage({{"message_type", "open"}, {"admin_id", admin}});
    EXPECT_EQ(opened["state"], "open");
    EXPECT_EQ(part_of(opened)["part_type"], "open");
    const json snoozed = manage(
        {{"message_type", "snoozed"}, {"admin_id", admin}, {"snoozed_until", 1'700'000'100}});
    EXPECT_EQ(snoozed["state"], "snoozed");
    EXPECT_EQ(snoozed["open"], true);
    EXPECT_EQ(snoozed["snoozed_until"], 1'700'000'100);
    EXPECT_EQ(refusal("POST", path + "/parts",
                      {{"message_type", "snoozed"}, {"admin_id", admin}, {"snoozed_until", 5}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("POST", path + "/parts", {{"message_type", "close"}, {"admin_id", admin}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("POST", path + "/parts", {{"message_type", "open"}, {"admin_id", "7"}}),
              refused(404, "not_found"));
}

TEST_F(ConversationWrites, WakeAtTheTimeSaid)
{
    manage({{"message_type", "snoozed"}, {"admin_id", admin}, {"snoozed_until", 1'700'000'100}});
    asker.now += 99s;
    EXPECT_EQ(asker.get(path)["state"], "snoozed");
    asker.now += 1s;
    const json awake = asker.get(path);
    EXPECT_EQ(awake["state"], "open");
    EXPECT_TRUE(awake["snoozed_until"].is_null());
    EXPECT_EQ(awake["updated_at"], 1'700'000'100);
}

TEST_F(ConversationWrites, AContactsReplyOpensWhatWasClosed)
{
    close();
    const json reopened = reply({{"message_type", "comment"},
                                 {"type", "user"},
                                 {"intercom_user_id", user},
                                 {"body", "but"}});
    EXPECT_EQ(reopened["state"], "open");
    EXPECT_EQ(part_of(reopened)["part_type"], "open");
    EXPECT_EQ(part_of(reopened)["body"], "<p>but</p>");
    close();
    const json note = reply(
        {{"message_type", "note"}, {"type", "admin"}, {"admin_id", admin}, {"body", "internal"}});
    EXPECT_EQ(note["state"], "closed");
}

TEST_F(ConversationWrites, AreAssignedAndUnassigned)
{
    const auto assign = [&](const std::string& type, const json& assignee) {
        return manage({{"message_type", "assignment"},
                       {"type", type},
                       {"admin_id", admin},
                       {"assignee_id", assignee}});
    };
    json r = assign("admin", other_admin);
    EXPECT_EQ(r["admin_assignee_id"], std::stoll(other_admin));
    EXPECT_EQ(part_of(r)["part_type"], "assignment");
    EXPECT_EQ(part_of(r)["assigned_to"]["id"], other_admin);
    r = assign("team", std::stoll(team));
    EXPECT_EQ(r["team_assignee_id"], std::stoll(team));
    EXPECT_EQ(r["admin_assignee_id"], std::stoll(other_admin)) << "one may have both";
    EXPECT_EQ(assign("team", team)["conversation_parts"]["total_count"], 2) << "is theirs already";
    r = assign("admin", 0);
    EXPECT_TRUE(part_of(r)["assigned_to"].is_null());
    EXPECT_EQ(
        asker.ask("GET", path, "", {{"Authorization", "Bearer x"}, {"Intercom-Version", "2.16"}})
                .body.find("\"admin_assignee_id\":0") != std::string::npos,
        true);
    close();
    r = assign("admin", admin);
    EXPECT_EQ(part_of(r)["part_type"], "assign_and_reopen");
    EXPECT_EQ(r["state"], "open");
    EXPECT_EQ(refusal("POST", path + "/parts",
                      {{"message_type", "assignment"},
                       {"type", "team"},
                       {"admin_id", admin},
                       {"assignee_id", other_admin}}),
              refused(404, "assignee_not_found"));
}

TEST_F(ConversationWrites, AttributesMakePartsAndTheRestIsSilent)
{
    asker.now += 60s;
    json r = asker.send("PUT", path, {{"read", true}, {"title", "Broken"}});
    EXPECT_EQ(r["read"], true);
    EXPECT_EQ(r["title"], "Broken");
    EXPECT_EQ(r["updated_at"], 1'700'000'000);
    asker.write("POST", "/conversations/attributes",
                {{"name", "escalated"}, {"data_type", "boolean"}}, "2.16");
    asker.write("POST", "/conversations/attributes", {{"name", "due"}, {"data_type", "datetime"}},
                "2.16");
    r = asker.send("PUT", path,
                   {{"custom_attributes", {{"escalated", true}, {"due", "2023-11-14T22:13:20Z"}}}});
    EXPECT_EQ(r["custom_attributes"], (json{{"escalated", true}, {"due", 1'700'000'000}}));
    EXPECT_EQ(r["conversation_parts"]["total_count"], 2);
    EXPECT_EQ(part_of(r)["part_type"], "conversation_attribute_updated_by_admin");
    EXPECT_EQ(part_of(r)["author"]["type"], "bot");
    EXPECT_EQ(r["updated_at"], 1'700'000'060);
    EXPECT_EQ(refusal("PUT", path, {{"custom_attributes", {{"none such", 1}}}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("PUT", path, {{"title", "x"}}, "2.12"), refused(400, "bad_request"));
    EXPECT_EQ(refusal("PUT", path, {{"company_id", nullptr}}, "2.13"), refused(400, "bad_request"));
    EXPECT_EQ(refusal("PUT", path, {{"priority", "high"}}, "2.16"), refused(400, "bad_request"));
    EXPECT_EQ(refusal("PUT", path, {{"state", "closed"}}), refused(400, "bad_request"));
    r = client::read(
        asker.write("PUT", path, {{"priority", "urgent"}, {"admin_id", admin}}, "Preview"));
    EXPECT_EQ(r["priority"], "urgent");
    EXPECT_EQ(refusal("PUT", path, {{"priority", "priority"}}, "Preview"),
              refused(400, "parameter_invalid"));
}

TEST_F(ConversationWrites, BelongToACompanyOfTheirContacts)
{
    const std::string company = asker.truth("companies").back()["id"];
    EXPECT_EQ(refusal("PUT", path, {{"company_id", company}}, "2.14"),
              refused(400, "parameter_invalid"));
    asker.send("POST", "/contacts/" + user + "/companies", {{"id", company}});
    EXPECT_EQ(asker.write("PUT", path, {{"company_id", company}}, "2.14").status, 200U);
    EXPECT_EQ(asker.writes().back()["effects"][0]["fields"], json::array({"company_id"}));
    EXPECT_EQ(asker.write("PUT", path, {{"company_id", nullptr}}, "2.14").status, 200U);
}

TEST_F(ConversationWrites, ParticipantsComeAndGo)
{
    const std::string second = make("user", "second@x.example");
    json answer = asker.send("POST", path + "/customers",
                             {{"admin_id", admin}, {"customer", {{"intercom_user_id", second}}}});
    EXPECT_EQ(answer["customers"].size(), 2U);
    const std::size_t contacts = asker.truth("contacts").size();
    answer = asker.send("POST", path + "/customers",
                        {{"admin_id", admin}, {"customer", {{"email", "Nobody@Yet.example"}}}});
    EXPECT_EQ(answer["customers"].size(), 3U);
    EXPECT_EQ(asker.truth("contacts").size(), contacts + 1);
    EXPECT_EQ(asker.truth("contacts").back()["role"], "lead");
    EXPECT_EQ(asker.truth("contacts").back()["email"], "nobody@yet.example");
    EXPECT_EQ(refusal("DELETE", path + "/customers/" + second, json::object()),
              refused(400, "parameter_not_found"));
    answer = asker.send("DELETE", path + "/customers/" + second, {{"admin_id", admin}});
    EXPECT_EQ(answer["customers"].size(), 2U);
    EXPECT_EQ(refusal("DELETE", path + "/customers/" + second, {{"admin_id", admin}}),
              refused(404, "not_found"));
    asker.send("DELETE", path + "/customers/" + user, {{"admin_id", admin}});
    const std::string last = answer["customers"][1]["id"];
    EXPECT_EQ(refusal("DELETE", path + "/customers/" + last, {{"admin_id", admin}}),
              refused(422, "parameter_invalid"));
}

TEST_F(ConversationWrites, AreTaggedByAnAdmin)
{
    const std::string tag = asker.truth("tags").back()["id"];
    EXPECT_EQ(asker.send("POST", path + "/tags",
                         {{"id", tag}, {"admin_id", other_admin}})["applied_by"]["id"],
              other_admin);
    EXPECT_EQ(asker.get(path)["tags"]["tags"][0]["id"], tag);
    EXPECT_EQ(refusal("POST", path + "/tags", {{"id", tag}}), refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("POST", path + "/tags", {{"id", "1"}, {"admin_id", admin}}),
              refused(404, "tag_not_found"));
    asker.send("DELETE", path + "/tags/" + tag, {{"admin_id", admin}});
    EXPECT_TRUE(asker.get(path)["tags"]["tags"].empty());
    EXPECT_EQ(refusal("DELETE", path + "/tags/" + tag, {{"admin_id", admin}}),
              refused(404, "tag_not_found"));
    EXPECT_EQ(refusal("POST", "/conversations/1/tags", {{"id", tag}, {"admin_id", admin}}),
              refused(404, "not_found"));
}

TEST_F(ConversationWrites, PartsAndSourcesAreRedactedForGood)
{
    const json said = reply(
        {{"message_type", "comment"}, {"type", "admin"}, {"admin_id", admin}, {"body", "secret"}});
    const json body{{"type", "conversation_part"},
                    {"conversation_id", id},
                    {"conversation_part_id", part_of(said)["id"]}};
    const json after = asker.send("POST", "/conversations/redact", body);
    EXPECT_EQ(part_of(after)["redacted"], true);
    EXPECT_TRUE(part_of(after)["body"].is_null());
    EXPECT_EQ(refusal("POST", "/conversations/redact", body),
              refused(400, "conversation_part_not_redactable"));
    const json source{
        {"type", "source"}, {"conversation_id", id}, {"source_id", after["source"]["id"]}};
    EXPECT_EQ(asker.send("POST", "/conversations/redact", source)["source"]["redacted"], true);
    EXPECT_EQ(refusal("POST", "/conversations/redact",
                      {{"type", "conversation_part"},
                       {"conversation_id", id},
                       {"conversation_part_id", "1"}}),
              refused(404, "conversation_part_or_message_not_found"));
}

TEST_F(ConversationWrites, AreDeletedSince213)
{
    EXPECT_EQ(refusal("DELETE", path, nullptr, "2.12"), refused(400, "intercom_version_invalid"));
    EXPECT_EQ(client::read(asker.write("DELETE", path, nullptr, "2.13")),
              (json{{"id", id}, {"object", "conversation"}, {"deleted", true}}));
    EXPECT_EQ(asker.ask("GET", path).status, 404U);
    EXPECT_EQ(refusal("DELETE", path, nullptr, "2.13"), refused(404, "not_found"));
    EXPECT_EQ(asker.truth("removed").back()["id"], id);
}

TEST_F(ConversationWrites, AreMergedSince216)
{
    const std::string primary = start();
    const auto merge = [&](const std::string& from, const json& into) {
        return asker.write("POST", "/conversations/" + from + "/merge",
                           {{"merge_into_conversation_id", into}}, "2.16");
    };
    EXPECT_EQ(client::refusal_of(merge(id, std::stoll(id))), refused(422, "merge_failed"));
    EXPECT_EQ(client::refusal_of(merge(id, 1)), refused(422, "merge_failed"));
    EXPECT_EQ(client::refusal_of(merge(id, nullptr)), refused(400, "parameter_invalid"));
    const json survivor = client::read(merge(id, std::stoll(primary)));
    EXPECT_EQ(survivor["id"], primary);
    EXPECT_EQ(part_of(survivor)["part_type"], "merged_primary_conversation");
    EXPECT_EQ(asker.get(path)["state"], "closed");
    EXPECT_EQ(asker.get(path)["linked_objects"]["data"][0]["id"], primary);
    EXPECT_EQ(client::refusal_of(merge(id, std::stoll(primary))), refused(422, "merge_failed"));
}

TEST_F(ConversationWrites, AreAssignedByRulesUpTo211)
{
    const std::string target = path + "/run_assignment_rules";
    EXPECT_EQ(refusal("POST", target, nullptr, "2.12"), refused(400, "intercom_version_invalid"));
    const json r = client::read(asker.write("POST", target, nullptr, "2.11"));
    EXPECT_EQ(r["team_assignee_id"], std::stoll(team));
    EXPECT_EQ(part_of(r)["part_type"], "default_assignment");
}

} // namespace
} // namespace intercom_sandbox
