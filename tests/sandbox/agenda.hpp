#pragma once

#include "tests/sandbox/http.hpp"

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace intercom_sandbox {

// What is to happen later, on the workspace's own clock; what is due at the same time happens in
// the order it was planned.
class agenda
{
public:
    void at(time_point due, std::function<void(time_point)> what)
    {
        plans_.emplace(due, std::move(what));
    }
    [[nodiscard]] std::optional<time_point> next() const
    {
        return plans_.empty() ? std::nullopt : std::optional(plans_.begin()->first);
    }
    // Does what is due first, at the time it was due.
    void run_next()
    {
        const auto first = plans_.extract(plans_.begin());
        first.mapped()(first.key());
    }

private:
    std::multimap<time_point, std::function<void(time_point)>> plans_;
};

} // namespace intercom_sandbox
