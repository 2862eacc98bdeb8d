#include "sync/intercom/api_client.hpp"

#include "sync/condition.hpp"
#include "sync/intercom/rate_headers.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace intercom_mirror {

namespace asio = boost::asio;

using sent = transport_failure::sent;

namespace {

// A 403 says that the token is known; it is only double-checked this often.
constexpr duration verified_for = std::chrono::minutes(1);

api_request who_am_i()
{
    return get_request("/me", lane::edits, "GET /me");
}

bool may_repeat(const api_request& request, const api_failure& failure)
{
    using kind = api_failure::kind;
    if (failure.what_was_sent() == sent::nothing) {
        return true;
    }
    return request.is_safe_to_repeat && failure.what_kind() != kind::too_large &&
           failure.what_kind() != kind::unexpected_status;
}

api_failure to_api_failure(const transport_failure& failure)
{
    auto kind = api_failure::kind::unreachable;
    if (failure.kind() == transport_failure::fault::timed_out) {
        kind = api_failure::kind::timed_out;
    } else if (failure.kind() == transport_failure::fault::too_large) {
        kind = api_failure::kind::too_large;
    }
    return api_failure(kind, failure.what_was_sent(), failure.what());
}

} // namespace

api_request get_request(std::string target, lane urgency, std::string endpoint)
{
    return api_request{.method = "GET",
                       .target = std::move(target),
                       .body = {},
                       .urgency = urgency,
                       .endpoint = std::move(endpoint),
                       .is_safe_to_repeat = true,
                       .attempts_max = {}};
}

api_request search_request(std::string target, std::string body, lane urgency, std::string endpoint)
{
    return api_request{.method = "POST",
                       .target = std::move(target),
                       .body = std::move(body),
                       .urgency = urgency,
                       .endpoint = std::move(endpoint),
                       .is_safe_to_repeat = true,
                       .attempts_max = {}};
}

struct api_client::state : std::enable_shared_from_this<api_client::state>
{
    state(http_transport& wire, lanes& line, clock& clock, random_source dice, std::string secret,
          api_client_options given)
        : transport(wire), turns(line), time(clock), random(std::move(dice)),
          token(std::move(secret)), options(std::move(given))
    {
    }

    // One answer, whatever it says; nullopt for a 429. Throws api_failure.
    asio::awaitable<std::optional<api_reply>> ask(const api_request& request, permit turn);

    // Until there is an answer or no use in another attempt. Throws api_failure, and token_rejected
    // when that is known; `is_check`: this is the question whether the token is alive.
    asio::awaitable<api_reply> ask_until_answered(const api_request& request, bool is_check);

    // A permit to send now. While it is in doubt whether the token is alive, only the check is
    // sent.
    asio::awaitable<permit> wait_for_turn(lane urgency, bool is_check);

    asio::awaitable<void> verify_token();
    void reject_token(const api_reply& reply);

    [[nodiscard]] http_request dress(const api_request& request) const;
    void throw_if_rejected() const
    {
        if (is_rejected) {
            throw token_rejected(why_rejected);
        }
    }

    // Until the version's name has been accepted once, a refusal may be about the name.
    bool try_other_name(const api_reply& reply)
    {
        is_version_known = is_version_known || reply.kind == answer::ok;
        if (is_version_known || reply.kind != answer::version_invalid ||
            options.version_otherwise.empty()) {
            return false;
        }
        options.version = std::exchange(options.version_otherwise, {});
        return true;
    }

    [[nodiscard]] bool is_lately_verified() const
    {
        return verified_at != instant::min() && time.now() - verified_at < verified_for;
    }

    http_transport& transport;
    lanes& turns;
    clock& time;
    random_source random;
    std::string token;
    std::uint64_t tokens = 1; // how many there have been
    api_client_options options;
    retry_budget budget;
    api_statistics counters;

    bool is_version_known = false;
    bool is_rejected = false;
    std::string why_rejected;
    // While somebody finds out whether the token is alive: what the others wait for.
    std::shared_ptr<condition> verifying;
    std::uint64_t verifications = 0; // that found the token alive
    instant verified_at = instant::min();
};

http_request api_client::state::dress(const api_request& request) const
{
    http_request result;
    result.method = request.method;
    result.target = request.target;
    result.body = request.body;
    result.safe_to_repeat = request.is_safe_to_repeat;
    result.headers = {{"Authorization", "Bearer " + token},
                      {"Intercom-Version", options.version},
                      {"Accept", "application/json"},
                      {"User-Agent", options.user_agent}};
    if (!request.body.empty()) {
        result.headers.emplace_back("Content-Type", "application/json");
    }
    return result;
}

asio::awaitable<std::optional<api_reply>> api_client::state::ask(const api_request& request,
                                                                 permit turn)
{
    ++counters.requests;
    counters.bytes_sent += request.body.size();
    budget.on_request();
    http_response response;
    const auto asked_at = time.now();
    try {
        response = co_await transport.send(dress(request), options.timeout);
    } catch (const transport_failure& failure) {
        ++counters.answers[{request.endpoint, 0}];
        if (failure.what_was_sent() == sent::nothing) {
            turn.unsent(true);
        } else {
            turn.lost();
        }
        throw to_api_failure(failure);
    }
    ++counters.answers[{request.endpoint, response.status}];
    counters.latencies[request.endpoint].add(time.now() - asked_at);
    counters.bytes_received += response.body.size();
    turn.answered(response.status, read_rate_headers(response));
    if (response.status == 429) {
        co_return std::nullopt;
    }
    const bool needs_body = request.method == "GET" || request.is_safe_to_repeat;
    auto reply = read_reply(std::move(response), needs_body, options.body_bytes_max);
    counters.bytes_unpacked += reply.body.size();
    co_return reply;
}

asio::awaitable<permit> api_client::state::wait_for_turn(lane urgency, bool is_check)
{
    for (;;) {
        while (verifying && !is_check) {
            const auto check = verifying;
            co_await check->wait();
        }
        throw_if_rejected();
        const auto since = time.now();
        auto turn = co_await turns.acquire(urgency);
        if (!is_rejected && (is_check || !verifying)) {
            counters.waits[index_of(urgency)].add(time.now() - since);
            co_return turn;
        }
        turn.unsent(false);
    }
}

asio::awaitable<api_reply> api_client::state::ask_until_answered(const api_request& request,
                                                                 bool is_check)
{
    auto limits = options.retry;
    limits.attempts_max = request.attempts_max.value_or(limits.attempts_max);
    retry_schedule schedule(limits);
    for (;;) {
        auto turn = co_await wait_for_turn(request.urgency, is_check);
        std::optional<api_failure> failure;
        std::optional<api_reply> reply;
        try {
            reply = co_await ask(request, std::move(turn));
        } catch (const api_failure& caught) {
            failure = caught;
        }
        if (reply) {
            co_return std::move(*reply);
        }
        if (!failure) {
            continue; // a 429: the lanes are closed until it has passed
        }
        const auto pause = schedule.after_failure(uniform(random));
        if (!may_repeat(request, *failure) || !pause || !budget.take()) {
            throw *failure;
        }
        ++counters.retries;
        co_await time.sleep_for(*pause);
    }
}

void api_client::state::reject_token(const api_reply& reply)
{
    is_rejected = true;
    why_rejected = "Intercom refuses the access token (" + std::to_string(reply.status);
    if (!reply.error_code.empty()) {
        why_rejected += " " + reply.error_code;
    }
    why_rejected += ")";
}

// Asks Intercom who we are, once for all who want to know. Throws token_rejected when it does not
// know us, api_failure when it cannot be found out.
asio::awaitable<void> api_client::state::verify_token()
{
    const auto known = verifications;
    while (verifying) {
        const auto check = verifying;
        co_await check->wait();
        throw_if_rejected();
        if (verifications != known) {
            co_return;
        }
    }
    throw_if_rejected();
    verifying = std::make_shared<condition>();
    const auto self = shared_from_this();
    const auto finish = [](state* done) {
        const auto check = std::exchange(done->verifying, nullptr);
        check->notify_all();
    };
    const std::unique_ptr<state, decltype(finish)> at_the_end(self.get(), finish);
    const auto question = who_am_i();
    const auto tokens_before = tokens;
    const auto reply = co_await ask_until_answered(question, true);
    if (reply.kind == answer::forbidden && tokens == tokens_before) {
        reject_token(reply);
    }
    throw_if_rejected();
    ++verifications;
    verified_at = time.now();
}

api_client::api_client(http_transport& transport, lanes& turns, clock& time, random_source random,
                       std::string token, api_client_options options)
    : state_(std::make_shared<state>(transport, turns, time, std::move(random), std::move(token),
                                     std::move(options)))
{
}

api_client::~api_client() = default;

asio::awaitable<api_reply> api_client::call(api_request request)
{
    const auto self = state_;
    for (;;) {
        const auto tokens_before = self->tokens;
        auto reply = co_await self->ask_until_answered(request, false);
        if (self->try_other_name(reply)) {
            continue;
        }
        if (reply.kind != answer::forbidden) {
            co_return reply;
        }
        if (self->tokens != tokens_before) {
            continue; // it was the former token that was refused
        }
        if (request.target == "/me") {
            self->reject_token(reply);
            throw token_rejected(self->why_rejected);
        }
        if (reply.status == 401 || !self->is_lately_verified()) {
            co_await self->verify_token();
        }
        co_return reply;
    }
}

void api_client::reset_token(std::string token)
{
    state_->token = std::move(token);
    ++state_->tokens;
    state_->is_rejected = false;
    state_->verified_at = instant::min();
}

bool api_client::is_token_rejected() const
{
    return state_->is_rejected;
}

api_statistics api_client::statistics() const
{
    auto result = state_->counters;
    result.traffic = state_->turns.look();
    return result;
}

} // namespace intercom_mirror
