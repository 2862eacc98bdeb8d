#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct ContactWrites : ::testing::Test
{
    client asker{client::plain("2.14")};

    std::string some(const std::string& role)
    {
        for (const json& c : asker.truth("contacts")) {
            if (c["role"] == role) {
                return c["id"].get<std::string>();
            }
        }
        return "";
    }
    json contact(const std::string& id) { return asker.get("/contacts/" + id); }
    json last_write()
    {
        const auto lines = asker.writes();
        return lines.empty() ? json() : lines.back();
    }
};

TEST_F(ContactWrites, CreatesOneThatIsFoundAtOnceByIdAndNormalised)
{
    asker.now += 1h;
    const json made = asker.send("POST", "/contacts",
                                 {{"email", "  Ada.Lovelace@Example.COM "},
                                  {"name", " Ada  "},
                                  {"phone", "+44 (20) 7946-0018"},
                                  {"signed_up_at", 1'700'000'000.75},
                                  {"custom_attributes", {{"plan_tier", "pro"}, {"orders", 3}}}});
    EXPECT_EQ(made["role"], "user");
    EXPECT_EQ(made["email"], "ada.lovelace@example.com");
    EXPECT_EQ(made["name"], "Ada");
    EXPECT_EQ(made["phone"], "+442079460018");
    EXPECT_EQ(made["signed_up_at"], 1'700'000'000);
    EXPECT_EQ(made["created_at"], 1'700'003'600);
    EXPECT_EQ(made["avatar"], nullptr);
    EXPECT_EQ(made["custom_attributes"], (json{{"plan_tier", "pro"}, {"orders", 3}}));
    EXPECT_EQ(contact(made["id"].get<std::string>()), made);
    EXPECT_EQ(last_write()["effects"][0]["how"], "created");
}

TEST_F(ContactWrites, AreSearchableAfterTheIndexLagOnly)
{
    options wanted = client::plain("2.14");
    wanted.index_lag = 60s;
    client lagging(wanted);
    const json made = lagging.send("POST", "/contacts", {{"external_id", "new-one"}});
    const json query = client::filter("external_id", "=", "new-one");
    EXPECT_TRUE(lagging.search("contacts", query).empty());
    lagging.now += 60s;
    EXPECT_EQ(client::ids(lagging.search("contacts", query)),
              std::vector{made["id"].get<std::string>()});
}

TEST_F(ContactWrites, RefuseWhatCannotBe)
{
    const std::string user = some("user");
    const auto refusal = [&](const json& body) {
        return client::refusal_of(asker.write("PUT", "/contacts/" + user, body));
    };
    const std::string before = asker.world.truth("contacts");
    EXPECT_EQ(refusal({{"surname", "x"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal({{"updated_at", 1}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal({{"name", 7}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"email", nullptr}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"email", "no address"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"phone", "call me"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"role", "visitor"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"role", "lead"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"last_seen_at", 1'700'000'000'000}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"owner_id", "1"}}), refused(404, "admin_not_found"));
    EXPECT_EQ(refusal({{"unsubscribed_from_emails", "yes"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"custom_attributes", 5}}), refused(400, "parameter_invalid"));
    for (const json& attributes :
         {json{{"no_such", 1}}, json{{"orders", "many"}}, json{{"orders", 1.5}},
          json{{"plan_tier", "gold"}}, json{{"is_vip", "true"}}, json{{"birthday", "soon"}},
          json{{"plan_tier", json::array()}}, json{{"orders", {{"a", 1}}}}}) {
        EXPECT_EQ(refusal({{"custom_attributes", attributes}}), refused(400, "parameter_invalid"))
            << attributes;
    }
    EXPECT_EQ(asker.ask("PUT", "/contacts/" + user, "{").status, 400U);
    EXPECT_EQ(asker.ask("PUT", "/contacts/" + user, R"({"name":"x"})").status, 400U)
        << "without a Content-Type";
    EXPECT_EQ(client::refusal_of(asker.write("POST", "/contacts", {{"name", "x"}})),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(asker.world.truth("contacts"), before);
    EXPECT_TRUE(asker.writes().empty());
    EXPECT_EQ(asker.write_counts()["PUT /contacts/{}"]["refused"], 22);
}

TEST_F(ContactWrites, ChangeWhatIsSentAndNothingElse)
{
    const std::string id = some("user");
    asker.send("PUT", "/contacts/" + id,
               {{"custom_attributes", {{"orders", 1}, {"plan_tier", "free"}}}, {"name", "First"}});
    const json before = contact(id);
    asker.now += 5s;
    const json after =
        asker.send("PUT", "/contacts/" + id,
                   {{"name", "Second"}, {"custom_attributes", {{"orders", 2}}}, {"phone", ""}});
    json expected = before;
    expected["name"] = "Second";
    expected["phone"] = nullptr;
    expected["custom_attributes"]["orders"] = 2;
    expected["updated_at"] = 1'700'000'005;
    EXPECT_EQ(after, expected);
    EXPECT_EQ(after["custom_attributes"]["plan_tier"], "free");
    const json entry = last_write();
    EXPECT_EQ(entry["operation"], "PUT /contacts/{}");
    EXPECT_EQ(entry["body"]["name"], "Second");
    EXPECT_EQ(entry["effects"][0]["id"], id);
}

TEST_F(ContactWrites, ThatChangeNothingMoveNothing)
{
    const std::string id = some("user");
    asker.send("PUT", "/contacts/" + id, {{"name", "Same"}});
    const json before = contact(id);
    asker.now += 1h;
    EXPECT_EQ(asker.send("PUT", "/contacts/" + id, {{"name", "Same"}}), before);
    EXPECT_TRUE(last_write()["effects"][0]["fields"].empty());
}

TEST_F(ContactWrites, NullClearsWhatMayBeNull)
{
    const std::string id = some("user");
    const std::string owner = asker.truth("admins").front()["id"];
    asker.send("PUT", "/contacts/" + id,
               {{"owner_id", owner},
                {"avatar", "https://img.example/me.png"},
                {"last_seen_at", 5},
                {"custom_attributes", {{"orders", 1}, {"birthday", 10}, {"is_vip", true}}}});
    EXPECT_EQ(contact(id)["avatar"]["image_url"], "https://img.example/me.png");
    EXPECT_EQ(contact(id)["owner_id"].dump().find(owner) != std::string::npos, true);
    const json after = asker.send(
        "PUT", "/contacts/" + id,
        {{"owner_id", nullptr},
         {"avatar", nullptr},
         {"last_seen_at", nullptr},
         {"name", nullptr},
         {"phone", nullptr},
         {"custom_attributes", {{"orders", nullptr}, {"birthday", ""}, {"is_vip", false}}}});
    for (const char* member : {"owner_id", "avatar", "last_seen_at", "name", "phone"}) {
        EXPECT_TRUE(after[member].is_null()) << member;
    }
    EXPECT_FALSE(after["custom_attributes"].contains("orders"));
    EXPECT_FALSE(after["custom_attributes"].contains("birthday"));
    EXPECT_EQ(after["custom_attributes"]["is_vip"], false);
}

TEST_F(ContactWrites, ConflictNamesWhoIsThere)
{
    const json made =
        asker.send("POST", "/contacts", {{"external_id", "x1"}, {"email", "a@b.example"}});
    const std::string id = made["id"];
    const auto conflict = [&](const json& body) {
        const response r = asker.write("POST", "/contacts", body);
        EXPECT_EQ(client::refusal_of(r), refused(409, "conflict")) << body;
        return json::parse(r.body)["errors"][0]["message"].get<std::string>();
    };
    EXPECT_EQ(conflict({{"external_id", "x1"}}),
              "A contact matching those details already exists with id=" + id);
    EXPECT_TRUE(conflict({{"email", "A@B.example"}}).ends_with(id));
    asker.send("POST", "/contacts", {{"email", "a@b.example"}, {"role", "lead"}});
    asker.send("POST", "/contacts/" + id + "/archive");
    EXPECT_EQ(conflict({{"external_id", "x1"}}),
              "An archived contact matching those details already exists with id=" + id);
    asker.send("DELETE", "/contacts/" + id);
    asker.send("POST", "/contacts", {{"external_id", "x1"}});
    EXPECT_EQ(client::refusal_of(
                  asker.write("PUT", "/contacts/" + some("user"), {{"external_id", "x1"}})),
              refused(409, "conflict"));
}

TEST_F(ContactWrites, LeadsBecomeUsersAndKeepTheirId)
{
    const std::string lead = some("lead");
    const json after =
        asker.send("PUT", "/contacts/" + lead, {{"role", "user"}, {"external_id", "now-known"}});
    EXPECT_EQ(after["role"], "user");
    EXPECT_EQ(asker.get("/contacts/find_by_external_id/now-known")["id"], lead);
}

TEST_F(ContactWrites, ArchiveUnarchiveAndDelete)
{
    const std::string id = some("user");
    const std::string path = "/contacts/" + id;
    json answer = asker.send("POST", path + "/archive");
    EXPECT_EQ(answer["archived"], true);
    EXPECT_EQ(answer["type"], "contact");
    EXPECT_EQ(asker.ask("GET", path).status, 404U);
    EXPECT_EQ(client::refusal_of(asker.write("PUT", path, {{"name", "x"}})),
              refused(404, "not_found"));
    EXPECT_EQ(asker.send("POST", path + "/unarchive")["archived"], false);
    EXPECT_EQ(asker.ask("GET", path).status, 200U);
    EXPECT_EQ(asker.truth("removed").back()["id"] == id, false);
    asker.send("POST", path + "/archive");
    EXPECT_EQ(asker.send("DELETE", path)["deleted"], true);
    EXPECT_EQ(asker.truth("removed").back()["how"], "deleted");
    EXPECT_EQ(client::refusal_of(asker.write("DELETE", path)), refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(asker.write("POST", path + "/unarchive")),
              refused(404, "not_found"));
}

TEST_F(ContactWrites, BlockedOnesCannotComeBack)
{
    const json made =
        asker.send("POST", "/contacts", {{"external_id", "spammer"}, {"email", "s@p.example"}});
    const std::string path = "/contacts/" + made["id"].get<std::string>();
    EXPECT_EQ(client::refusal_of(asker.write("POST", path + "/block", nullptr, "2.12")),
              refused(400, "intercom_version_invalid"));
    EXPECT_EQ(asker.send("POST", path + "/block")["blocked"], true);
    EXPECT_EQ(asker.ask("GET", path).status, 404U);
    EXPECT_EQ(client::refusal_of(asker.write("POST", "/contacts", {{"external_id", "spammer"}})),
              refused(400, "not_restorable"));
    EXPECT_EQ(client::refusal_of(asker.write("POST", path + "/unarchive")),
              refused(400, "not_restorable"));
}

TEST_F(ContactWrites, MergeALeadIntoAUser)
{
    const std::string lead =
        asker.send("POST", "/contacts", {{"role", "lead"}, {"email", "twin@x.example"}})["id"];
    const std::string user = asker.send("POST", "/contacts", {{"email", "twin@x.example"}})["id"];
    const std::string other = some("user");
    asker.send("POST", "/contacts/" + lead + "/notes", {{"body", "remember"}});
    const auto merge = [&](const json& body, const std::string& version) {
        return asker.write("POST", "/contacts/merge", body, version);
    };
    EXPECT_EQ(client::refusal_of(merge({{"from", user}, {"into", lead}}, "2.14")),
              refused(400, "invalid_merge"));
    EXPECT_EQ(client::refusal_of(merge({{"from", lead}, {"into", other}}, "2.16")),
              refused(400, "invalid_merge"));
    EXPECT_EQ(client::refusal_of(merge({{"from", lead}, {"into", "nobody"}}, "2.16")),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(merge({{"from", lead}}, "2.16")),
              refused(400, "parameter_not_found"));
    const json survivor = client::read(merge({{"from", lead}, {"into", user}}, "2.16"));
    EXPECT_EQ(survivor["id"], user);
    EXPECT_EQ(survivor["notes"]["total_count"], 1);
    const response gone = asker.write("PUT", "/contacts/" + lead, {{"name", "x"}}, "2.16");
    EXPECT_EQ(client::refusal_of(gone), refused(410, "contact_merged"));
    EXPECT_EQ(header(gone.headers, "Link"), "</contacts/" + user + ">; rel=\"canonical\"");
    EXPECT_EQ(client::refusal_of(asker.write("PUT", "/contacts/" + lead, {{"name", "x"}}, "2.14")),
              refused(404, "not_found"));
}

TEST_F(ContactWrites, OfLaterVersionsAreUnknownToEarlierOnes)
{
    const std::string path = "/contacts/" + some("user");
    const auto in = [&](const std::string& version, const json& body) {
        return asker.write("PUT", path, body, version).status;
    };
    const json verified{{"email", "new@x.example"}, {"email_verified", true}};
    EXPECT_EQ(in("2.15", verified), 400U);
    EXPECT_EQ(in("2.16", verified), 200U);
    EXPECT_EQ(in("2.16", {{"email_verified", true}}), 400U);
    EXPECT_EQ(in("2.16", {{"language_override", "de"}}), 400U);
    EXPECT_EQ(in("Preview", {{"language_override", "de"}}), 200U);
    EXPECT_EQ(asker.get(path)["language_override"], "de");
}

} // namespace
} // namespace intercom_sandbox
