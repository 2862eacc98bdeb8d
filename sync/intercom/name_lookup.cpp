#include "sync/intercom/name_lookup.hpp"

#include "sync/intercom/http_transport.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace intercom_mirror {

namespace asio = boost::asio;

// Names change their addresses rarely; the system's resolver does not tell for how long they hold.
constexpr std::chrono::seconds remembered_for{60};

namespace {

// No thread or descriptor is left: passes when others finish.
transport_failure no_resources()
{
    return {transport_failure::sent::nothing, "cannot begin to look up a name: out of resources"};
}

} // namespace

// Shared by the thread that looks up and those who wait. The thread touches nothing else, so it
// may outlive the client and the io_context. The event stays readable once the answer is there.
struct name_lookup::question
{
    question() : event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        if (event < 0) {
            throw no_resources();
        }
    }
    ~question() { ::close(event); }
    question(const question&) = delete;
    question& operator=(const question&) = delete;

    void answer(std::vector<asio::ip::address> found, std::string why_not)
    {
        const std::scoped_lock lock(mutex);
        addresses = std::move(found);
        error = std::move(why_not);
        is_answered = true;
        ::eventfd_write(event, 1);
    }

    const int event;
    std::mutex mutex;
    bool is_answered = false;
    std::vector<asio::ip::address> addresses;
    std::string error;
};

std::vector<asio::ip::address> resolve_by_system(const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
        throw std::runtime_error(::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    std::vector<asio::ip::address> result;
    for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (item->ai_addrlen <= endpoint.capacity()) {
            std::copy_n(reinterpret_cast<const char*>(item->ai_addr), item->ai_addrlen,
                        reinterpret_cast<char*>(endpoint.data()));
            result.push_back(endpoint.address());
        }
    }
    return result;
}

name_lookup::name_lookup(std::string host, std::uint16_t port, resolver resolve)
    : host_(std::move(host)), port_(port), resolve_(std::move(resolve))
{
}

void name_lookup::ask()
{
    const auto asked_now = std::make_shared<question>();
    auto look_up = [asked = asked_now, host = host_, resolve = resolve_] {
        try {
            auto found = resolve(host);
            asked->answer(std::move(found), "it has no address");
        } catch (const std::exception& failure) {
            asked->answer({}, failure.what());
        }
    };
    try {
        std::thread(std::move(look_up)).detach();
    } catch (const std::system_error&) {
        throw no_resources();
    }
    under_way_ = asked_now;
}

asio::awaitable<std::vector<asio::ip::tcp::endpoint>> name_lookup::endpoints(duration longest)
{
    using namespace asio::experimental::awaitable_operators;

    boost::system::error_code not_an_address;
    const auto literal = asio::ip::make_address(host_, not_an_address);
    if (!not_an_address) {
        co_return std::vector(1, asio::ip::tcp::endpoint(literal, port_));
    }
    if (!found_.empty() && std::chrono::steady_clock::now() - found_at_ < remembered_for) {
        co_return found_;
    }
    const auto executor = co_await asio::this_coro::executor;
    if (!under_way_) {
        ask();
    }
    const auto asked = under_way_;
    // A descriptor of our own, as Asio closes what it is given.
    const int own = ::fcntl(asked->event, F_DUPFD_CLOEXEC, 0);
    if (own < 0) {
        throw no_resources();
    }
    asio::posix::stream_descriptor answer(executor, own);
    asio::steady_timer deadline(executor, longest);
    co_await (answer.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable) ||
              deadline.async_wait(asio::use_awaitable));

    const std::scoped_lock lock(asked->mutex);
    if (!asked->is_answered) {
        throw transport_failure(transport_failure::sent::nothing,
                                "looking up " + host_ + " takes too long",
                                transport_failure::fault::timed_out);
    }
    if (under_way_ == asked) {
        under_way_.reset();
    }
    if (asked->addresses.empty()) {
        throw transport_failure(transport_failure::sent::nothing,
                                "cannot look up " + host_ + ": " + asked->error);
    }
    std::vector<asio::ip::tcp::endpoint> result;
    for (const auto& address : asked->addresses) {
        result.emplace_back(address, port_);
    }
    found_ = result;
    found_at_ = std::chrono::steady_clock::now();
    co_return result;
}

} // namespace intercom_mirror
