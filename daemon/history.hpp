#pragma once

#include "daemon/assembly.hpp"
#include "sync/pull/engine.hpp"
#include "sync/push/pusher.hpp"

#include <boost/asio/awaitable.hpp>

namespace intercom_mirror {

// Notes every minute what the daemon did in it, for the plots of the status page. Needs the lease.
class history_keeper
{
public:
    // All of it outlives the keeper.
    history_keeper(assembly& parts, const engine& pulling, const pusher& pushing);

    // Until cancelled.
    boost::asio::awaitable<void> run();

private:
    [[nodiscard]] history_point totals() const;

    assembly& parts_;
    const engine& engine_;
    const pusher& pusher_;
    history_point before_; // totals, when they were last noted
};

} // namespace intercom_mirror
