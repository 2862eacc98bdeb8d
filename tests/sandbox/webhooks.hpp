#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/render.hpp"
#include "tests/sandbox/world.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

// A request to whoever listens. Who delivers it tells how it went (webhooks::report).
struct delivery
{
    std::uint64_t number;
    std::string method;
    std::string url;
    header_list headers;
    std::string body;
};

// Tells one listener what happens in the workspace: at least once, in no order that can be relied
// on, signed with the app's secret. First comes a HEAD, to see whether anybody is there, then a
// `ping`. What is not accepted is tried once more after a minute. Opens no connection itself.
//
// Faults, by a piece of the topic: webhook_dropped, webhook_duplicated, webhook_late (within
// seconds, 60; others overtake it), webhook_forged (one more, with a wrong signature).
class webhooks
{
public:
    explicit webhooks(fault_box& faults) : faults_(faults) {}

    void listen(std::string url, std::string secret, world& w, time_point now);
    void stop(world& w);
    // Puts what the world has told into requests, in the state it is in now.
    void collect(world& w, const renderer& show, version_number version, time_point now);
    // What is due and not yet under way, no more than `most`.
    std::vector<delivery> take_due(time_point now, std::size_t most);
    void report(std::uint64_t number, bool is_accepted, time_point now);

    // {"told":N,"sent":N,"accepted":N,"failed":N,"given_up":N,"waiting":N}
    [[nodiscard]] std::string json() const;

private:
    struct notification
    {
        std::uint64_t number;
        time_point due;
        std::string method = "POST";
        std::string topic = {};
        std::string head = {}; // of the envelope, up to what differs by attempt
        std::string tail = {};
        bool is_forged = false;
        unsigned attempts = 0;
        std::optional<seconds> first_sent_at = std::nullopt;
        bool is_under_way = false;
    };
    void queue(notification one, time_point due);
    void announce(std::string_view topic, std::string_view item, std::string_view workspace_id,
                  time_point now);

    fault_box& faults_;
    std::string url_;
    std::string secret_;
    std::deque<notification> waiting_;
    std::uint64_t numbers_ = 0;
    std::uint64_t told_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t accepted_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t given_up_ = 0;
};

// "sha1=" and the HMAC-SHA1 of `body` in hexadecimal.
std::string signature(std::string_view secret, std::string_view body);

} // namespace intercom_sandbox
