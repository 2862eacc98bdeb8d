#pragma once

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace intercom_mirror {

// Runs coroutines side by side until all are done. When one fails the others are cancelled and
// waited for, and the failure that came first is thrown.
boost::asio::awaitable<void> run_together(std::vector<boost::asio::awaitable<void>> tasks);

} // namespace intercom_mirror
