#pragma once

#include "config/cron.hpp"
#include "config/secret.hpp"
#include "schema/api_version.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Everything that can be configured, with its default and the reason for it. How the values come
// in is the business of config/load.hpp; config/config.example.toml says the same to operators.
namespace intercom_mirror {

enum class region : std::uint8_t { us, eu, au };

struct intercom_options
{
    // Intercom keeps a workspace in one region for good; most are in the first.
    intercom_mirror::region region = region::us;
    // "https://api.intercom.io", or another server for tests: see origin_of().
    std::string base_url;
    secret access_token;
    // Client secrets of the app that sends webhooks; two while the secret is being changed.
    std::vector<secret> webhook_secrets;
    // The newest one that Intercom has published a description of.
    api_version version{2, 16};
    // Other apps of the workspace live on the same quota; a tenth is theirs.
    double max_quota_share = 0.9;
    std::string acting_admin_id;
};

struct postgres_options
{
    // libpq finds the server by its own defaults and PG* variables when this names nothing.
    secret dsn{"postgresql:///intercom"};
    std::string schema = "intercom";
    // Two write pages (one per server core pays off, a third does not), one renews the lease.
    unsigned connections = 3;
};

struct sync_options
{
    // Empty: all of them, but those that are read only by name; "all" among others means these.
    std::vector<std::string> resources;
    // Identifiers of custom objects' types, whose instances are read: no request lists the types.
    std::vector<std::string> custom_object_types;
    // A poll of a quiet workspace costs one request per resource.
    std::chrono::seconds poll_every = std::chrono::seconds(30);
    // Only a sweep finds deletions and silent changes; it may use a fifth of the quota.
    std::chrono::seconds sweep_every = std::chrono::hours(24);
};

// A moment given as a date or as a distance from now, which moves on while the daemon runs.
struct moment
{
    std::optional<std::chrono::sys_seconds> fixed;
    std::chrono::seconds before_now{0};

    [[nodiscard]] std::chrono::sys_seconds at(std::chrono::sys_seconds now) const
    {
        return fixed ? *fixed : now - before_now;
    }
};

struct resource_options
{
    // Older records are neither read nor judged absent.
    std::optional<moment> since;
};

enum class conflict_policy : std::uint8_t { remote_wins, local_wins, manual };

struct push_options
{
    // Edits made by SQL go to Intercom; otherwise they are kept until that is so.
    bool enabled = true;
    conflict_policy policy = conflict_policy::remote_wins;
    // "contacts" or "contacts.name" → policy; the longer name is the stronger one.
    std::map<std::string, conflict_policy, std::less<>> policies;
};

struct scheduled_backfill
{
    std::vector<std::string> resources;    // empty: all that are mirrored
    std::optional<cron_schedule> schedule; // always there once it is loaded
    std::optional<moment> since;
};

struct privacy_options
{
    std::vector<std::string> omit; // "contacts.phone": never stored, in raw neither
    // Unset: tombstones keep their data for good.
    std::optional<std::chrono::seconds> scrub_deleted_after;
};

struct http_options
{
    // Loopback: whoever wants more puts a proxy with TLS in front.
    std::string host = "127.0.0.1";
    std::uint16_t port = 8750;
    secret admin_token;
};

enum class log_level : std::uint8_t { debug, info, warning, error };
enum class log_format : std::uint8_t { text, json, journald };

struct log_options
{
    log_level level = log_level::info;
    log_format format = log_format::text;
};

struct options
{
    intercom_options intercom;
    postgres_options postgres;
    sync_options sync;
    push_options push;
    std::vector<scheduled_backfill> backfills;
    std::map<std::string, resource_options, std::less<>> resources;
    privacy_options privacy;
    http_options http;
    log_options log;
};

// The one origin all requests go to: `base_url`, or the one of the region.
std::string origin_of(const intercom_options& intercom);

} // namespace intercom_mirror
