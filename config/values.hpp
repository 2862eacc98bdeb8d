#pragma once

#include "config/options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// The small languages of configuration values. Each reader returns nothing for what it does not
// understand.
namespace intercom_mirror {

// "30s", "5m", "24h", "7d", "2w"
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// "2023-01-01", "2023-01-01T08:30:00Z", "2023-01-01T08:30:00+02:00" (RFC 3339), or relative: "-90d"
std::optional<moment> parse_moment(std::string_view text);

struct listen_address
{
    std::string host;
    std::uint16_t port = 0;
};

// "127.0.0.1:8750", "[::1]:8750"
std::optional<listen_address> parse_listen(std::string_view text);

// "https://host[:port]", and http for loopback only: the token travels with every request.
bool is_safe_origin(std::string_view url);

// What a connection string says about the way to the server. Nothing: libpq cannot read it.
struct postgres_route
{
    bool names_host = false;
    bool is_remote = false; // leaves this machine
    bool names_sslmode = false;
    bool verifies_server = false; // sslmode=verify-full
    bool has_password = false;
};
std::optional<postgres_route> parse_dsn(const std::string& dsn);

// The candidate one could have meant by a mistyped word; empty when none is close.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

} // namespace intercom_mirror
