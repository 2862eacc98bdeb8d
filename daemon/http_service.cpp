#include "daemon/http_service.hpp"

#include "daemon/commands.hpp"
#include "daemon/metrics.hpp"
#include "daemon/page.hpp"
#include "daemon/status_report.hpp"
#include "sync/run_together.hpp"
#include "sync/webhook/signature.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

// How often an address that is taken is tried again.
constexpr duration listen_again = std::chrono::seconds(5);
// Counting rows takes its time; whoever asks within this gets the same answer.
constexpr duration status_age = std::chrono::seconds(2);
constexpr unsigned first_server_error = 500;

const char* const json_type = "application/json";
const char* const away = "the database cannot be used for now";
// A week of minutes is kept.
constexpr int history_hours_max = 168;

// PostgreSQL's message without its further lines.
std::string sentence_of(std::string_view message)
{
    constexpr std::string_view mark = "ERROR:";
    if (message.starts_with(mark)) {
        message.remove_prefix(mark.size());
        message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
    }
    return std::string(message.substr(0, message.find('\n')));
}

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

http_service::http_service(assembly& parts, const options& settings, event_sink& log)
    : parts_(parts), settings_(settings), log_(log), inbox_(parts.inbox_connection(), parts.time()),
      receiver_(inbox_, log, names_of(parts.plans()))
{
    take_settings(settings);
}

http_service::~http_service() = default;

void http_service::lead(const engine& pulling, const pusher& pushing)
{
    engine_ = &pulling;
    pusher_ = &pushing;
}

void http_service::take_settings(const options& settings)
{
    receiver_.use_secrets(settings.intercom.webhook_secrets);
    admin_token_ = settings.http.admin_token;
}

void http_service::look_around()
{
    api_.look(parts_.api().statistics());
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
        co_await parts_.time().sleep_for(listen_again);
    }
    log_.info("serving status and webhooks", {{"port", server_->port()}});
    co_await server_->run();
}

http_service::answer http_service::respond(served_request asked)
{
    static constexpr std::array<route, 9> routes{{
        {"/", "GET", &http_service::show_page},
        {"/healthz", "GET", &http_service::tell_health},
        {"/readyz", "GET", &http_service::tell_readiness},
        {"/metrics", "GET", &http_service::tell_metrics},
        {"/api/status", "GET", &http_service::tell_status},
        {"/api/history", "GET", &http_service::tell_history},
        {"/api/work", "GET", &http_service::tell_work},
        {"/api/actions", "POST", &http_service::take_decision},
        {"/webhooks/intercom", "POST", &http_service::take_webhook},
    }};
    const auto found = std::ranges::find(routes, asked.path, &route::path);
    if (found == routes.end()) {
        co_return served_response{404, "there is nothing here\n"};
    }
    if (asked.method != found->method && asked.method != "HEAD") {
        served_response refusal{405, fmt::format("use {} here\n", found->method)};
        refusal.headers = {{"Allow", fmt::format("{}, HEAD", found->method)}};
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
    } catch (const statement_refused&) {
        is_database_up = true; // but nobody has made the tables yet
    }
    look_around();
    const bool is_api_up = api_.is_reachable() && !parts_.api().is_token_rejected();
    const json body{{"state", engine_ != nullptr ? "leading" : "standby"},
                    {"lease", is_lease_held},
                    {"database", is_database_up},
                    {"api", is_api_up}};
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
    from.is_token_rejected = parts_.api().is_token_rejected();
    from.api = parts_.api().statistics();
    if (engine_ != nullptr) {
        from.progress = engine_->progress();
        from.fates = pusher_->settled();
        from.push_latency = pusher_->latency();
    }
    from.database = parts_.database_use();
    from.inbox = inbox_.statistics();
    from.receipts = receiver_.counts();
    from.server = server_->statistics();
    co_return served_response{200, metrics_text(from), std::string(metrics_content_type)};
}

http_service::answer http_service::tell_status(served_request)
{
    try {
        const auto status = co_await fresh_status();
        json told = *status;
        told["has_admin"] = !admin_token_.empty();
        co_return served_response{200, told.dump(2) + "\n", json_type};
    } catch (const store_unavailable&) {
        // Said below.
    }
    co_return served_response{503, std::string(away) + "\n"};
}

http_service::answer http_service::tell_history(served_request asked)
{
    int hours = 6;
    if (asked.query.starts_with("hours=")) {
        const auto digits = std::string_view(asked.query).substr(std::strlen("hours="));
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), hours);
        if (error != std::errc() || end != digits.end() || hours < 1 || hours > history_hours_max) {
            co_return served_response{
                400, fmt::format("hours has to be from 1 to {}\n", history_hours_max)};
        }
    }
    try {
        auto look = [hours](store& on) { return on.describe_history(hours); };
        auto told = co_await parts_.status_connection().run(look);
        co_return served_response{200, told + "\n", json_type};
    } catch (const store_unavailable&) {
        // Said below.
    }
    co_return served_response{503, std::string(away) + "\n"};
}

http_service::answer http_service::tell_work(served_request asked)
{
    const auto who = reader_of(asked, admin_token_);
    if (who == reader::stranger) {
        co_return served_response{401, "the admin token is wrong\n"};
    }
    try {
        auto look = [is_admin = who == reader::admin](store& on) {
            return on.describe_work(is_admin);
        };
        auto told = co_await parts_.status_connection().run(look);
        co_return served_response{200, told + "\n", json_type};
    } catch (const store_unavailable&) {
        // Said below.
    }
    co_return served_response{503, std::string(away) + "\n"};
}

http_service::answer http_service::show_page(served_request)
{
    static const std::string policy = policy_of(status_page());
    served_response page{200, std::string(status_page()), "text/html; charset=utf-8"};
    page.headers = {{"Content-Security-Policy", policy}, {"Referrer-Policy", "no-referrer"}};
    co_return page;
}

http_service::answer http_service::take_decision(served_request asked)
{
    if (asked.method == "HEAD") {
        co_return served_response{405, "use POST here\n"};
    }
    if (auto refusal = refusal_of_admin(asked, admin_token_)) {
        co_return *std::move(refusal);
    }
    served_response answer;
    try {
        auto decided = parse_decision(asked.body);
        log_.info("somebody decided on the status page",
                  {{"operation", decided.action}, {"record", decided.id}});
        answer.body = co_await decide(std::move(decided));
    } catch (const std::invalid_argument& malformed) {
        answer = {400, malformed.what()};
    } catch (const command_failure& unfit) {
        answer = {400, unfit.what()};
    } catch (const statement_refused& refused) {
        answer = {409, sentence_of(refused.what())};
    } catch (const permission_missing&) {
        answer = {403, "the daemon's login may not do this; grant it the role for operators"};
    } catch (const store_unavailable&) {
        answer = {503, away};
    }
    answer.body += "\n";
    co_return answer;
}

awaitable<std::string> http_service::decide(decision decided)
{
    auto act = [this, decided](store& on) {
        if (decided.action == "replay_dead_letter") {
            return replay(on, decided.id);
        }
        return decided.action == "backfill" ? ask_for_backfill(on, decided)
                                            : carry_out(on, decided);
    };
    auto said = co_await parts_.status_connection().run(act);
    co_return said;
}

std::string http_service::replay(store& on, std::int64_t letter) const
{
    if (engine_ == nullptr) {
        throw std::invalid_argument("a standby cannot replay; ask the daemon that holds the lease");
    }
    const auto found = on.dead_letters(letter);
    if (found.empty()) {
        throw std::invalid_argument(fmt::format("there is no dead letter {}", letter));
    }
    return replay_dead_letter(on, parts_.plans(), found.front())
               ? fmt::format("dead letter {} is applied", letter)
               : fmt::format("dead letter {} still cannot be stored", letter);
}

std::string http_service::ask_for_backfill(store& on, const decision& decided) const
{
    const auto plans = parts_.plans();
    const bool is_mirrored = std::ranges::any_of(
        plans, [&](const record_plan& plan) { return plan.described().name == decided.resource; });
    if (!is_mirrored) {
        throw std::invalid_argument("the daemon mirrors no such resource");
    }
    backfill_arguments arguments;
    arguments.since = decided.since;
    arguments.until = decided.until;
    const auto now = std::chrono::floor<std::chrono::seconds>(parts_.time().wall());
    const auto range = range_of(arguments, now);
    backfill_request wanted;
    wanted.resource = decided.resource;
    wanted.since = range.since;
    wanted.until = range.until;
    return fmt::format("backfill {} of {} is asked for", on.ask_for_backfill(wanted),
                       decided.resource);
}

http_service::answer http_service::take_webhook(served_request asked)
{
    if (asked.method == "HEAD") {
        // Intercom looks whether the address exists before it takes it.
        co_return served_response{receiver_.is_configured() ? 200U
                                                            : status_of(receipt::not_configured)};
    }
    auto signatures = asked.values(signature_header);
    auto mine = co_await workspace();
    auto judged =
        co_await receiver_.receive(std::move(asked.body), std::move(signatures), std::move(mine));
    co_return served_response{status_of(judged.what),
                              judged.reason.empty() ? "" : judged.reason + "\n"};
}

// The one this mirror belongs to, which the first daemon ever was told by Intercom.
awaitable<std::string> http_service::workspace()
{
    if (workspace_.empty()) {
        try {
            auto look = [](store& on) { return on.workspace(); };
            workspace_ = co_await parts_.inbox_connection().run(look);
        } catch (const store_unavailable&) {
            // Not known for now.
        } catch (const statement_refused&) {
            // Nor are there any tables.
        }
    }
    co_return workspace_;
}

awaitable<std::shared_ptr<const json>> http_service::fresh_status()
{
    while (is_asking_) {
        co_await asked_.wait();
    }
    if (status_ && parts_.time().now() - status_at_ < status_age) {
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
        if (!on.has_schema()) {
            throw store_unavailable("the tables are not there yet");
        }
        return std::make_shared<const json>(
            describe_status(on, parts_.plans(), parts_.unserved(), settings_, counting::estimated));
    };
    status_ = co_await parts_.status_connection().run(look);
    status_at_ = parts_.time().now();
    co_return status_;
}

} // namespace intercom_mirror
