#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

// Tags, companies, subscriptions and notes of contacts; notes and tags of companies.
struct LinkWrites : ::testing::Test
{
    client asker{client::plain("2.14")};
    std::string person =
        asker.send("POST", "/contacts", {{"email", "linked@x.example"}})["id"].get<std::string>();
    std::string path = "/contacts/" + person;
    std::string tag = asker.truth("tags").back()["id"].get<std::string>();
    std::string company = asker.truth("companies").back()["id"].get<std::string>();

    response write(const std::string& method, const std::string& target, const json& body = nullptr)
    {
        return asker.write(method, target, body);
    }
    json truth_of(const std::string& resource, const std::string& id)
    {
        for (const json& one : asker.truth(resource)) {
            if (one["id"] == id) {
                return one["_truth"];
            }
        }
        return nullptr;
    }
};

TEST_F(LinkWrites, TagAndUntagContacts)
{
    const json before = asker.get(path)["updated_at"];
    asker.now += 1h;
    const json applied = asker.send("POST", path + "/tags", {{"id", tag}});
    EXPECT_EQ(applied["type"], "tag");
    EXPECT_EQ(applied["id"], tag);
    EXPECT_EQ(applied["applied_at"], 1'700'003'600);
    EXPECT_EQ(asker.get(path)["tags"]["data"][0]["id"], tag);
    EXPECT_EQ(asker.get(path)["updated_at"], before);
    // Once more does no harm; the number may come as one.
    asker.send("POST", path + "/tags", {{"id", std::stoll(tag)}});
    EXPECT_EQ(truth_of("contacts", person)["tags"].size(), 1U);
    EXPECT_EQ(asker.send("DELETE", path + "/tags/" + tag)["id"], tag);
    EXPECT_EQ(truth_of("contacts", person)["tags"].size(), 0U);
    EXPECT_EQ(client::refusal_of(write("DELETE", path + "/tags/" + tag)),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/tags", {{"id", "123"}})),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", "/contacts/nobody/tags", {{"id", tag}})),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/tags", json::object())),
              refused(400, "parameter_not_found"));
}

TEST_F(LinkWrites, AttachAndDetachCompanies)
{
    const json count = asker.get("/companies/" + company)["user_count"];
    const json answer = asker.send("POST", path + "/companies", {{"id", company}});
    EXPECT_EQ(answer["type"], "company");
    EXPECT_EQ(answer["user_count"], count.get<int>() + 1);
    asker.send("POST", path + "/companies", {{"id", company}});
    EXPECT_EQ(asker.get("/companies/" + company)["user_count"], count.get<int>() + 1);
    EXPECT_EQ(truth_of("contacts", person)["companies"], json::array({company}));
    EXPECT_EQ(asker.send("DELETE", path + "/companies/" + company)["id"], company);
    EXPECT_EQ(asker.get("/companies/" + company)["user_count"], count);
    EXPECT_EQ(client::refusal_of(write("DELETE", path + "/companies/" + company)),
              refused(404, "company_not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/companies", {{"id", "123"}})),
              refused(404, "company_not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/companies")),
              refused(400, "parameter_not_found"));
}

TEST_F(LinkWrites, NoMoreThanAThousandCompanies)
{
    client crowded(client::plain("2.14"));
    const std::string who =
        "/contacts/" +
        crowded.send("POST", "/contacts", {{"email", "busy@x.example"}})["id"].get<std::string>();
    std::string last;
    for (int i = 0; i <= 1000; ++i) {
        last = crowded.send("POST", "/companies", {{"company_id", "n" + std::to_string(i)}})["id"];
        if (i < 1000) {
            crowded.send("POST", who + "/companies", {{"id", last}});
        }
    }
    EXPECT_EQ(client::refusal_of(crowded.write("POST", who + "/companies", {{"id", last}})),
              refused(400, "contact_company_limit_exceeded"));
}

TEST_F(LinkWrites, SubscriptionsAreChoicesAgainstTheDefault)
{
    const json types = asker.truth("subscription_types");
    for (const json& type : {types[0], types[1]}) {
        const std::string id = type["id"];
        const std::string choice = type["consent_type"];
        const std::string usual = choice == "opt_in" ? "opt_out" : "opt_in";
        EXPECT_EQ(asker.send("POST", path + "/subscriptions",
                             {{"id", id}, {"consent_type", choice}})["id"],
                  id);
        EXPECT_EQ(truth_of("contacts", person)["subscriptions"],
                  json::array({{{"id", id}, {"consent", choice}}}));
        asker.send("POST", path + "/subscriptions", {{"id", id}, {"consent_type", usual}});
        EXPECT_EQ(truth_of("contacts", person)["subscriptions"].size(), 0U);
        asker.send("POST", path + "/subscriptions", {{"id", id}, {"consent_type", choice}});
        EXPECT_EQ(asker.send("DELETE", path + "/subscriptions/" + id)["type"], "subscription");
        EXPECT_EQ(client::refusal_of(write("DELETE", path + "/subscriptions/" + id)),
                  refused(404, "not_found"));
    }
    EXPECT_EQ(client::refusal_of(write("POST", path + "/subscriptions",
                                       {{"id", "invalid_id"}, {"consent_type", "opt_in"}})),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/subscriptions",
                                       {{"id", types[0]["id"]}, {"consent_type", "maybe"}})),
              refused(400, "parameter_invalid"));
}

TEST_F(LinkWrites, NotesOfContacts)
{
    const std::string admin = asker.truth("admins").back()["id"];
    const json made =
        asker.send("POST", path + "/notes", {{"body", " Hello "}, {"admin_id", std::stoll(admin)}});
    EXPECT_EQ(made["body"], "<p>Hello</p>");
    EXPECT_EQ(made["author"]["id"], admin);
    EXPECT_EQ(made["contact"]["id"], person);
    EXPECT_EQ(asker.get("/notes/" + made["id"].get<std::string>()), made);
    EXPECT_EQ(asker.get(path)["notes"]["total_count"], 1);
    EXPECT_EQ(client::refusal_of(write("POST", path + "/notes", {{"body", "x"}, {"admin_id", 1}})),
              refused(404, "not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/notes", {{"admin_id", admin}})),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(client::refusal_of(write("POST", path + "/notes", {{"body", "  "}})),
              refused(400, "parameter_invalid"));
    // No natural key: twice is two.
    asker.send("POST", path + "/notes", {{"body", "Hello"}});
    EXPECT_EQ(asker.get(path)["notes"]["total_count"], 2);
}

TEST_F(LinkWrites, NotesOfCompaniesSince216)
{
    const std::string target = "/companies/" + company + "/notes";
    EXPECT_EQ(client::refusal_of(asker.write("POST", target, {{"body", "x"}}, "2.15")),
              refused(400, "intercom_version_invalid"));
    const json made = client::read(asker.write("POST", target, {{"body", "<b>Hi</b>"}}, "2.16"));
    EXPECT_EQ(made["company"]["id"], company);
    EXPECT_FALSE(made.contains("contact"));
    EXPECT_EQ(made["body"], "<b>Hi</b>");
    const json listed = client::read(asker.ask(
        "GET", target, "", {{"Authorization", "Bearer x"}, {"Intercom-Version", "2.16"}}));
    EXPECT_EQ(listed["data"][0], made);
    EXPECT_EQ(
        client::refusal_of(asker.write("POST", "/companies/none/notes", {{"body", "x"}}, "2.16")),
        refused(404, "company_not_found"));
}

TEST_F(LinkWrites, CompaniesAreCreatedOrUpdatedByTheirCompanyId)
{
    const json made = asker.send("POST", "/companies",
                                 {{"company_id", "acme"},
                                  {"name", " Acme "},
                                  {"monthly_spend", 155.98},
                                  {"plan", "Pro"},
                                  {"custom_attributes", {{"seats", 5}}}});
    EXPECT_EQ(made["name"], "Acme");
    EXPECT_EQ(made["monthly_spend"], 155);
    EXPECT_EQ(made["plan"]["name"], "Pro");
    asker.now += 9s;
    const json again = asker.send("POST", "/companies",
                                  {{"company_id", "acme"}, {"website", "https://a.example"}});
    EXPECT_EQ(again["id"], made["id"]);
    EXPECT_EQ(again["name"], "Acme");
    EXPECT_EQ(again["custom_attributes"], (json{{"seats", 5}}));
    EXPECT_EQ(again["updated_at"], made["updated_at"].get<int>() + 9);
    const std::string target = "/companies/" + made["id"].get<std::string>();
    EXPECT_EQ(asker.send("PUT", target, {{"size", 12}})["size"], 12);
    // Without a user, no list shows it.
    EXPECT_FALSE(truth_of("companies", made["id"])["is_listed"].get<bool>());
}

TEST_F(LinkWrites, CompaniesRefuseWhatCannotBe)
{
    const std::string target = "/companies/" + company;
    const auto refusal = [&](const json& body, const std::string& version = "") {
        return client::refusal_of(asker.write("PUT", target, body, version));
    };
    EXPECT_EQ(refusal({{"company_id", "other"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal({{"test", "invalid"}}), refused(400, "bad_request"));
    EXPECT_EQ(refusal({{"name", nullptr}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"size", "big"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"monthly_spend", 2'147'483'648}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"custom_attributes", {{"unheard_of", 1}}}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal({{"remote_created_at", 5}}, "2.14"), refused(400, "bad_request"));
    EXPECT_EQ(client::refusal_of(asker.write("PUT", "/companies/none", {{"name", "x"}})),
              refused(404, "company_not_found"));
    EXPECT_EQ(client::refusal_of(asker.write("POST", "/companies", {{"name", "x"}})),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(client::refusal_of(
                  asker.write("POST", "/companies",
                              {{"company_id", "new"}, {"update_last_request_at", true}}, "2.15")),
              refused(400, "bad_request"));
    EXPECT_EQ(asker
                  .write("POST", "/companies",
                         {{"company_id", "new"}, {"update_last_request_at", true}}, "2.16")
                  .status,
              200U);
    EXPECT_EQ(asker.truth("companies").back()["last_request_at"], 1'700'000'000);
}

TEST_F(LinkWrites, DeletedCompaniesGoAfterTheAnswer)
{
    asker.send("POST", path + "/companies", {{"id", company}});
    const json answer = asker.send("DELETE", "/companies/" + company);
    EXPECT_EQ(answer, (json{{"id", company}, {"object", "company"}, {"deleted", true}}));
    EXPECT_EQ(asker.ask("GET", "/companies/" + company).status, 200U);
    asker.now += 2s;
    EXPECT_EQ(asker.ask("GET", "/companies/" + company).status, 404U);
    EXPECT_TRUE(truth_of("contacts", person)["companies"].empty());
    EXPECT_EQ(asker.truth("removed").back()["id"], company);
}

TEST_F(LinkWrites, TagsAreCreatedFoundRenamedAndDeleted)
{
    const json made = asker.send("POST", "/tags", {{"name", " Newcomer "}});
    EXPECT_EQ(made["name"], "Newcomer");
    const std::string id = made["id"];
    EXPECT_EQ(asker.send("POST", "/tags", {{"name", "NEWCOMER"}})["id"], id);
    asker.send("POST", path + "/tags", {{"id", id}});
    EXPECT_EQ(asker.send("POST", "/tags", {{"name", "Old hand"}, {"id", id}})["name"], "Old hand");
    EXPECT_EQ(asker.get("/tags/" + id)["name"], "Old hand");
    EXPECT_EQ(client::refusal_of(write("POST", "/tags", {{"test", "invalid"}})).first, 400U);
    EXPECT_EQ(client::refusal_of(write("POST", "/tags", {{"id", id}})),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(client::refusal_of(write("POST", "/tags", {{"name", "x"}, {"id", "1"}})),
              refused(404, "not_found"));
    EXPECT_EQ(write("DELETE", "/tags/" + id).status, 200U);
    EXPECT_TRUE(truth_of("contacts", person)["tags"].empty());
    EXPECT_EQ(client::refusal_of(write("DELETE", "/tags/" + id)), refused(404, "not_found"));
    const std::string used = asker.truth("tags").front()["id"];
    EXPECT_EQ(client::refusal_of(write("DELETE", "/tags/" + used)),
              refused(400, "tag_has_dependent_objects"));
}

TEST_F(LinkWrites, TagsAreAppliedByTheDozen)
{
    const json bulk{{"name", "bulk"}, {"companies", {{{"id", company}}}}};
    const std::string id = client::read(asker.write("POST", "/tags", bulk, "2.14"))["id"];
    EXPECT_EQ(asker.get("/companies/" + company)["tags"]["tags"].back()["id"], id);
    asker.send("POST", "/tags",
               {{"name", "bulk"}, {"companies", {{{"id", company}, {"untag", true}}}}});
    for (const json& t : asker.get("/companies/" + company)["tags"]["tags"]) {
        EXPECT_NE(t["id"], id);
    }
    const json users{{"name", "bulk"}, {"users", {{{"id", person}}, {{"id", "nobody"}}}}};
    EXPECT_EQ(client::refusal_of(asker.write("POST", "/tags", users, "2.15")),
              refused(404, "not_found"));
    EXPECT_TRUE(truth_of("contacts", person)["tags"].empty());
    const json answer = client::read(asker.write("POST", "/tags", users, "2.16"));
    EXPECT_EQ(answer["users"], json::array({{{"id", person}, {"tagged", true}}}));
    EXPECT_EQ(answer["companies"], json::array());
    EXPECT_EQ(truth_of("contacts", person)["tags"], json::array({id}));
}

} // namespace
} // namespace intercom_sandbox
