#include "sync/machine_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace intercom_mirror {
namespace {

using std::chrono::duration_cast;
using std::chrono::steady_clock;

class machine_clock final : public clock
{
public:
    [[nodiscard]] instant now() const override
    {
        return instant(duration_cast<duration>(steady_clock::now().time_since_epoch()));
    }

    [[nodiscard]] wall_time wall() const override
    {
        return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
    }

    boost::asio::awaitable<void> sleep_until(instant deadline) override
    {
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor);
        // instant::max() means "for ever" and must not overflow the finer clock.
        const auto longest = duration_cast<duration>(steady_clock::duration::max());
        timer.expires_at(steady_clock::time_point(
            duration_cast<steady_clock::duration>(std::min(deadline.time_since_epoch(), longest))));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
};

} // namespace

std::unique_ptr<clock> make_machine_clock()
{
    return std::make_unique<machine_clock>();
}

} // namespace intercom_mirror
