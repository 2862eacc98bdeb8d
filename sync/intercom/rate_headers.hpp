#pragma once

#include "sync/intercom/http_transport.hpp"

#include <cstdint>
#include <optional>

namespace intercom_mirror {

// What an answer says about the quota, as far as it can be believed: a value that is no number, or
// one no quota ever had, counts as not said.
struct rate_headers
{
    std::optional<std::uint64_t> limit;     // requests per window; at least 1
    std::optional<std::uint64_t> remaining; // never more than `limit` when both are given
    // Unix seconds. In recorded traffic about two seconds after the real end of the window, so it
    // only serves to tell windows apart.
    std::optional<std::int64_t> reset;
};

rate_headers read_rate_headers(const http_response& response);

} // namespace intercom_mirror
