#include "sync/intercom/api_client.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace intercom_mirror::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using sent = transport_failure::sent;

http_response respond(unsigned status, std::string body = "{}")
{
    http_response result;
    result.status = status;
    result.body = std::move(body);
    return result;
}

std::string error_body(const std::string& code)
{
    return R"({"type":"error.list","request_id":"r-1","errors":[{"code":")" + code +
           R"(","message":"because"}]})";
}

// Answers as the test says, a tenth of a second after it was asked.
class scripted_transport final : public http_transport
{
public:
    explicit scripted_transport(clock& time) : time_(time) {}

    asio::awaitable<http_response> send(http_request request, duration) override
    {
        const auto number = ++count;
        requests.push_back(std::move(request));
        co_await time_.sleep_for(100ms);
        co_return answer(requests[static_cast<std::size_t>(number - 1)], number);
    }

    std::function<http_response(const http_request&, int number)> answer;
    std::vector<http_request> requests;
    int count = 0;

private:
    clock& time_;
};

// What one call came to.
struct outcome
{
    std::optional<api_reply> reply;
    std::exception_ptr failure;
    bool is_over = false;

    [[nodiscard]] api_failure as_failure() const
    {
        try {
            std::rethrow_exception(failure);
        } catch (const api_failure& caught) {
            return caught;
        }
    }
    [[nodiscard]] bool is_token_rejected() const
    {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const token_rejected&) {
            return true;
        }
        return false;
    }
};

struct ApiClient : ::testing::Test
{
    sim_clock time;
    asio::io_context io;
    scripted_transport wire{time};
    std::mt19937_64 dice{1};
    random_source random = [this] { return dice(); };
    lanes turns{io.get_executor(), time, random, {}};
    api_client client{wire, turns, time, random, "old-token", {.version = "2.14"}};
    api_request read = get_request("/contacts/1", lane::backfill, "GET /contacts/{id}");
    api_request write{.method = "PUT",
                      .target = "/contacts/1",
                      .body = "{}",
                      .urgency = lane::edits,
                      .endpoint = "PUT /contacts/{id}"};

    // The outcome is filled in while time passes.
    std::shared_ptr<outcome> start(const api_request& request) { return start(client, request); }
    std::shared_ptr<outcome> start(api_client& by, const api_request& request)
    {
        auto result = std::make_shared<outcome>();
        auto done = [result](std::exception_ptr failure, api_reply reply) {
            result->is_over = true;
            result->failure = std::move(failure);
            if (!result->failure) {
                result->reply = std::move(reply);
            }
        };
        asio::co_spawn(io, by.call(request), std::move(done));
        return result;
    }

    outcome call(const api_request& request) { return call(client, request); }
    outcome call(api_client& by, const api_request& request)
    {
        const auto result = start(by, request);
        time.run_until(io, time.now() + 1h, [&] { return result->is_over; });
        return *result;
    }

    outcome call_answered_by(const api_request& request, http_response response)
    {
        wire.answer = [response](const http_request&, int) { return response; };
        return call(request);
    }
};

TEST_F(ApiClient, SaysWhatAnAnswerMeans)
{
    struct expectation
    {
        unsigned status;
        std::string body;
        answer kind;
    };
    const std::vector<expectation> table{
        {200, "{}", answer::ok},
        {201, "[]", answer::ok},
        {404, error_body("not_found"), answer::missing},
        {404, "", answer::missing},
        {409, error_body("conflict"), answer::conflict},
        {410, error_body("contact_merged"), answer::missing},
        {400, error_body("intercom_version_invalid"), answer::version_invalid},
        {400, error_body("scroll_exists"), answer::rejected},
        {422, error_body("data_invalid"), answer::rejected},
        {405, "<html>", answer::rejected},
    };
    for (const auto& [status, body, kind] : table) {
        const auto got = call_answered_by(read, respond(status, body));
        ASSERT_TRUE(got.reply) << status;
        EXPECT_EQ(got.reply->kind, kind) << status;
        EXPECT_EQ(got.reply->status, status);
    }
}

// Which versions were asked for, one request after the other.
std::vector<std::string> versions_asked(const std::vector<http_request>& requests)
{
    std::vector<std::string> versions;
    for (const auto& request : requests) {
        for (const auto& [name, value] : request.headers) {
            if (name == "Intercom-Version") {
                versions.push_back(value);
            }
        }
    }
    return versions;
}

TEST_F(ApiClient, TriesTheFormerNameOfAVersionThatIsRefused)
{
    api_client preview{wire,   turns,   time,
                       random, "token", {.version = "Preview", .version_otherwise = "Unstable"}};
    wire.answer = [](const http_request& request, int) {
        const bool is_known = versions_asked({request}).front() == "Unstable";
        return is_known ? respond(200) : respond(400, error_body("intercom_version_invalid"));
    };
    const auto first = call(preview, read);
    ASSERT_TRUE(first.reply);
    EXPECT_EQ(first.reply->kind, answer::ok);
    call(preview, read);
    EXPECT_EQ(versions_asked(wire.requests),
              (std::vector<std::string>{"Preview", "Unstable", "Unstable"}));
}

TEST_F(ApiClient, TakesALaterRefusalForOneOfTheEndpoint)
{
    api_client preview{wire,   turns,   time,
                       random, "token", {.version = "Preview", .version_otherwise = "Unstable"}};
    wire.answer = [](const http_request&, int number) {
        return number == 1 ? respond(200) : respond(400, error_body("intercom_version_invalid"));
    };
    call(preview, read);
    const auto refused = call(preview, read);
    ASSERT_TRUE(refused.reply);
    EXPECT_EQ(refused.reply->kind, answer::version_invalid);
    EXPECT_EQ(versions_asked(wire.requests), (std::vector<std::string>{"Preview", "Preview"}));
}

TEST_F(ApiClient, ReadsTheErrorEnvelope)
{
    const auto got = call_answered_by(read, respond(400, error_body("parameter_invalid")));
    ASSERT_TRUE(got.reply);
    EXPECT_EQ(got.reply->error_code, "parameter_invalid");
    EXPECT_EQ(got.reply->error_message, "because");
    EXPECT_EQ(got.reply->request_id, "r-1");
}

TEST_F(ApiClient, BearsErrorEnvelopesThatAreNone)
{
    for (const std::string body :
         {"", "null", "[]", "{}", "{\"errors\":{}}", "{\"errors\":[]}", "{\"errors\":[null]}",
          "{\"errors\":[{\"code\":7}]}", "{\"errors\":[{\"type\":\"old\"}]}", "{\"errors\":["}) {
        const auto got = call_answered_by(read, respond(400, body));
        ASSERT_TRUE(got.reply) << body;
        EXPECT_EQ(got.reply->error_code, body.find("old") == std::string::npos ? "" : "old");
    }
}

TEST_F(ApiClient, FollowsAMergedContactToItsCanonicalId)
{
    auto response = respond(410, error_body("contact_merged"));
    response.headers = {{"Link", "</contacts/6762f0dd>; rel=\"canonical\""}};
    const auto got = call_answered_by(read, response);
    ASSERT_TRUE(got.reply);
    EXPECT_EQ(got.reply->kind, answer::merged);
    EXPECT_EQ(got.reply->canonical_id, "6762f0dd");
}

TEST_F(ApiClient, TakesNoCanonicalIdOutOfAStrangeLink)
{
    for (const std::string link :
         {"", "<>", "</contacts/1>", "</contacts/1>; rel=\"next\"", "></contacts/1<canonical",
          "</contacts/..%2f..>; rel=\"canonical\"", "</contacts/>; rel=\"canonical\""}) {
        auto response = respond(410);
        response.headers = {{"Link", link}};
        const auto got = call_answered_by(read, response);
        ASSERT_TRUE(got.reply) << link;
        EXPECT_EQ(got.reply->kind, answer::missing) << link;
    }
}

TEST_F(ApiClient, RepeatsAReadUntilItIsAnswered)
{
    wire.answer = [](const http_request&, int number) {
        switch (number) {
        case 1:
            throw transport_failure(sent::nothing, "refused");
        case 2:
            return respond(502, "<html>");
        case 3:
            return respond(200, "");
        case 4:
            throw transport_failure(sent::unknown, "reset");
        default:
            return respond(200);
        }
    };
    const auto got = call(read);
    ASSERT_TRUE(got.reply);
    EXPECT_EQ(wire.count, 5);
}

TEST_F(ApiClient, GivesUpAfterSomeAttemptsAndSaysWhy)
{
    struct expectation
    {
        unsigned status;
        std::string body;
        api_failure::kind kind;
        bool suggests_smaller_page;
    };
    const std::vector<expectation> table{
        {500, error_body("server_error"), api_failure::kind::server_error, false},
        {503, "<html>", api_failure::kind::server_error, true},
        {408, "", api_failure::kind::server_error, true},
        {200, "<html>", api_failure::kind::not_json, false},
    };
    for (const auto& each : table) {
        wire.count = 0;
        wire.requests.clear();
        const auto got = call_answered_by(read, respond(each.status, each.body));
        ASSERT_TRUE(got.failure) << each.status;
        EXPECT_EQ(got.as_failure().what_kind(), each.kind) << each.status;
        EXPECT_EQ(got.as_failure().suggests_smaller_page(), each.suggests_smaller_page);
        EXPECT_EQ(got.as_failure().status(), each.status);
        EXPECT_EQ(wire.count, 5) << each.status;
    }
}

TEST_F(ApiClient, DoesNotRepeatAWriteThatMayHaveHadAnEffect)
{
    for (int i = 0; i < 3; ++i) {
        wire.count = 0;
        wire.requests.clear();
        wire.answer = [i](const http_request&, int) {
            if (i == 0) {
                throw transport_failure(sent::unknown, "reset");
            }
            return respond(i == 1 ? 500 : 200, "<html>");
        };
        const auto got = call(write);
        ASSERT_TRUE(got.failure);
        EXPECT_EQ(got.as_failure().what_was_sent(), sent::unknown);
        EXPECT_EQ(wire.count, 1);
    }
}

TEST_F(ApiClient, RepeatsAWriteThatWasNeverSent)
{
    wire.answer = [](const http_request&, int number) {
        if (number == 1) {
            throw transport_failure(sent::nothing, "refused");
        }
        return respond(200);
    };
    EXPECT_TRUE(call(write).reply);
    EXPECT_EQ(wire.count, 2);
}

TEST_F(ApiClient, DoesNotFollowARedirectNorAskItAgain)
{
    auto response = respond(302, "");
    response.headers = {{"Location", "http://elsewhere/"}};
    const auto got = call_answered_by(read, response);
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.as_failure().what_kind(), api_failure::kind::unexpected_status);
    EXPECT_EQ(wire.count, 1);
}

TEST_F(ApiClient, WaitsOutAnyNumberOf429)
{
    wire.answer = [](const http_request&, int number) {
        return number <= 20 ? respond(429, error_body("rate_limit_exceeded")) : respond(200);
    };
    const auto got = call(write);
    ASSERT_TRUE(got.reply);
    EXPECT_EQ(got.reply->kind, answer::ok);
    EXPECT_EQ(client.statistics().retries, 0U);
    EXPECT_EQ(client.statistics().traffic.governor.refusals, 20U);
}

TEST_F(ApiClient, StopsRepeatingWhileEverythingFails)
{
    wire.answer = [](const http_request&, int) -> http_response { return respond(500, ""); };
    for (int i = 0; i < 200; ++i) {
        EXPECT_TRUE(call(read).failure);
    }
    EXPECT_LE(wire.count, 200 * 12 / 10 + 32);
}

TEST_F(ApiClient, StopsAtADeadTokenAfterAskingOnce)
{
    wire.answer = [](const http_request&, int) { return respond(401, error_body("unauthorized")); };
    std::vector<std::shared_ptr<outcome>> calls;
    for (int i = 0; i < 100; ++i) {
        calls.push_back(start(read));
    }
    time.run_for(io, 50ms);
    const auto in_flight = wire.count;
    time.run_for(io, 10min);
    for (const auto& each : calls) {
        EXPECT_TRUE(each->is_token_rejected());
    }
    EXPECT_LE(wire.count, in_flight + 1);
    EXPECT_EQ(wire.requests.back().target, "/me");
    EXPECT_TRUE(client.is_token_rejected());

    const auto before = wire.count;
    EXPECT_TRUE(call(read).is_token_rejected());
    EXPECT_EQ(wire.count, before);
}

TEST_F(ApiClient, GoesOnWithANewToken)
{
    wire.answer = [](const http_request& request, int) {
        return respond(request.headers.front().second == "Bearer new-token" ? 200 : 401);
    };
    EXPECT_TRUE(call(read).is_token_rejected());
    client.reset_token("new-token");
    EXPECT_FALSE(client.is_token_rejected());
    const auto got = call(read);
    ASSERT_TRUE(got.reply);
    EXPECT_EQ(got.reply->kind, answer::ok);
}

TEST_F(ApiClient, AsksAgainWhenTheTokenWasReplacedWhileItWasRefused)
{
    wire.answer = [](const http_request& request, int) {
        return respond(request.headers.front().second == "Bearer new-token" ? 200 : 401);
    };
    const auto got = start(read);
    time.run_for(io, 50ms);
    client.reset_token("new-token");
    time.run_for(io, 10s);
    ASSERT_TRUE(got->reply);
    EXPECT_EQ(got->reply->kind, answer::ok);
    EXPECT_FALSE(client.is_token_rejected());
}

TEST_F(ApiClient, TellsAForbiddenResourceFromADeadToken)
{
    wire.answer = [](const http_request& request, int) {
        return request.target == "/me" ? respond(200)
                                       : respond(401, error_body("token_unauthorized"));
    };
    std::vector<std::shared_ptr<outcome>> calls;
    for (int i = 0; i < 10; ++i) {
        calls.push_back(start(read));
    }
    time.run_for(io, 10s);
    for (const auto& each : calls) {
        ASSERT_TRUE(each->reply);
        EXPECT_EQ(each->reply->kind, answer::forbidden);
    }
    EXPECT_EQ(wire.count, 11); // asked once for all of them
    EXPECT_FALSE(client.is_token_rejected());
}

TEST_F(ApiClient, AsksRarelyAfterA403)
{
    wire.answer = [](const http_request& request, int) {
        return request.target == "/me" ? respond(200) : respond(403, error_body("forbidden"));
    };
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(call(read).reply->kind, answer::forbidden);
    }
    EXPECT_EQ(wire.count, 11);
}

TEST_F(ApiClient, LeavesTheTokenAloneWhenItCannotBeChecked)
{
    wire.answer = [](const http_request& request, int) {
        return request.target == "/me" ? respond(500, "") : respond(401, "");
    };
    const auto got = call(read);
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.as_failure().status(), 500U);
    EXPECT_FALSE(client.is_token_rejected());
    // Whoever waited for the check goes on.
    wire.answer = [](const http_request&, int) { return respond(200); };
    EXPECT_TRUE(call(read).reply);
}

TEST_F(ApiClient, GoesOnWhenTheOneWhoChecksTheTokenIsCancelled)
{
    wire.answer = [](const http_request& request, int) {
        return respond(request.target == "/contacts/1" ? 401 : 200);
    };
    asio::cancellation_signal signal;
    bool is_cancelled = false;
    asio::co_spawn(
        io, client.call(read),
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr e, api_reply) { is_cancelled = e != nullptr; }));
    time.run_for(io, 150ms);
    ASSERT_EQ(wire.requests.back().target, "/me");
    const auto other = start(get_request("/teams", lane::polls, "GET /teams"));
    time.run_for(io, 10ms);
    EXPECT_EQ(wire.count, 2); // waits for the check
    signal.emit(asio::cancellation_type::terminal);
    time.run_for(io, 1s);
    EXPECT_TRUE(is_cancelled);
    EXPECT_TRUE(other->reply);
}

TEST_F(ApiClient, CountsByEndpointAndStatus)
{
    wire.answer = [](const http_request&, int number) {
        if (number == 1) {
            throw transport_failure(sent::unknown, "reset");
        }
        return respond(number == 2 ? 503 : 200);
    };
    EXPECT_TRUE(call(read).reply);
    const auto seen = client.statistics();
    const std::map<std::pair<std::string, unsigned>, std::uint64_t> expected{
        {{"GET /contacts/{id}", 0}, 1},
        {{"GET /contacts/{id}", 200}, 1},
        {{"GET /contacts/{id}", 503}, 1}};
    EXPECT_EQ(seen.answers, expected);
    EXPECT_EQ(seen.requests, 3U);
    EXPECT_EQ(seen.retries, 2U);
}

TEST_F(ApiClient, DoesNotAskAgainForWhatIsTooLarge)
{
    wire.answer = [](const http_request&, int) -> http_response {
        throw transport_failure(sent::unknown, "too large", transport_failure::fault::too_large);
    };
    const auto got = call(read);
    ASSERT_TRUE(got.failure);
    EXPECT_TRUE(got.as_failure().suggests_smaller_page());
    EXPECT_EQ(wire.count, 1);
}

TEST(RetrySchedule, DoublesItsCeilingUpToTheLongest)
{
    retry_schedule schedule({.attempts_max = 6, .first = 1s, .longest = 5s});
    const double roll = 1 - 0x1.0p-53;
    for (const duration ceiling : {1s, 2s, 4s, 5s, 5s}) {
        const auto pause = schedule.after_failure(roll);
        ASSERT_TRUE(pause);
        EXPECT_LE(*pause, ceiling);
        EXPECT_GE(*pause, ceiling - 1ms);
    }
    EXPECT_FALSE(schedule.after_failure(roll));
}

TEST(RetryBudget, AllowsABurstAndThenATenth)
{
    retry_budget budget;
    int retries = 0;
    while (budget.take()) {
        ++retries;
    }
    EXPECT_EQ(retries, 32);
    for (int i = 0; i < 1000; ++i) {
        budget.on_request();
        retries += budget.take() ? 1 : 0;
    }
    EXPECT_GE(retries, 32 + 95);
    EXPECT_LE(retries, 32 + 101);
}

} // namespace
} // namespace intercom_mirror::testing
