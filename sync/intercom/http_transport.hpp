#pragma once

#include "sync/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_mirror {

struct http_request
{
    std::string method; // "GET", "POST", "PUT", "DELETE"
    std::string target; // path and query, "/contacts/search"; never an absolute URL
    std::string body;   // JSON, or empty
    std::vector<std::pair<std::string, std::string>> headers;
    // A repetition has no further effect (GET, search): a connection that turns out stale may be
    // replaced and the request sent again without asking.
    bool safe_to_repeat = false;
};

struct http_response
{
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body; // as on the wire: still compressed when content_encoding says so
    bool is_gzip = false;

    // First header of that name (ASCII case-insensitive), or empty.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

// No answer was received. `sent` says what the peer may have seen of the request, `fault` what to
// do differently next time, if anything.
class transport_failure : public std::runtime_error
{
public:
    enum class sent { nothing, unknown };
    enum class fault { broken, timed_out, too_large };
    transport_failure(sent what_was_sent, const std::string& why, fault kind = fault::broken)
        : std::runtime_error(why), sent_(what_was_sent), kind_(kind)
    {
    }
    [[nodiscard]] sent what_was_sent() const { return sent_; }
    [[nodiscard]] fault kind() const { return kind_; }

private:
    sent sent_;
    fault kind_;
};

// One origin, fixed at construction. Any status is a response; only the lack of one throws
// (transport_failure). Redirects are responses too and are never followed.
class http_transport
{
public:
    virtual ~http_transport() = default;
    virtual boost::asio::awaitable<http_response> send(http_request request, duration timeout) = 0;
};

} // namespace intercom_mirror
