#pragma once

#include "sync/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <map>

namespace intercom_mirror::testing {

// Simulated time: it stands still while anything can run and then jumps to the next deadline, so
// that a day passes in a millisecond and every run is the same. Declare it before the io_context,
// whose coroutines sleep on it.
class sim_clock final : public clock
{
public:
    // 2023-11-14T22:13:20Z, a round number of seconds.
    static constexpr wall_time usual_start{std::chrono::seconds(1'700'000'000)};

    explicit sim_clock(wall_time start = usual_start) : wall_offset_(start.time_since_epoch()) {}

    [[nodiscard]] instant now() const override { return now_; }
    [[nodiscard]] wall_time wall() const override
    {
        return wall_time(now_.time_since_epoch() + wall_offset_);
    }
    boost::asio::awaitable<void> sleep_until(instant deadline) override;

    // The calendar jumps (NTP, an operator); the monotonic clock does not notice.
    void set_wall(wall_time wall)
    {
        wall_offset_ = wall.time_since_epoch() - now_.time_since_epoch();
    }

    // Runs whatever is ready and wakes sleepers in the order of their deadlines (ties: in the order
    // in which they went to sleep) up to and including `limit`, where the time then stands. With
    // instant::max(): until nobody sleeps any more.
    void run_until(boost::asio::io_context& io, instant limit);
    void run_for(boost::asio::io_context& io, duration span) { run_until(io, now_ + span); }

    // As run_until, but also returns as soon as `done()` holds. Says whether it does.
    template <typename Done>
    bool run_until(boost::asio::io_context& io, instant limit, Done done)
    {
        while (run_ready(io), !done()) {
            if (!wake_next(limit)) {
                return false;
            }
        }
        return true;
    }

private:
    struct sleeper;
    static void run_ready(boost::asio::io_context& io);
    bool wake_next(instant limit);

    instant now_{};
    duration wall_offset_;
    std::multimap<instant, sleeper*> sleepers_; // equal deadlines keep the order of arrival
};

} // namespace intercom_mirror::testing
