#pragma once

#include "sync/clock.hpp"
#include "sync/histogram.hpp"
#include "sync/intercom/api_reply.hpp"
#include "sync/intercom/http_transport.hpp"
#include "sync/intercom/lanes.hpp"
#include "sync/intercom/retry_schedule.hpp"
#include "sync/random.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace intercom_mirror {

struct api_request
{
    std::string method;
    std::string target; // path and query
    std::string body;   // JSON, or empty
    lane urgency = lane::backfill;
    std::string endpoint; // class for the statistics: "GET /contacts/{id}"
    // Asking twice changes nothing: it may be sent again when no answer came. Not so a scroll,
    // which moves on even when its answer is lost.
    bool is_safe_to_repeat = false;
    // Fewer for callers who would rather ask for less than ask again.
    std::optional<unsigned> attempts_max = {};
};

// Reads that are safe to repeat.
api_request get_request(std::string target, lane urgency, std::string endpoint);
api_request search_request(std::string target, std::string body, lane urgency,
                           std::string endpoint);

struct api_client_options
{
    std::string version = {}; // "2.14"
    // Another name of the same version, for a workspace that refuses the first one.
    std::string version_otherwise = {};
    std::string user_agent = "intercom-mirror";
    // An exchange as a whole; search is known to take half a minute.
    duration timeout = std::chrono::seconds(90);
    // JSON shrinks about eight times: what 64 MiB of body hold and a bomb does not.
    std::size_t body_bytes_max = std::size_t{256} << 20U;
    retry_limits retry = {};
};

struct api_statistics
{
    // Answers by endpoint class and status; 0: none came.
    std::map<std::pair<std::string, unsigned>, std::uint64_t> answers;
    std::uint64_t requests = 0;
    std::uint64_t retries = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0; // as on the wire, bodies only
    std::uint64_t bytes_unpacked = 0;
    std::map<std::string, histogram> latencies; // by endpoint class, of answers that came
    std::array<histogram, lane_count> waits;    // for their turn, by lane
    lanes::view traffic;
};

// Asks Intercom: waits for its turn, adds what every request carries, repeats what failed in
// passing and may be repeated, and finds out what a refusal means. One thread; logs nothing.
//
// A coroutine inside call() keeps what it needs alive, except transport, lanes and clock.
class api_client
{
public:
    api_client(http_transport& transport, lanes& turns, clock& time, random_source random,
               std::string token, api_client_options options);
    ~api_client();
    api_client(const api_client&) = delete;
    api_client& operator=(const api_client&) = delete;

    // Throws api_failure when there is no usable answer, token_rejected when the token is dead (and
    // from then on at once, until there is another). A 429 is never an outcome: the call waits.
    boost::asio::awaitable<api_reply> call(api_request request);

    void reset_token(std::string token);
    [[nodiscard]] bool is_token_rejected() const;

    [[nodiscard]] api_statistics statistics() const;

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace intercom_mirror
