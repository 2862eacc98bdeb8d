#include "daemon/http_service.hpp"

#include "daemon/metrics.hpp"
#include "daemon/status_report.hpp"
#include "sync/run_together.hpp"
#include "sync/webhook/signature.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

// How often an address that is taken is tried again.
constexpr duration listen_again = std::chrono::seconds(5);
// Looking things up takes its time; whoever asks within this gets the same answer.
constexpr duration status_age = std::chrono::seconds(2);
constexpr unsigned first_server_error = 500;

const char* const json_type = "application/json";

std::set<std::string, std::less<>> names_of(std::span<const record_plan> plans)
{
    std::set<std::string, std::less<>> names;
    for (const auto& plan : plans) {
        names.emplace(plan.described().name);
    }
    return names;
}

unsigned status_of(receipt what)
{
    switch (what) {
    case receipt::accepted:
    // One address receives what happens in all workspaces of an app: a refusal would make Intercom
    // pause the deliveries of ours.
    case receipt::other_workspace:
        return 200;
    case receipt::unsigned_one:
        return 401;
    case receipt::malformed:
        return 400;
    case receipt::not_configured:
        return 404;
    case receipt::unavailable:
        break;
    }
    return 503;
}

} // namespace

void api_reach::look(const api_statistics& seen)
{
    std::uint64_t answered = 0;
    std::uint64_t unanswered = 0;
    for (const auto& [key, count] : seen.answers) {
        const auto status = key.second;
        (status == 0 || status >= first_server_error ? unanswered : answered) += count;
    }
    if (answered != answered_) {
        is_reachable_ = true;
    } else if (unanswered != unanswered_) {
        is_reachable_ = false;
    }
    answered_ = answered;
    unanswered_ = unanswered;
}

struct http_service::route
{
    std::string_view path;
    std::string_view method; // beside HEAD
    answer (http_service::*tell)(served_request);
};

http_service::http_service(assembly& parts, const engine& pulling, const pusher& pushing,
                           const options& settings, event_sink& log)
    : parts_(parts), with_(parts.with()), engine_(pulling), pusher_(pushing), settings_(settings),
      log_(log), inbox_(parts.inbox_connection(), with_.time),
      receiver_(inbox_, log, names_of(parts.plans()))
{
    take_settings(settings);
}

http_service::~http_service() = default;

void http_service::take_settings(const options& settings)
{
    receiver_.use_secrets(settings.intercom.webhook_secrets);
}

void http_service::look_around()
{
    api_.look(with_.api.statistics());
}

awaitable<void> http_service::run()
{
    std::vector<awaitable<void>> tasks;
    tasks.push_back(inbox_.run());
    tasks.push_back(listen());
    co_await run_together(std::move(tasks));
}

awaitable<void> http_service::listen()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    std::string told;
    while (!server_) {
        std::string why;
        try {
            server_ = make_http_server(
                executor, settings_.http.host, settings_.http.port,
                [this](served_request asked) { return respond(std::move(asked)); }, log_);
        } catch (const cannot_listen& taken) {
            why = taken.what();
        }
        if (server_) {
            break;
        }
        if (why != told) {
            told = why;
            log_.warning("no status and no webhooks for now",
                         {{"reason", why}, {"hint", "another address: [http] listen"}});
        }
        co_await with_.time.sleep_for(listen_again);
    }
    log_.info("serving status and webhooks", {{"port", server_->port()}});
    co_await server_->run();
}

http_service::answer http_service::respond(served_request asked)
{
    static constexpr std::array<route, 5> routes{{
        {"/healthz", "GET", &http_service::tell_health},
        {"/readyz", "GET", &http_service::tell_readiness},
        {"/metrics", "GET", &http_service::tell_metrics},
        {"/api/status", "GET", &http_service::tell_status},
        {"/webhooks/intercom", "POST", &http_service::take_webhook},
    }};
    const auto found = std::ranges::find(routes, asked.path, &route::path);
    if (found == routes.end()) {
        co_return served_response{404, "there is nothing here\n"};
    }
    if (asked.method != found->method && asked.method != "HEAD") {
        served_response refusal{405, fmt::format("use {} here\n", found->method)};
        refusal.allow = fmt::format("{}, HEAD", found->method);
        co_return refusal;
    }
    auto given = co_await (this->*found->tell)(std::move(asked));
    co_return given;
}

http_service::answer http_service::tell_health(served_request)
{
    co_return served_response{200, "alive\n"};
}

http_service::answer http_service::tell_readiness(served_request)
{
    bool is_database_up = false;
    bool is_lease_held = false;
    try {
        auto look = [](store& on) { return on.lease_holder(); };
        const auto holder = co_await parts_.inbox_connection().run(look);
        is_database_up = true;
        is_lease_held = holder && holder->is_alive && holder->epoch == parts_.epoch();
    } catch (const store_unavailable&) {
        // Said in the answer.
    }
    look_around();
    const bool is_api_up = api_.is_reachable() && !with_.api.is_token_rejected();
    const json body{{"lease", is_lease_held}, {"database", is_database_up}, {"api", is_api_up}};
    const bool is_ready = is_lease_held && is_database_up && is_api_up;
    co_return served_response{is_ready ? 200U : 503U, body.dump() + "\n", json_type};
}

http_service::answer http_service::tell_metrics(served_request)
{
    std::shared_ptr<const json> status;
    try {
        status = co_await fresh_status();
    } catch (const store_unavailable&) {
        // The metrics say so themselves.
    }
    look_around();
    metrics_sources from;
    from.status = status.get();
    from.is_lease_held = status && !(*status)["daemon"].is_null() &&
                         (*status)["daemon"]["epoch"] == parts_.epoch() &&
                         (*status)["daemon"]["is_alive"].get<bool>();
    from.is_api_reachable = api_.is_reachable();
    from.is_token_rejected = with_.api.is_token_rejected();
    from.api = with_.api.statistics();
    from.progress = engine_.progress();
    from.fates = pusher_.settled();
    from.push_latency = pusher_.latency();
    from.database = parts_.database_use();
    from.inbox = inbox_.statistics();
    from.receipts = receiver_.counts();
    from.server = server_->statistics();
    co_return served_response{200, metrics_text(from), std::string(metrics_content_type)};
}

http_service::answer http_service::tell_status(served_request)
{
    std::string outage;
    try {
        const auto status = co_await fresh_status();
        co_return served_response{200, status->dump(2) + "\n", json_type};
    } catch (const store_unavailable&) {
        outage = "the database cannot be used for now\n";
    }
    co_return served_response{503, outage};
}

http_service::answer http_service::take_webhook(served_request asked)
{
    if (asked.method == "HEAD") {
        // Intercom looks whether the address exists before it takes it.
        co_return served_response{receiver_.is_configured() ? 200U
                                                            : status_of(receipt::not_configured)};
    }
    auto signatures = asked.values(signature_header);
    auto workspace = with_.workspace.id;
    auto judged = co_await receiver_.receive(std::move(asked.body), std::move(signatures),
                                             std::move(workspace));
    co_return served_response{status_of(judged.what),
                              judged.reason.empty() ? "" : judged.reason + "\n"};
}

awaitable<std::shared_ptr<const json>> http_service::fresh_status()
{
    while (is_asking_) {
        co_await asked_.wait();
    }
    if (status_ && with_.time.now() - status_at_ < status_age) {
        co_return status_;
    }
    struct asking
    {
        explicit asking(http_service& whose) : owner(whose) { owner.is_asking_ = true; }
        ~asking()
        {
            owner.is_asking_ = false;
            owner.asked_.notify_all();
        }
        asking(const asking&) = delete;
        asking& operator=(const asking&) = delete;
        http_service& owner;
    };
    const asking now_asking(*this);
    auto look = [this](store& on) {
        return std::make_shared<const json>(
            describe_status(on, parts_.plans(), parts_.unserved(), settings_, counting::estimated));
    };
    status_ = co_await parts_.status_connection().run(look);
    status_at_ = with_.time.now();
    co_return status_;
}

} // namespace intercom_mirror
