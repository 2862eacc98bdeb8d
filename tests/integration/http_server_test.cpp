#include "daemon/http_server.hpp"
#include "sync/condition.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/time.h>
#include <thread>
#include <vector>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

struct kept_log final : event_sink
{
    void report(severity, std::string_view message, std::span<const event_field>) override
    {
        messages.emplace_back(message);
    }
    std::vector<std::string> messages;
};

// A client that blocks, but never for long.
struct client
{
    explicit client(std::uint16_t port) : socket(io)
    {
        socket.connect({asio::ip::address_v4::loopback(), port});
        const timeval patience{10, 0};
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }

    client& say(const std::string& bytes)
    {
        boost::system::error_code ignored; // the server may have hung up on purpose
        asio::write(socket, asio::buffer(bytes), ignored);
        return *this;
    }

    // One answer, with its body; empty when the server hung up.
    std::string hear()
    {
        std::string text = kept;
        std::size_t wanted = std::string::npos;
        for (;;) {
            const auto head = text.find("\r\n\r\n");
            if (head != text.npos && wanted == text.npos) {
                const auto at = text.find("Content-Length: ");
                wanted = head + 4 + (is_head ? 0 : std::stoul(text.substr(at + 16)));
            }
            if (text.size() >= wanted && wanted != text.npos) {
                kept = text.substr(wanted);
                return text.substr(0, wanted);
            }
            char piece[4096];
            const auto got = ::recv(socket.native_handle(), piece, sizeof piece, 0);
            if (got <= 0) {
                return text;
            }
            text.append(piece, static_cast<std::size_t>(got));
        }
    }

    int status()
    {
        const auto text = hear();
        return text.size() < 12 ? 0 : std::stoi(text.substr(9, 3));
    }

    asio::io_context io;
    tcp::socket socket;
    std::string kept;
    bool is_head = false;
};

// A server on a thread of its own, whose handler echoes; what a test sets before `begin` holds.
struct HttpServer : ::testing::Test
{
    void begin()
    {
        server = make_http_server(
            io.get_executor(), "127.0.0.1", 0,
            [this](served_request asked) { return answer(std::move(asked)); }, log, limits);
        port = server->port();
        asio::co_spawn(io, server->run(),
                       asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
        thread = std::thread([this] { io.run(); });
    }

    asio::awaitable<served_response> answer(served_request asked)
    {
        if (asked.path == "/broken") {
            throw std::runtime_error("on purpose");
        }
        if (asked.path == "/slow") {
            ++at_work;
            co_await never.wait();
        }
        co_return served_response{200, asked.method + " " + asked.path + " " + asked.body};
    }

    http_server_statistics seen()
    {
        std::promise<http_server_statistics> told;
        asio::post(io, [&] { told.set_value(server->statistics()); });
        return told.get_future().get();
    }

    void end()
    {
        if (thread.joinable()) {
            asio::post(io, [this] {
                stop.emit(asio::cancellation_type::terminal);
                never.notify_all();
            });
            thread.join();
        }
    }

    ~HttpServer() override { end(); }

    std::string post(const std::string& body)
    {
        return "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    kept_log log;
    http_server_limits limits;
    condition never; // until a test says so
    std::atomic<int> at_work = 0;
    asio::io_context io{1};
    asio::cancellation_signal stop;
    std::unique_ptr<http_server> server;
    std::uint16_t port = 0;
    std::thread thread;
};

TEST_F(HttpServer, AnswersOneRequestAfterTheOtherOnOneConnection)
{
    begin();
    client one(port);
    EXPECT_NE(one.say(post("hello")).hear().find("\r\n\r\nPOST /x hello"), std::string::npos);
    one.say("GET /y?q=1 HTTP/1.1\r\nHost: a\r\n\r\n" + post("again"));
    EXPECT_NE(one.hear().find("GET /y "), std::string::npos);
    EXPECT_NE(one.hear().find("POST /x again"), std::string::npos);
    EXPECT_EQ(seen().accepted, 1U);
}

TEST_F(HttpServer, SendsNoBodyForHead)
{
    begin();
    client one(port);
    one.is_head = true;
    const auto text = one.say("HEAD /x HTTP/1.0\r\n\r\n").hear();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 ")) << text;
    EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
    EXPECT_EQ(one.hear(), "");
}

TEST_F(HttpServer, ReadsAChunkedBodyAndSaysContinue)
{
    begin();
    client one(port);
    one.say("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            "Expect: 100-continue\r\n\r\n");
    one.is_head = true;
    char piece[25];
    asio::read(one.socket, asio::buffer(piece));
    EXPECT_EQ(std::string(piece, 25), "HTTP/1.1 100 Continue\r\n\r\n");
    one.is_head = false;
    EXPECT_NE(one.say("3\r\nabc\r\n0\r\n\r\n").hear().find("POST /x abc"), std::string::npos);
}

TEST_F(HttpServer, RefusesWhatIsNoHttp)
{
    begin();
    EXPECT_EQ(client(port).say("\x16\x03\x01hello\r\n\r\n").status(), 400);
    EXPECT_EQ(client(port).say("GET / HTTP/1.1\r\nno colon\r\n\r\n").status(), 400);
    EXPECT_EQ(client(port)
                  .say("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
                  .status(),
              400);
}

TEST_F(HttpServer, RefusesAHeaderThatIsTooLarge)
{
    begin();
    const std::string filler(9000, 'x');
    EXPECT_EQ(client(port).say("GET / HTTP/1.1\r\nA: " + filler + "\r\n\r\n").status(), 431);
    EXPECT_EQ(client(port).say("GET / HTTP/1.1\r\nA: " + filler + filler).status(), 431);
}

TEST_F(HttpServer, RefusesABodyThatIsTooLargeEvenWhileItIsSent)
{
    limits.body_bytes = 100'000;
    begin();
    EXPECT_EQ(client(port).say(post(std::string(3'000'000, 'x'))).status(), 413);
    client chunked(port);
    chunked.say("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n30000\r\n");
    EXPECT_EQ(chunked.say(std::string(0x30000, 'x')).status(), 413);
}

TEST_F(HttpServer, GivesUpOnSlowClients)
{
    limits.header_time = 100ms;
    limits.body_time = 100ms;
    begin();
    EXPECT_EQ(client(port).say("GET / HTTP/1.1\r\n").status(), 408);
    EXPECT_EQ(client(port).status(), 408); // says nothing at all
    EXPECT_EQ(client(port).say("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx").status(), 408);
    // An idle connection that was of use is closed without a word.
    client idle(port);
    EXPECT_EQ(idle.say(post("x")).status(), 200);
    EXPECT_EQ(idle.hear(), "");
}

TEST_F(HttpServer, ClosesTheOldestUnfinishedHeaderForANewcomer)
{
    limits.connections = 3;
    begin();
    client first(port);
    EXPECT_EQ(first.say(post("x")).status(), 200); // begins to wait for its next header now
    client second(port);
    second.say("GET / HT");
    client third(port);
    third.say("GET / HT");
    client fourth(port);
    EXPECT_EQ(fourth.say(post("x")).status(), 200);
    EXPECT_EQ(first.hear(), "");
    EXPECT_EQ(second.say("TP/1.1\r\nHost: a\r\n\r\n").status(), 200);
    EXPECT_EQ(seen().evicted, 1U);
    EXPECT_EQ(seen().connections, 3U);
}

TEST_F(HttpServer, RefusesANewcomerWhenEverybodyIsAtWork)
{
    limits.connections = 2;
    begin();
    client first(port);
    client second(port);
    first.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    second.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (at_work != 2) {
        std::this_thread::yield();
    }
    EXPECT_EQ(client(port).hear(), "");
    EXPECT_EQ(seen().refused, 1U);
    EXPECT_EQ(seen().evicted, 0U);
    asio::post(io, [this] { never.notify_all(); });
    EXPECT_EQ(first.status(), 200);
    EXPECT_EQ(second.status(), 200);
    EXPECT_EQ(client(port).say(post("x")).status(), 200);
}

TEST_F(HttpServer, HoldsNoMoreOfAllBodiesThanItMay)
{
    limits.all_bodies_bytes = 100'000;
    begin();
    const auto unfinished =
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 90001\r\n\r\n" + std::string(90'000, 'x');
    {
        client first(port);
        client second(port);
        first.say(unfinished);
        second.say(unfinished);
        // Together they are too much, whoever of them notices first.
        pollfd answers[] = {{first.socket.native_handle(), POLLIN, 0},
                            {second.socket.native_handle(), POLLIN, 0}};
        ASSERT_GE(::poll(answers, 2, 10'000), 1);
        const bool is_first = answers[0].revents != 0;
        EXPECT_EQ((is_first ? first : second).status(), 503);
    }
    // What they held is free again as soon as the server has noticed that they are gone.
    int status = 503;
    for (int attempt = 0; attempt < 1000 && status == 503; ++attempt) {
        status = client(port).say(post(std::string(90'000, 'x'))).status();
    }
    EXPECT_EQ(status, 200);
}

TEST_F(HttpServer, SurvivesAHandlerThatThrows)
{
    begin();
    EXPECT_EQ(client(port).say("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n").status(), 500);
    EXPECT_EQ(client(port).say(post("x")).status(), 200);
    end();
    EXPECT_EQ(log.messages.size(), 1U);
}

TEST_F(HttpServer, SaysThatItsAddressIsTaken)
{
    begin();
    try {
        make_http_server(io.get_executor(), "127.0.0.1", port, {}, log);
        FAIL() << "it listened";
    } catch (const cannot_listen& taken) {
        EXPECT_EQ(std::string(taken.what()), "cannot listen on 127.0.0.1:" + std::to_string(port) +
                                                 ": Address already in use");
    }
    EXPECT_THROW(make_http_server(io.get_executor(), "example.com", 0, {}, log), cannot_listen);
}

} // namespace
} // namespace intercom_mirror
