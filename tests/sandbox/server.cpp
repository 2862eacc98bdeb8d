#include "tests/sandbox/server.hpp"

#include "tests/sandbox/dice.hpp"
#include "tests/sandbox/gzip.hpp"
#include "tests/sandbox/webhooks.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace intercom_sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint64_t request_bytes_max = 8 * 1024 * 1024;
constexpr auto stall_time = std::chrono::minutes(10);
constexpr std::size_t gzip_from = 256;     // smaller bodies gain nothing
constexpr std::size_t deliveries_max = 32; // under way at once
constexpr auto delivery_deadline = std::chrono::seconds(5);

request convert(const http::request<http::string_body>& message, bool is_tls)
{
    request asked;
    asked.method = std::string(message.method_string());
    asked.target = std::string(message.target());
    asked.body = message.body();
    for (const auto& field : message) {
        asked.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    asked.headers.emplace_back("X-Sandbox-Scheme", is_tls ? "https" : "http");
    return asked;
}

tcp::socket& lowest(tcp::socket& socket)
{
    return socket;
}
tcp::socket& lowest(asio::ssl::stream<tcp::socket>& stream)
{
    return stream.next_layer();
}

// Whether whoever listens at a URL of this machine, http://127.0.0.1:PORT/PATH, accepts a delivery.
asio::awaitable<bool> hand_over(asio::io_context& io, delivery what)
{
    constexpr std::string_view host = "http://127.0.0.1:";
    const std::string rest = what.url.substr(host.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto port = static_cast<std::uint16_t>(std::stoul(rest.substr(0, slash)));
    http::request<http::string_body> message;
    message.method_string(what.method);
    message.target(slash == rest.size() ? "/" : rest.substr(slash));
    message.set(http::field::host, "127.0.0.1:" + rest.substr(0, slash));
    for (const auto& [name, value] : what.headers) {
        message.set(name, value);
    }
    message.body() = std::move(what.body);
    message.prepare_payload();
    try {
        boost::beast::tcp_stream stream(io);
        stream.expires_after(delivery_deadline);
        const tcp::endpoint listener(asio::ip::address_v4::loopback(), port);
        co_await stream.async_connect(listener, asio::use_awaitable);
        co_await http::async_write(stream, message, asio::use_awaitable);
        boost::beast::flat_buffer buffer;
        http::response_parser<http::string_body> answer;
        answer.skip(what.method == "HEAD");
        co_await http::async_read(stream, buffer, answer, asio::use_awaitable);
        co_return answer.get().result_int() / 100 == 2;
    } catch (const boost::system::system_error&) {
        co_return false;
    }
}

// Closes so that the peer sees a reset rather than an end.
void reset(tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

} // namespace

struct server::parts
{
    explicit parts(const server_options& wanted)
        : settings(wanted), state(wanted.workspace, time()), die(spread(wanted.workspace.seed, 5)),
          acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), wanted.port)), signals(io),
          ticks(io)
    {
        if (!wanted.tls_certificate.empty()) {
            tls.emplace(asio::ssl::context::tls_server);
            tls->use_certificate_chain_file(wanted.tls_certificate);
            tls->use_private_key_file(wanted.tls_key, asio::ssl::context::pem);
        }
    }

    // The machine's clock, held back where it would run backwards.
    time_point time()
    {
        const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
        latest = std::max(latest, now);
        return latest;
    }

    asio::awaitable<void> accept();
    asio::awaitable<void> tick();
    asio::awaitable<void> deliver(delivery what);
    asio::awaitable<void> serve_plain(tcp::socket socket);
    asio::awaitable<void> serve_tls(tcp::socket socket);
    template <class Stream>
    asio::awaitable<void> serve(Stream& stream);
    template <class Stream>
    asio::awaitable<bool> respond(Stream& stream, response answer, bool accepts_gzip,
                                  bool keeps_alive);
    template <class Stream>
    asio::awaitable<void> send_broken(Stream& stream, std::string bytes, transport_fault fault);
    std::chrono::milliseconds latency()
    {
        return std::chrono::milliseconds(
            die.between(settings.latency_min.count(), settings.latency_max.count()));
    }

    server_options settings;
    time_point latest;
    workspace state;
    dice die;
    deflater compressor;
    std::uint64_t answered = 0;
    std::size_t in_flight = 0;
    std::size_t deliveries = 0; // under way
    std::optional<asio::ssl::context> tls;
    asio::io_context io{1};
    tcp::acceptor acceptor;
    std::uint16_t port = acceptor.local_endpoint().port(); // asked for by other threads
    asio::signal_set signals;
    asio::steady_timer ticks;
};

// A connection that breaks is the client's affair; it ends its own coroutine and nothing else.
static constexpr auto ignore_failure = [](const std::exception_ptr&) {};

asio::awaitable<void> server::parts::accept()
{
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        if (tls) {
            asio::co_spawn(io, serve_tls(std::move(socket)), ignore_failure);
        } else {
            asio::co_spawn(io, serve_plain(std::move(socket)), ignore_failure);
        }
    }
}

// Background changes happen even while nobody asks; and while nobody asks, records are compressed
// ahead.
asio::awaitable<void> server::parts::tick()
{
    constexpr unsigned batch = 100;
    std::uint64_t before = 0;
    for (;;) {
        const bool is_idle = std::exchange(before, answered) == answered;
        const bool has_more = is_idle && state.prepare(batch);
        ticks.expires_after(std::chrono::milliseconds(has_more ? 1 : 50));
        co_await ticks.async_wait(asio::use_awaitable);
        state.pass_time(time());
        for (auto& due : state.take_webhooks(time(), deliveries_max - deliveries)) {
            ++deliveries;
            asio::co_spawn(io, deliver(std::move(due)), ignore_failure);
        }
    }
}

asio::awaitable<void> server::parts::deliver(delivery what)
{
    const std::uint64_t number = what.number;
    const bool is_accepted = co_await hand_over(io, std::move(what));
    --deliveries;
    state.report_webhook(number, is_accepted, time());
}

asio::awaitable<void> server::parts::serve_plain(tcp::socket socket)
{
    co_await serve(socket);
}

asio::awaitable<void> server::parts::serve_tls(tcp::socket socket)
{
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *tls);
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    co_await serve(stream);
    error_code ignored;
    co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
}

template <class Stream>
asio::awaitable<void> server::parts::serve(Stream& stream)
{
    boost::beast::flat_buffer buffer;
    asio::steady_timer timer(io);
    for (bool keeps_alive = true; keeps_alive;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(request_bytes_max);
        co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
        const auto& message = parser.get();
        const request asked = convert(message, tls.has_value());
        const bool accepts_gzip =
            settings.workspace.compresses &&
            header(asked.headers, "Accept-Encoding").find("gzip") != std::string_view::npos;
        state.count_in_flight(++in_flight);
        response answer = state.answer(asked, time());
        if (!answer.is_control) {
            timer.expires_after(latency() + answer.delay);
            error_code waited;
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, waited));
        }
        --in_flight;
        ++answered;
        keeps_alive =
            co_await respond(stream, std::move(answer), accepts_gzip, message.keep_alive());
    }
    error_code ignored;
    lowest(stream).shutdown(tcp::socket::shutdown_send, ignored);
}

// Whether the connection can go on.
template <class Stream>
asio::awaitable<bool> server::parts::respond(Stream& stream, response answer, bool accepts_gzip,
                                             bool keeps_alive)
{
    const transport_fault fault = answer.fault;
    if (fault == transport_fault::reset_before_effect ||
        fault == transport_fault::reset_after_effect) {
        reset(lowest(stream));
        co_return false;
    }
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " " +
                       std::string(http::obsolete_reason(http::int_to_status(answer.status))) +
                       "\r\n";
    for (const auto& [name, value] : answer.headers) {
        head += name + ": " + value + "\r\n";
    }
    const bool is_packed = !header(answer.headers, "Content-Encoding").empty();
    if (accepts_gzip && !is_packed && answer.body.size() >= gzip_from) {
        answer.body = compressor.gzip(answer.body);
        head += "Content-Encoding: gzip\r\n";
    }
    head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    head += keeps_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (fault != transport_fault::none) {
        co_await send_broken(stream, head + answer.body, fault);
        co_return false;
    }
    const std::array<asio::const_buffer, 2> whole{asio::buffer(head), asio::buffer(answer.body)};
    co_await asio::async_write(stream, whole, asio::use_awaitable);
    co_return keeps_alive;
}

template <class Stream>
asio::awaitable<void> server::parts::send_broken(Stream& stream, std::string bytes,
                                                 transport_fault fault)
{
    asio::steady_timer timer(io);
    if (fault == transport_fault::stall) {
        timer.expires_after(stall_time);
        co_await timer.async_wait(asio::use_awaitable);
        co_return;
    }
    if (fault == transport_fault::truncated) {
        bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), 1 + bytes.size() / 3));
        co_await asio::async_write(stream, asio::buffer(bytes), asio::use_awaitable);
        co_return;
    }
    constexpr std::size_t drop = 16;
    for (std::size_t at = 0; at < bytes.size(); at += drop) {
        const auto piece = asio::buffer(bytes.data() + at, std::min(drop, bytes.size() - at));
        co_await asio::async_write(stream, piece, asio::use_awaitable);
        timer.expires_after(std::chrono::milliseconds(100));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

server::server(const server_options& wanted) : parts_(std::make_unique<parts>(wanted)) {}

server::~server() = default;

std::uint16_t server::port() const
{
    return parts_->port;
}

void server::run()
{
    // Whatever ends one of these ends the server.
    const auto fail = [this](const std::exception_ptr& why) {
        if (why) {
            parts_->io.stop();
        }
    };
    if (!parts_->settings.webhook_url.empty()) {
        parts_->state.listen(parts_->settings.webhook_url, parts_->settings.webhook_secret,
                             parts_->time());
    }
    asio::co_spawn(parts_->io, parts_->accept(), fail);
    asio::co_spawn(parts_->io, parts_->tick(), fail);
    if (parts_->settings.stops_on_signals) {
        parts_->signals.add(SIGTERM);
        parts_->signals.add(SIGINT);
        parts_->signals.async_wait([this](error_code, int) { parts_->io.stop(); });
    }
    parts_->io.run();
}

void server::stop()
{
    parts_->io.stop();
}

} // namespace intercom_sandbox
