#include "tests/sandbox/client.hpp"
#include "tests/sandbox/zone.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

TEST(Access, NeedsATokenAndTellsStrangersNothingAboutLimits)
{
    options wanted = client::plain();
    wanted.token = "right";
    wanted.rate_limit = 10;
    client asker(wanted);
    for (const header_list& headers :
         {header_list{}, {{"Authorization", "Bearer wrong"}}, {{"Authorization", "Basic right"}}}) {
        const response r = asker.ask("GET", "/me", "", headers);
        EXPECT_EQ(client::refusal_of(r), refused(401, "unauthorized"));
        EXPECT_TRUE(header(r.headers, "X-RateLimit-Limit").empty());
        EXPECT_FALSE(header(r.headers, "Date").empty());
    }
    const response good = asker.ask("GET", "/me", "", {{"authorization", "Bearer right"}});
    EXPECT_EQ(good.status, 200U);
    EXPECT_EQ(header(good.headers, "x-ratelimit-limit"), "10");
}

TEST(Access, EnvelopeNamesTheRequest)
{
    client asker;
    const json body = json::parse(asker.ask("GET", "/contacts/nobody").body);
    EXPECT_EQ(body["type"], "error.list");
    EXPECT_EQ(body["request_id"].get<std::string>().size(), 36U);
    EXPECT_EQ(body["errors"][0]["code"], "not_found");
}

TEST(Access, OffersToEachVersionWhatItHas)
{
    client asker;
    const auto in_version = [&asker](const char* version, const char* target) {
        return client::refusal_of(asker.ask(
            "GET", target, "", {{"Authorization", "Bearer x"}, {"Intercom-Version", version}}));
    };
    EXPECT_EQ(in_version("2.11", "/ticket_states"), refused(400, "intercom_version_invalid"));
    EXPECT_EQ(in_version("2.12", "/ticket_states").first, 200U);
    EXPECT_EQ(in_version("3.99", "/me"), refused(400, "intercom_version_invalid"));
    EXPECT_EQ(in_version("Preview", "/me").first, 200U);
    EXPECT_EQ(in_version("2.14", "/macros"), refused(400, "intercom_version_invalid"));
}

TEST(Access, TellsTheDateOfTheGivenTime)
{
    client asker;
    EXPECT_EQ(header(asker.ask("GET", "/me").headers, "Date"), "Tue, 14 Nov 2023 22:13:20 GMT");
    EXPECT_EQ(asker.get("/me")["app"]["timezone"], "America/New_York");
}

TEST(RateLimit, CountsByWindowsOfTenSecondsAlignedToTheEpoch)
{
    options wanted = client::plain();
    wanted.rate_limit = 3;
    client asker(wanted);
    asker.now = noon + 7s; // the window began at noon, which is a multiple of ten
    for (const char* remaining : {"3", "2", "1"}) {
        const response r = asker.ask("GET", "/me");
        EXPECT_EQ(r.status, 200U);
        EXPECT_EQ(header(r.headers, "X-RateLimit-Limit"), "3");
        EXPECT_EQ(header(r.headers, "X-RateLimit-Remaining"), remaining);
        EXPECT_EQ(header(r.headers, "X-RateLimit-Reset"), "1700000012");
    }
    const response over = asker.ask("GET", "/me");
    EXPECT_EQ(client::refusal_of(over), refused(429, "rate_limit_exceeded"));
    EXPECT_EQ(header(over.headers, "X-RateLimit-Remaining"), "0");
    asker.now = noon + 10s;
    EXPECT_EQ(header(asker.ask("GET", "/me").headers, "X-RateLimit-Remaining"), "3");
}

TEST(RateLimit, ShowsInTheStatistics)
{
    options wanted = client::plain();
    wanted.rate_limit = 3;
    client asker(wanted);
    for (int i = 0; i < 5; ++i) {
        asker.ask("GET", "/contacts/nobody");
    }
    const json stats = json::parse(asker.world.stats());
    EXPECT_EQ(stats["requests"], 5);
    EXPECT_EQ(stats["answers_429"], 2);
    EXPECT_EQ(stats["endpoints"]["GET /contacts/{}"], (json{{"404", 3}, {"429", 2}}));
    EXPECT_EQ(stats["windows"], (json::array({{{"start", 1'700'000'000}, {"used", 3}}})));
    asker.world.reset_stats();
    EXPECT_EQ(json::parse(asker.world.stats())["requests"], 0);
}

TEST(Zone, DaysAreThoseOfTheWallCalendar)
{
    const zone new_york("America/New_York");
    EXPECT_EQ(new_york.day_of(1'699'900'000), std::pair(1'699'851'600L, 1'699'938'000L));
    // 12 March 2023 has 23 hours, 5 November 2023 has 25.
    EXPECT_EQ(new_york.day_of(1'678'640'000),
              std::pair(1'678'597'200L, 1'678'597'200L + 23 * 3600));
    EXPECT_EQ(new_york.day_of(1'699'200'000),
              std::pair(1'699'156'800L, 1'699'156'800L + 25 * 3600));
    // By the rule that goes on after the last recorded change: 8 July 2050, summer time.
    EXPECT_EQ(new_york.day_of(2'540'894'400).first % 86400, 4 * 3600);
    const zone sydney("Australia/Sydney");
    EXPECT_EQ(sydney.day_of(2'525'000'000).first % 86400, 13 * 3600);
    EXPECT_EQ(zone("UTC").day_of(-1), std::pair(-86400L, 0L));
    EXPECT_EQ(zone("Asia/Kolkata").day_of(0).first, -5 * 3600 - 1800);
    EXPECT_THROW(zone("Middle/Earth"), std::runtime_error);
}

} // namespace
} // namespace intercom_sandbox
