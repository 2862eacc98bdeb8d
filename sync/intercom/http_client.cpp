#include "sync/intercom/http_client.hpp"

#include "sync/intercom/name_lookup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <algorithm>
#include <deque>
#include <sys/socket.h>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;
using sent = transport_failure::sent;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// Asked of the socket at once: two TLS records, and more than the headers of any sane answer.
constexpr std::size_t read_bytes = std::size_t{32} << 10U;

// When an exchange must be over, and with it each of its phases.
class deadlines
{
public:
    explicit deadlines(duration timeout) : end_(steady_clock::now() + timeout) {}

    [[nodiscard]] steady_clock::time_point within(duration phase) const
    {
        return std::min(end_, steady_clock::now() + phase);
    }
    [[nodiscard]] duration left(duration phase) const
    {
        return std::chrono::duration_cast<duration>(within(phase) - steady_clock::now());
    }

private:
    steady_clock::time_point end_;
};

// Turns an error of a phase into what callers see. Being cancelled is no fault: it passes through.
[[noreturn]] void fail(error_code error, sent what, std::string_view phase)
{
    using fault = transport_failure::fault;
    if (error == asio::error::operation_aborted) {
        throw boost::system::system_error(error);
    }
    auto kind = fault::broken;
    if (error == beast::error::timeout || error == asio::error::timed_out) {
        kind = fault::timed_out;
    } else if (error == http::error::body_limit || error == http::error::header_limit ||
               error == http::error::buffer_overflow) {
        kind = fault::too_large;
    }
    throw transport_failure(what, std::string(phase) + ": " + error.message(), kind);
}

using response_parser = http::response_parser<http::string_body>;

// One connection, TLS or plain.
class connection
{
public:
    virtual ~connection() = default;
    virtual beast::tcp_stream& socket() = 0;
    virtual asio::awaitable<error_code> handshake(const std::string& host) = 0;
    virtual asio::awaitable<std::pair<error_code, std::size_t>> write(std::string_view bytes) = 0;
    virtual asio::awaitable<error_code> read_header(response_parser& into) = 0;
    virtual asio::awaitable<error_code> read_body(response_parser& into) = 0;

    // Bytes beyond the answer are a breach of the protocol: nothing was asked yet.
    [[nodiscard]] bool has_leftovers() const { return buffer_.size() != 0; }

    // Gives memory back until the next exchange.
    void rest(steady_clock::time_point now)
    {
        socket().expires_never();
        buffer_.shrink_to_fit();
        idle_since_ = now;
    }
    [[nodiscard]] steady_clock::time_point idle_since() const { return idle_since_; }

    // An idle connection has nothing to say: bytes or an end mean that the peer hung up.
    [[nodiscard]] bool is_alive()
    {
        char byte = 0;
        const auto got =
            ::recv(socket().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

protected:
    beast::flat_buffer buffer_{read_bytes};
    steady_clock::time_point idle_since_;
};

template <typename Stream>
class connection_over final : public connection
{
public:
    template <typename... Args>
    explicit connection_over(Args&&... args) : stream_(std::forward<Args>(args)...)
    {
    }

    beast::tcp_stream& socket() override { return beast::get_lowest_layer(stream_); }

    asio::awaitable<error_code> handshake([[maybe_unused]] const std::string& host) override
    {
        if constexpr (is_tls) {
            error_code not_an_address;
            asio::ip::make_address(host, not_an_address);
            // Server name indication is for names only (RFC 6066).
            if (not_an_address &&
                SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str()) != 1) {
                throw std::runtime_error("cannot set the TLS server name");
            }
            stream_.set_verify_callback(asio::ssl::host_name_verification(host));
            const auto [error] =
                co_await stream_.async_handshake(asio::ssl::stream_base::client, as_result);
            co_return error;
        } else {
            co_return error_code();
        }
    }

    asio::awaitable<std::pair<error_code, std::size_t>> write(std::string_view bytes) override
    {
        const auto [error, count] =
            co_await asio::async_write(stream_, asio::buffer(bytes), as_result);
        co_return std::pair(error, count);
    }

    asio::awaitable<error_code> read_header(response_parser& into) override
    {
        // Beast reads as much at once as the buffer holds without growing, and it never grows far.
        buffer_.reserve(read_bytes);
        const auto [error, count] =
            co_await http::async_read_header(stream_, buffer_, into, as_result);
        co_return error;
    }

    asio::awaitable<error_code> read_body(response_parser& into) override
    {
        const auto [error, count] = co_await http::async_read(stream_, buffer_, into, as_result);
        co_return error;
    }

private:
    static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;
    Stream stream_;
};

asio::ssl::context make_tls(const std::string& trusted_pem)
{
    asio::ssl::context tls(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    // Buffers of idle connections would be 34 KiB each.
    SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    tls.set_verify_mode(asio::ssl::verify_peer);
    if (trusted_pem.empty()) {
        tls.set_default_verify_paths();
    } else {
        tls.add_certificate_authority(asio::buffer(trusted_pem));
    }
    return tls;
}

bool is_clean(std::string_view text)
{
    return std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter != '\x7f'; });
}

// The request as it goes over the wire.
std::string serialise(const http_request& request, const std::string& authority)
{
    if (request.target.empty() || request.target.front() != '/' || !is_clean(request.target) ||
        request.target.find(' ') != std::string::npos) {
        throw std::invalid_argument("not a request target: " + request.target);
    }
    std::string wire;
    wire.reserve(512 + request.target.size() + request.body.size());
    wire += request.method;
    wire += ' ';
    wire += request.target;
    wire += " HTTP/1.1\r\nHost: ";
    wire += authority;
    wire += "\r\nAccept-Encoding: gzip\r\n";
    for (const auto& [name, value] : request.headers) {
        if (!is_clean(name) || !is_clean(value)) {
            throw std::invalid_argument("a header with control characters: " + name);
        }
        wire.append(name).append(": ").append(value).append("\r\n");
    }
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        wire.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    }
    wire += "\r\n";
    wire += request.body;
    return wire;
}

http_response to_response(response_parser& parser)
{
    auto message = parser.release();
    http_response result;
    result.status = message.result_int();
    for (const auto& field : message.base()) {
        result.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    result.body = std::move(message.body());
    result.is_gzip = beast::iequals(message[http::field::content_encoding], "gzip");
    return result;
}

// What an exchange over one connection came to.
struct outcome
{
    error_code error;
    std::string_view phase;
    sent what = sent::nothing;
    bool is_answer_begun = false;
    http_response response;
    bool may_be_kept = false;
};

// The connections of one origin. Coroutines share it, so that it outlives them.
class connections final : public std::enable_shared_from_this<connections>
{
public:
    connections(asio::any_io_executor executor, http_client_options options)
        : executor_(std::move(executor)), options_(std::move(options)),
          tls_(make_tls(options_.trusted_pem)), authority_(options_.where.authority()),
          lookup_(options_.where.host, options_.where.port, options_.resolve)
    {
    }

    asio::awaitable<http_response> send(http_request request, duration timeout);

private:
    std::unique_ptr<connection> take_idle();
    void put_idle(std::unique_ptr<connection> spare);
    asio::awaitable<std::unique_ptr<connection>> connect(deadlines until);
    asio::awaitable<void> connect_to_any(connection& fresh, std::vector<tcp::endpoint> endpoints,
                                         deadlines until);
    asio::awaitable<outcome> exchange(connection& peer, std::string_view wire, deadlines until);

    asio::any_io_executor executor_;
    http_client_options options_;
    asio::ssl::context tls_;
    std::string authority_;
    name_lookup lookup_;
    // The last used is the first to be used again, so that those too many grow old.
    std::deque<std::unique_ptr<connection>> idle_;
};

asio::awaitable<http_response> connections::send(http_request request, duration timeout)
{
    const deadlines until(timeout);
    const auto wire = serialise(request, authority_);
    auto peer = take_idle();
    bool is_reused = peer != nullptr;
    for (;;) {
        if (!peer) {
            peer = co_await connect(until);
        }
        auto result = co_await exchange(*peer, wire, until);
        if (!result.error) {
            if (result.may_be_kept) {
                put_idle(std::move(peer));
            }
            co_return std::move(result.response);
        }
        peer.reset();
        // The peer may hang up while a connection is idle. That is not the request's fault.
        const bool is_stale = is_reused && !result.is_answer_begun &&
                              result.error != beast::error::timeout &&
                              result.error != asio::error::operation_aborted;
        if (!is_stale || (result.what == sent::unknown && !request.safe_to_repeat)) {
            fail(result.error, result.what, result.phase);
        }
        is_reused = false;
    }
}

std::unique_ptr<connection> connections::take_idle()
{
    const auto oldest = steady_clock::now() - options_.idle_longest;
    while (!idle_.empty() && idle_.front()->idle_since() < oldest) {
        idle_.pop_front();
    }
    while (!idle_.empty()) {
        auto last = std::move(idle_.back());
        idle_.pop_back();
        if (last->is_alive()) {
            return last;
        }
    }
    return nullptr;
}

void connections::put_idle(std::unique_ptr<connection> spare)
{
    spare->rest(steady_clock::now());
    idle_.push_back(std::move(spare));
    if (idle_.size() > options_.idle_max) {
        idle_.pop_front();
    }
}

asio::awaitable<std::unique_ptr<connection>> connections::connect(deadlines until)
{
    auto endpoints = co_await lookup_.endpoints(until.left(options_.resolve_longest));
    std::unique_ptr<connection> fresh;
    if (options_.where.is_tls) {
        fresh = std::make_unique<connection_over<beast::ssl_stream<beast::tcp_stream>>>(executor_,
                                                                                        tls_);
    } else {
        fresh = std::make_unique<connection_over<beast::tcp_stream>>(executor_);
        // A name of this machine may have been pointed elsewhere.
        std::erase_if(endpoints, [](const auto& one) { return !one.address().is_loopback(); });
    }
    co_await connect_to_any(*fresh, std::move(endpoints), until);
    error_code ignored; // a connection that is gone already shows it when it is used
    fresh->socket().socket().set_option(tcp::no_delay(true), ignored);

    fresh->socket().expires_at(until.within(options_.handshake_longest));
    const auto error = co_await fresh->handshake(options_.where.host);
    if (error) {
        fail(error, sent::nothing, "TLS handshake with " + options_.where.host);
    }
    co_return fresh;
}

// One address after the other; a silent one may not use up the time of the rest.
asio::awaitable<void> connections::connect_to_any(connection& fresh,
                                                  std::vector<tcp::endpoint> endpoints,
                                                  deadlines until)
{
    const auto end = until.within(options_.connect_longest);
    error_code last = asio::error::host_not_found;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const auto now = steady_clock::now();
        const auto share = (end - now) / static_cast<int>(endpoints.size() - i);
        auto& socket = fresh.socket();
        socket.expires_at(now + share);
        const auto [error] = co_await socket.async_connect(endpoints[i], as_result);
        if (!error) {
            co_return;
        }
        last = error;
        error_code ignored;
        socket.socket().close(ignored);
        if (error == asio::error::operation_aborted) {
            break;
        }
    }
    lookup_.forget();
    fail(last, sent::nothing, "connecting to " + options_.where.host);
}

asio::awaitable<outcome> connections::exchange(connection& peer, std::string_view wire,
                                               deadlines until)
{
    outcome result;
    result.phase = "sending the request";
    peer.socket().expires_at(until.within(options_.write_longest));
    const auto written = co_await peer.write(wire);
    result.error = written.first;
    if (written.second > 0) {
        result.what = sent::unknown;
    }
    if (result.error) {
        co_return result;
    }
    response_parser parser;
    parser.header_limit(static_cast<std::uint32_t>(read_bytes));
    parser.body_limit(options_.body_bytes_max);

    result.phase = "waiting for the answer";
    peer.socket().expires_at(until.within(options_.first_byte_longest));
    result.error = co_await peer.read_header(parser);
    result.is_answer_begun = parser.got_some();
    if (result.error) {
        co_return result;
    }
    result.is_answer_begun = true;
    result.phase = "reading the answer";
    peer.socket().expires_at(until.within(options_.body_longest));
    result.error = co_await peer.read_body(parser);
    if (result.error) {
        co_return result;
    }
    // After an interim answer (1xx) another would follow.
    result.may_be_kept = parser.keep_alive() && !parser.need_eof() && !peer.has_leftovers() &&
                         parser.get().result_int() >= 200;
    result.response = to_response(parser);
    co_return result;
}

class http_client final : public http_transport
{
public:
    http_client(const asio::any_io_executor& executor, http_client_options options)
        : connections_(std::make_shared<connections>(executor, std::move(options)))
    {
    }

    asio::awaitable<http_response> send(http_request request, duration timeout) override
    {
        const auto shared = connections_;
        auto response = co_await shared->send(std::move(request), timeout);
        co_return response;
    }

private:
    std::shared_ptr<connections> connections_;
};

} // namespace

std::unique_ptr<http_transport> make_http_client(const asio::any_io_executor& executor,
                                                 http_client_options options)
{
    if (!options.where.is_tls && !is_loopback(options.where.host)) {
        throw std::invalid_argument("plain http is for this machine only");
    }
    if (!options.resolve) {
        options.resolve = resolve_by_system;
    }
    return std::make_unique<http_client>(executor, std::move(options));
}

} // namespace intercom_mirror
