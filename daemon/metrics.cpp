#include "daemon/metrics.hpp"

#include "daemon/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <limits>

namespace intercom_mirror {
namespace {

using nlohmann::json;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

constexpr std::array<std::string_view, lane_count> lane_names{"edits", "hints", "polls",
                                                              "completion", "backfill"};

// One metric: its name is completed to intercom_mirror_<name>.
class family
{
public:
    family(std::vector<MetricFamily>& all, std::string_view name, std::string_view help,
           MetricType type)
        : type_(type), at_(all.size()), all_(all)
    {
        all.push_back({fmt::format("intercom_mirror_{}", name), std::string(help), type, {}});
    }

    family& add(double value, labels with = {})
    {
        ClientMetric one;
        one.label = std::move(with);
        (type_ == MetricType::Counter ? one.counter.value : one.gauge.value) = value;
        all_[at_].metric.push_back(std::move(one));
        return *this;
    }
    template <typename Number>
    family& add(Number value, labels with = {})
    {
        return add(static_cast<double>(value), std::move(with));
    }
    family& add(const histogram& times, labels with = {})
    {
        ClientMetric one;
        one.label = std::move(with);
        auto& made = one.histogram;
        for (std::size_t i = 0; i < times.counts().size(); ++i) {
            made.sample_count += times.counts()[i];
            made.bucket.push_back(
                {made.sample_count, i < histogram::bounds.size()
                                        ? histogram::bounds[i]
                                        : std::numeric_limits<double>::infinity()});
        }
        made.sample_sum = times.seconds();
        all_[at_].metric.push_back(std::move(one));
        return *this;
    }

private:
    MetricType type_;
    std::size_t at_;
    std::vector<MetricFamily>& all_;
};

family gauge(std::vector<MetricFamily>& all, std::string_view name, std::string_view help)
{
    return {all, name, help, MetricType::Gauge};
}

family counter(std::vector<MetricFamily>& all, std::string_view name, std::string_view help)
{
    return {all, name, help, MetricType::Counter};
}

family times(std::vector<MetricFamily>& all, std::string_view name, std::string_view help)
{
    return {all, name, help, MetricType::Histogram};
}

void add_state(std::vector<MetricFamily>& all, const metrics_sources& from)
{
    gauge(all, "build_info", "The program's version; always 1.")
        .add(1.0, {{"version", std::string(project_version)}});
    gauge(all, "lease_held", "Whether this process may write the mirror.")
        .add(from.is_lease_held ? 1.0 : 0.0);
    gauge(all, "database_up", "Whether PostgreSQL answers.")
        .add(from.status != nullptr ? 1.0 : 0.0);
    gauge(all, "api_up", "Whether Intercom answered when it was last asked.")
        .add(from.is_api_reachable ? 1.0 : 0.0);
    gauge(all, "token_rejected", "Whether Intercom refuses the access token.")
        .add(from.is_token_rejected ? 1.0 : 0.0);
}

void add_resources(std::vector<MetricFamily>& all, const json& status)
{
    auto lag = gauge(all, "lag_seconds",
                     "Everything changed in Intercom longer ago than this has been read.");
    auto rows =
        gauge(all, "rows", "Rows of each resource, live and deleted; of big tables an estimate.");
    auto waiting =
        gauge(all, "reads_waiting", "Records and lists that wait to be read alone, up to 100,000.");
    auto dead = gauge(all, "dead_letters", "Records that could not be stored.");
    auto phase = gauge(all, "phase", "The phase each resource is in; always 1.");
    auto trouble = gauge(all, "trouble", "Whether something stands in a resource's way.");
    for (const auto& one : status["resources"]) {
        const auto name = one["resource"].get<std::string>();
        const auto number = [&](const char* member) { return one[member].get<double>(); };
        if (!one["lag_seconds"].is_null()) {
            lag.add(number("lag_seconds"), {{"resource", name}});
        }
        rows.add(number("rows"), {{"resource", name}, {"state", "live"}});
        rows.add(number("deleted"), {{"resource", name}, {"state", "deleted"}});
        waiting.add(number("reads_waiting"), {{"resource", name}});
        dead.add(number("dead_letters"), {{"resource", name}});
        phase.add(1.0, {{"resource", name}, {"phase", one["phase"].get<std::string>()}});
        trouble.add(one["trouble"].is_null() ? 0.0 : 1.0, {{"resource", name}});
    }
}

void add_edits(std::vector<MetricFamily>& all, const json& status)
{
    auto open = gauge(all, "edits_open", "Edits made by SQL without a fate yet, up to 100,000.");
    auto oldest = gauge(all, "edits_oldest_seconds", "Age of the oldest of them.");
    for (const auto& one : status["edits"]["open"]) {
        const auto state = one["state"].get<std::string>();
        open.add(one["count"].get<double>(), {{"state", state}});
        oldest.add(one["oldest_seconds"].get<double>(), {{"state", state}});
    }
    gauge(all, "conflicts_open", "Fields changed on both sides that wait for a decision.")
        .add(status["edits"]["conflicts"].get<double>());
}

void add_push(std::vector<MetricFamily>& all, const metrics_sources& from)
{
    auto fates = counter(all, "edit_fates_total",
                         "Edits made by SQL by the state that sending them led to.");
    for (const auto& [state, count] : from.fates) {
        fates.add(count, {{"state", state}});
    }
    times(all, "edit_seconds", "From an edit by SQL to Intercom's answer, of those applied.")
        .add(from.push_latency);
}

void add_database(std::vector<MetricFamily>& all, const metrics_sources& from)
{
    auto working = times(all, "database_seconds", "Transactions by what their connection is for.");
    auto waiting = times(all, "database_wait_seconds", "How long they waited for a connection.");
    for (const auto& [use, seen] : from.database) {
        working.add(seen.working, {{"use", use}});
        waiting.add(seen.waiting, {{"use", use}});
    }
}

void add_work(std::vector<MetricFamily>& all, const std::vector<resource_progress>& progress)
{
    auto applied = counter(all, "rows_applied_total", "Rows written since the start.");
    auto alone = counter(all, "records_read_alone_total", "Records read one by one.");
    for (const auto& one : progress) {
        applied.add(one.applied, {{"resource", one.resource}});
        alone.add(one.read_alone, {{"resource", one.resource}});
    }
}

void add_api(std::vector<MetricFamily>& all, const api_statistics& api)
{
    auto answers = counter(all, "api_requests_total",
                           "Requests to Intercom by endpoint class and status; none: no answer.");
    for (const auto& [key, count] : api.answers) {
        const auto& [endpoint, status] = key;
        answers.add(count, {{"endpoint", endpoint},
                            {"status", status == 0 ? "none" : std::to_string(status)}});
    }
    auto took =
        times(all, "api_request_seconds", "From a request to its answer, by endpoint class.");
    for (const auto& [endpoint, seen] : api.latencies) {
        took.add(seen, {{"endpoint", endpoint}});
    }
    counter(all, "api_retries_total", "Requests that were sent again.").add(api.retries);
    counter(all, "api_sent_bytes_total", "Bytes of requests' bodies.").add(api.bytes_sent);
    counter(all, "api_received_bytes_total", "Bytes of answers' bodies, as on the wire.")
        .add(api.bytes_received);
    const auto& governor = api.traffic.governor;
    counter(all, "api_refusals_total", "Answers 429: the quota was exceeded.")
        .add(governor.refusals);
    gauge(all, "api_requests_in_flight", "Requests that wait for their answer.")
        .add(governor.in_flight);
    gauge(all, "quota_limit_requests", "Requests that a window of the rate limit allows; 0: any.")
        .add(governor.quota.is_unlimited ? 0 : governor.quota.limit);
    gauge(all, "quota_used_requests", "Requests made by all apps in the present window, at most.")
        .add(governor.quota.used);
    auto window = gauge(all, "quota_last_window_requests",
                        "Requests in the last window, by this daemon and by other apps.");
    window.add(governor.quota.ours_before, {{"by", "daemon"}});
    window.add(governor.quota.foreign_before, {{"by", "others"}});
    auto waiting = gauge(all, "requests_waiting", "Requests that wait for their turn, by lane.");
    auto waited = times(all, "request_wait_seconds",
                        "How long requests waited for their turn; their number is the lane's use.");
    for (std::size_t i = 0; i < lane_count; ++i) {
        waiting.add(api.traffic.waiting[i], {{"lane", std::string(lane_names[i])}});
        waited.add(api.waits[i], {{"lane", std::string(lane_names[i])}});
    }
}

void add_webhooks(std::vector<MetricFamily>& all, const metrics_sources& from)
{
    auto webhooks = counter(all, "webhooks_total", "Notifications by what became of them.");
    for (std::size_t i = 0; i < receipt_count; ++i) {
        const auto what = static_cast<receipt>(i);
        webhooks.add(from.receipts[i], {{"outcome", std::string(to_string(what))}});
    }
    counter(all, "inbox_duplicates_total", "Accepted notifications that were known before.")
        .add(from.inbox.duplicates);
    counter(all, "inbox_commits_total", "Transactions that kept notifications.")
        .add(from.inbox.commits);
    gauge(all, "inbox_waiting", "Notifications that wait for the next commit.")
        .add(from.inbox.waiting);

    gauge(all, "http_connections", "Connections to this server.").add(from.server.connections);
    counter(all, "http_connections_total", "Connections that were let in.")
        .add(from.server.accepted);
    counter(all, "http_connections_evicted_total", "Idle or slow ones closed for newcomers.")
        .add(from.server.evicted);
    counter(all, "http_connections_refused_total", "Connections that found no place.")
        .add(from.server.refused);
    auto answers = counter(all, "http_answers_total", "Answers of this server by status.");
    for (const auto& [status, count] : from.server.answers) {
        answers.add(count, {{"status", std::to_string(status)}});
    }
}

} // namespace

std::string metrics_text(const metrics_sources& from)
{
    std::vector<MetricFamily> all;
    add_state(all, from);
    if (from.status != nullptr) {
        add_resources(all, *from.status);
        add_edits(all, *from.status);
    }
    add_work(all, from.progress);
    add_push(all, from);
    add_api(all, from.api);
    add_database(all, from);
    add_webhooks(all, from);
    return prometheus::TextSerializer().Serialize(all);
}

} // namespace intercom_mirror
