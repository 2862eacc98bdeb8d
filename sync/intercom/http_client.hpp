#pragma once

#include "sync/intercom/http_transport.hpp"
#include "sync/intercom/name_lookup.hpp"
#include "sync/intercom/origin.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace intercom_mirror {

struct http_client_options
{
    origin where;
    // PEM certificates to trust instead of the system's: for servers with their own authority.
    std::string trusted_pem = {};
    // Null: the system's resolver.
    resolver resolve = {};

    // A page of 150 conversations with long bodies is some MiB; what is far beyond is an error.
    std::size_t body_bytes_max = std::size_t{64} << 20U;
    // More requests than this are never in flight (see flight_limit).
    std::size_t idle_max = 256;
    // Shorter than the minute after which load balancers usually hang up.
    duration idle_longest = std::chrono::seconds(50);

    duration resolve_longest = std::chrono::seconds(10);
    duration connect_longest = std::chrono::seconds(10);
    duration handshake_longest = std::chrono::seconds(10);
    duration write_longest = std::chrono::seconds(30);
    // Search pages are known to take many seconds before they begin.
    duration first_byte_longest = std::chrono::seconds(60);
    duration body_longest = std::chrono::seconds(120);
};

// HTTP/1.1 over TLS 1.2 or newer (plain only to this machine) with connections kept alive.
// `timeout` of send() bounds the whole exchange, the options bound its phases. Must be used from
// one thread. Throws std::invalid_argument for an origin it must not talk to.
std::unique_ptr<http_transport> make_http_client(const boost::asio::any_io_executor& executor,
                                                 http_client_options options);

} // namespace intercom_mirror
