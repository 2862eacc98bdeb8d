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

TEST(EditPatience, RepeatsATenthOfTheRequestsAndOneAMinute)
{
    edit_patience patience;
    instant now = instant(1h);
    EXPECT_TRUE(patience.may_repeat(1, now));
    for (std::int64_t edit = 1; edit <= 100; ++edit) {
        patience.after_failure(edit, keeps_away, 0);
    }
    std::int64_t repeated = 0;
    for (std::int64_t edit = 1; edit <= 100; ++edit) {
        repeated += patience.may_repeat(edit, now) ? 1 : 0;
    }
    EXPECT_EQ(repeated, 32) << "a burst";
    EXPECT_TRUE(patience.may_repeat(101, now)) << "it did not fail";
    for (int i = 0; i < 25; ++i) {
        patience.on_request();
    }
    repeated = 0;
    for (std::int64_t edit = 1; edit <= 100; ++edit) {
        repeated += patience.may_repeat(edit, now) ? 1 : 0;
    }
    EXPECT_EQ(repeated, 2);
    EXPECT_TRUE(patience.may_repeat(1, now + 1min));
    EXPECT_FALSE(patience.may_repeat(1, now + 1min));
    patience.after_answer(1);
    EXPECT_TRUE(patience.may_repeat(1, now + 1min)) << "its trouble is over";
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
