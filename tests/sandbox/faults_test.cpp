#include "tests/sandbox/client.hpp"

#include <set>

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct Faults : ::testing::Test
{
    client asker{limited()};

    static options limited()
    {
        options wanted = client::plain();
        wanted.rate_limit = 1'000;
        return wanted;
    }
    void on(const std::string& json) { ASSERT_TRUE(asker.world.add_fault(json)); }
    response page(const std::string& extra = "")
    {
        return asker.ask("GET", "/contacts?per_page=20" + extra);
    }
};

TEST_F(Faults, AreRefusedWhenMisspelt)
{
    EXPECT_FALSE(asker.world.add_fault(R"({"kind":"earthquake"})"));
    EXPECT_FALSE(asker.world.add_fault(R"({"kind":"poison","chance":1})"));
    EXPECT_FALSE(asker.world.add_fault(R"({"kind":"poison","probability":2})"));
    EXPECT_FALSE(asker.world.add_fault("poison"));
}

TEST_F(Faults, StrikeAsOftenAsToldAndWhereTold)
{
    on(R"({"kind":"server_error","count":2,"where":"GET /contacts","value":504})");
    EXPECT_EQ(asker.ask("GET", "/tags").status, 200U);
    EXPECT_EQ(page().status, 504U);
    EXPECT_EQ(page().status, 504U);
    EXPECT_EQ(page().status, 200U);
    EXPECT_EQ(asker.world.faults_fired(), R"({"server_error":2})");
}

TEST_F(Faults, PassWithTime)
{
    on(R"({"kind":"too_many_requests","seconds":30})");
    EXPECT_EQ(client::refusal_of(page()), refused(429, "rate_limit_exceeded"));
    asker.now += 29s;
    EXPECT_EQ(page().status, 429U);
    asker.now += 1s;
    EXPECT_EQ(page().status, 200U);
}

TEST_F(Faults, TellApartADeadTokenAndAMissingScope)
{
    on(R"({"kind":"scope_missing","where":"/tickets"})");
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/tickets/1")),
              refused(401, "token_unauthorized"));
    EXPECT_EQ(asker.ask("GET", "/me").status, 200U);
    on(R"({"kind":"token_revoked","count":1})");
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/me")), refused(401, "token_revoked"));
    EXPECT_EQ(asker.ask("GET", "/me").status, 401U);
    asker.world.clear_faults();
    EXPECT_EQ(asker.ask("GET", "/me").status, 200U);
}

TEST_F(Faults, SpoilBodies)
{
    on(R"({"kind":"html_error","count":1})");
    EXPECT_TRUE(page().body.starts_with("<html>"));
    on(R"({"kind":"empty_200","count":1})");
    EXPECT_EQ(page().body, "");
    on(R"({"kind":"not_json_200","count":1})");
    EXPECT_FALSE(json::accept(page().body));
    on(R"({"kind":"oversized","count":1,"value":1000000})");
    EXPECT_GT(page().body.size(), 1'000'000U);
    on(R"({"kind":"redirect","count":1})");
    EXPECT_EQ(page().status, 302U);
}

TEST_F(Faults, SpoilRateHeaders)
{
    on(R"({"kind":"reset_absent","count":1})");
    EXPECT_EQ(header(page().headers, "X-RateLimit-Reset"), "");
    on(R"({"kind":"reset_past","count":1})");
    EXPECT_EQ(header(page().headers, "X-RateLimit-Reset"), "1699996412");
    on(R"({"kind":"reset_absurd","count":1})");
    EXPECT_EQ(header(page().headers, "X-RateLimit-Reset"), "99999999999999");
}

TEST_F(Faults, BreakConnections)
{
    for (const auto& [kind, expected] :
         {std::pair{"reset_before", transport_fault::reset_before_effect},
          std::pair{"reset_after", transport_fault::reset_after_effect},
          std::pair{"truncated", transport_fault::truncated},
          std::pair{"stall", transport_fault::stall}, std::pair{"drip", transport_fault::drip}}) {
        on(std::string(R"({"count":1,"kind":")") + kind + "\"}");
        EXPECT_EQ(page().fault, expected) << kind;
        EXPECT_EQ(page().fault, transport_fault::none) << kind;
    }
    on(R"({"kind":"slow","count":1,"value":700})");
    EXPECT_EQ(page().delay, 700ms);
}

TEST_F(Faults, SpoilPages)
{
    on(R"({"kind":"duplicate_record","count":1})");
    EXPECT_EQ(client::read(page())["data"].size(), 21U);
    on(R"({"kind":"short_page","count":1})");
    const json small = client::read(page());
    EXPECT_EQ(small["data"].size(), 6U);
    EXPECT_TRUE(small["pages"].contains("next"));
    const json whole = client::read(page());
    on(R"({"kind":"shuffled_page","count":1})");
    EXPECT_NE(client::read(page())["data"], whole["data"]);
    on(R"({"kind":"lost_next","count":1})");
    EXPECT_FALSE(client::read(page())["pages"].contains("next"));
    on(R"({"kind":"foreign_next","count":1})");
    EXPECT_TRUE(client::read(page())["pages"]["next"].is_string());
    const std::string after = whole["pages"]["next"]["starting_after"].get<std::string>();
    on(R"({"kind":"cursor_loop","count":1})");
    EXPECT_EQ(client::read(page("&starting_after=" + after))["pages"]["next"]["starting_after"],
              after);
}

TEST_F(Faults, SpoilOneRecordAndLeaveItsNeighbours)
{
    const json whole = client::read(page());
    std::set<std::string> spoilt;
    for (int i = 0; i < 40; ++i) {
        on(R"({"kind":"bad_record","count":1})");
        const std::string body = page().body;
        int intact = 0;
        for (const json& record : whole["data"]) {
            intact += body.find(record["id"].get<std::string>()) != std::string::npos ? 1 : 0;
        }
        EXPECT_GE(intact, 19);
        spoilt.insert(body);
    }
    EXPECT_GT(spoilt.size(), 20U);
}

TEST_F(Faults, HideAShareOfTheIndex)
{
    const json all = client::filter("created_at", ">", 0);
    const auto whole = client::ids(asker.search("contacts", all));
    on(R"({"kind":"index_loss","value":0.5,"seconds":60})");
    const auto half = client::ids(asker.search("contacts", all));
    EXPECT_EQ(asker.total, half.size());
    EXPECT_GT(half.size(), whole.size() / 4);
    EXPECT_LT(half.size(), whole.size() * 3 / 4);
    EXPECT_EQ(client::ids(asker.search("contacts", all)), half);
    EXPECT_EQ(asker.ask("GET", "/contacts/" + whole.front()).status, 200U);
    asker.now += 60s;
    EXPECT_EQ(client::ids(asker.search("contacts", all)), whole);
}

TEST_F(Faults, ShowOldContent)
{
    asker.now += 1h;
    asker.world.mutate(asker.now, 300);
    const json all = client::filter("created_at", ">", 0);
    const auto fresh = asker.search("contacts", all);
    on(R"({"kind":"stale_content"})");
    const auto stale = asker.search("contacts", all);
    EXPECT_EQ(client::ids(fresh), client::ids(stale));
    EXPECT_NE(fresh, stale);
}

TEST_F(Faults, RefuseSorting)
{
    on(R"({"kind":"sort_refused"})");
    json body{{"query", client::filter("created_at", ">", 0)}};
    EXPECT_EQ(asker.ask("POST", "/tickets/search", body.dump()).status, 200U);
    body["sort"] = {{"field", "created_at"}, {"order", "ascending"}};
    EXPECT_EQ(asker.ask("POST", "/tickets/search", body.dump()).status, 400U);
}

TEST_F(Faults, AreSwitchedByControlRequests)
{
    const auto control = [this](const std::string& method, const std::string& body) {
        return asker.world.answer({method, "/_sandbox/faults", {}, body}, asker.now);
    };
    EXPECT_EQ(control("POST", R"({"kind":"poison"})").status, 200U);
    EXPECT_EQ(control("POST", R"({"kind":"?"})").status, 400U);
    EXPECT_EQ(client::refusal_of(page()), refused(400, "parameter_invalid"));
    EXPECT_EQ(control("GET", "").body, R"({"poison":1})");
    EXPECT_EQ(control("DELETE", "").status, 200U);
    EXPECT_EQ(page().status, 200U);
}

} // namespace
} // namespace intercom_sandbox
