#pragma once

#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace intercom_mirror {

// Keys of the records that a search finds under one record of another resource (the contacts of a
// segment), sorted: nothing on the records themselves tells.
boost::asio::awaitable<std::vector<std::string>>
members_of(services& with, const record_plan& plan, const completion& how, std::string other_id);

} // namespace intercom_mirror
