#pragma once

#include "daemon/admin.hpp"
#include "daemon/assembly.hpp"
#include "daemon/http_server.hpp"
#include "sync/condition.hpp"
#include "sync/pull/engine.hpp"
#include "sync/webhook/receiver.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace intercom_mirror {

// Whether Intercom can be reached, by what the daemon's own requests met. Asks nothing itself.
class api_reach
{
public:
    // Look often enough: of what happened since the last look, one answer outweighs all silence.
    void look(const api_statistics& seen);
    [[nodiscard]] bool is_reachable() const { return is_reachable_; }

private:
    std::uint64_t answered_ = 0;
    std::uint64_t unanswered_ = 0; // or with 5xx
    bool is_reachable_ = false;
};

// What the daemon serves over HTTP: webhooks, health, metrics, status and its page. Nothing of it
// stops the mirror: where the address is taken it waits for it.
class http_service
{
public:
    // All of it outlives the service. `settings`: [http] listen, and what describes the mirror.
    http_service(assembly& parts, const options& settings, event_sink& log);
    ~http_service();

    // Listens and serves until cancelled.
    boost::asio::awaitable<void> run();

    // From now on this process holds the lease; until then it is a standby. Both outlive the
    // service.
    void lead(const engine& pulling, const pusher& pushing);

    // Takes over what may change while running: the webhook secrets, the admin token.
    void take_settings(const options& settings);
    // To be called every few seconds.
    void look_around();

private:
    using answer = boost::asio::awaitable<served_response>;
    struct route;

    answer respond(served_request asked);
    answer tell_health(served_request asked);
    answer tell_readiness(served_request asked);
    answer tell_metrics(served_request asked);
    answer tell_status(served_request asked);
    answer tell_history(served_request asked);
    answer tell_work(served_request asked);
    answer show_page(served_request asked);
    answer take_decision(served_request asked);
    answer take_webhook(served_request asked);
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<std::shared_ptr<const nlohmann::json>> fresh_status();
    boost::asio::awaitable<std::string> workspace();
    boost::asio::awaitable<std::string> decide(decision decided);
    std::string replay(store& on, std::int64_t letter) const;
    std::string ask_for_backfill(store& on, const decision& decided) const;

    assembly& parts_;
    const engine* engine_ = nullptr; // null: a standby
    const pusher* pusher_ = nullptr;
    const options& settings_;
    event_sink& log_;
    inbox inbox_;
    webhook_receiver receiver_;
    secret admin_token_;
    std::string workspace_; // empty: not known yet
    api_reach api_;
    std::unique_ptr<http_server> server_; // null while the address is not to be had

    // The database is asked by one at a time, and not more often than anybody can read.
    std::shared_ptr<const nlohmann::json> status_;
    instant status_at_;
    bool is_asking_ = false;
    condition asked_;
};

} // namespace intercom_mirror
