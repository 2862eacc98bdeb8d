#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct TicketWrites : ::testing::Test
{
    client asker{client::plain("2.14")};
    std::string user = asker.send("POST", "/contacts", {{"email", "t@x.example"}})["id"];
    std::string admin = asker.truth("admins").front()["id"].get<std::string>();
    std::string other_admin = asker.truth("admins").back()["id"].get<std::string>();
    std::string team = asker.truth("teams").front()["id"].get<std::string>();

    json type_of(const std::string& category)
    {
        for (const json& t : asker.truth("ticket_types")) {
            if (t["category"] == category && t["archived"] == false) {
                return t;
            }
        }
        return nullptr;
    }
    std::string state_of(const std::string& category)
    {
        for (const json& s : asker.truth("ticket_states")) {
            if (s["category"] == category && s["archived"] == false) {
                return s["id"];
            }
        }
        return "";
    }
    json order(const json& type)
    {
        json attributes{{"_default_title_", "example"}};
        for (const json& a : type["ticket_type_attributes"]["data"]) {
            if (a["required_to_create"] == true && a["data_type"] == "datetime") {
                attributes[a["name"].get<std::string>()] = "2030-01-01";
            }
        }
        return {{"ticket_type_id", type["id"]},
                {"contacts", {{{"id", user}}}},
                {"ticket_attributes", attributes}};
    }
    std::string make(const std::string& category)
    {
        return asker.send("POST", "/tickets", order(type_of(category)))["id"];
    }
    std::string converse()
    {
        return asker.send(
            "POST", "/conversations",
            {{"from", {{"type", "user"}, {"id", user}}}, {"body", "Hello"}})["conversation_id"];
    }
    json in(const std::string& version, const std::string& method, const std::string& target,
            const json& body = nullptr)
    {
        return client::read(asker.write(method, target, body, version));
    }
    refused refusal(const std::string& version, const std::string& method,
                    const std::string& target, const json& body = nullptr)
    {
        return client::refusal_of(asker.write(method, target, body, version));
    }
    static json last_part(const json& ticket)
    {
        return ticket["ticket_parts"]["ticket_parts"].back();
    }
};

TEST_F(TicketWrites, AreCreated)
{
    const json type = type_of("Customer");
    const json made = in("2.14", "POST", "/tickets", order(type));
    EXPECT_EQ(made["ticket_attributes"]["_default_title_"], "example");
    EXPECT_EQ(made["ticket_state"]["category"], "submitted");
    EXPECT_EQ(made["admin_assignee_id"], "0");
    EXPECT_EQ(made["contacts"]["contacts"][0]["id"], user);
    EXPECT_EQ(made["ticket_parts"]["total_count"], 1);
    EXPECT_EQ(last_part(made)["part_type"], "ticket_state_updated_by_admin");
    EXPECT_EQ(asker.ask("GET", "/tickets/" + made["id"].get<std::string>()).status, 200U);

    json wanted = order(type);
    wanted["contacts"] = {{{"email", "Fresh@Face.example"}}};
    wanted["assignment"] = {{"admin_assignee_id", admin}, {"team_assignee_id", team}};
    const json assigned = in("2.16", "POST", "/tickets", wanted);
    EXPECT_EQ(assigned["admin_assignee_id"], std::stoll(admin));
    EXPECT_EQ(assigned["team_assignee_id"], std::stoll(team));
    EXPECT_EQ(asker.truth("contacts").back()["email"], "fresh@face.example");
}

TEST_F(TicketWrites, CreationRefusesWhatCannotBe)
{
    const json type = type_of("Customer");
    const std::size_t contacts = asker.truth("contacts").size();
    const auto with = [&](const std::string& member, const json& value) {
        json changed = order(type);
        changed[member] = value;
        return refusal("2.14", "POST", "/tickets", changed);
    };
    EXPECT_EQ(with("ticket_type_id", "1"), refused(404, "not_found"));
    EXPECT_EQ(with("contacts", json::array()), refused(400, "parameter_invalid"));
    EXPECT_EQ(with("contacts", {{{"id", user}}, {{"id", user}}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(with("contacts", {{{"id", "nobody"}}}), refused(404, "not_found"));
    EXPECT_EQ(with("contacts", {{{"id", user}, {"email", "a@b.example"}}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(with("ticket_attributes", json::object()), refused(400, "parameter_invalid"));
    EXPECT_EQ(with("ticket_attributes", {{"_default_title_", "x"}, {"Priority", 1}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(with("assignment", {{"admin_assignee_id", "1"}}), refused(404, "assignee_not_found"));
    EXPECT_EQ(with("state", "resolved"), refused(400, "bad_request"));
    json dated = order(type);
    dated["created_at"] = 1'600'000'000;
    EXPECT_EQ(refusal("2.10", "POST", "/tickets", dated), refused(400, "bad_request"));
    EXPECT_EQ(in("2.11", "POST", "/tickets", dated)["created_at"], 1'600'000'000);
    EXPECT_EQ(asker.truth("contacts").size(), contacts);
}

TEST_F(TicketWrites, ListValuesAreWrittenByTheIdOfTheItem)
{
    const json type = type_of("Customer");
    const std::string path = "/tickets/" + make("Customer");
    json severity;
    for (const json& a : type["ticket_type_attributes"]["data"]) {
        severity = a["name"] == "Severity" ? a : severity;
    }
    const json item = severity["input_options"]["items"][1];
    const auto put = [&](const json& value) {
        return asker.write("PUT", path, {{"ticket_attributes", {{"Severity", value}}}});
    };
    EXPECT_EQ(client::read(put(item["id"]))["ticket_attributes"]["Severity"], item["name"]);
    EXPECT_EQ(client::refusal_of(put(item["name"])), refused(400, "parameter_invalid"));
    EXPECT_FALSE(client::read(put(nullptr))["ticket_attributes"].contains("Severity"));
    for (const json& bad : {json{{"affected users", "many"}}, json{{"due \"by\"", "soon"}},
                            json{{"_default_title_", nullptr}}, json{{"_default_title_", 5}}}) {
        EXPECT_EQ(refusal("2.14", "PUT", path, {{"ticket_attributes", bad}}),
                  refused(400, "parameter_invalid"))
            << bad;
    }
}

TEST_F(TicketWrites, StatesAreWrittenAsEachVersionKnowsThem)
{
    const std::string path = "/tickets/" + make("Customer");
    asker.now += 30s;
    json r = in("2.11", "PUT", path, {{"state", "in_progress"}});
    EXPECT_EQ(r["ticket_state"], "in_progress");
    EXPECT_EQ(last_part(r)["part_type"], "ticket_state_updated_by_admin");
    EXPECT_EQ(last_part(r)["previous_ticket_state"], "submitted");
    EXPECT_EQ(last_part(r)["ticket_state"], "in_progress");
    EXPECT_EQ(r["updated_at"], 1'700'000'030);
    EXPECT_EQ(refusal("2.11", "PUT", path, {{"state", "submitted"}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.11", "PUT", path, {{"ticket_state_id", state_of("resolved")}}),
              refused(400, "bad_request"));
    EXPECT_EQ(refusal("2.12", "PUT", path, {{"state", "resolved"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal("2.12", "PUT", path, {{"ticket_state_id", 0}}),
              refused(400, "ticket_state_id_invalid"));
    r = in("2.12", "PUT", path, {{"ticket_state_id", state_of("resolved")}});
    EXPECT_EQ(r["ticket_state"]["category"], "resolved");
    EXPECT_EQ(r["open"], false);
}

TEST_F(TicketWrites, AssignmentIsWrittenAsEachVersionKnowsIt)
{
    const std::string path = "/tickets/" + make("Customer");
    json r = in("2.13", "PUT", path,
                {{"assignment", {{"admin_id", admin}, {"assignee_id", other_admin}}}});
    EXPECT_EQ(r["admin_assignee_id"], other_admin);
    EXPECT_EQ(last_part(r)["part_type"], "assignment");
    EXPECT_EQ(last_part(r)["assigned_to"]["id"], other_admin);
    EXPECT_EQ(refusal("2.13", "PUT", path, {{"admin_id", admin}, {"assignee_id", team}}),
              refused(400, "bad_request"));
    EXPECT_EQ(refusal("2.14", "PUT", path,
                      {{"assignment", {{"admin_id", admin}, {"assignee_id", team}}}}),
              refused(400, "bad_request"));
    r = in("2.14", "PUT", path, {{"admin_id", std::stoll(admin)}, {"assignee_id", team}});
    EXPECT_EQ(r["team_assignee_id"], team);
    EXPECT_EQ(r["admin_assignee_id"], other_admin);
    r = in("2.16", "PUT", path, {{"admin_id", admin}, {"assignee_id", 0}});
    EXPECT_EQ(r["team_assignee_id"], 0);
    EXPECT_EQ(r["admin_assignee_id"], 0);
    EXPECT_EQ(refusal("2.14", "PUT", path, {{"admin_id", 123}, {"assignee_id", team}}),
              refused(404, "assignee_not_found"));
    EXPECT_EQ(refusal("2.14", "PUT", path, {{"admin_id", admin}, {"assignee_id", "456"}}),
              refused(404, "assignee_not_found"));
}

TEST_F(TicketWrites, OpenSnoozedSharedAndCompany)
{
    const std::string id = make("Customer");
    const std::string path = "/tickets/" + id;
    json r = in("2.14", "PUT", path, {{"snoozed_until", 1'700'001'000}, {"is_shared", false}});
    EXPECT_EQ(r["snoozed_until"], 1'700'001'000);
    EXPECT_EQ(r["is_shared"], false);
    r = in("2.14", "PUT", path, {{"open", false}});
    EXPECT_EQ(r["open"], false);
    EXPECT_FALSE(r.contains("snoozed_until") && !r["snoozed_until"].is_null());
    const std::string company = asker.truth("companies").back()["id"];
    EXPECT_EQ(refusal("2.14", "PUT", path, {{"company_id", company}}),
              refused(400, "parameter_invalid"));
    asker.send("POST", "/contacts/" + user + "/companies", {{"id", company}});
    in("2.14", "PUT", path, {{"company_id", company}});
    EXPECT_EQ(asker.truth("tickets").back()["_truth"]["company"], company);
    in("2.14", "PUT", path, {{"company_id", nullptr}});
    EXPECT_TRUE(asker.truth("tickets").back()["_truth"]["company"].is_null());
    EXPECT_EQ(refusal("2.14", "PUT", path, {{"title", "x"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal("2.14", "PUT", "/tickets/1", {{"open", false}}),
              refused(404, "ticket_not_found"));
}

TEST_F(TicketWrites, RepliesAnswerWithThePart)
{
    const std::string path = "/tickets/" + make("Customer");
    const json part = in("2.14", "POST", path + "/reply",
                         {{"message_type", "comment"},
                          {"type", "user"},
                          {"intercom_user_id", user},
                          {"body", "Thanks again :)"}});
    EXPECT_EQ(part["type"], "ticket_part");
    EXPECT_EQ(part["body"], "<p>Thanks again :)</p>");
    EXPECT_EQ(last_part(asker.get(path))["id"], part["id"]);
    const json options = in("2.14", "POST", path + "/reply",
                            {{"message_type", "quick_reply"},
                             {"type", "admin"},
                             {"admin_id", admin},
                             {"reply_options", {{{"text", "Yes"}, {"uuid", "u-1"}}}}});
    EXPECT_EQ(options["part_type"], "quick_reply");
    EXPECT_EQ(refusal("2.10", "POST", path + "/reply",
                      {{"message_type", "note"},
                       {"type", "admin"},
                       {"admin_id", admin},
                       {"body", "x"},
                       {"created_at", 5}}),
              refused(400, "bad_request"));
    const std::string back = "/tickets/" + make("Back-office");
    EXPECT_EQ(refusal("2.14", "POST", back + "/reply",
                      {{"message_type", "comment"},
                       {"type", "user"},
                       {"intercom_user_id", user},
                       {"body", "x"}}),
              refused(400, "parameter_mismatch"));
    EXPECT_EQ(
        refusal("2.14", "POST", "/tickets/1/reply",
                {{"message_type", "note"}, {"type", "admin"}, {"admin_id", admin}, {"body", "x"}}),
        refused(404, "not_found"));
}

TEST_F(TicketWrites, NotesAreCrossPostedToLinkedConversations)
{
    const std::string talk = converse();
    json wanted = order(type_of("Back-office"));
    wanted["conversation_to_link_id"] = talk;
    const std::string id = in("2.14", "POST", "/tickets", wanted)["id"];
    EXPECT_EQ(asker.get("/conversations/" + talk)["linked_objects"]["data"][0]["id"], id);
    in("2.14", "POST", "/tickets/" + id + "/reply",
       {{"message_type", "note"},
        {"type", "admin"},
        {"admin_id", admin},
        {"body", "for all"},
        {"cross_post", true}});
    const json parts = asker.get("/conversations/" + talk)["conversation_parts"];
    EXPECT_EQ(parts["conversation_parts"].back()["body"], "<p>for all</p>");
    wanted["ticket_type_id"] = type_of("Customer")["id"];
    EXPECT_EQ(refusal("2.14", "POST", "/tickets", wanted), refused(400, "parameter_invalid"));
}

TEST_F(TicketWrites, TagsAreWrittenButNotShown)
{
    const std::string id = make("Customer");
    const std::string path = "/tickets/" + id + "/tags";
    const std::string tag = asker.truth("tags").back()["id"];
    EXPECT_EQ(asker.send("POST", path, {{"id", tag}, {"admin_id", admin}})["id"], tag);
    EXPECT_EQ(asker.truth("tickets").back()["_truth"]["tags"], json::array({tag}));
    EXPECT_FALSE(asker.get("/tickets/" + id).contains("tags"));
    asker.send("DELETE", path + "/" + tag, {{"admin_id", admin}});
    EXPECT_EQ(refusal("2.14", "DELETE", path + "/" + tag, {{"admin_id", admin}}),
              refused(404, "tag_not_found"));
    EXPECT_EQ(refusal("2.14", "POST", "/tickets/1/tags", {{"id", tag}, {"admin_id", admin}}),
              refused(404, "ticket_not_found"));
}

TEST_F(TicketWrites, ConversationsAreConverted)
{
    const std::string talk = converse();
    const std::string path = "/conversations/" + talk + "/convert";
    EXPECT_EQ(refusal("2.14", "POST", path, {{"ticket_type_id", type_of("Back-office")["id"]}}),
              refused(400, "parameter_invalid"));
    const json type = type_of("Customer");
    EXPECT_EQ(refusal("2.14", "POST", path,
                      {{"ticket_type_id", type["id"]}, {"ticket_state_id", state_of("resolved")}}),
              refused(400, "bad_request"));
    const json made = in("2.16", "POST", path,
                         {{"ticket_type_id", type["id"]},
                          {"ticket_state_id", state_of("in_progress")},
                          {"attributes", {{"_default_title_", "from a talk"}}}});
    EXPECT_EQ(made["id"], talk);
    EXPECT_EQ(made["ticket_state"]["category"], "in_progress");
    EXPECT_EQ(made["contacts"]["contacts"][0]["id"], user);
    EXPECT_EQ(asker.get("/conversations/" + talk)["ticket"]["id"], talk);
    EXPECT_EQ(refusal("2.16", "POST", path, {{"ticket_type_id", type["id"]}}),
              refused(400, "parameter_invalid"));
    // They go together.
    in("2.13", "DELETE", "/tickets/" + talk);
    EXPECT_EQ(asker.ask("GET", "/conversations/" + talk).status, 404U);
}

TEST_F(TicketWrites, AreDeletedSince213)
{
    const std::string path = "/tickets/" + make("Back-office");
    EXPECT_EQ(refusal("2.12", "DELETE", path), refused(400, "intercom_version_invalid"));
    EXPECT_EQ(in("2.13", "DELETE", path)["object"], "ticket");
    EXPECT_EQ(refusal("2.13", "DELETE", path), refused(404, "ticket_not_found"));
}

TEST_F(TicketWrites, ChangeTheirTypeSince216)
{
    const json from = type_of("Customer");
    const json made = asker.send("POST", "/ticket_types",
                                 {{"name", "Other"}, {"category", "Customer"}, {"icon", "🎟️"}});
    const std::string path = "/tickets/" + make("Customer") + "/change_type";
    const std::string state = state_of("in_progress");
    EXPECT_EQ(refusal("2.16", "POST", path, {{"ticket_type_id", from["id"]}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(
        refusal("2.16", "POST", path, {{"ticket_type_id", from["id"]}, {"ticket_state_id", state}}),
        refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.16", "POST", path,
                      {{"ticket_type_id", type_of("Tracker")["id"]}, {"ticket_state_id", state}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.16", "POST", path,
                      {{"ticket_type_id", made["id"]},
                       {"ticket_state_id", state},
                       {"ticket_attributes", {{"Priority", 1}}}}),
              refused(400, "parameter_invalid"));
    const json after =
        in("2.16", "POST", path, {{"ticket_type_id", made["id"]}, {"ticket_state_id", state}});
    EXPECT_EQ(after["ticket_type"]["id"], made["id"]);
    EXPECT_EQ(after["ticket_attributes"]["_default_title_"], "example");
}

TEST_F(TicketWrites, TrackersAreLinkedToConversationsSince216)
{
    const std::string tracker = make("Tracker");
    const std::string talk = converse();
    const std::string path = "/tickets/" + tracker + "/linked_conversations";
    EXPECT_EQ(refusal("2.15", "POST", path, {{"conversation_id", talk}}),
              refused(400, "intercom_version_invalid"));
    EXPECT_EQ(in("2.16", "POST", path, {{"conversation_id", talk}})["id"], talk);
    EXPECT_EQ(refusal("2.16", "POST", path, {{"conversation_id", talk}}),
              refused(400, "already_linked_to_tracker"));
    EXPECT_EQ(refusal("2.16", "POST", path, json::object()), refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("2.16", "POST", path, {{"conversation_id", "1"}}),
              refused(404, "conversation_not_found"));
    EXPECT_EQ(refusal("2.16", "POST", "/tickets/" + make("Customer") + "/linked_conversations",
                      {{"conversation_id", talk}}),
              refused(400, "invalid_ticket_type"));
    EXPECT_EQ(in("2.16", "DELETE", path + "/" + talk)["id"], talk);
    EXPECT_EQ(refusal("2.16", "DELETE", path + "/" + talk), refused(404, "conversation_not_found"));
    EXPECT_EQ(asker.get("/conversations/" + talk)["linked_objects"]["total_count"], 0);
}

TEST_F(TicketWrites, AreEnqueuedSince214)
{
    const json job = in("2.14", "POST", "/tickets/enqueue", order(type_of("Customer")));
    EXPECT_EQ(job["status"], "pending");
    const std::string path = "/jobs/status/" + job["id"].get<std::string>();
    EXPECT_EQ(in("2.14", "GET", path)["resource_id"], nullptr);
    asker.now += 3s;
    const json done = in("2.14", "GET", path);
    EXPECT_EQ(done["status"], "success");
    EXPECT_EQ(asker.ask("GET", "/tickets/" + done["resource_id"].get<std::string>()).status, 200U);
    json wrong = order(type_of("Customer"));
    wrong["ticket_attributes"] = json::object();
    EXPECT_EQ(refusal("2.14", "POST", "/tickets/enqueue", wrong),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.14", "GET", "/jobs/status/none"), refused(404, "job_not_found"));
}

TEST_F(TicketWrites, TypesAndTheirAttributes)
{
    const json type = asker.send("POST", "/ticket_types",
                                 {{"name", "Bug"}, {"category", "Tracker"}, {"description", "d"}});
    EXPECT_EQ(type["ticket_type_attributes"]["data"].size(), 2U);
    EXPECT_EQ(type["description"], "d");
    const std::string path = "/ticket_types/" + type["id"].get<std::string>();
    EXPECT_EQ(asker.send("PUT", path, {{"name", "Bug 2"}})["name"], "Bug 2");
    const json attribute = asker.send(
        "POST", path + "/attributes",
        {{"name", "OS"}, {"description", "which"}, {"data_type", "list"}, {"list_items", "a, b"}});
    EXPECT_EQ(attribute["input_options"]["items"][1]["name"], "b");
    EXPECT_EQ(attribute["order"], 2);
    const std::string own = path + "/attributes/" + attribute["id"].get<std::string>();
    EXPECT_EQ(asker.send("PUT", own, {{"description", "other"}})["description"], "other");
    EXPECT_EQ(asker.send("PUT", own, {{"archived", true}})["archived"], true);
    EXPECT_EQ(asker.get(path)["ticket_type_attributes"]["data"].size(), 3U);
    EXPECT_EQ(refusal("2.14", "POST", "/ticket_types", {{"category", "Tracker"}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("2.14", "POST", "/ticket_types", {{"name", "x"}, {"category", "Sport"}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.14", "PUT", own, {{"data_type", "string"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal("2.14", "PUT", own, {{"multiline", true}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.14", "POST", path + "/attributes",
                      {{"name", "OS"}, {"description", ""}, {"data_type", "string"}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("2.14", "PUT", "/ticket_types/1", {{"name", "x"}}),
              refused(404, "not_found"));
}

} // namespace
} // namespace intercom_sandbox
