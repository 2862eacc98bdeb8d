#include "sync/push/patience.hpp"

#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

constexpr bool about_it = true;
constexpr bool keeps_away = false;

TEST(EditPatience, DoublesThePauseUpToAQuarterOfAnHour)
{
    edit_patience patience;
    const double nearly_all = 0.5;
    EXPECT_EQ(patience.after_failure(1, keeps_away, nearly_all).pause, duration(1s));
    EXPECT_EQ(patience.after_failure(1, keeps_away, nearly_all).pause, duration(2s));
    EXPECT_EQ(patience.after_failure(2, keeps_away, nearly_all).pause, duration(1s));
    for (int i = 0; i < 50; ++i) {
        patience.after_failure(1, keeps_away, nearly_all);
    }
    EXPECT_EQ(patience.after_failure(1, keeps_away, nearly_all).pause, duration(450s));
    EXPECT_EQ(patience.after_failure(1, keeps_away, 0).pause, duration());
}

TEST(EditPatience, CountsAnswersOnlyWhileOthersAreServed)
{
    edit_patience patience;
    EXPECT_FALSE(patience.after_failure(1, about_it, 0).counts) << "nobody was served yet";
    EXPECT_FALSE(patience.after_failure(1, about_it, 0).counts);
    patience.after_answer(2);
    EXPECT_TRUE(patience.after_failure(1, about_it, 0).counts);
    EXPECT_FALSE(patience.after_failure(1, about_it, 0).counts) << "nobody since";
    patience.after_answer(2);
    EXPECT_FALSE(patience.after_failure(1, keeps_away, 0).counts);
}

// How many of a hundred troubled edits may be repeated at once.
std::int64_t repeated(edit_patience& patience, instant now)
{
    std::int64_t count = 0;
    for (std::int64_t edit = 1; edit <= 100; ++edit) {
        count += patience.pause_before_repeating(edit, now) ? 0 : 1;
    }
    return count;
}

TEST(EditPatience, RepeatsATenthOfTheRequestsAndOneAMinute)
{
    edit_patience patience;
    const instant now = instant(1h);
    EXPECT_EQ(repeated(patience, now), 100) << "none has failed";
    for (std::int64_t edit = 1; edit <= 100; ++edit) {
        patience.after_failure(edit, keeps_away, 0);
    }
    EXPECT_EQ(repeated(patience, now), 32) << "a burst";
    EXPECT_FALSE(patience.pause_before_repeating(101, now)) << "it did not fail";
    for (int i = 0; i < 25; ++i) {
        patience.on_request();
    }
    EXPECT_EQ(repeated(patience, now), 2);
    EXPECT_FALSE(patience.pause_before_repeating(1, now + 1min));
    EXPECT_TRUE(patience.pause_before_repeating(1, now + 1min));
    patience.after_answer(1);
    EXPECT_FALSE(patience.pause_before_repeating(1, now + 1min)) << "its trouble is over";
}

TEST(EditPatience, RepeatsAllThatWaitOnceIntercomAnswersAgain)
{
    edit_patience patience;
    const instant now = instant(1h);
    constexpr std::int64_t waiting = 1'000;
    for (std::int64_t edit = 1; edit <= waiting; ++edit) {
        patience.after_failure(edit, keeps_away, 0);
    }
    for (std::int64_t edit = 1; edit <= waiting; ++edit) {
        ASSERT_FALSE(patience.pause_before_repeating(edit, now)) << edit;
        patience.after_answer(edit);
    }
}

TEST(EditPatience, PutsManyOffForLonger)
{
    edit_patience patience;
    const instant now = instant(1h);
    duration longest{};
    for (std::int64_t edit = 1; edit <= 10'000; ++edit) {
        patience.after_failure(edit, keeps_away, 0);
        longest = std::max(longest, patience.pause_before_repeating(edit, now).value_or(0s));
    }
    EXPECT_EQ(longest, duration(15min));
}

TEST(BounceWatch, NoticesAValueTakenThreeTimesInARow)
{
    bounce_watch watch;
    const instant now = instant(1h);
    for (int i = 0; i < 2; ++i) {
        watch.on_applied("name", "1", now);
    }
    EXPECT_FALSE(watch.has_bounced("name", "1", now));
    watch.on_applied("name", "1", now);
    EXPECT_TRUE(watch.has_bounced("name", "1", now));
    EXPECT_FALSE(watch.has_bounced("name", "2", now));
    EXPECT_FALSE(watch.has_bounced("phone", "1", now));
    EXPECT_FALSE(watch.has_bounced("name", "1", now + 2h)) << "another day";
    watch.on_applied("name", "2", now);
    EXPECT_FALSE(watch.has_bounced("name", "1", now)) << "other values lay between";
}

} // namespace
} // namespace intercom_mirror
