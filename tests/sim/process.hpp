#pragma once

#include "sync/intercom/api_client.hpp"
#include "sync/intercom/lanes.hpp"
#include "sync/pull/engine.hpp"
#include "sync/pull/services.hpp"
#include "sync/push/pusher.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <span>

namespace intercom_simulation {

// The daemon as one process, reading and writing: what it knows is gone with it, but for the
// database.
class process
{
public:
    struct surroundings
    {
        intercom_mirror::testing::sim_clock& time;
        intercom_mirror::http_transport& wire;
        intercom_mirror::database& db;
        intercom_mirror::event_sink& log;
        std::span<const intercom_mirror::record_plan> plans;
        intercom_mirror::pull_settings settings;
        std::string token;
        std::string acting_admin; // on whose behalf edits are sent
    };

    process(const surroundings& with, std::uint64_t seed);
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    // Runs until the moment, or until the process ends by itself or `stops`.
    void run_until(intercom_mirror::instant when, const std::function<bool()>& stops);

    [[nodiscard]] bool is_over() const { return is_over_; }
    [[nodiscard]] std::exception_ptr why() const { return why_; }

private:
    boost::asio::awaitable<void> read_and_write();

    intercom_mirror::testing::sim_clock& time_;
    std::unique_ptr<intercom_mirror::database> patient_;
    std::unique_ptr<intercom_mirror::lanes> turns_;
    std::unique_ptr<intercom_mirror::api_client> api_;
    std::unique_ptr<intercom_mirror::services> services_;
    std::unique_ptr<intercom_mirror::engine> engine_;
    std::unique_ptr<intercom_mirror::pusher> pusher_;
    bool is_over_ = false;
    std::exception_ptr why_;
    boost::asio::io_context io_{1}; // last: unwinds whatever is still suspended
};

} // namespace intercom_simulation
