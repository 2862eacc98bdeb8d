#pragma once

#include "tests/sandbox/http.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace intercom_sandbox {

// What was asked and answered, as GET /_sandbox/stats shows it.
class statistics
{
public:
    void count(const std::string& endpoint, unsigned status, time_point now, bool used_quota);
    void count_in_flight(std::size_t now_in_flight);

    // {"requests":N,"answers_429":N,"max_concurrent":N,
    //  "endpoints":{"GET /contacts/{}":{"200":N,…},…},
    //  "windows":[{"start":unix seconds,"used":N},…]}     the last 1,000 windows of 10 s
    [[nodiscard]] std::string json() const;

private:
    struct window
    {
        std::int64_t start;
        std::uint64_t used;
    };
    std::uint64_t requests_ = 0;
    std::uint64_t refused_ = 0;
    std::size_t most_in_flight_ = 0;
    std::map<std::string, std::map<unsigned, std::uint64_t>> endpoints_;
    std::deque<window> windows_;
};

} // namespace intercom_sandbox
