#pragma once

#include "tests/sandbox/workspace.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace intercom_sandbox {

struct server_options
{
    options workspace;
    std::uint16_t port = 0; // 0: any free one
    std::chrono::milliseconds latency_min{0};
    std::chrono::milliseconds latency_max{0};
    bool stops_on_signals = false; // SIGINT, SIGTERM
    std::string tls_certificate;   // PEM files; empty: plain HTTP
    std::string tls_key;
    std::string webhook_url; // told what happens, see webhooks.hpp; empty: nobody
    std::string webhook_secret;
};

// The workspace behind HTTP/1.1 on the loopback interface, on the thread that calls `run`. Latency
// is a timer, so any number of requests can be under way at once.
class server
{
public:
    explicit server(const server_options& wanted);
    ~server();

    [[nodiscard]] std::uint16_t port() const;
    void run();  // until `stop`
    void stop(); // from any thread, or a signal's handler of the same io_context

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace intercom_sandbox
