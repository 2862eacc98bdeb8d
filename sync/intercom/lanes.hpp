#pragma once

#include "sync/clock.hpp"
#include "sync/intercom/governor.hpp"
#include "sync/lane.hpp"
#include "sync/random.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>

namespace intercom_mirror {

class permit;

// Where every request of a token waits for its turn: the governor's decisions, carried out. One
// thread. What waits here when it is destroyed never gets its turn.
class lanes
{
public:
    struct view
    {
        governor::view governor;
        std::array<std::size_t, lane_count> waiting{};
    };

    lanes(const boost::asio::any_io_executor& executor, clock& time, random_source random,
          governor_options options);
    ~lanes();
    lanes(const lanes&) = delete;
    lanes& operator=(const lanes&) = delete;

    boost::asio::awaitable<permit> acquire(lane which);
    [[nodiscard]] view look() const;

private:
    friend class permit;
    struct state;
    std::shared_ptr<state> state_;
};

// The right to send one request. Its end must be told; a permit that just goes away (cancelled,
// thrown past) counts as sent and lost.
class permit
{
public:
    permit(permit&& other) noexcept = default;
    permit& operator=(permit&& other) noexcept;
    ~permit();

    void answered(unsigned status, const rate_headers& headers);
    void lost();
    void unsent(bool is_failure);

private:
    friend class lanes;
    permit(std::shared_ptr<lanes::state> owner, governor::ticket ticket)
        : owner_(std::move(owner)), ticket_(ticket)
    {
    }
    std::shared_ptr<lanes::state> take() { return std::exchange(owner_, nullptr); }

    std::shared_ptr<lanes::state> owner_;
    governor::ticket ticket_;
};

} // namespace intercom_mirror
