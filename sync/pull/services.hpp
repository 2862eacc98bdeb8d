#pragma once

#include "config/options.hpp"
#include "sync/clock.hpp"
#include "sync/event_sink.hpp"
#include "sync/intercom/api_client.hpp"
#include "sync/random.hpp"
#include "sync/store/database.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

struct pull_settings
{
    duration poll_every = std::chrono::seconds(30);
    duration sweep_every = std::chrono::hours(24);
    // The part of the rate limit that sweeps may take beside the daemon's other work.
    double sweep_share = 0.2;
    // How far polls look back behind their cursor: the search index lags, sometimes by minutes.
    duration overlap = std::chrono::minutes(30);
    // More records missing at once than the fuse lets pass are read alone all the same.
    bool accept_absences = false;
    // Slices of about ten pages: a kill repeats little of one, and cutting costs few requests.
    std::uint64_t slice_records = 1500;
    // How often idle queues are looked at unasked: entries put back for later become due, and
    // others ask for backfills.
    duration queue_look_every = std::chrono::seconds(1);
    // Older records of a resource are neither read nor judged (microseconds since 1970).
    std::map<std::string, std::int64_t, std::less<>> since;
    std::vector<scheduled_backfill> backfills;
};

// What the workspace says about itself (GET /me).
struct workspace_facts
{
    std::string id;
    std::string name;
    std::string region;
    std::string timezone = "UTC";
};

// What every part of the reading half needs; outlives them all.
struct services
{
    api_client& api;
    database& db;
    intercom_mirror::clock& time;
    random_source random;
    event_sink& log;
    pull_settings settings;
    workspace_facts workspace;
    instant next_sweep_request{}; // of any resource
};

} // namespace intercom_mirror
