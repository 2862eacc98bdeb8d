#include "sync/intercom/lanes.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>

namespace intercom_mirror::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// What a server's X-RateLimit-* headers look like.
enum class headers {
    recorded, // Reset two seconds late, Remaining = Limit on a window's first answer
    exact,    // Reset at the end, Remaining after this request
    no_reset, // without X-RateLimit-Reset
    stuck,    // Reset never changes
    nonsense, // Reset jumps about
    none,     // no headers at all
};

// The counting half of an Intercom server: fixed windows, a request counts when it arrives.
class quota_server
{
public:
    struct options
    {
        std::uint64_t limit = 167; // 0: none
        duration phase = 3s;       // of the windows
        duration latency_min = 20ms;
        duration latency_max = 200ms;
        headers style = headers::recorded;
        std::uint64_t foreign_per_window = 0; // requests of other apps, evenly
        double refused_at_random = 0;         // a 429 out of the blue
        double drift = 0;                     // its clock against ours
    };

    struct window
    {
        std::uint64_t ours = 0;
        std::uint64_t foreign = 0;
        std::uint64_t refused = 0;
        [[nodiscard]] std::uint64_t used() const { return ours + foreign; }
    };

    explicit quota_server(options what, std::uint64_t seed) : options_(what), dice_(seed) {}

    void set_phase(duration phase) { options_.phase = phase; }
    void set_limit(std::uint64_t limit) { options_.limit = limit; }

    // How long a request is on its way to the server, and the answer back.
    std::pair<duration, duration> delays()
    {
        std::uniform_int_distribution<std::int64_t> range(options_.latency_min.count(),
                                                          options_.latency_max.count());
        const auto whole = range(dice_);
        std::uniform_int_distribution<std::int64_t> part(0, whole);
        const auto there = part(dice_);
        return {duration(there), duration(whole - there)};
    }

    struct reply
    {
        unsigned status = 200;
        rate_headers headers;
    };

    reply arrive(instant now)
    {
        const auto number = number_at(now);
        auto& present = windows_[number];
        if (options_.foreign_per_window != 0) {
            const auto into = since_start(now) - number * 10s;
            present.foreign = std::max(present.foreign,
                                       options_.foreign_per_window *
                                           static_cast<std::uint64_t>(into.count()) / 10'000'000U);
        }
        const bool is_over = options_.limit != 0 && present.used() >= options_.limit;
        if (is_over || std::uniform_real_distribution<>(0, 1)(dice_) < options_.refused_at_random) {
            ++present.refused;
            return {429, say(number, present.used())};
        }
        ++present.ours;
        const auto told =
            options_.style == headers::recorded && present.ours == 1 && present.foreign == 0
                ? 0
                : present.used();
        return {200, say(number, told)};
    }

    // The windows that lie wholly in between.
    [[nodiscard]] std::vector<window> windows(instant from, instant until) const
    {
        std::vector<window> result;
        for (auto n = number_at(from) + 1; n < number_at(until); ++n) {
            const auto found = windows_.find(n);
            result.push_back(found == windows_.end() ? window{} : found->second);
        }
        return result;
    }

private:
    [[nodiscard]] std::int64_t number_at(instant now) const { return since_start(now) / 10s; }

    [[nodiscard]] duration since_start(instant now) const
    {
        const auto ours = now.time_since_epoch();
        const auto gained = static_cast<double>(ours.count()) * options_.drift;
        return ours + duration(static_cast<std::int64_t>(gained)) + options_.phase;
    }

    rate_headers say(std::int64_t number, std::uint64_t used)
    {
        if (options_.style == headers::none || options_.limit == 0) {
            return {};
        }
        rate_headers result;
        result.limit = options_.limit;
        result.remaining = options_.limit - std::min(options_.limit, used);
        const auto end = 1'700'000'000 + (number + 1) * 10;
        switch (options_.style) {
        case headers::recorded:
            result.reset = end + 2;
            break;
        case headers::exact:
            result.reset = end;
            break;
        case headers::stuck:
            result.reset = 1'700'000'000;
            break;
        case headers::nonsense:
            result.reset = std::uniform_int_distribution<std::int64_t>(1, 4'000'000'000)(dice_);
            break;
        case headers::no_reset:
        case headers::none:
            break;
        }
        return result;
    }

    options options_;
    std::mt19937_64 dice_;
    std::map<std::int64_t, window> windows_;
};

// Workers that always have another request to send, the lanes, and the server, in simulated time.
struct traffic
{
    traffic(quota_server::options what, governor_options rules = {}, std::uint64_t seed = 1)
        : server(what, seed), dice(seed + 1),
          turns(io.get_executor(), time, [this] { return dice(); }, rules)
    {
    }

    // Sends one request of the lane; the outcome's status.
    asio::awaitable<unsigned> request(lane urgency)
    {
        auto turn = co_await turns.acquire(urgency);
        const auto sent = time.now();
        const auto [there, back] = server.delays();
        co_await time.sleep_for(there);
        const auto reply = server.arrive(time.now());
        co_await time.sleep_for(back);
        turn.answered(reply.status, reply.headers);
        ++answered[index_of(urgency)];
        slowest = std::max(slowest, time.now() - sent);
        co_return reply.status;
    }

    asio::awaitable<void> work(lane urgency)
    {
        for (;;) {
            const auto status = co_await request(urgency);
            static_cast<void>(status);
        }
    }

    void start(lane urgency, int workers)
    {
        for (int i = 0; i < workers; ++i) {
            asio::co_spawn(io, work(urgency), asio::detached);
        }
    }

    void run_for(duration span) { time.run_for(io, span); }

    sim_clock time;
    quota_server server;
    std::mt19937_64 dice;
    asio::io_context io;
    lanes turns;
    std::array<std::uint64_t, lane_count> answered{};
    duration slowest{};
};

struct totals
{
    double share = 0; // of the limit, by everybody, in the worst window
    double mean_share = 0;
    std::uint64_t refused = 0;
    std::string told;
};

totals add_up(const std::vector<quota_server::window>& windows, std::uint64_t limit)
{
    totals result;
    result.share = 2;
    std::uint64_t used = 0;
    for (const auto& each : windows) {
        result.share =
            std::min(result.share, static_cast<double>(each.used()) / static_cast<double>(limit));
        used += each.used();
        result.refused += each.refused;
        result.told += std::to_string(each.ours) + "+" + std::to_string(each.foreign) + "/" +
                       std::to_string(each.refused) + " ";
    }
    result.mean_share = static_cast<double>(used) /
                        static_cast<double>(limit * std::max<std::size_t>(1, windows.size()));
    result.told = "mean share " + std::to_string(result.mean_share) +
                  ", ours+foreign/refused: " + result.told;
    return result;
}

struct steady_case
{
    std::string name;
    std::uint64_t limit;
    duration latency_min;
    duration latency_max;
    headers style;
    double goal;
};

class GovernorInSteadyState : public ::testing::TestWithParam<steady_case>
{
};

TEST_P(GovernorInSteadyState, UsesTheWholeQuotaWithoutA429)
{
    const auto& given = GetParam();
    for (const duration phase : {0s, 1s, 4s, 9s}) {
        traffic world({.limit = given.limit,
                       .phase = phase + 137ms,
                       .latency_min = given.latency_min,
                       .latency_max = given.latency_max,
                       .style = given.style});
        world.start(lane::backfill, 400);
        world.run_for(155s);
        const auto seen = add_up(world.server.windows(instant(20s), instant(150s)), given.limit);
        EXPECT_GE(seen.mean_share, given.goal) << given.name << ": " << seen.told;
        EXPECT_EQ(seen.refused, 0U) << given.name << ": " << seen.told;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, GovernorInSteadyState,
    ::testing::Values(
        steady_case{"limit167", 167, 20ms, 200ms, headers::recorded, 0.97},
        steady_case{"limit500", 500, 20ms, 200ms, headers::recorded, 0.97},
        steady_case{"limit1666", 1666, 20ms, 200ms, headers::recorded, 0.97},
        steady_case{"limit167_exact", 167, 20ms, 200ms, headers::exact, 0.97},
        steady_case{"limit1666_exact", 1666, 20ms, 200ms, headers::exact, 0.97},
        steady_case{"limit167_without_reset", 167, 20ms, 200ms, headers::no_reset, 0.97},
        steady_case{"limit1666_without_reset", 1666, 20ms, 200ms, headers::no_reset, 0.97},
        steady_case{"limit167_stuck_reset", 167, 20ms, 200ms, headers::stuck, 0.97},
        steady_case{"limit1666_stuck_reset", 1666, 20ms, 200ms, headers::stuck, 0.97},
        steady_case{"limit1666_fast", 1666, 1ms, 5ms, headers::recorded, 0.97},
        steady_case{"limit1666_slow", 1666, 500ms, 1s, headers::recorded, 0.95},
        steady_case{"limit167_slow", 167, 500ms, 3s, headers::recorded, 0.95},
        steady_case{"limit500_without_reset_slow", 500, 500ms, 1s, headers::no_reset, 0.95}),
    [](const auto& info) { return info.param.name; });

struct Governor : ::testing::Test
{
    static governor_options sharing(double share)
    {
        governor_options result;
        result.quota.max_share = share;
        return result;
    }
};

TEST_F(Governor, LeavesTheRestOfTheQuotaToOtherApps)
{
    for (const double share : {0.2, 0.5, 0.9}) {
        traffic world({.limit = 1666}, sharing(share));
        world.start(lane::backfill, 300);
        world.run_for(155s);
        const auto seen = add_up(world.server.windows(instant(20s), instant(150s)), 1666);
        EXPECT_LE(seen.mean_share, share) << seen.told;
        EXPECT_GE(seen.mean_share, share * 0.97) << seen.told;
        EXPECT_EQ(seen.refused, 0U) << seen.told;
    }
}

TEST_F(Governor, UsesWhatOtherAppsLeaveWithoutA429)
{
    for (const std::uint64_t limit : {167U, 1666U}) {
        for (const auto style : {headers::recorded, headers::no_reset}) {
            traffic world({.limit = limit, .style = style, .foreign_per_window = limit / 3});
            world.start(lane::backfill, 300);
            world.run_for(255s);
            const auto seen = add_up(world.server.windows(instant(50s), instant(250s)), limit);
            EXPECT_GE(seen.mean_share, 0.95) << seen.told;
            EXPECT_EQ(seen.refused, 0U) << seen.told;
        }
    }
}

TEST_F(Governor, DoesNotStallOnNonsenseInTheReset)
{
    traffic world({.limit = 500, .style = headers::nonsense});
    world.start(lane::backfill, 300);
    world.run_for(155s);
    const auto seen = add_up(world.server.windows(instant(20s), instant(150s)), 500);
    EXPECT_GE(seen.mean_share, 0.5) << seen.told;
    EXPECT_EQ(seen.refused, 0U) << seen.told;
}

TEST_F(Governor, LearnsItsWayIntoAWindowThatIsPartlyUsed)
{
    // A restart: the first answers show what the process before us has used.
    traffic before({.limit = 167, .phase = 0s});
    before.start(lane::backfill, 100);
    before.run_for(4s);
    traffic after({.limit = 167, .phase = 4s, .foreign_per_window = 80});
    after.start(lane::backfill, 100);
    after.run_for(60s);
    const auto seen = add_up(after.server.windows(instant(-10s), instant(60s)), 167);
    EXPECT_EQ(seen.refused, 0U) << seen.told;
}

TEST_F(Governor, FindsTheWindowsAgainWhenTheServerMovesThem)
{
    traffic world({.limit = 167, .phase = 1s});
    world.start(lane::backfill, 100);
    world.run_for(40s);
    world.server.set_phase(6s);
    world.run_for(30s);
    const auto later = world.time.now();
    world.run_for(100s);
    const auto seen = add_up(world.server.windows(later, later + 100s), 167);
    EXPECT_GE(seen.mean_share, 0.97) << seen.told;
    EXPECT_EQ(seen.refused, 0U) << seen.told;
}

TEST_F(Governor, KeepsUpForHoursWithAClockThatRunsDifferently)
{
    for (const double drift : {-0.0001, 0.0, 0.0001}) {
        traffic world({.limit = 167, .phase = 3777ms, .drift = drift});
        world.start(lane::backfill, 60);
        world.run_for(2h);
        const auto seen = add_up(world.server.windows(instant(60s), instant(2h)), 167);
        EXPECT_GE(seen.mean_share, 0.97) << drift << " " << seen.told;
        EXPECT_EQ(seen.refused, 0U) << drift << " " << seen.told;
    }
}

TEST_F(Governor, FollowsALimitThatChanges)
{
    traffic world({.limit = 1666});
    world.start(lane::backfill, 300);
    world.run_for(42s);
    world.server.set_limit(167);
    world.run_for(30s);
    const auto later = world.time.now();
    world.run_for(60s);
    const auto seen = add_up(world.server.windows(later, later + 60s), 167);
    EXPECT_GE(seen.mean_share, 0.97) << seen.told;
    EXPECT_EQ(seen.refused, 0U) << seen.told;
}

TEST_F(Governor, KeepsToACautiousRateWhileNobodyNamesALimitAndGoesFreeWhenNobodyEverDoes)
{
    traffic world({.limit = 0, .latency_min = 1ms, .latency_max = 3ms});
    world.start(lane::backfill, 400);
    world.run_for(10ms);
    EXPECT_LE(world.answered[index_of(lane::backfill)], 20U);
    world.run_for(5s);
    const auto before = world.answered[index_of(lane::backfill)];
    world.run_for(1s);
    EXPECT_GE(world.answered[index_of(lane::backfill)] - before, 5000U);
}

TEST_F(Governor, SurvivesA429OfALimitThatNobodyNames)
{
    traffic world({.limit = 167, .style = headers::none});
    world.start(lane::backfill, 100);
    world.run_for(600s);
    const auto seen = add_up(world.server.windows(instant(100s), instant(600s)), 167);
    EXPECT_GE(seen.mean_share, 0.2) << seen.told;
    EXPECT_LE(seen.refused * 8, 167U * 50U) << seen.told;
}

TEST_F(Governor, SurvivesRandomRefusals)
{
    traffic world({.limit = 500, .refused_at_random = 0.01});
    world.start(lane::backfill, 100);
    world.run_for(300s);
    const auto before = world.answered[index_of(lane::backfill)];
    world.run_for(60s);
    EXPECT_GT(world.answered[index_of(lane::backfill)] - before, 100U);
}

TEST_F(Governor, SendsNothingBetweenA429AndTheEndOfTheWindow)
{
    governor rules({});
    const instant start(100s);
    auto sent = rules.start(start);
    rate_headers none_left;
    none_left.limit = 167;
    none_left.remaining = 0;
    none_left.reset = 1'700'000'012;
    rules.answered(sent, start + 50ms, 429, none_left, 0.5);
    const auto decision = rules.may_start(start + 1s, lane::edits, false);
    EXPECT_FALSE(decision.is_admitted);
    EXPECT_GE(decision.again_at, start + 10s);
    EXPECT_LE(decision.again_at, start + 10s + 500ms);
    EXPECT_TRUE(rules.may_start(decision.again_at, lane::backfill, false).is_admitted);
}

TEST_F(Governor, ProbesWithOneRequestAfterAPauseAndWaitsLongerEachTimeItFails)
{
    governor rules({});
    instant now(100s);
    duration longest{};
    for (int i = 0; i < 12; ++i) {
        const auto probe = rules.start(now);
        EXPECT_FALSE(i > 0 && rules.may_start(now, lane::edits, false).is_admitted);
        rules.answered(probe, now + 50ms, 429, {}, 0.0);
        const auto decision = rules.may_start(now + 50ms, lane::edits, false);
        ASSERT_FALSE(decision.is_admitted);
        longest = std::max(longest, decision.again_at - now);
        now = decision.again_at;
    }
    EXPECT_GE(longest, 60s);
    EXPECT_LE(longest, 90s);
}

TEST_F(Governor, SpreadsBulkWorkSoThatAnEditFindsRoomAtAnyTime)
{
    traffic world({.limit = 167});
    world.start(lane::backfill, 100);
    world.run_for(30s);
    duration longest{};
    auto edits = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 100; ++i) {
            co_await world.time.sleep_for(731ms);
            const auto asked = world.time.now();
            auto turn = co_await world.turns.acquire(lane::edits);
            longest = std::max(longest, world.time.now() - asked);
            const auto reply = world.server.arrive(world.time.now());
            turn.answered(reply.status, reply.headers);
        }
    };
    asio::co_spawn(world.io, edits(), asio::detached);
    world.run_for(80s);
    EXPECT_LE(longest, 1500ms);
}

TEST_F(Governor, GivesEveryLaneItsTenthWhateverTheOthersWant)
{
    traffic world({.limit = 500});
    for (std::size_t i = 0; i < lane_count; ++i) {
        world.start(static_cast<lane>(i), 300);
    }
    world.run_for(100s);
    std::uint64_t all = 0;
    for (const auto count : world.answered) {
        all += count;
    }
    for (std::size_t i = 0; i < lane_count; ++i) {
        EXPECT_GE(world.answered[i] * 12, all) << "lane " << i << " of " << all;
    }
    EXPECT_GE(world.answered[index_of(lane::edits)] * 2, all);
}

TEST_F(Governor, GoesOnWhenAWaitingOrSendingCoroutineIsCancelled)
{
    traffic world({.limit = 167});
    for (int round = 0; round < 20; ++round) {
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        for (int i = 0; i < 40; ++i) {
            signals.push_back(std::make_unique<asio::cancellation_signal>());
            asio::co_spawn(world.io, world.work(lane::polls),
                           asio::bind_cancellation_slot(signals.back()->slot(), asio::detached));
        }
        world.run_for(150ms);
        for (const auto& signal : signals) {
            signal->emit(asio::cancellation_type::terminal);
        }
        world.run_for(1ms);
    }
    EXPECT_EQ(world.turns.look().governor.in_flight, 0U);
    world.start(lane::backfill, 100);
    const auto from = world.time.now();
    world.run_for(100s);
    const auto seen = add_up(world.server.windows(from, world.time.now()), 167);
    EXPECT_GE(seen.mean_share, 0.95) << seen.told;
    EXPECT_EQ(seen.refused, 0U) << seen.told;
}

// A clock as real ones are: between two looks at it time has passed.
class moving_clock final : public clock
{
public:
    [[nodiscard]] instant now() const override { return now_ += 700us; }
    [[nodiscard]] wall_time wall() const override { return wall_time(now_.time_since_epoch()); }
    asio::awaitable<void> sleep_until(instant deadline) override
    {
        now_ = std::max(now_, deadline);
        co_return;
    }

private:
    mutable instant now_{};
};

TEST_F(Governor, LetsGoWhoseTurnComesWhileItJoinsTheQueue)
{
    moving_clock time;
    asio::io_context io;
    lanes turns(io.get_executor(), time, [] { return std::uint64_t{0}; }, {});
    int let_go = 0;
    auto ask = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 90; ++i) {
            auto turn = co_await turns.acquire(lane::backfill);
            turn.answered(200, {});
            ++let_go;
        }
    };
    asio::co_spawn(io, ask(), asio::detached);
    io.run();
    EXPECT_EQ(let_go, 90);
}

TEST_F(Governor, WakesAfterHoursOfSilenceWithoutA429)
{
    traffic world({.limit = 167});
    auto pulse = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 4; ++i) {
            for (int n = 0; n < 400; ++n) {
                const auto status = co_await world.request(lane::backfill);
                static_cast<void>(status);
            }
            co_await world.time.sleep_for(5h + 3s);
        }
    };
    for (int i = 0; i < 30; ++i) {
        asio::co_spawn(world.io, pulse(), asio::detached);
    }
    world.run_for(24h);
    EXPECT_EQ(world.turns.look().governor.refusals, 0U);
    EXPECT_EQ(world.answered[index_of(lane::backfill)], 4U * 400U * 30U);
}

} // namespace
} // namespace intercom_mirror::testing
