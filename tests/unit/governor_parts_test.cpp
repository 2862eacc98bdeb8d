#include "sync/intercom/flight_limit.hpp"
#include "sync/intercom/rate_headers.hpp"
#include "sync/intercom/window_grid.hpp"
#include "sync/lane.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace intercom_mirror::testing {
namespace {

using namespace std::chrono_literals;

instant at(duration since_start)
{
    return instant(since_start);
}

TEST(WindowGrid, KnowsNothingBeforeTheFirstAnswer)
{
    const window_grid grid(10s);
    EXPECT_FALSE(grid.is_known());
    EXPECT_EQ(grid.must_end(), instant::max());
    EXPECT_EQ(grid.ended_by(at(1h)), 0);
}

TEST(WindowGrid, NarrowsDownToTheTightestBounds)
{
    window_grid grid(10s);
    grid.began_by(at(105s));
    grid.began_after(at(101s));
    grid.began_by(at(103s));
    grid.began_by(at(104s));
    EXPECT_EQ(grid.began_by(), at(103s));
    EXPECT_EQ(grid.must_end(), at(113s));
    EXPECT_EQ(grid.ended_by(at(113s - 1us)), 0);
    EXPECT_EQ(grid.ended_by(at(113s)), 1);
    EXPECT_EQ(grid.ended_by(at(1113s)), 101);
}

TEST(WindowGrid, LoosensALittleWithEachWindow)
{
    window_grid grid(10s);
    grid.began_by(at(100s));
    grid.advance(100);
    EXPECT_GT(grid.began_by(), at(1100s));
    EXPECT_LT(grid.began_by(), at(1101s));
}

TEST(WindowGrid, BelievesTheNewestWordWhenWordsContradict)
{
    window_grid grid(10s);
    grid.began_by(at(103s));
    grid.began_after(at(102s));
    grid.began_by(at(99s)); // impossible, unless the server moved its windows
    EXPECT_EQ(grid.began_by(), at(99s));
    grid.began_after(at(107s));
    EXPECT_EQ(grid.began_by(), at(117s));
}

TEST(FlightLimit, DoublesWhileItHoldsWorkBackAndStopsAtTheMost)
{
    flight_limit limit(200);
    const auto begin = limit.allowed();
    for (std::size_t i = 0; i < begin; ++i) {
        limit.answered(100ms, begin);
    }
    EXPECT_EQ(limit.allowed(), 2 * begin);
    for (int i = 0; i < 10'000; ++i) {
        limit.answered(100ms, limit.allowed());
    }
    EXPECT_EQ(limit.allowed(), 200U);
}

TEST(FlightLimit, StaysWhereItIsWhileItIsNotNeeded)
{
    flight_limit limit;
    const auto begin = limit.allowed();
    for (int i = 0; i < 1000; ++i) {
        limit.answered(100ms, begin - 1);
    }
    EXPECT_EQ(limit.allowed(), begin);
}

TEST(FlightLimit, DoesNotGrowIntoAQueueOfItsOwnMaking)
{
    flight_limit limit;
    for (int i = 0; i < 10'000; ++i) {
        // A server that does 100 requests a second, whatever is thrown at it.
        limit.answered(limit.allowed() * 10ms, limit.allowed());
    }
    EXPECT_LE(limit.allowed(), 128U);
}

TEST(FlightLimit, ShrinksOncePerRoundOfFailuresAndGrowsBack)
{
    flight_limit limit;
    for (int i = 0; i < 1000; ++i) {
        limit.answered(100ms, limit.allowed());
    }
    const auto before = limit.allowed();
    for (int i = 0; i < 50; ++i) {
        limit.failed(at(1s), at(2s)); // all of them in flight at the same time
    }
    EXPECT_LT(limit.allowed(), before);
    EXPECT_GE(limit.allowed() * 2, before);
    for (int i = 0; i < 100; ++i) {
        limit.failed(at(3s + i * 1s), at(3s + i * 1s));
    }
    EXPECT_EQ(limit.allowed(), 4U);
    for (int i = 0; i < 10'000; ++i) {
        limit.answered(100ms, limit.allowed());
    }
    EXPECT_EQ(limit.allowed(), before);
}

TEST(LaneOrder, PrefersTheUrgentAndForgetsNobody)
{
    lane_order order;
    lane_order::lanes_waiting waiting{true, false, true, false, true};
    std::array<int, lane_count> went{};
    for (int i = 0; i < 1200; ++i) {
        const auto next = order.next(waiting);
        ASSERT_TRUE(next);
        order.went(*next, waiting);
        ++went[index_of(*next)];
    }
    EXPECT_EQ(went[1] + went[3], 0);
    EXPECT_GE(went[2], 100);
    EXPECT_GE(went[4], 100);
    EXPECT_GE(went[0], 900);
}

TEST(LaneOrder, ChoosesNobodyWhenNobodyMayGo)
{
    const lane_order order;
    EXPECT_FALSE(order.next({}));
}

rate_headers headers_of(const std::string& limit, const std::string& remaining,
                        const std::string& reset)
{
    http_response response;
    response.headers = {{"x-ratelimit-limit", limit},
                        {"X-RateLimit-Remaining", remaining},
                        {"X-RATELIMIT-RESET", reset}};
    return read_rate_headers(response);
}

TEST(RateHeaders, ReadsThemWhateverTheirCase)
{
    const auto read = headers_of("167", " 12 ", "1700000012");
    EXPECT_EQ(read.limit, 167U);
    EXPECT_EQ(read.remaining, 12U);
    EXPECT_EQ(read.reset, 1'700'000'012);
}

TEST(RateHeaders, TakesWhatCannotBeForNotSaid)
{
    for (const std::string bad : {"", "abc", "12abc", "1e3", "0x10", "99999999999999999999999",
                                  "-5", "0", "1.5", "+7", "999999999999"}) {
        const auto read = headers_of(bad, "1", bad);
        EXPECT_FALSE(read.limit) << bad;
        EXPECT_FALSE(read.reset) << bad;
    }
    EXPECT_FALSE(headers_of("167", "many", "1700000012").remaining);
    EXPECT_FALSE(read_rate_headers({}).limit);
}

TEST(RateHeaders, KeepsRemainingWithinTheLimit)
{
    EXPECT_EQ(headers_of("167", "5000", "1").remaining, 167U);
    EXPECT_EQ(headers_of("167", "-3", "1").remaining, 0U);
}

} // namespace
} // namespace intercom_mirror::testing
