#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

// Data attributes, admins away, events, visitors, exports, calls: one test each.
struct SmallWrites : ::testing::Test
{
    client asker{client::plain("2.14")};

    refused refusal(const std::string& method, const std::string& target, const json& body,
                    const std::string& version = "2.14")
    {
        return client::refusal_of(asker.write(method, target, body, version));
    }
};

TEST_F(SmallWrites, DataAttributesAreCreatedAndThenUsable)
{
    const json made = client::read(asker.write("POST", "/data_attributes",
                                               {{"name", "Mithril Shirt"},
                                                {"model", "contact"},
                                                {"data_type", "string"},
                                                {"options", {{{"value", "S"}}, {{"value", "M"}}}}},
                                               "2.14"));
    EXPECT_EQ(made["full_name"], "custom_attributes.Mithril Shirt");
    EXPECT_EQ(made["options"], json::array({"S", "M"}));
    EXPECT_EQ(made["custom"], true);
    EXPECT_EQ(made["messenger_writable"], false);
    const auto wear = [&](const char* size) {
        return asker.write("POST", "/contacts",
                           {{"role", "lead"}, {"custom_attributes", {{"Mithril Shirt", size}}}});
    };
    EXPECT_EQ(wear("M").status, 200U);
    EXPECT_EQ(wear("XL").status, 400U);
    asker.now += 5s;
    const std::string path = "/data_attributes/" + made["id"].dump();
    const json gone = asker.send("PUT", path, {{"archived", true}});
    EXPECT_EQ(gone["archived"], true);
    EXPECT_EQ(gone["updated_at"], 1'700'000'005);
    EXPECT_EQ(wear("M").status, 400U);
    EXPECT_EQ(
        client::read(asker.write("POST", "/data_attributes",
                                 {{"name", "old"}, {"model", "company"}, {"data_type", "date"}},
                                 "2.10"))["messenger_writable"],
        true);
}

TEST_F(SmallWrites, DataAttributesRefuseWhatCannotBe)
{
    const auto created = [&](const json& body) {
        return refusal("POST", "/data_attributes", body);
    };
    const json good{{"name", "n"}, {"model", "contact"}, {"data_type", "string"}};
    const auto with = [&](const std::string& member, const json& value) {
        json changed = good;
        changed[member] = value;
        return created(changed);
    };
    const refused invalid(400, "parameter_invalid");
    EXPECT_EQ(with("name", "no!"), invalid);
    EXPECT_EQ(with("name", "plan_tier"), invalid);
    EXPECT_EQ(with("name", "seats"), invalid) << "companies have it";
    EXPECT_EQ(with("model", "conversation"), invalid);
    EXPECT_EQ(with("data_type", "colour"), invalid);
    EXPECT_EQ(with("options", "a,b"), invalid);
    EXPECT_EQ(with("options", {{{"value", "only"}}}), invalid);
    EXPECT_EQ(created({{"name", "n"}, {"model", "contact"}}), refused(400, "parameter_not_found"));
    const std::string first = [&] {
        for (const json& a : asker.truth("data_attributes")) {
            if (a.contains("id")) {
                return a["id"].dump();
            }
        }
        return std::string();
    }();
    EXPECT_EQ(refusal("PUT", "/data_attributes/1", {{"archived", true}}),
              refused(404, "field_not_found"));
    EXPECT_EQ(refusal("PUT", "/data_attributes/" + first, {{"data_type", "string"}}),
              refused(400, "bad_request"));
    EXPECT_EQ(refusal("PUT", "/data_attributes/" + first, {{"archived", true}}),
              refused(422, "data_invalid"));
    EXPECT_EQ(refusal("PUT", "/data_attributes/" + first, {{"options", 5}}), invalid);
}

TEST_F(SmallWrites, AdminsGoAway)
{
    const std::string path = "/admins/" + asker.truth("admins").front()["id"].get<std::string>();
    const json away{{"away_mode_enabled", true}, {"away_mode_reassign", true}};
    const json answer = asker.send("PUT", path + "/away", away);
    EXPECT_EQ(answer["away_mode_enabled"], true);
    EXPECT_EQ(answer["away_mode_reassign"], true);
    EXPECT_EQ(asker.get(path), answer);
    EXPECT_EQ(refusal("PUT", "/admins/1/away", away), refused(404, "admin_not_found"));
    EXPECT_EQ(refusal("PUT", path + "/away", {{"away_mode_enabled", true}}),
              refused(400, "parameter_not_found"));
    json reason = away;
    reason["away_status_reason_id"] = 5;
    EXPECT_EQ(refusal("PUT", path + "/away", reason, "2.13"), refused(400, "bad_request"));
    EXPECT_EQ(asker.write("PUT", path + "/away", reason, "2.14").status, 200U);
}

TEST_F(SmallWrites, EventsAreSubmitted)
{
    const std::string id =
        asker.send("POST", "/contacts", {{"external_id", "e1"}, {"email", "e@x.example"}})["id"];
    for (const json& who :
         {json{{"id", id}}, json{{"user_id", "e1"}}, json{{"email", "E@x.example"}}}) {
        json event{
            {"event_name", "bought"}, {"created_at", 1'699'999'999}, {"metadata", {{"n", 1}}}};
        event.update(who);
        const response r = asker.write("POST", "/events", event);
        EXPECT_EQ(r.status, 202U) << r.body;
        EXPECT_EQ(r.body, "");
    }
    ASSERT_EQ(asker.truth("data_events").size(), 3U);
    EXPECT_EQ(asker.truth("data_events")[2]["contact_id"], id);
    EXPECT_EQ(refusal("POST", "/events", {{"event_name", "x"}, {"created_at", 1}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("POST", "/events", {{"event_name", "x"}, {"id", id}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(
        refusal("POST", "/events", {{"event_name", "x"}, {"created_at", 1}, {"user_id", "nobody"}}),
        refused(404, "not_found"));
    EXPECT_EQ(asker
                  .write("POST", "/events/summaries",
                         {{"user_id", "e1"},
                          {"event_summaries", {{"event_name", "bought"}, {"count", 3}}}})
                  .status,
              200U);
}

TEST_F(SmallWrites, VisitorsAreUpdatedAndConverted)
{
    const auto visitors = asker.truth("visitors");
    const std::string user_id = visitors[0]["user_id"];
    EXPECT_EQ(asker.get("/visitors?user_id=" + user_id)["id"], visitors[0]["id"]);
    EXPECT_EQ(asker.send("PUT", "/visitors",
                         {{"id", visitors[0]["id"]}, {"name", "Gareth Bale"}})["name"],
              "Gareth Bale");
    EXPECT_EQ(refusal("PUT", "/visitors", {{"user_id", "fail"}, {"name", "x"}}),
              refused(404, "not_found"));
    const json made = asker.send("POST", "/visitors/convert",
                                 {{"visitor", {{"user_id", user_id}}},
                                  {"user", {{"email", "foo@bar.example"}}},
                                  {"type", "user"}});
    EXPECT_EQ(made["id"], visitors[0]["id"]);
    EXPECT_EQ(made["role"], "user");
    EXPECT_EQ(made["name"], "Gareth Bale");
    EXPECT_EQ(asker.ask("GET", "/visitors?user_id=" + user_id).status, 404U);
    const json merged = asker.send("POST", "/visitors/convert",
                                   {{"visitor", {{"id", visitors[1]["id"]}}},
                                    {"user", {{"id", made["id"]}}},
                                    {"type", "user"}});
    EXPECT_EQ(merged["id"], made["id"]);
    // A visitor who says something is a lead.
    const std::string third = visitors[2]["id"];
    const json from{{"type", "contact"}, {"id", third}};
    asker.send("POST", "/conversations", {{"from", from}, {"body", "Anybody there?"}});
    EXPECT_EQ(asker.get("/contacts/" + third)["role"], "lead");
}

TEST_F(SmallWrites, OneExportAtATime)
{
    const json range{{"created_at_after", 1'699'000'000}, {"created_at_before", 1'700'000'000}};
    const json job = asker.send("POST", "/export/content/data", range);
    EXPECT_EQ(job["status"], "pending");
    const std::string id = job["job_identifier"];
    EXPECT_EQ(refusal("POST", "/export/content/data", range), refused(429, "rate_limit_exceeded"));
    asker.now += 2s;
    EXPECT_EQ(asker.get("/export/content/data/" + id)["status"], "in_progress");
    asker.now += 3s;
    EXPECT_EQ(asker.get("/export/content/data/" + id)["status"], "completed");
    const header_list headers{{"Authorization", "Bearer x"},
                              {"Accept", "application/octet-stream"}};
    const std::string file = "/download/content/data/" + id;
    EXPECT_EQ(asker.ask("GET", file, "", headers).body.substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(asker.ask("GET", file).status, 400U);
    asker.now += 48h;
    EXPECT_EQ(asker.ask("GET", file, "", headers).status, 404U);
    const std::string second = asker.send("POST", "/export/content/data", range)["job_identifier"];
    EXPECT_EQ(asker.send("POST", "/export/cancel/" + second)["status"], "canceled");
    asker.now += 9s;
    EXPECT_EQ(asker.get("/export/content/data/" + second)["status"], "canceled");
}

TEST_F(SmallWrites, CallsGoOnInTheMessenger)
{
    const std::string id = asker.send(
        "POST", "/contacts", {{"email", "call@x.example"}, {"phone", "+353861234567"}})["id"];
    const json answer =
        asker.send("POST", "/phone_call_redirects",
                   {{"phone", "+353861234567"}, {"custom_attributes", {{"orders", 9}}}});
    EXPECT_EQ(answer["type"], "phone_call_redirect");
    EXPECT_EQ(asker.get("/contacts/" + id)["custom_attributes"]["orders"], 9);
    const response bad = asker.write("POST", "/phone_call_redirects", {{"phone", "12"}});
    EXPECT_EQ(bad.status, 400U);
    EXPECT_EQ(json::parse(bad.body)["error_key"], "invalid_phone_number");
    EXPECT_EQ(asker.write_counts()["POST /phone_call_redirects"]["refused"], 1);
}

TEST_F(SmallWrites, ContactsAreWrittenByTheHundredInPreview)
{
    const std::string tag = asker.truth("tags").back()["id"];
    const auto bulk = [&](const std::string& method, const std::string& target, const json& body) {
        return asker.write(method, target, body, "Preview");
    };
    EXPECT_EQ(refusal("POST", "/contacts/bulk", {{"contacts", json::array()}}, "2.16"),
              refused(400, "intercom_version_invalid"));
    const json created{{"contacts",
                        {{{"external_id", "b1"},
                          {"email", "b1@x.example"},
                          {"companies", {{{"company_id", "bulk-co"}, {"name", "Bulk"}}}},
                          {"tags", {{"add", {{{"id", tag}}, {{"id", "1"}}}}}}},
                         {{"external_id", "b1"}}}}};
    const response answer = bulk("POST", "/contacts/bulk", created);
    EXPECT_EQ(answer.status, 202U);
    const json job = json::parse(answer.body);
    EXPECT_EQ(job["state"], "running");
    EXPECT_EQ(job["tasks"][0]["item_count"], 2);
    EXPECT_EQ(asker.ask("GET", "/contacts/find_by_external_id/b1").status, 404U);
    asker.now += 3s;
    const std::string path = "/contacts/bulk/" + job["id"].get<std::string>();
    EXPECT_EQ(client::read(bulk("GET", path, nullptr))["state"], "completed_with_errors");
    const json made = asker.get("/contacts/find_by_external_id/b1");
    EXPECT_EQ(made["tags"]["data"][0]["id"], tag);
    EXPECT_EQ(made["companies"]["total_count"], 1);
    EXPECT_EQ(asker.writes().back()["operation"], "job");

    const json id{{"id", made["id"]}};
    json renamed = id;
    renamed["name"] = "Renamed";
    bulk("PUT", "/contacts/bulk", {{"contacts", {renamed}}});
    asker.now += 3s;
    EXPECT_EQ(asker.get("/contacts/find_by_external_id/b1")["name"], "Renamed");
    bulk("POST", "/contacts/bulk/delete", {{"contacts", {id}}});
    asker.now += 3s;
    EXPECT_EQ(asker.ask("GET", "/contacts/" + made["id"].get<std::string>()).status, 404U);

    EXPECT_EQ(client::refusal_of(bulk("POST", "/contacts/bulk", json::object())),
              refused(422, "field_not_found"));
    EXPECT_EQ(client::refusal_of(bulk("POST", "/contacts/bulk", {{"contacts", 5}})),
              refused(422, "type_mismatch"));
    EXPECT_EQ(client::refusal_of(bulk("POST", "/contacts/bulk", {{"contacts", {5}}})),
              refused(422, "type_mismatch"));
    EXPECT_EQ(client::refusal_of(bulk("PUT", "/contacts/bulk", {{"contacts", {json::object()}}})),
              refused(422, "field_not_found"));
    EXPECT_EQ(client::refusal_of(
                  bulk("PUT", "/contacts/bulk", {{"contacts", std::vector<json>(101, id)}})),
              refused(422, "parameter_invalid"));
    EXPECT_EQ(client::refusal_of(bulk("PUT", "/contacts/bulk",
                                      {{"contacts", {id}}, {"job", {{"id", "job_v2_0"}}}})),
              refused(404, "job_not_found"));
}

TEST_F(SmallWrites, CompaniesAreWrittenByTheHundredInPreview)
{
    asker.write("POST", "/companies/bulk",
                {{"companies", {{{"company_id", "one"}}, {{"company_id", "two"}, {"size", 2}}}}},
                "Preview");
    asker.now += 3s;
    const json two = asker.get("/companies?company_id=two");
    EXPECT_EQ(two["size"], 2);
    asker.write("PUT", "/companies/bulk", {{"companies", {{{"id", two["id"]}, {"name", "Two"}}}}},
                "Preview");
    asker.now += 3s;
    EXPECT_EQ(asker.get("/companies?company_id=two")["name"], "Two");
    asker.write("POST", "/companies/bulk/delete", {{"companies", {{{"id", two["id"]}}}}},
                "Preview");
    asker.now += 5s;
    EXPECT_EQ(asker.ask("GET", "/companies?company_id=two").status, 404U);
}

TEST_F(SmallWrites, AttributesOfConversationsSince216)
{
    const auto in_216 = [&](const std::string& method, const std::string& target,
                            const json& body = nullptr) {
        return asker.write(method, target, body, "2.16");
    };
    const std::string all = "/conversations/attributes";
    const json body{{"name", "Severity"},
                    {"data_type", "list"},
                    {"options", {{{"label", "Low"}}, {{"label", "High"}}}}};
    EXPECT_EQ(refusal("POST", all, body, "2.15"), refused(400, "intercom_version_invalid"));
    const json made = client::read(in_216("POST", all, body));
    EXPECT_EQ(made["data_type"], "list");
    const std::string path = all + "/" + made["id"].dump();
    EXPECT_EQ(client::read(in_216("GET", path)), made);
    EXPECT_EQ(client::read(in_216("GET", all))["data"].back(), made);
    json after = client::read(in_216("POST", path + "/options", {{"label", "Urgent"}}));
    EXPECT_EQ(after["options"].size(), 3U);
    const std::string option = path + "/options/" + made["options"][0]["id"].get<std::string>();
    after = client::read(in_216("PUT", option, {{"label", "Lowest"}}));
    EXPECT_EQ(after["options"][0]["label"], "Lowest");
    EXPECT_EQ(after["options"][0]["id"], made["options"][0]["id"]);
    after = client::read(in_216("DELETE", option));
    EXPECT_EQ(after["options"].size(), 2U);
    EXPECT_EQ(client::refusal_of(in_216("DELETE", option)),
              refused(404, "conversation_attribute_not_found"));
    EXPECT_EQ(client::refusal_of(in_216("POST", path + "/options", {{"name", "x"}})),
              refused(422, "parameter_invalid"));
    EXPECT_EQ(client::refusal_of(in_216("POST", all, {{"name", "n"}, {"data_type", "odd"}})),
              refused(422, "parameter_invalid"));
    // It can be written at once; with the old API it can be seen up to 2.15 only.
    const std::string talk =
        "/conversations/" + asker.truth("conversations").front()["id"].get<std::string>();
    EXPECT_EQ(client::read(in_216("PUT", talk,
                                  {{"custom_attributes",
                                    {{"Severity", "High"}}}}))["custom_attributes"]["Severity"],
              "High");
    EXPECT_EQ(client::refusal_of(
                  in_216("PUT", "/data_attributes/" + made["id"].dump(), {{"description", "d"}})),
              refused(404, "field_not_found"));
    EXPECT_EQ(client::read(in_216("DELETE", path))["archived"], true);
    EXPECT_EQ(in_216("PUT", talk, {{"custom_attributes", {{"Severity", "High"}}}}).status, 400U);
}

} // namespace
} // namespace intercom_sandbox
