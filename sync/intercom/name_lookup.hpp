#pragma once

#include "sync/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace intercom_mirror {

// Addresses of a host. Throws std::runtime_error with the reason. Called on a thread of its own,
// which nobody waits for, so it must refer to nothing that can go away.
using resolver = std::function<std::vector<boost::asio::ip::address>(const std::string& host)>;

// The system's resolver.
std::vector<boost::asio::ip::address> resolve_by_system(const std::string& host);

// Finds the addresses of one host and remembers them for a while. A look-up cannot be interrupted:
// it may hang for minutes, and neither a deadline nor the end of the process waits for it. At most
// one is under way; later callers join it.
class name_lookup
{
public:
    name_lookup(std::string host, std::uint16_t port, resolver resolve);

    // Throws transport_failure (nothing sent).
    boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> endpoints(duration longest);

    // The addresses did not work: the next call asks again.
    void forget() { found_.clear(); }

private:
    struct question;
    void ask();

    std::string host_;
    std::uint16_t port_;
    resolver resolve_;
    std::shared_ptr<question> under_way_;
    std::vector<boost::asio::ip::tcp::endpoint> found_;
    std::chrono::steady_clock::time_point found_at_;
};

} // namespace intercom_mirror
