#include "sync/intercom/http_client.hpp"
#include "tests/support/scripted_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

namespace intercom_mirror::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fault = transport_failure::fault;
using sent = transport_failure::sent;
using then = scripted_answer::then;

// A client and a server on real sockets. What a test sets before the first request holds.
struct HttpClient : ::testing::Test
{
    asio::io_context io;
    std::function<scripted_answer(const std::string&)> answer = [](const std::string&) {
        return scripted_answer{http_answer(200, "{}")};
    };
    std::unique_ptr<scripted_server> server;
    http_client_options options;
    std::unique_ptr<http_transport> client;
    duration timeout = 20s;

    void listen(std::optional<scripted_server::tls> secure = {})
    {
        const bool is_tls = secure.has_value();
        server = std::make_unique<scripted_server>(
            io, [this](const std::string& request) { return answer(request); }, std::move(secure));
        options.where = {.is_tls = is_tls, .host = "localhost", .port = server->port()};
        options.resolve = [](const std::string&) {
            return std::vector<asio::ip::address>{asio::ip::address_v4::loopback()};
        };
    }

    http_response send(http_request request)
    {
        if (!server) {
            listen();
        }
        if (!client) {
            client = make_http_client(io.get_executor(), options);
        }
        std::optional<http_response> response;
        std::exception_ptr failure;
        bool is_over = false;
        asio::co_spawn(io, client->send(std::move(request), timeout),
                       [&](std::exception_ptr thrown, http_response got) {
                           failure = std::move(thrown);
                           response = std::move(got);
                           is_over = true;
                       });
        while (!is_over) {
            io.run_one();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        return std::move(*response);
    }

    static http_request get(std::string target = "/x", bool safe_to_repeat = true)
    {
        http_request result;
        result.method = "GET";
        result.target = std::move(target);
        result.safe_to_repeat = safe_to_repeat;
        return result;
    }

    // The failure of a request that must fail.
    transport_failure failure_of(http_request request)
    {
        try {
            static_cast<void>(send(std::move(request)));
        } catch (const transport_failure& caught) {
            return caught;
        }
        throw std::logic_error("the request was answered");
    }

    // The server's end of the connections is closed and the client's kernel knows it.
    void let_the_server_hang_up()
    {
        server->drop_connections();
        while (io.poll() != 0) {
        }
    }
};

TEST_F(HttpClient, KeepsConnectionsAlive)
{
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(send(get()).status, 200U);
    }
    EXPECT_EQ(server->connections(), 1);
}

TEST_F(HttpClient, ReturnsAnyStatusWithItsHeadersAndBody)
{
    answer = [](const std::string&) {
        return scripted_answer{http_answer(418, "short and stout", "X-Request-Id: abc\r\n")};
    };
    const auto response = send(get());
    EXPECT_EQ(response.status, 418U);
    EXPECT_EQ(response.body, "short and stout");
    EXPECT_EQ(response.header("x-request-id"), "abc");
    EXPECT_EQ(response.header("absent"), "");
    EXPECT_FALSE(response.is_gzip);
}

TEST_F(HttpClient, HandsOverACompressedBodyAsItCame)
{
    answer = [](const std::string&) {
        return scripted_answer{http_answer(200, "pretend", "Content-Encoding: gzip\r\n")};
    };
    const auto response = send(get());
    EXPECT_TRUE(response.is_gzip);
    EXPECT_EQ(response.body, "pretend");
}

TEST_F(HttpClient, ReadsAChunkedBody)
{
    answer = [](const std::string&) {
        return scripted_answer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"};
    };
    EXPECT_EQ(send(get()).body, "[1,2]");
    EXPECT_EQ(send(get()).body, "[1,2]");
    EXPECT_EQ(server->connections(), 1);
}

TEST_F(HttpClient, OpensAnotherConnectionWhenTheServerClosesIts)
{
    answer = [](const std::string&) {
        return scripted_answer{http_answer(200, "{}", "Connection: close\r\n"), then::close};
    };
    EXPECT_EQ(send(get()).status, 200U);
    EXPECT_EQ(send(get()).status, 200U);
    EXPECT_EQ(server->connections(), 2);
}

TEST_F(HttpClient, ReplacesAConnectionThatWentStaleWhileIdle)
{
    EXPECT_EQ(send(get()).status, 200U);
    let_the_server_hang_up();
    http_request write = get();
    write.method = "POST";
    write.safe_to_repeat = false; // nothing was sent on the dead one, so this is no repetition
    EXPECT_EQ(send(write).status, 200U);
    EXPECT_EQ(server->connections(), 2);
    EXPECT_EQ(server->requests().size(), 2U);
}

TEST_F(HttpClient, RepeatsOnlyWhatIsSafeWhenAReusedConnectionIsReset)
{
    for (const bool is_safe : {true, false}) {
        server.reset();
        client.reset();
        listen();
        int count = 0;
        answer = [&count](const std::string&) {
            return ++count == 2 ? scripted_answer{"", then::reset}
                                : scripted_answer{http_answer(200, "{}")};
        };
        EXPECT_EQ(send(get()).status, 200U);
        if (is_safe) {
            EXPECT_EQ(send(get("/x", true)).status, 200U);
            EXPECT_EQ(count, 3);
        } else {
            EXPECT_EQ(failure_of(get("/x", false)).what_was_sent(), sent::unknown);
            EXPECT_EQ(count, 2);
        }
    }
}

TEST_F(HttpClient, DoesNotRepeatOnAFreshConnection)
{
    answer = [](const std::string&) { return scripted_answer{"", then::reset}; };
    const auto failure = failure_of(get());
    EXPECT_EQ(failure.what_was_sent(), sent::unknown);
    EXPECT_EQ(failure.kind(), fault::broken);
    EXPECT_EQ(server->requests().size(), 1U);
}

TEST_F(HttpClient, FailsOnABodyThatIsCutOff)
{
    for (const std::string& bytes :
         {std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ha"),
          std::string("HTTP/1.1 200 O"), std::string()}) {
        answer = [&bytes](const std::string&) { return scripted_answer{bytes, then::close}; };
        EXPECT_EQ(failure_of(get("/x", false)).what_was_sent(), sent::unknown) << bytes;
    }
}

TEST_F(HttpClient, FailsOnWhatIsNotHttp)
{
    for (const std::string& bytes : {std::string("SSH-2.0-OpenSSH_9.2\r\n"),
                                     std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
                                     std::string("HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n"),
                                     std::string("\0\0\0\0\r\n\r\n", 8)}) {
        answer = [&bytes](const std::string&) { return scripted_answer{bytes, then::close}; };
        EXPECT_EQ(failure_of(get("/x", false)).what_was_sent(), sent::unknown) << bytes;
    }
}

TEST_F(HttpClient, TakesNoAnswerThatIsTooLarge)
{
    options.body_bytes_max = 1000;
    const std::string large(1001, 'x');
    for (const auto& bytes :
         {http_answer(200, large),
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + large,
          "HTTP/1.1 200 OK\r\n\r\n" + large,
          http_answer(200, "{}", "A: " + std::string(70'000, 'a') + "\r\n")}) {
        answer = [&bytes](const std::string&) { return scripted_answer{bytes, then::hang}; };
        EXPECT_EQ(failure_of(get()).kind(), fault::too_large) << bytes.substr(0, 100);
    }
    answer = [](const std::string&) {
        return scripted_answer{http_answer(200, std::string(1000, 'x'))};
    };
    EXPECT_EQ(send(get()).body.size(), 1000U);
}

TEST_F(HttpClient, GivesUpOnAServerThatSaysNothing)
{
    options.first_byte_longest = 30ms;
    answer = [](const std::string&) { return scripted_answer{"", then::hang}; };
    const auto failure = failure_of(get());
    EXPECT_EQ(failure.kind(), fault::timed_out);
    EXPECT_EQ(failure.what_was_sent(), sent::unknown);
}

TEST_F(HttpClient, GivesUpOnABodyThatDripsWithoutEnd)
{
    options.body_longest = 50ms;
    answer = [](const std::string&) {
        return scripted_answer{"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", then::keep,
                               true};
    };
    EXPECT_EQ(failure_of(get()).kind(), fault::timed_out);
}

TEST_F(HttpClient, GivesUpOnHeadersThatDripWithoutEnd)
{
    options.first_byte_longest = 50ms;
    answer = [](const std::string&) {
        return scripted_answer{"HTTP/1.1 200 OK\r\nX-Long: ", then::keep, true};
    };
    EXPECT_EQ(failure_of(get()).kind(), fault::timed_out);
}

TEST_F(HttpClient, KeepsTheTimeoutOfTheWholeExchange)
{
    timeout = 30ms;
    answer = [](const std::string&) { return scripted_answer{"", then::hang}; };
    EXPECT_EQ(failure_of(get()).kind(), fault::timed_out);
}

TEST_F(HttpClient, SaysThatNothingWasSentWhenNobodyListens)
{
    listen();
    // A port that is taken, but not listened on.
    asio::ip::tcp::acceptor deaf(io, asio::ip::tcp::v4());
    deaf.bind({asio::ip::address_v4::loopback(), 0});
    options.where.port = deaf.local_endpoint().port();
    EXPECT_EQ(failure_of(get()).what_was_sent(), sent::nothing);
}

TEST_F(HttpClient, SaysThatNothingWasSentWhenTheNameIsUnknown)
{
    listen();
    options.where = {.is_tls = true, .host = "api.example", .port = 443};
    options.resolve = [](const std::string&) -> std::vector<asio::ip::address> {
        throw std::runtime_error("Name or service not known");
    };
    const auto failure = failure_of(get());
    EXPECT_EQ(failure.what_was_sent(), sent::nothing);
    EXPECT_NE(std::string(failure.what()).find("Name or service not known"), std::string::npos);
}

TEST_F(HttpClient, WaitsForNoLookUpThatHangs)
{
    auto release = std::make_shared<std::promise<void>>();
    auto released = release->get_future().share();
    auto calls = std::make_shared<std::atomic<int>>(0);
    listen();
    options.resolve_longest = 20ms;
    options.resolve = [released, calls](const std::string&) {
        ++*calls;
        released.wait();
        return std::vector<asio::ip::address>{asio::ip::address_v4::loopback()};
    };
    for (int i = 0; i < 3; ++i) {
        const auto failure = failure_of(get());
        EXPECT_EQ(failure.kind(), fault::timed_out);
        EXPECT_EQ(failure.what_was_sent(), sent::nothing);
    }
    EXPECT_EQ(*calls, 1); // the later ones joined it
    // The test ends with the look-up still under way: nobody waits for it.
    client.reset();
    release->set_value();
}

TEST_F(HttpClient, UsesTheAnswerOfASlowLookUp)
{
    auto release = std::make_shared<std::promise<void>>();
    auto released = release->get_future().share();
    listen();
    options.resolve = [released](const std::string&) {
        released.wait();
        return std::vector<asio::ip::address>{asio::ip::address_v4::loopback()};
    };
    asio::post(io, [release] { release->set_value(); });
    EXPECT_EQ(send(get()).status, 200U);
}

TEST_F(HttpClient, TriesEachAddressOfTheName)
{
    listen();
    options.resolve = [](const std::string&) {
        return std::vector<asio::ip::address>{asio::ip::make_address("127.0.0.2"),
                                              asio::ip::make_address("127.0.0.1")};
    };
    EXPECT_EQ(send(get()).status, 200U);
}

TEST_F(HttpClient, SendsPlainHttpToThisMachineOnly)
{
    listen();
    options.where.host = "api.intercom.io";
    EXPECT_THROW(make_http_client(io.get_executor(), options), std::invalid_argument);
    // A name of this machine that was pointed elsewhere.
    options.where.host = "localhost";
    options.resolve = [](const std::string&) {
        return std::vector<asio::ip::address>{asio::ip::make_address("192.0.2.1")};
    };
    EXPECT_EQ(failure_of(get()).what_was_sent(), sent::nothing);
}

TEST_F(HttpClient, DoesNotFollowARedirect)
{
    answer = [](const std::string&) {
        return scripted_answer{http_answer(302, "", "Location: /elsewhere\r\n")};
    };
    EXPECT_EQ(send(get()).status, 302U);
    EXPECT_EQ(server->requests().size(), 1U);
}

TEST_F(HttpClient, DropsAConnectionThatSaysMoreThanItWasAsked)
{
    answer = [](const std::string&) {
        return scripted_answer{http_answer(200, "{}") + http_answer(200, "{\"smuggled\":1}")};
    };
    EXPECT_EQ(send(get()).body, "{}");
    EXPECT_EQ(send(get()).body, "{}");
    EXPECT_EQ(server->connections(), 2);
}

TEST_F(HttpClient, DropsAConnectionWhoseAnswerIsYetToCome)
{
    answer = [](const std::string&) { return scripted_answer{"HTTP/1.1 103 Early Hints\r\n\r\n"}; };
    EXPECT_EQ(send(get()).status, 103U);
    EXPECT_EQ(send(get()).status, 103U);
    EXPECT_EQ(server->connections(), 2);
}

TEST_F(HttpClient, RefusesToSendWhatWouldBeTwoRequests)
{
    EXPECT_THROW(send(get("/x HTTP/1.1\r\nHost: evil\r\n\r\n")), std::invalid_argument);
    EXPECT_THROW(send(get("http://evil.example/")), std::invalid_argument);
    EXPECT_THROW(send(get("")), std::invalid_argument);
    auto request = get();
    request.headers = {{"X", "a\r\nY: b"}};
    EXPECT_THROW(send(request), std::invalid_argument);
    EXPECT_EQ(server->requests().size(), 0U);
}

TEST_F(HttpClient, CanBeCancelledInTheMiddle)
{
    listen();
    answer = [](const std::string&) { return scripted_answer{"", then::hang}; };
    client = make_http_client(io.get_executor(), options);
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr thrown, const http_response&) {
        failure = std::move(thrown);
    };
    asio::co_spawn(io, client->send(get(), timeout),
                   asio::bind_cancellation_slot(signal.slot(), std::move(done)));
    while (server->requests().empty()) {
        io.run_one();
    }
    signal.emit(asio::cancellation_type::terminal);
    while (!failure) {
        io.run_one();
    }
    EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_F(HttpClient, RunsManyRequestsSideBySide)
{
    listen();
    const std::string body(100'000, 'x');
    answer = [&body](const std::string&) { return scripted_answer{http_answer(200, body)}; };
    client = make_http_client(io.get_executor(), options);
    int left = 200;
    for (int i = 0; i < 200; ++i) {
        asio::co_spawn(io, client->send(get(), timeout),
                       [&](const std::exception_ptr& thrown, const http_response& got) {
                           EXPECT_FALSE(thrown);
                           EXPECT_EQ(got.body.size(), body.size());
                           --left;
                       });
    }
    while (left > 0) {
        io.run_one();
    }
    const auto before = server->connections();
    EXPECT_EQ(send(get()).status, 200U);
    EXPECT_EQ(server->connections(), before);
}

// The same over TLS, with an authority of our own.
struct HttpsClient : HttpClient
{
    identity authority = make_authority();

    void listen_as(const leaf_options& leaf, int newest_version = 0)
    {
        listen(scripted_server::tls{make_leaf(authority, leaf), newest_version});
        options.trusted_pem = authority.certificate;
    }

    void expect_refused()
    {
        const auto failure = failure_of(get());
        EXPECT_EQ(failure.what_was_sent(), sent::nothing);
        EXPECT_EQ(server->requests().size(), 0U);
    }
};

TEST_F(HttpsClient, TalksToWhomItTrusts)
{
    listen_as({});
    EXPECT_EQ(send(get()).status, 200U);
    EXPECT_EQ(send(get()).status, 200U);
    EXPECT_EQ(server->connections(), 1);
}

TEST_F(HttpsClient, TakesTls12)
{
    listen_as({}, TLS1_2_VERSION);
    EXPECT_EQ(send(get()).status, 200U);
}

TEST_F(HttpsClient, RefusesTls11)
{
    listen_as({}, TLS1_1_VERSION);
    expect_refused();
}

TEST_F(HttpsClient, RefusesAnExpiredCertificate)
{
    listen_as({.valid_from = -48h, .valid_until = -24h});
    expect_refused();
}

TEST_F(HttpsClient, RefusesACertificateThatIsNotYetValid)
{
    listen_as({.valid_from = 24h, .valid_until = 48h});
    expect_refused();
}

TEST_F(HttpsClient, RefusesACertificateOfAnotherHost)
{
    listen_as({.host = "api.intercom.io"});
    expect_refused();
}

TEST_F(HttpsClient, RefusesAnAuthorityItDoesNotKnow)
{
    listen_as({});
    options.trusted_pem = make_authority().certificate;
    expect_refused();
}

TEST_F(HttpsClient, RefusesAnAuthorityTheSystemDoesNotKnow)
{
    listen_as({});
    options.trusted_pem.clear();
    expect_refused();
}

TEST_F(HttpsClient, GivesUpOnAHandshakeThatHangs)
{
    // Plain TCP: it reads our greeting as a request that never ends.
    listen();
    options.where.is_tls = true;
    options.trusted_pem = authority.certificate;
    options.handshake_longest = 30ms;
    const auto failure = failure_of(get());
    EXPECT_EQ(failure.kind(), fault::timed_out);
    EXPECT_EQ(failure.what_was_sent(), sent::nothing);
}

TEST_F(HttpsClient, ReplacesAConnectionThatWentStaleWhileIdle)
{
    listen_as({});
    EXPECT_EQ(send(get()).status, 200U);
    let_the_server_hang_up();
    EXPECT_EQ(send(get("/x", false)).status, 200U);
    EXPECT_EQ(server->connections(), 2);
}

TEST_F(HttpsClient, FailsOnABodyWhoseEndNobodyVouchesFor)
{
    // Without a length the end of the connection ends the body, and over TLS only a proper goodbye
    // proves that nobody cut it.
    listen_as({});
    answer = [](const std::string&) {
        return scripted_answer{"HTTP/1.1 200 OK\r\n\r\n{\"half\":", then::reset};
    };
    EXPECT_EQ(failure_of(get()).what_was_sent(), sent::unknown);
}

} // namespace
} // namespace intercom_mirror::testing
