#pragma once

#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace intercom_mirror {

// Takes some keys, and may use the store it is given. It may be called again with the same ones,
// when the connection broke meanwhile.
using key_taker = std::function<void(store& on, std::vector<std::string> keys)>;

// Hands on the keys of all live rows of a resource, some at a time, as there may be millions.
boost::asio::awaitable<void> for_live_keys(services& with, const record_plan& plan, key_taker take);

} // namespace intercom_mirror
