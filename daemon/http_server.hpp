#pragma once

#include "sync/clock.hpp"
#include "sync/event_sink.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_mirror {

struct served_request
{
    std::string method;
    std::string path;  // of the target, without its query
    std::string query; // what follows the question mark
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    // All values of a header, whatever the case of its name.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

struct served_response
{
    unsigned status = 200;
    std::string body = {};
    std::string content_type = "text/plain; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers = {}; // further ones, our own texts
};

// What strangers may take of the server, each against one way of exhausting it.
struct http_server_limits
{
    std::size_t connections = 128;
    std::size_t connections_per_address =
        16; // this machine's own excepted: proxies come from there
    std::size_t header_bytes = std::size_t{8} << 10U;
    duration header_time = std::chrono::seconds(5); // also how long an idle connection is kept
    std::size_t body_bytes = std::size_t{1} << 20U;
    duration body_time = std::chrono::seconds(10);
    std::size_t all_bodies_bytes = std::size_t{16} << 20U; // received and not yet answered
    duration answer_time = std::chrono::seconds(10);       // for the client to take it
};

struct http_server_statistics
{
    std::size_t connections = 0;
    std::uint64_t accepted = 0;
    std::uint64_t evicted = 0;                 // for a newcomer
    std::uint64_t refused = 0;                 // newcomers, when nobody could be evicted
    std::map<unsigned, std::uint64_t> answers; // by status
};

// The address is taken, or may not be used.
class cannot_listen : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// A plain HTTP/1.1 server on one address, as coroutines of one thread. At its limit the connection
// that has been without a complete header for the longest is closed for a newcomer, so that idle
// and slow clients do not keep others out.
class http_server
{
public:
    // Throws nothing that a client could cause; what it throws is answered with 500 and logged.
    using handler = std::function<boost::asio::awaitable<served_response>(served_request)>;

    virtual ~http_server() = default;

    // Serves until cancelled.
    virtual boost::asio::awaitable<void> run() = 0;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual http_server_statistics statistics() const = 0;
};

// `host` is an address, "localhost" or empty for all of IPv4; port 0 is any free one.
// Throws cannot_listen.
std::unique_ptr<http_server> make_http_server(const boost::asio::any_io_executor& executor,
                                              const std::string& host, std::uint16_t port,
                                              http_server::handler answer, event_sink& log,
                                              http_server_limits limits = {});

} // namespace intercom_mirror
