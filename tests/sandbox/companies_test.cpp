#include "tests/sandbox/client.hpp"

#include <algorithm>
#include <set>

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

options many_companies(unsigned companies)
{
    options wanted = client::plain();
    wanted.companies = companies;
    wanted.contacts = companies * 2;
    wanted.conversations = 0;
    wanted.tickets = 0;
    return wanted;
}

struct Scroll : ::testing::Test
{
    client asker{many_companies(250)};

    response next(const std::string& param = "")
    {
        return asker.ask("GET",
                         "/companies/scroll" + (param.empty() ? "" : "?scroll_param=" + param));
    }
    static std::string param(const response& r)
    {
        return client::read(r)["scroll_param"].get<std::string>();
    }
};

TEST_F(Scroll, ShowsEveryCompanyOnceAndEndsEmptyThenMissing)
{
    std::multiset<std::string> seen;
    response page = next();
    const std::string name = param(page);
    for (;;) {
        const json body = client::read(page);
        EXPECT_TRUE(body["pages"].is_null());
        EXPECT_TRUE(body["total_count"].is_null());
        if (body["data"].empty()) {
            break;
        }
        EXPECT_LE(body["data"].size(), 100U);
        for (const json& c : body["data"]) {
            seen.insert(c["id"].get<std::string>());
        }
        page = next(name);
    }
    const auto all = client::ids(asker.truth("companies"));
    EXPECT_EQ(seen, std::multiset<std::string>(all.begin(), all.end()));
    EXPECT_EQ(next(name).status, 404U);
    EXPECT_EQ(next().status, 200U);
}

TEST_F(Scroll, IsOneAtATime)
{
    const std::string first = param(next());
    EXPECT_EQ(client::refusal_of(next()), refused(400, "scroll_exists"));
    EXPECT_EQ(next(first).status, 200U);
}

TEST_F(Scroll, ExpiresAfterAMinuteUnused)
{
    const std::string first = param(next());
    asker.now += 59s;
    EXPECT_EQ(next(first).status, 200U);
    asker.now += 59s;
    EXPECT_EQ(next(first).status, 200U);
    asker.now += 60s;
    EXPECT_EQ(next(first).status, 404U);
    EXPECT_EQ(next().status, 200U);
}

TEST_F(Scroll, CanBeToldToStartAgain)
{
    const std::string first = param(next());
    ASSERT_TRUE(asker.world.add_fault(R"({"kind":"scroll_error","count":1})"));
    EXPECT_EQ(next(first).status, 500U);
    EXPECT_EQ(next(first).status, 404U);
    EXPECT_EQ(next().status, 200U);
}

struct Companies : ::testing::Test
{
    client asker{many_companies(200)};

    std::vector<json> list(const std::string& query)
    {
        std::vector<json> all;
        for (int page = 1;; ++page) {
            const json body =
                asker.post("/companies/list?page=" + std::to_string(page) + "&" + query);
            all.insert(all.end(), body["data"].begin(), body["data"].end());
            if (body["pages"]["next"].is_null()) {
                return all;
            }
        }
    }
};

TEST_F(Companies, ListLeavesOutThoseWithoutUsersAndIsSortedByLastRequest)
{
    const auto rows = list("per_page=60");
    std::size_t listed = 0;
    for (const json& c : asker.truth("companies")) {
        listed += c["_truth"]["is_listed"].get<bool>() ? 1 : 0;
        EXPECT_EQ(c["_truth"]["is_listed"].get<bool>(), c["user_count"] > 0);
    }
    EXPECT_EQ(rows.size(), listed);
    EXPECT_LT(listed, asker.truth("companies").size());
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const json& a, const json& b) {
        return a.value("last_request_at", -1) > b.value("last_request_at", -1);
    }));
}

TEST_F(Companies, ListGivesAtMostSixtyAndNamesTheNextPageByUrl)
{
    const json page = asker.post("/companies/list?per_page=150");
    EXPECT_EQ(page["data"].size(), 60U);
    EXPECT_EQ(page["pages"]["per_page"], 60);
    EXPECT_EQ(page["pages"]["next"], "https://api.intercom.io/companies/list?per_page=60&page=2");
    EXPECT_EQ(asker.post("/companies/list")["data"].size(), 15U);
}

TEST_F(Companies, ListRefusesToGoBeyondTenThousand)
{
    const response r = asker.ask("POST", "/companies/list?page=167&per_page=60");
    EXPECT_EQ(r.status, 400U);
    EXPECT_NE(r.body.find("page limit reached, please use scroll API"), std::string::npos);
    EXPECT_EQ(asker.ask("POST", "/companies/list?page=166&per_page=60").status, 200U);
}

TEST_F(Companies, AreFoundByTheirOtherKeysAndShowTheirContacts)
{
    const auto all = asker.truth("companies");
    const auto full = std::find_if(all.begin(), all.end(), [](const json& c) {
        return c["_truth"]["contacts"].size() > 1 && !c["_truth"]["tags"].empty();
    });
    ASSERT_NE(full, all.end());
    const std::string id = (*full)["id"].get<std::string>();
    EXPECT_EQ(asker.get("/companies/" + id)["name"], (*full)["name"]);
    EXPECT_EQ(asker.get("/companies?company_id=" + (*full)["company_id"].get<std::string>())["id"],
              id);
    const json users = asker.get("/companies/" + id + "/contacts");
    EXPECT_EQ(users["total_count"], (*full)["user_count"]);
    EXPECT_EQ(client::ids({users["data"].begin(), users["data"].end()}).size(),
              (*full)["_truth"]["contacts"].size());
    const std::string tag = (*full)["_truth"]["tags"][0].get<std::string>();
    EXPECT_GE(asker.get("/companies?tag_id=" + tag)["total_count"], 1);
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/companies/0000")),
              refused(404, "company_not_found"));
}

} // namespace
} // namespace intercom_sandbox
