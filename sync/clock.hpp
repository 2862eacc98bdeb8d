#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace intercom_mirror {

using duration = std::chrono::microseconds;

// A moment of the monotonic clock: it only ever grows and says nothing about the calendar.
struct steady_time_tag
{
    using duration = intercom_mirror::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<steady_time_tag>;
    static constexpr bool is_steady = true;
};
using instant = std::chrono::time_point<steady_time_tag, duration>;

// Calendar time (Unix time), as far as this machine knows it. It may jump; nothing is decided by
// it that Intercom's own `Date` header or the database's clock can decide.
using wall_time = std::chrono::sys_time<duration>;

// The only place that knows what time it is and the only way to wait. Two implementations: the
// machine's, and one of the tests under which a day passes in a millisecond.
class clock
{
public:
    virtual ~clock() = default;

    [[nodiscard]] virtual instant now() const = 0;
    [[nodiscard]] virtual wall_time wall() const = 0;

    // Throws boost::system::system_error (operation_aborted) when cancelled.
    virtual boost::asio::awaitable<void> sleep_until(instant deadline) = 0;
    boost::asio::awaitable<void> sleep_for(duration span) { return sleep_until(now() + span); }
};

} // namespace intercom_mirror
