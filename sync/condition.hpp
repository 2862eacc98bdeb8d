#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>
#include <memory>

namespace intercom_mirror {

// Coroutines of one thread wait here until something they look at has changed; they must look
// again, as others may have come first. Copies share those who wait, so that a coroutine that keeps
// a copy does not depend on the owner's life.
class condition
{
public:
    // Throws boost::system::system_error (operation_aborted) when cancelled.
    [[nodiscard]] boost::asio::awaitable<void> wait() const { return wait_in(waiting_); }

    void notify_all() const
    {
        for (auto* const one : *waiting_) {
            one->is_woken = true;
            one->timer.cancel();
        }
    }

private:
    // A timer that never expires is only what its coroutine is woken by.
    struct waiter
    {
        boost::asio::steady_timer timer;
        bool is_woken = false;
    };
    using waiters = std::list<waiter*>;

    static boost::asio::awaitable<void> wait_in(std::shared_ptr<waiters> shared)
    {
        const auto executor = co_await boost::asio::this_coro::executor;
        struct place
        {
            place(waiters& everybody, const boost::asio::any_io_executor& where)
                : self{boost::asio::steady_timer(where,
                                                 boost::asio::steady_timer::time_point::max())},
                  all(everybody), position(all.insert(all.end(), &self))
            {
            }
            ~place() { all.erase(position); }
            place(const place&) = delete;
            place& operator=(const place&) = delete;
            waiter self;
            waiters& all;
            waiters::iterator position;
        };
        place mine(*shared, executor);
        constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);
        const auto [error] = co_await mine.self.timer.async_wait(as_result);
        if (!mine.self.is_woken) {
            throw boost::system::system_error(error);
        }
    }

    std::shared_ptr<waiters> waiting_ = std::make_shared<waiters>();
};

} // namespace intercom_mirror
