#pragma once

#include "sync/clock.hpp"

#include <optional>
#include <string_view>

namespace intercom_mirror {

// The form of the `Date` header that servers must send (RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT").
// The obsolete forms and anything else are nullopt.
std::optional<wall_time> parse_http_date(std::string_view text);

} // namespace intercom_mirror
