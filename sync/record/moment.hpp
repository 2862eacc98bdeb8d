#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace intercom_mirror {

// Microseconds since 1970 of an ISO 8601 moment: "2024-05-06", "2024-05-06T07:08:09.5+02:00",
// "2024-05-06 07:08:09 UTC". Without a zone it is UTC. Nothing for anything else, and for days and
// hours that do not exist.
std::optional<std::int64_t> parse_iso_moment(std::string_view text);

} // namespace intercom_mirror
