#include "config/cron.hpp"
#include "config/values.hpp"

#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

std::chrono::sys_seconds at(const char* text)
{
    return parse_moment(text).value().fixed.value();
}

std::string complaint(const char* text)
{
    try {
        cron_schedule schedule(text);
    } catch (const bad_cron& bad) {
        return bad.what();
    }
    return "it was accepted";
}

struct due
{
    const char* schedule;
    const char* now;
    const char* latest;
};

void expect_all(std::initializer_list<due> rows)
{
    for (const auto& row : rows) {
        EXPECT_EQ(cron_schedule(row.schedule).latest(at(row.now)), at(row.latest))
            << row.schedule << " at " << row.now;
    }
}

TEST(CronSchedule, NamesTheLastMinuteThatIsNotAhead)
{
    expect_all({{"* * * * *", "2026-11-26T05:03:59Z", "2026-11-26T05:03:00Z"},
                {"0 3 * * *", "2026-11-26T03:00:00Z", "2026-11-26T03:00:00Z"},
                {"0 3 * * *", "2026-11-26T02:59:59Z", "2026-11-25T03:00:00Z"},
                {"30 23 31 12 *", "2026-01-01", "2025-12-31T23:30:00Z"},
                {"0 0 29 2 *", "2027-03-01", "2024-02-29"},
                {"0 0 29 2 *", "1904-02-28", "1896-02-29"}});
}

TEST(CronSchedule, KnowsListsRangesAndSteps)
{
    expect_all({{"5,50 * * * *", "2026-11-26T05:49:00Z", "2026-11-26T05:05:00Z"},
                {"5,50 * * * *", "2026-11-26T05:50:00Z", "2026-11-26T05:50:00Z"},
                {"0 8-18 * * *", "2026-11-26T07:00:00Z", "2026-11-25T18:00:00Z"},
                {"*/15 * * * *", "2026-11-26T05:44:00Z", "2026-11-26T05:30:00Z"},
                {"10-40/15 * * * *", "2026-11-26T05:59:00Z", "2026-11-26T05:40:00Z"},
                {"0 0-6/4,22 * * *", "2026-11-26T21:00:00Z", "2026-11-26T04:00:00Z"},
                {"0 0 1 1-12/2 *", "2026-11-26", "2026-11-01"},
                {"0 0 1 1-12/2 *", "2026-10-31", "2026-09-01"},
                {"  0\t3 * *  4 ", "2026-11-26T05:00:00Z", "2026-11-26T03:00:00Z"}});
}

TEST(CronSchedule, CountsDaysOfTheWeekFromSundayOnBothEnds)
{
    // 2026-11-22 is a Sunday.
    expect_all({{"0 3 * * 0", "2026-11-26", "2026-11-22T03:00:00Z"},
                {"0 3 * * 7", "2026-11-26", "2026-11-22T03:00:00Z"},
                {"0 3 * * 5-7", "2026-11-26", "2026-11-22T03:00:00Z"},
                {"0 3 * * 1-5", "2026-11-22T12:00:00Z", "2026-11-20T03:00:00Z"}});
}

TEST(CronSchedule, TakesEitherDayWhenBothAreRestricted)
{
    expect_all({{"0 0 24 * 0", "2026-11-26", "2026-11-24"},
                {"0 0 20 * 0", "2026-11-26", "2026-11-22"},
                // With a star both must fit: Sundays on odd days of the month.
                {"0 0 */2 * 0", "2026-11-26", "2026-11-15"},
                {"0 0 20 * */7", "2026-11-26", "2026-09-20"}});
}

TEST(CronSchedule, SaysWhichFieldIsNone)
{
    EXPECT_NE(complaint("* * * *").find("five fields"), std::string::npos);
    EXPECT_NE(complaint("").find("not 0"), std::string::npos);
    EXPECT_NE(complaint("@daily").find("five fields"), std::string::npos);
    const std::initializer_list<std::pair<const char*, const char*>> wrong{
        {"60 * * * *", "the minute `60`"},
        {"a * * * *", "the minute `a`"},
        {", * * * *", "the minute `,`"},
        {"*/0 * * * *", "the minute `*/0`"},
        {"5/10 * * * *", "the minute `5/10`"},
        {"5-1 * * * *", "the minute `5-1`"},
        {"1- * * * *", "the minute `1-`"},
        {"-1 * * * *", "the minute `-1`"},
        {"99999999999 * * * *", "the minute `99999999999`"},
        {"0 24 * * *", "the hour `24`"},
        {"0 0 0 * *", "the day of the month `0`"},
        {"0 0 * 13 *", "the month `13`"},
        {"0 0 * * 8", "the day of the week `8`"}};
    for (const auto& [text, piece] : wrong) {
        EXPECT_NE(complaint(text).find(piece), std::string::npos)
            << text << ": " << complaint(text);
    }
}

TEST(CronSchedule, RefusesWhatIsNeverDue)
{
    EXPECT_NE(complaint("0 0 30 2 *"), "it was accepted");
    EXPECT_NE(complaint("0 0 31 4,6,9,11 *"), "it was accepted");
    EXPECT_EQ(complaint("0 0 29 2 *"), "it was accepted");
    EXPECT_EQ(complaint("0 0 30 2 1"), "it was accepted") << "Mondays in February";
}

} // namespace
} // namespace intercom_mirror
