#include "tests/support/sim_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace intercom_mirror::testing {

namespace asio = boost::asio;

// One suspended sleep_until. Its timer never expires: it is only what the coroutine is woken by.
struct sim_clock::sleeper
{
    sleeper(sim_clock& clock, const asio::any_io_executor& executor, instant deadline)
        : owner(clock), timer(executor, asio::steady_timer::time_point::max()),
          where(owner.sleepers_.emplace(deadline, this))
    {
    }
    ~sleeper()
    {
        if (!is_fired) {
            owner.sleepers_.erase(where);
        }
    }
    sleeper(const sleeper&) = delete;
    sleeper& operator=(const sleeper&) = delete;

    void fire()
    {
        is_fired = true;
        owner.sleepers_.erase(where);
        timer.cancel();
    }

    sim_clock& owner;
    asio::steady_timer timer;
    std::multimap<instant, sleeper*>::iterator where;
    bool is_fired = false;
};

asio::awaitable<void> sim_clock::sleep_until(instant deadline)
{
    const auto executor = co_await asio::this_coro::executor;
    sleeper self(*this, executor, deadline);
    const auto [error] = co_await self.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!self.is_fired) {
        throw boost::system::system_error(error);
    }
}

void sim_clock::run_ready(asio::io_context& io)
{
    io.poll();
    io.restart();
}

bool sim_clock::wake_next(instant limit)
{
    if (sleepers_.empty() || sleepers_.begin()->first > limit) {
        if (limit != instant::max()) {
            now_ = std::max(now_, limit);
        }
        return false;
    }
    now_ = std::max(now_, sleepers_.begin()->first);
    sleepers_.begin()->second->fire();
    return true;
}

void sim_clock::run_until(asio::io_context& io, instant limit)
{
    const auto never = [] { return false; };
    run_until(io, limit, never);
}

} // namespace intercom_mirror::testing
