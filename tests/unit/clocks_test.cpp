#include "sync/machine_clock.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <string>

namespace intercom_mirror::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct SimClock : ::testing::Test
{
    sim_clock time;
    std::string trace;
    asio::io_context io;

    void sleeper(duration span, const std::string& name)
    {
        auto task = [](SimClock& test, duration how_long,
                       std::string what) -> asio::awaitable<void> {
            co_await test.time.sleep_for(how_long);
            test.trace += what;
        };
        asio::co_spawn(io, task(*this, span, name), asio::detached);
    }
};

TEST_F(SimClock, WakesSleepersInOrderAndTiesAsTheyCame)
{
    sleeper(2h, "c");
    sleeper(1h, "a");
    sleeper(1h, "b");
    time.run_until(io, instant::max());
    EXPECT_EQ(trace, "abc");
    EXPECT_EQ(time.now(), instant(2h));
}

TEST_F(SimClock, StopsAtTheLimit)
{
    sleeper(1s, "a");
    sleeper(3s, "b");
    time.run_until(io, instant(2s));
    EXPECT_EQ(trace, "a");
    EXPECT_EQ(time.now(), instant(2s));
    time.run_for(io, 1s);
    EXPECT_EQ(trace, "ab");
}

TEST_F(SimClock, StopsWhenTheTestIsContent)
{
    sleeper(1s, "a");
    sleeper(2s, "b");
    EXPECT_TRUE(time.run_until(io, instant(1h), [this] { return trace == "a"; }));
    EXPECT_EQ(time.now(), instant(1s));
    EXPECT_FALSE(time.run_until(io, instant(1h), [this] { return trace == "x"; }));
    EXPECT_EQ(time.now(), instant(1h));
}

TEST_F(SimClock, LetsTheCalendarJumpAlone)
{
    EXPECT_EQ(time.wall(), sim_clock::usual_start);
    time.run_for(io, 10s);
    EXPECT_EQ(time.wall(), sim_clock::usual_start + 10s);
    time.set_wall(sim_clock::usual_start - 1h);
    time.run_for(io, 1s);
    EXPECT_EQ(time.wall(), sim_clock::usual_start - 1h + 1s);
    EXPECT_EQ(time.now(), instant(11s));
}

TEST_F(SimClock, CancelsASleep)
{
    asio::cancellation_signal signal;
    bool is_cancelled = false;
    asio::co_spawn(io, time.sleep_for(1h),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown) {
                       is_cancelled = thrown != nullptr;
                   }));
    time.run_for(io, 1s);
    signal.emit(asio::cancellation_type::terminal);
    time.run_for(io, 1s);
    EXPECT_TRUE(is_cancelled);
}

TEST(MachineClock, DoesNotWaitForThePast)
{
    const auto time = make_machine_clock();
    const auto before = time->now();
    asio::io_context io;
    bool is_over = false;
    asio::co_spawn(io, time->sleep_until(before - 1h),
                   [&](const std::exception_ptr& thrown) { is_over = !thrown; });
    io.run();
    EXPECT_TRUE(is_over);
    EXPECT_GE(time->now(), before);
    EXPECT_GT(time->wall().time_since_epoch(), 1'700'000'000s);
}

TEST(MachineClock, CanSleepForEver)
{
    const auto time = make_machine_clock();
    asio::io_context io;
    bool is_over = false;
    asio::co_spawn(io, time->sleep_until(instant::max()),
                   [&](const std::exception_ptr&) { is_over = true; });
    io.poll();
    EXPECT_FALSE(is_over);
}

} // namespace
} // namespace intercom_mirror::testing
