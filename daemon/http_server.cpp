#include "daemon/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <list>
#include <optional>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using parser = http::request_parser<http::string_body>;

// Asked of the socket at once; the header has to fit, too.
constexpr std::size_t read_bytes = std::size_t{16} << 10U;
// A client that is still sending when it is refused would miss the answer if the connection were
// closed at once: what it sends is thrown away for so long, and so much of it.
constexpr auto farewell_time = std::chrono::seconds(2);
constexpr std::size_t farewell_bytes = std::size_t{4} << 20U;
// When the process has no file descriptors left, for instance.
constexpr auto accept_pause = std::chrono::milliseconds(100);

asio::ip::address address_of(const std::string& host)
{
    error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error) {
        throw cannot_listen(fmt::format(
            "cannot listen on \"{}\": expected an address of this machine such as 127.0.0.1",
            host));
    }
    return address;
}

std::string text_of(const served_response& answer, bool keeps_alive, bool is_head)
{
    std::string text = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Length: {}\r\nConnection: {}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
        answer.status, std::string_view(http::obsolete_reason(http::int_to_status(answer.status))),
        answer.body.size(), keeps_alive ? "keep-alive" : "close");
    if (!answer.body.empty()) {
        text += fmt::format("Content-Type: {}\r\n", answer.content_type);
    }
    for (const auto& [name, value] : answer.headers) {
        text += fmt::format("{}: {}\r\n", name, value);
    }
    text += "\r\n";
    return is_head ? text : text + answer.body;
}

served_request request_of(parser&& parsed)
{
    auto message = parsed.release();
    served_request asked;
    asked.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const auto question = target.find('?');
    asked.path = std::string(target.substr(0, question));
    asked.query =
        question == std::string_view::npos ? "" : std::string(target.substr(question + 1));
    for (const auto& field : message) {
        asked.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    asked.body = std::move(message.body());
    return asked;
}

// One client.
struct connection
{
    connection(tcp::socket accepted, asio::ip::address from)
        : socket(std::move(accepted)), deadline(socket.get_executor()), address(std::move(from))
    {
    }

    // What is under way on the socket ends with an error when time is up.
    void limit(const std::shared_ptr<connection>& self, duration span)
    {
        is_late = false;
        deadline.expires_after(span);
        // A handler that was on its way already when the next limit was set finds another number.
        deadline.async_wait([self, number = ++limits_set](const error_code& error) {
            if (!error && number == self->limits_set) {
                self->is_late = true;
                error_code ignored;
                self->socket.cancel(ignored);
            }
        });
    }

    void unlimit()
    {
        ++limits_set;
        deadline.cancel();
    }

    void close()
    {
        unlimit();
        error_code ignored;
        socket.close(ignored);
    }

    tcp::socket socket;
    asio::steady_timer deadline;
    asio::ip::address address;
    std::uint64_t limits_set = 0;
    bool is_late = false;
    // Since when (as a running number) it has been without a complete header; nothing while a
    // request is read on or answered.
    std::optional<std::uint64_t> headless_since;
};

using connection_list = std::list<std::shared_ptr<connection>>;

// Shared by the server and the coroutines of its connections, which may outlive it for a moment.
struct server_state
{
    http_server::handler answer;
    event_sink& log;
    http_server_limits limits;
    connection_list all = {};
    std::uint64_t moments = 0;
    std::size_t bodies_bytes = 0;
    http_server_statistics seen = {};

    void drop(const std::shared_ptr<connection>& one)
    {
        one->close();
        all.remove(one);
    }

    // Makes room for a newcomer; false when it has to go itself.
    bool has_room_for(const asio::ip::address& address)
    {
        const auto is_same = [&](const auto& one) { return one->address == address; };
        const auto anybody = [](const auto&) { return true; };
        if (!address.is_loopback() && static_cast<std::size_t>(std::ranges::count_if(
                                          all, is_same)) >= limits.connections_per_address) {
            return evict(is_same);
        }
        return all.size() < limits.connections || evict(anybody);
    }

    template <typename Predicate>
    bool evict(Predicate may_go)
    {
        std::shared_ptr<connection> oldest;
        for (const auto& one : all) {
            if (may_go(one) && one->headless_since &&
                (!oldest || *one->headless_since < *oldest->headless_since)) {
                oldest = one;
            }
        }
        if (!oldest) {
            return false;
        }
        drop(oldest);
        ++seen.evicted;
        return true;
    }
};

// The bytes of a body while they are held.
class body_share
{
public:
    explicit body_share(server_state& of) : all_(of) {}
    ~body_share() { grow_to(0); }
    body_share(const body_share&) = delete;
    body_share& operator=(const body_share&) = delete;

    void grow_to(std::size_t bytes)
    {
        all_.bodies_bytes += bytes - held_;
        held_ = bytes;
    }
    [[nodiscard]] bool is_too_much() const
    {
        return all_.bodies_bytes > all_.limits.all_bodies_bytes;
    }

private:
    server_state& all_;
    std::size_t held_ = 0;
};

// What a request that could not be read is answered with; nothing when nobody waits for an answer.
std::optional<served_response> refusal_of(const error_code& error, const connection& one,
                                          bool has_begun, const http_server_limits& limits)
{
    if (one.is_late && error == asio::error::operation_aborted) {
        return has_begun ? std::optional(served_response{408, "the request took too long\n"})
                         : std::nullopt;
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return served_response{
            431, fmt::format("the header has to fit into {} bytes\n", limits.header_bytes)};
    }
    if (error == http::error::body_limit) {
        return served_response{
            413, fmt::format("the body has to fit into {} bytes\n", limits.body_bytes)};
    }
    const bool is_gone =
        error == http::error::end_of_stream || error == http::error::partial_message;
    if (!is_gone && error.category() == make_error_code(http::error::bad_method).category()) {
        return served_response{400, "this is no HTTP request: " + error.message() + "\n"};
    }
    return std::nullopt;
}

asio::awaitable<error_code> write(std::shared_ptr<connection> one, std::string text,
                                  duration within)
{
    error_code error;
    one->limit(one, within);
    co_await asio::async_write(one->socket, asio::buffer(text),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

// Lets a refused client take its answer.
asio::awaitable<void> say_farewell(std::shared_ptr<connection> one)
{
    error_code error;
    one->socket.shutdown(tcp::socket::shutdown_send, error);
    one->limit(one, farewell_time);
    std::array<char, 4096> thrown_away{};
    for (std::size_t bytes = 0; !error && bytes < farewell_bytes;) {
        bytes += co_await one->socket.async_read_some(
            asio::buffer(thrown_away), asio::redirect_error(asio::use_awaitable, error));
    }
}

asio::awaitable<served_response> answer_to(std::shared_ptr<server_state> all, served_request asked)
{
    std::string why;
    try {
        auto given = co_await all->answer(std::move(asked));
        co_return given;
    } catch (const boost::system::system_error&) {
        throw; // cancelled
    } catch (const std::exception& failure) {
        why = failure.what();
    }
    all->log.error("a request to the daemon could not be answered", {{"reason", why}});
    co_return served_response{500, "something is wrong here; the log says what\n"};
}

asio::awaitable<void> serve(std::shared_ptr<server_state> all, std::shared_ptr<connection> one)
{
    const auto& limits = all->limits;
    boost::beast::flat_buffer buffer(read_bytes);
    for (bool is_first = true, keeps_alive = true; keeps_alive; is_first = false) {
        parser reading;
        reading.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        reading.body_limit(limits.body_bytes);
        error_code error;

        one->headless_since = ++all->moments;
        one->limit(one, limits.header_time);
        co_await http::async_read_header(one->socket, buffer, reading,
                                         asio::redirect_error(asio::use_awaitable, error));
        // An idle connection is closed without a word.
        const bool has_begun = is_first || reading.got_some() || buffer.size() != 0;
        body_share share(*all);
        std::optional<served_response> refusal;
        if (!error) {
            one->headless_since.reset();
            if (boost::beast::iequals(reading.get()[http::field::expect], "100-continue")) {
                error = co_await write(one, "HTTP/1.1 100 Continue\r\n\r\n", limits.answer_time);
            }
            one->limit(one, limits.body_time);
        }
        while (!error && !refusal && !reading.is_done()) {
            co_await http::async_read_some(one->socket, buffer, reading,
                                           asio::redirect_error(asio::use_awaitable, error));
            share.grow_to(reading.get().body().size());
            if (share.is_too_much()) {
                refusal = served_response{503, "too many requests at once\n"};
            }
        }
        if (error && !refusal) {
            refusal = refusal_of(error, *one, has_begun, limits);
            if (!refusal) {
                co_return;
            }
        }

        served_response answer;
        bool is_head = false;
        if (refusal) {
            keeps_alive = false;
            answer = *std::move(refusal);
        } else {
            keeps_alive = reading.get().keep_alive();
            is_head = reading.get().method() == http::verb::head;
            one->unlimit(); // the handler has limits of its own
            auto asked = request_of(std::move(reading));
            answer = co_await answer_to(all, std::move(asked));
        }
        if (!keeps_alive) {
            one->headless_since = ++all->moments; // may go, should its place be needed
        }
        ++all->seen.answers[answer.status];
        auto text = text_of(answer, keeps_alive, is_head);
        error = co_await write(one, std::move(text), limits.answer_time);
        if (error) {
            co_return;
        }
    }
    co_await say_farewell(one);
}

class beast_server final : public http_server
{
public:
    beast_server(const asio::any_io_executor& executor, const std::string& host, std::uint16_t port,
                 handler answer, event_sink& log, http_server_limits limits)
        : acceptor_(executor),
          state_(std::make_shared<server_state>(server_state{std::move(answer), log, limits}))
    {
        const tcp::endpoint where(address_of(host), port);
        try {
            acceptor_.open(where.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.bind(where);
            acceptor_.listen();
        } catch (const boost::system::system_error& error) {
            throw cannot_listen(
                fmt::format("cannot listen on {}:{}: {}", host, port, error.code().message()));
        }
    }

    ~beast_server() override { close(); }

    asio::awaitable<void> run() override
    {
        // However this ends, the connections end with it.
        struct closing
        {
            ~closing() { owner.close(); }
            beast_server& owner;
        };
        const closing at_the_end{*this};
        const auto executor = acceptor_.get_executor();
        asio::steady_timer pause(executor);
        for (;;) {
            tcp::socket socket(executor);
            error_code error;
            co_await acceptor_.async_accept(socket,
                                            asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted) {
                throw boost::system::system_error(error);
            }
            if (error) {
                pause.expires_after(accept_pause);
                co_await pause.async_wait(asio::use_awaitable);
                continue;
            }
            admit(std::move(socket));
        }
    }

    [[nodiscard]] std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

    [[nodiscard]] http_server_statistics statistics() const override
    {
        auto seen = state_->seen;
        seen.connections = state_->all.size();
        return seen;
    }

private:
    void admit(tcp::socket socket)
    {
        error_code error;
        const auto peer = socket.remote_endpoint(error);
        if (error) {
            return; // gone already
        }
        if (!state_->has_room_for(peer.address())) {
            ++state_->seen.refused;
            return;
        }
        ++state_->seen.accepted;
        socket.set_option(tcp::no_delay(true), error);
        auto one = std::make_shared<connection>(std::move(socket), peer.address());
        one->headless_since = ++state_->moments;
        state_->all.push_back(one);
        // What befalls a connection is its client's affair, but for what nobody expected.
        const auto ended = [all = state_, one](const std::exception_ptr& failure) {
            all->drop(one);
            try {
                if (failure) {
                    std::rethrow_exception(failure);
                }
            } catch (const boost::system::system_error&) {
                // Cancelled.
            } catch (const std::exception& unexpected) {
                all->log.error("a connection to the daemon broke off",
                               {{"reason", unexpected.what()}});
            }
        };
        asio::co_spawn(acceptor_.get_executor(), serve(state_, one), ended);
    }

    void close()
    {
        error_code ignored;
        acceptor_.close(ignored);
        for (const auto& one : state_->all) {
            one->close();
        }
        state_->all.clear();
    }

    tcp::acceptor acceptor_;
    std::shared_ptr<server_state> state_;
};

} // namespace

std::vector<std::string> served_request::values(std::string_view name) const
{
    std::vector<std::string> found;
    for (const auto& [header, value] : headers) {
        if (boost::beast::iequals(header, name)) {
            found.push_back(value);
        }
    }
    return found;
}

std::unique_ptr<http_server> make_http_server(const asio::any_io_executor& executor,
                                              const std::string& host, std::uint16_t port,
                                              http_server::handler answer, event_sink& log,
                                              http_server_limits limits)
{
    return std::make_unique<beast_server>(executor, host, port, std::move(answer), log, limits);
}

} // namespace intercom_mirror
