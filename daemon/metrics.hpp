#pragma once

#include "daemon/http_server.hpp"
#include "sync/intercom/api_client.hpp"
#include "sync/pull/engine.hpp"
#include "sync/store/timed_database.hpp"
#include "sync/webhook/receiver.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace intercom_mirror {

// What the metrics are made of, as it stands at one moment.
struct metrics_sources
{
    const nlohmann::json* status = nullptr; // describe_status(); null: the database cannot tell
    bool is_lease_held = false;
    bool is_api_reachable = false;
    bool is_token_rejected = false;
    api_statistics api = {};
    std::vector<resource_progress> progress = {};
    std::map<std::string, std::uint64_t, std::less<>> fates = {}; // pusher::settled()
    histogram push_latency = {};
    std::map<std::string, database_times> database = {};
    inbox_statistics inbox = {};
    std::array<std::uint64_t, receipt_count> receipts = {};
    http_server_statistics server = {};
};

// In Prometheus' text format. Labels are resources, lanes, endpoint classes, statuses: few, and
// never anything of a record.
std::string metrics_text(const metrics_sources& from);

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

} // namespace intercom_mirror
