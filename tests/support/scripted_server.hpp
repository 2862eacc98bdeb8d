#pragma once

#include "tests/support/certificates.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace intercom_mirror::testing {

// What the server does about one request.
struct scripted_answer
{
    // keep: waits for the next request. hang: says nothing more, but leaves the connection open.
    enum class then { keep, close, reset, hang };

    std::string bytes; // the whole answer as on the wire, or a part of it
    then after = then::keep;
    bool is_dripping = false; // byte by byte, without an end
};

// A complete HTTP/1.1 answer.
std::string http_answer(unsigned status, const std::string& body, const std::string& headers = {});

// A server on a loopback port that does byte for byte what a test tells it, over TCP or TLS.
class scripted_server
{
public:
    struct tls
    {
        identity who;
        int newest_version = 0; // TLS1_1_VERSION…; 0: the newest there is
    };
    using script = std::function<scripted_answer(const std::string& request)>;

    scripted_server(boost::asio::io_context& io, script answer, std::optional<tls> secure = {});
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const std::vector<std::string>& requests() const; // head and body
    [[nodiscard]] int connections() const;                          // accepted so far

    // Hangs up on everybody who is connected.
    void drop_connections();

    struct state;

private:
    std::shared_ptr<state> state_;
};

} // namespace intercom_mirror::testing
