#include "tests/sandbox/stats.hpp"

#include "tests/sandbox/json_text.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

constexpr std::size_t windows_max = 1'000;

} // namespace

void statistics::count(const std::string& endpoint, unsigned status, time_point now,
                       bool used_quota)
{
    ++requests_;
    refused_ += status == 429 ? 1 : 0;
    ++endpoints_[endpoint][status];
    const std::int64_t second =
        std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const std::int64_t start = second - second % 10;
    if (windows_.empty() || windows_.back().start != start) {
        windows_.push_back({start, 0});
    }
    windows_.back().used += used_quota ? 1 : 0;
    if (windows_.size() > windows_max) {
        windows_.pop_front();
    }
}

void statistics::count_in_flight(std::size_t now_in_flight)
{
    most_in_flight_ = std::max(most_in_flight_, now_in_flight);
}

std::string statistics::json() const
{
    const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    members endpoints;
    for (const auto& [endpoint, by_status] : endpoints_) {
        members statuses;
        for (const auto& [status, times] : by_status) {
            statuses.number(std::to_string(status), number(times));
        }
        endpoints.raw(endpoint, statuses.object());
    }
    elements windows;
    for (const auto& w : windows_) {
        windows.add(members().number("start", w.start).number("used", number(w.used)).object());
    }
    return members()
        .number("requests", number(requests_))
        .number("answers_429", number(refused_))
        .number("max_concurrent", number(most_in_flight_))
        .raw("endpoints", endpoints.object())
        .raw("windows", windows.array())
        .object();
}

} // namespace intercom_sandbox
