#include "sync/intercom/rate_headers.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace intercom_mirror {
namespace {

// Real limits are 167 to some thousands; beyond this a number is a mistake.
constexpr std::int64_t limit_max = 1'000'000;
// Until the year 2100.
constexpr std::int64_t reset_max = 4'102'444'800;

std::optional<std::int64_t> number(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

} // namespace

rate_headers read_rate_headers(const http_response& response)
{
    rate_headers result;
    const auto limit = number(response.header("X-RateLimit-Limit"));
    if (limit && *limit >= 1 && *limit <= limit_max) {
        result.limit = static_cast<std::uint64_t>(*limit);
    }
    if (const auto remaining = number(response.header("X-RateLimit-Remaining"))) {
        // Overdrawn quotas are known to go negative elsewhere; it means the same as none left.
        result.remaining = static_cast<std::uint64_t>(std::clamp<std::int64_t>(
            *remaining, 0, result.limit ? static_cast<std::int64_t>(*result.limit) : limit_max));
    }
    const auto reset = number(response.header("X-RateLimit-Reset"));
    if (reset && *reset > 0 && *reset < reset_max) {
        result.reset = reset;
    }
    return result;
}

} // namespace intercom_mirror
