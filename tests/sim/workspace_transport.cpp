#include "tests/sim/workspace_transport.hpp"

#include <algorithm>
#include <charconv>

namespace intercom_simulation {

using boost::asio::awaitable;
using intercom_mirror::duration;
using intercom_mirror::http_request;
using intercom_mirror::http_response;
using intercom_mirror::transport_failure;
using intercom_sandbox::transport_fault;

namespace {

using sent = transport_failure::sent;
using fault = transport_failure::fault;

// As the real client's limit, so that it is met.
constexpr std::size_t body_bytes_max = std::size_t{64} << 20U;

// Lowers the number that follows `name` in a query or a body.
void lower_number(std::string& text, std::string_view name, unsigned most)
{
    const auto at = text.find(name);
    if (at == text.npos) {
        return;
    }
    const auto from = at + name.size();
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + from, end, value);
    if (value > most) {
        const auto length = static_cast<std::size_t>(read.ptr - (text.data() + from));
        text.replace(from, length, std::to_string(most));
    }
}

} // namespace

workspace_transport::workspace_transport(intercom_sandbox::workspace& peer,
                                         intercom_mirror::clock& time, network conditions,
                                         std::uint64_t seed)
    : peer_(peer), time_(time), conditions_(conditions), die_(seed)
{
}

intercom_sandbox::time_point workspace_transport::server_time() const
{
    return conditions_.server_start + time_.now().time_since_epoch();
}

duration workspace_transport::draw_latency()
{
    return duration(die_.between(conditions_.latency_min.count(), conditions_.latency_max.count()));
}

void workspace_transport::note(std::string_view text)
{
    trace_ = intercom_sandbox::spread(trace_, intercom_sandbox::spread(text));
}

awaitable<http_response> workspace_transport::send(http_request request, duration timeout)
{
    ++requests_;
    ++in_flight_;
    most_in_flight_ = std::max(most_in_flight_, in_flight_);
    struct leaving
    {
        std::size_t& in_flight;
        ~leaving() { --in_flight; }
    } leave{in_flight_};
    auto response = co_await exchange(std::move(request), timeout);
    co_return response;
}

awaitable<http_response> workspace_transport::exchange(http_request request, duration timeout)
{
    if (die_.chance(refusal_rate_)) {
        ++fired_["connection_refused"];
        co_await time_.sleep_for(draw_latency());
        throw transport_failure(sent::nothing, "connection refused");
    }
    lower_number(request.target, "per_page=", conditions_.page_max);
    lower_number(request.body, "\"per_page\":", conditions_.page_max);
    const auto there = draw_latency() / 2;
    const auto back = draw_latency() / 2;
    co_await time_.sleep_for(there);
    if (is_last_ && is_last_()) {
        co_await time_.sleep_until(intercom_mirror::instant::max());
    }
    note(std::to_string(time_.now().time_since_epoch().count()));
    note(request.method + request.target);
    note(request.body);
    intercom_sandbox::request asked{request.method, request.target, request.headers, request.body};
    asked.headers.emplace_back("Host", "api.sandbox.example");
    if (look_ && asked.method == "PUT") {
        look_(asked);
    }
    auto answer = peer_.answer(asked, server_time());
    note(std::to_string(answer.status));
    note(answer.body);
    if (tell_) {
        tell_(request.method + " " + request.target + " " + request.body + " -> " +
              std::to_string(answer.status) +
              (answer.fault == transport_fault::none ? "" : ", and the connection fails"));
    }

    switch (answer.fault) {
    case transport_fault::reset_before_effect:
        throw transport_failure(die_.chance(0.5) ? sent::nothing : sent::unknown, "reset");
    case transport_fault::reset_after_effect:
        co_await time_.sleep_for(back);
        throw transport_failure(sent::unknown, "reset while waiting for the answer");
    case transport_fault::truncated:
        co_await time_.sleep_for(back);
        throw transport_failure(sent::unknown, "the body is cut short");
    case transport_fault::stall:
        co_await time_.sleep_for(timeout - there);
        throw transport_failure(sent::unknown, "no answer in time", fault::timed_out);
    case transport_fault::drip:
        answer.delay += std::chrono::seconds(die_.between(10, 150));
        break;
    case transport_fault::none:
        break;
    }
    const duration takes = back + answer.delay;
    if (there + takes > timeout) {
        co_await time_.sleep_for(timeout - there);
        throw transport_failure(sent::unknown, "not the whole answer in time", fault::timed_out);
    }
    co_await time_.sleep_for(takes);
    if (answer.body.size() > body_bytes_max) {
        throw transport_failure(sent::unknown, "the body is too large", fault::too_large);
    }
    http_response response;
    response.status = answer.status;
    response.headers = std::move(answer.headers);
    response.body = std::move(answer.body);
    co_return response;
}

} // namespace intercom_simulation
