#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_sandbox {

using time_point = std::chrono::sys_time<std::chrono::microseconds>;
using header_list = std::vector<std::pair<std::string, std::string>>;

struct request
{
    std::string method;
    std::string target; // path and query
    header_list headers;
    std::string body;
};

// What goes wrong with the connection that carries an answer. In process, the caller acts it out;
// the server turns it into socket behaviour.
enum class transport_fault : std::uint8_t {
    none,
    reset_before_effect, // the request was not looked at; no answer comes
    reset_after_effect,  // the request was carried out, or yet will be; no answer comes
    truncated,           // the connection ends in the middle of the body
    stall,               // nothing comes, the connection stays open
    drip,                // the body comes a few bytes at a time
};

struct response
{
    unsigned status = 200;
    header_list headers;
    std::string body;
    transport_fault fault = transport_fault::none;
    std::chrono::milliseconds delay{0}; // on top of whatever latency there is
    bool is_control = false;            // of /_sandbox/: no latency, no faults
};

// First header of that name (ASCII case-insensitive), or empty.
std::string_view header(const header_list& headers, std::string_view name);

struct target_parts
{
    std::vector<std::string> path; // decoded segments
    std::vector<std::pair<std::string, std::string>> query;

    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

target_parts split_target(std::string_view target);

std::string base64(std::string_view bytes);
std::optional<std::string> unbase64(std::string_view text);

} // namespace intercom_sandbox
