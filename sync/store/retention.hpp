#pragma once

#include "sync/clock.hpp"
#include "sync/store/database.hpp"

namespace intercom_mirror {

// Forgets, every hour until cancelled, what is kept for a time only: notifications for 30 days,
// runs and what was sent for settled edits for 90, the minutes of the status page for a week.
boost::asio::awaitable<void> forget_for_good(database& db, clock& time);

} // namespace intercom_mirror
