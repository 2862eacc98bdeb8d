#include "config/values.hpp"

#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

TEST(Durations, HaveANumberAndAUnit)
{
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("7d"), 7 * 24h);
    EXPECT_EQ(parse_duration("2w"), 14 * 24h);
    for (const char* wrong : {"", "s", "30", "30 s", "1.5h", "-5m", "5M", "99999999999999999999s",
                              "9999999999d", "1h30m", "+5s"}) {
        EXPECT_FALSE(parse_duration(wrong)) << wrong;
    }
}

TEST(Moments, AreDatesOrDistances)
{
    const sys_seconds now = sys_days(2024y / 3 / 31) + 12h;
    EXPECT_EQ(parse_moment("2023-01-01").value().at(now), sys_days(2023y / 1 / 1));
    EXPECT_EQ(parse_moment("2024-02-29T23:59:59Z").value().at(now),
              sys_days(2024y / 2 / 29) + 23h + 59min + 59s);
    EXPECT_EQ(parse_moment("-90d").value().at(now), now - 90 * 24h);
    for (const char* wrong : {"", "2023", "2023-02-29", "2023-13-01", "2023-1-1", "90d", "-",
                              "2023-01-01T25:00:00Z", "2023-01-01T10:00:00", "2023-01-01 "}) {
        EXPECT_FALSE(parse_moment(wrong)) << wrong;
    }
}

TEST(Moments, HaveOffsetsAndFractions)
{
    const auto fixed = [](const char* text) { return parse_moment(text).value().fixed; };
    EXPECT_EQ(fixed("2026-11-26T05:00:00+02:00"), fixed("2026-11-26T03:00:00Z"));
    EXPECT_EQ(fixed("2026-11-26T05:00:00-00:30"), fixed("2026-11-26T05:30:00Z"));
    EXPECT_EQ(fixed("2026-11-26T05:00:00.125Z"), fixed("2026-11-26T05:00:00Z"));
    for (const char* wrong :
         {"2026-11-26T05:00:00", "2026-11-26T05:00:00+2", "2026-11-26T05:00:00+24:00",
          "2026-11-26T05:00:00.Z", "2026-11-26T05:00:00Z+01:00", "2026-11-26T05:00:00+01:00x"}) {
        EXPECT_FALSE(parse_moment(wrong)) << wrong;
    }
}

TEST(ListenAddresses, HaveAHostAndAPort)
{
    EXPECT_EQ(parse_listen("127.0.0.1:8750").value().port, 8750);
    EXPECT_EQ(parse_listen("[::1]:80").value().host, "::1");
    EXPECT_EQ(parse_listen("localhost:0").value().host, "localhost");
    for (const char* wrong :
         {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:80", "[]:80", "host:8 0"}) {
        EXPECT_FALSE(parse_listen(wrong)) << wrong;
    }
}

TEST(Origins, UseTlsUnlessTheyAreThisMachine)
{
    for (const char* safe : {"https://api.intercom.io", "https://proxy.example:8443",
                             "http://127.0.0.1:8480", "http://localhost:1", "http://[::1]:8480"}) {
        EXPECT_TRUE(is_safe_origin(safe)) << safe;
    }
    for (const char* unsafe :
         {"", "api.intercom.io", "http://api.intercom.io", "http://127.evil.example:80",
          "https://api.intercom.io/", "https://api.intercom.io/v1", "https://a@api.intercom.io",
          "https://api.intercom.io?x=1", "https://", "ftp://127.0.0.1", "https://host:0",
          "http://localhost.evil.example"}) {
        EXPECT_FALSE(is_safe_origin(unsafe)) << unsafe;
    }
}

TEST(ConnectionStrings, TellWhetherTheyLeaveTheMachine)
{
    for (const char* local : {"", "postgresql:///intercom", "host=/run/postgresql dbname=x",
                              "host=localhost", "postgresql://127.0.0.1:5433/x", "host=,/tmp"}) {
        const auto route = parse_dsn(local);
        ASSERT_TRUE(route) << local;
        EXPECT_FALSE(route->is_remote) << local;
    }
    for (const char* remote : {"postgresql://db.example/x", "host=localhost,db.example",
                               "hostaddr=10.0.0.7", "host=localhost hostaddr=10.0.0.7"}) {
        const auto route = parse_dsn(remote);
        ASSERT_TRUE(route) << remote;
        EXPECT_TRUE(route->is_remote) << remote;
        EXPECT_FALSE(route->verifies_server) << remote;
    }
    EXPECT_TRUE(parse_dsn("host=db.example sslmode=verify-full")->verifies_server);
    EXPECT_FALSE(parse_dsn("host=db.example sslmode=require")->verifies_server);
    EXPECT_TRUE(parse_dsn("postgresql://me:secret@/x")->has_password);
    EXPECT_FALSE(parse_dsn("nonsense=1"));
}

TEST(Nearest, FindsWhatWasMeantAndNothingElse)
{
    const std::vector<std::string> keys{"sync.poll_every", "sync.sweep_every", "log.level"};
    EXPECT_EQ(nearest("sync.pol_every", keys), "sync.poll_every");
    EXPECT_EQ(nearest("log.levle", keys), "log.level");
    EXPECT_EQ(nearest("completely.else", keys), "");
}

} // namespace
} // namespace intercom_mirror
