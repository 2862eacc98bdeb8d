#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// The one place requests go to: scheme, host and port. Fixed for the life of a client.
struct origin
{
    bool is_tls = true;
    std::string host; // a name, or an address without brackets
    std::uint16_t port = 443;

    // The value of the Host header: the port only when it is not the scheme's own.
    [[nodiscard]] std::string authority() const;
    bool operator==(const origin&) const = default;
};

// "https://host[:port]", or "http://" when the host is this machine. Anything else (credentials,
// a path, another scheme, plain http to elsewhere) throws std::invalid_argument with the reason.
origin parse_origin(std::string_view url);

// localhost, 127.0.0.0/8 and ::1.
bool is_loopback(std::string_view host);

// Path and query of a URL found in an answer, if it may be asked for: a relative one, or an
// absolute one of exactly our origin. Everything else is nullopt: no foreign host ever gets our
// token.
std::optional<std::string> target_at(const origin& ours, std::string_view url);

} // namespace intercom_mirror
