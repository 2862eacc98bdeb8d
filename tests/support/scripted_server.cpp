#include "tests/support/scripted_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <set>

namespace intercom_mirror::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct scripted_server::state
{
    state(asio::io_context& io, script what)
        : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), answer(std::move(what)),
          context(asio::ssl::context::tls_server)
    {
    }

    tcp::acceptor acceptor;
    script answer;
    asio::ssl::context context;
    bool is_tls = false;
    std::vector<std::string> requests;
    int connections = 0;
    std::set<tcp::socket*> open;
};

namespace {

using state_ptr = std::shared_ptr<scripted_server::state>;

std::size_t content_length(const std::string& head)
{
    const std::string name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

template <typename Stream>
asio::awaitable<bool> answer_one(const state_ptr& server, Stream& stream, std::string& buffer)
{
    const auto [error, head_bytes] = co_await asio::async_read_until(
        stream, asio::dynamic_buffer(buffer), "\r\n\r\n", as_result);
    if (error) {
        co_return false;
    }
    const auto whole = head_bytes + content_length(buffer.substr(0, head_bytes));
    if (buffer.size() < whole) {
        auto rest = asio::dynamic_buffer(buffer);
        const auto missing = asio::transfer_exactly(whole - buffer.size());
        const auto [cut, count] = co_await asio::async_read(stream, rest, missing, as_result);
        if (cut) {
            co_return false;
        }
    }
    server->requests.push_back(buffer.substr(0, whole));
    buffer.erase(0, whole);
    const auto reply = server->answer(server->requests.back());
    const auto [unsent, count] =
        co_await asio::async_write(stream, asio::buffer(reply.bytes), as_result);
    if (unsent) {
        co_return false;
    }
    asio::steady_timer pause(stream.get_executor());
    while (reply.is_dripping) {
        pause.expires_after(std::chrono::milliseconds(2));
        co_await pause.async_wait(asio::use_awaitable);
        const std::string drop = "x";
        const auto [gone, one] = co_await asio::async_write(stream, asio::buffer(drop), as_result);
        if (gone) {
            co_return false;
        }
    }
    if (reply.after == scripted_answer::then::reset) {
        stream.lowest_layer().set_option(asio::socket_base::linger(true, 0));
        stream.lowest_layer().close();
    } else if (reply.after == scripted_answer::then::hang) {
        // Until the client hangs up.
        char byte = 0;
        const auto ended = co_await stream.async_read_some(asio::buffer(&byte, 1), as_result);
        static_cast<void>(ended);
    }
    co_return reply.after == scripted_answer::then::keep;
}

template <typename Stream>
asio::awaitable<void> serve(state_ptr server, Stream stream)
{
    tcp::socket* socket = nullptr;
    if constexpr (std::is_same_v<Stream, tcp::socket>) {
        socket = &stream;
    } else {
        socket = &stream.next_layer();
        const auto [error] =
            co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
        if (error) {
            co_return;
        }
    }
    const auto forget = [server](tcp::socket* closed) { server->open.erase(closed); };
    const std::unique_ptr<tcp::socket, decltype(forget)> listed(socket, forget);
    server->open.insert(socket);
    std::string buffer;
    for (;;) {
        const bool goes_on = co_await answer_one(server, stream, buffer);
        if (!goes_on) {
            co_return;
        }
    }
}

asio::awaitable<void> accept(state_ptr server)
{
    for (;;) {
        auto [error, socket] = co_await server->acceptor.async_accept(as_result);
        if (error) {
            co_return;
        }
        socket.set_option(tcp::no_delay(true));
        ++server->connections;
        const auto executor = socket.get_executor();
        if (server->is_tls) {
            asio::ssl::stream<tcp::socket> stream(std::move(socket), server->context);
            asio::co_spawn(executor, serve(server, std::move(stream)), asio::detached);
        } else {
            asio::co_spawn(executor, serve(server, std::move(socket)), asio::detached);
        }
    }
}

} // namespace

std::string http_answer(unsigned status, const std::string& body, const std::string& headers)
{
    return "HTTP/1.1 " + std::to_string(status) + " Something\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

scripted_server::scripted_server(asio::io_context& io, script answer, std::optional<tls> secure)
    : state_(std::make_shared<state>(io, std::move(answer)))
{
    if (secure) {
        state_->is_tls = true;
        auto& context = state_->context;
        context.use_certificate_chain(asio::buffer(secure->who.certificate));
        context.use_private_key(asio::buffer(secure->who.key), asio::ssl::context::pem);
        if (secure->newest_version != 0) {
            // Old versions are only offered at security level 0.
            SSL_CTX_set_security_level(context.native_handle(), 0);
            SSL_CTX_set_min_proto_version(context.native_handle(), secure->newest_version);
            SSL_CTX_set_max_proto_version(context.native_handle(), secure->newest_version);
        }
    }
    asio::co_spawn(io, accept(state_), asio::detached);
}

scripted_server::~scripted_server()
{
    state_->acceptor.close();
    drop_connections();
}

std::uint16_t scripted_server::port() const
{
    return state_->acceptor.local_endpoint().port();
}

const std::vector<std::string>& scripted_server::requests() const
{
    return state_->requests;
}

int scripted_server::connections() const
{
    return state_->connections;
}

void scripted_server::drop_connections()
{
    for (auto* socket : state_->open) {
        boost::system::error_code ignored;
        socket->close(ignored);
    }
}

} // namespace intercom_mirror::testing
