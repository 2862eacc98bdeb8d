#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace intercom_mirror {

// A condition that coroutines of one thread wait for: wait() returns after the next notify().
// Waiters look at their condition again, as with any condition variable.
class notifier
{
public:
    explicit notifier(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max())
    {}

    void notify()
    {
        ++round_;
        timer_.cancel();
    }

    // Throws boost::system::system_error (operation_aborted) when the waiting coroutine is cancelled.
    boost::asio::awaitable<void> wait()
    {
        const auto round = round_;
        const auto [error] =
            co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (round == round_) {
            throw boost::system::system_error(error ? error
                                                    : boost::asio::error::make_error_code(
                                                          boost::asio::error::operation_aborted));
        }
    }

private:
    boost::asio::steady_timer timer_;
    unsigned long round_ = 0;
};

} // namespace intercom_mirror
