#pragma once

#include "sync/clock.hpp"
#include "sync/pull/engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace intercom_mirror {

// One line on a terminal that says how far the engine is, its rate and how long it still takes.
// Silent when stderr is not a terminal.
class progress_display
{
public:
    explicit progress_display(const engine& shown) : engine_(shown) {}

    // Shows progress until `work` is done, and returns what that returns.
    boost::asio::awaitable<std::vector<std::string>>
    beside(boost::asio::awaitable<std::vector<std::string>> work, clock& time);
    // For good.
    boost::asio::awaitable<void> show(clock& time);

private:
    [[nodiscard]] std::string line(instant now);

    const engine& engine_;
    instant started_;
    std::uint64_t done_before_ = 0;
    instant before_;
};

} // namespace intercom_mirror
