#pragma once

#include "sync/clock.hpp"
#include "sync/event_sink.hpp"
#include "sync/store/database.hpp"

#include <span>

namespace intercom_mirror {

// Forgets, every hour until cancelled, what is kept for a time only: notifications for 30 days,
// runs and what was sent for settled edits for 90, the minutes of the status page for a week.
boost::asio::awaitable<void> forget_for_good(database& db, clock& time);

// Forgets people as soon as that is asked for, until cancelled. `plans`: of all resources.
boost::asio::awaitable<void> erase_for_good(database& db, clock& time, event_sink& log,
                                            std::span<const record_plan> plans);

// Empties tombstones that are older than `age`, every hour until cancelled.
boost::asio::awaitable<void> scrub_for_good(database& db, clock& time, duration age,
                                            std::span<const record_plan> plans);

} // namespace intercom_mirror
