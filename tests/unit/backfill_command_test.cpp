#include "config/values.hpp"
#include "daemon/command_line.hpp"
#include "daemon/commands.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace intercom_mirror {
namespace {

struct BackfillCommand : ::testing::Test
{
    backfill_range range(std::string since, std::string until) const
    {
        backfill_arguments arguments;
        arguments.since = std::move(since);
        arguments.until = std::move(until);
        return range_of(arguments, now);
    }

    std::string complaint(std::string since, std::string until) const
    {
        try {
            range(std::move(since), std::move(until));
        } catch (const command_failure& failure) {
            EXPECT_EQ(failure.code(), exit_code::bad_configuration);
            return failure.what();
        }
        return "it was accepted";
    }

    static std::string complaint(const std::vector<const char*>& words)
    {
        std::ostringstream out;
        try {
            parse_command_line(words, out);
        } catch (const command_failure& failure) {
            EXPECT_EQ(failure.code(), exit_code::bad_configuration);
            return failure.what();
        }
        return "it was accepted";
    }

    std::chrono::sys_seconds now = *parse_moment("2026-11-26T05:00:00Z")->fixed;
};

TEST_F(BackfillCommand, ReadsTheRange)
{
    EXPECT_FALSE(range("", "").since);
    EXPECT_FALSE(range("", "").until);
    EXPECT_EQ(range("2026-01-01", "").since, parse_moment("2026-01-01")->fixed);
    EXPECT_EQ(range("-90d", "-12h").since, now - std::chrono::hours(90 * 24));
    EXPECT_EQ(range("-90d", "-12h").until, now - std::chrono::hours(12));
    EXPECT_EQ(range("2026-11-26T06:59:59+02:00", "").since, now - std::chrono::seconds(1));
}

TEST_F(BackfillCommand, RefusesWhatIsNoTime)
{
    EXPECT_EQ(complaint("yesterday", ""), "--since yesterday is no time");
    EXPECT_EQ(complaint("", "2026-13-01"), "--until 2026-13-01 is no time");
    EXPECT_EQ(complaint("90d", ""), "--since 90d is no time");
}

TEST_F(BackfillCommand, RefusesTheFuture)
{
    EXPECT_EQ(complaint("2026-11-27", ""), "--since 2026-11-27 lies in the future");
    EXPECT_EQ(complaint("-1d", "2062-01-01"), "--until 2062-01-01 lies in the future");
    EXPECT_EQ(complaint("2026-11-26T05:00:00Z", ""), "it was accepted");
}

TEST_F(BackfillCommand, RefusesAReversedRange)
{
    EXPECT_EQ(complaint("-1d", "-2d"),
              "the range is reversed: --since -1d is not before --until -2d");
    EXPECT_NE(complaint("-1d", "-1d"), "it was accepted");
}

TEST_F(BackfillCommand, TakesItsWords)
{
    for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
             {"backfill", "contacts"},
             {"backfill", "contacts", "tickets", "--since", "-90d", "--until", "-1d", "--wait"},
             {"backfill", "list"},
             {"backfill", "list", "--json"},
             {"backfill", "cancel", "7"}}) {
        EXPECT_EQ(complaint(words), "it was accepted") << words.back();
    }
    EXPECT_EQ(complaint({"backfill"}), "backfill of which resource?");
    for (const std::vector<const char*>& words :
         std::vector<std::vector<const char*>>{{"backfill", "cancel"},
                                               {"backfill", "cancel", "seven"},
                                               {"backfill", "contacts", "--since"},
                                               {"backfill", "--fast", "contacts"}}) {
        EXPECT_NE(complaint(words), "it was accepted") << words.back();
    }
}

} // namespace
} // namespace intercom_mirror
