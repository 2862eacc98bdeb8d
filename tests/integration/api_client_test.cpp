#include "sync/intercom/api_client.hpp"
#include "sync/intercom/http_client.hpp"
#include "sync/machine_clock.hpp"
#include "tests/support/scripted_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace intercom_mirror::testing {
namespace {

namespace asio = boost::asio;

// The whole client over a real socket.
struct ApiClientOverTcp : ::testing::Test
{
    std::unique_ptr<clock> time = make_machine_clock();
    asio::io_context io;
    std::function<scripted_answer(const std::string&)> answer;
    scripted_server server{io, [this](const std::string& request) { return answer(request); }};
    std::unique_ptr<http_transport> http =
        make_http_client(io.get_executor(),
                         {.where = {.is_tls = false, .host = "127.0.0.1", .port = server.port()}});
    random_source random = [] { return std::uint64_t{0}; };
    lanes turns{io.get_executor(), *time, random, {}};
    api_client client{*http, turns, *time, random, "the-token", {.version = "2.14"}};

    std::optional<api_reply> reply;

    void call(const api_request& request)
    {
        asio::co_spawn(io, client.call(request),
                       [this](const std::exception_ptr& failure, api_reply got) {
                           io.stop();
                           if (failure) {
                               std::rethrow_exception(failure);
                           }
                           reply = std::move(got);
                       });
        io.run();
        io.restart();
    }
};

TEST_F(ApiClientOverTcp, SendsWhatIntercomAsksForAndReturnsTheAnswer)
{
    answer = [](const std::string&) {
        return scripted_answer{
            http_answer(200, R"({"id":"1"})", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")};
    };
    call(search_request("/contacts/search", R"({"query":{}})", lane::polls,
                        "POST /contacts/search"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->kind, answer::ok);
    EXPECT_EQ(reply->body, R"({"id":"1"})");
    EXPECT_EQ(reply->server_date, wall_time(std::chrono::seconds(784'111'777)));
    ASSERT_EQ(server.requests().size(), 1U);
    const auto& request = server.requests().front();
    EXPECT_TRUE(request.starts_with("POST /contacts/search HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Authorization: Bearer the-token\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("Intercom-Version: 2.14\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("Accept-Encoding: gzip\r\n"), std::string::npos) << request;
    EXPECT_TRUE(request.ends_with("\r\n\r\n{\"query\":{}}")) << request;
}

TEST_F(ApiClientOverTcp, AsksAgainAfterAnAnswerThatIsNoJson)
{
    int count = 0;
    answer = [&count](const std::string&) {
        return scripted_answer{http_answer(200, ++count == 1 ? "<html>" : "{}")};
    };
    call(get_request("/me", lane::polls, "GET /me"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(count, 2);
    EXPECT_EQ(client.statistics().retries, 1U);
    EXPECT_EQ(server.connections(), 1);
}

} // namespace
} // namespace intercom_mirror::testing
