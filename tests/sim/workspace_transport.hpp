#pragma once

#include "sync/clock.hpp"
#include "sync/intercom/http_transport.hpp"
#include "tests/sandbox/dice.hpp"
#include "tests/sandbox/workspace.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace intercom_simulation {

struct network
{
    intercom_mirror::duration latency_min = std::chrono::milliseconds(20);
    intercom_mirror::duration latency_max = std::chrono::milliseconds(200);
    // The server hands out smaller pages than it is asked for, so that small worlds have many.
    unsigned page_max = 150;
    // The service's own clock, when the simulation's stands at zero.
    intercom_mirror::wall_time server_start;
};

// The way to the simulated workspace: latency in simulated time, and what goes wrong with
// connections acted out as the real client reports it. Everything that passes is part of the
// trace, by which two runs of a seed are compared.
class workspace_transport final : public intercom_mirror::http_transport
{
public:
    workspace_transport(intercom_sandbox::workspace& peer, intercom_mirror::clock& time,
                        network conditions, std::uint64_t seed);

    boost::asio::awaitable<intercom_mirror::http_response>
    send(intercom_mirror::http_request request, intercom_mirror::duration timeout) override;

    // Of requests that cannot even be sent.
    void set_refusal_rate(double rate) { refusal_rate_ = rate; }
    // Called before each request that reaches the workspace; may make this the process's last one.
    void on_request(std::function<bool()> is_last) { is_last_ = std::move(is_last); }
    // Called before each PUT reaches the workspace.
    void on_update(std::function<void(const intercom_sandbox::request&)> look)
    {
        look_ = std::move(look);
    }
    // Called with a line about each request and the workspace's answer.
    void on_answer(std::function<void(std::string_view)> tell) { tell_ = std::move(tell); }

    [[nodiscard]] intercom_sandbox::time_point server_time() const;
    [[nodiscard]] std::uint64_t trace() const { return trace_; }
    [[nodiscard]] std::uint64_t requests() const { return requests_; }
    [[nodiscard]] std::size_t most_in_flight() const { return most_in_flight_; }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& fired() const { return fired_; }

private:
    boost::asio::awaitable<intercom_mirror::http_response>
    exchange(intercom_mirror::http_request request, intercom_mirror::duration timeout);
    [[nodiscard]] intercom_mirror::duration draw_latency();
    void note(std::string_view text);

    intercom_sandbox::workspace& peer_;
    intercom_mirror::clock& time_;
    network conditions_;
    intercom_sandbox::dice die_;
    double refusal_rate_ = 0;
    std::function<bool()> is_last_;
    std::function<void(const intercom_sandbox::request&)> look_;
    std::function<void(std::string_view)> tell_;
    std::uint64_t trace_ = 0;
    std::uint64_t requests_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t most_in_flight_ = 0;
    std::map<std::string, std::uint64_t> fired_;
};

} // namespace intercom_simulation
