#include "sync/intercom/api_reply.hpp"
#include "sync/intercom/rate_headers.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace intercom_mirror;

// Input: two bytes of status, one of flags, then header values and the body, a newline after each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;
    if (size < 3) {
        return 0;
    }
    http_response response;
    response.status = 100 + (bytes[0] * 256U + bytes[1]) % 500;
    response.is_gzip = (bytes[2] & 1U) != 0;
    const bool needs_body = (bytes[2] & 2U) != 0;
    std::string_view rest(reinterpret_cast<const char*>(bytes) + 3, size - 3);
    for (const std::string name : {"Link", "Date", "X-Request-Id", "X-RateLimit-Limit",
                                   "X-RateLimit-Remaining", "X-RateLimit-Reset"}) {
        const auto end = std::min(rest.find('\n'), rest.size());
        response.headers.emplace_back(name, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    response.body = rest;

    const auto rate = read_rate_headers(response);
    REQUIRE(!rate.limit || *rate.limit >= 1);
    REQUIRE(!rate.limit || !rate.remaining || *rate.remaining <= *rate.limit);
    REQUIRE(!rate.reset || *rate.reset > 0);
    const auto status = response.status;
    try {
        const auto reply = read_reply(std::move(response), needs_body, body_bytes_max);
        REQUIRE(reply.status == status);
        REQUIRE(reply.body.size() <= std::max(body_bytes_max, size));
        REQUIRE((reply.kind == answer::ok) == (status >= 200 && status < 300));
        REQUIRE(reply.kind != answer::merged || !reply.canonical_id.empty());
        REQUIRE(std::ranges::none_of(reply.canonical_id, [](char letter) {
            return letter == '/' || letter == '.' || letter == '%' || letter <= ' ';
        }));
    } catch (const api_failure& failure) {
        REQUIRE(failure.status() == status);
    }
    return 0;
}
