#include "daemon/status_report.hpp"

#include "sync/pull/engine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <optional>

namespace intercom_mirror {
namespace {

using nlohmann::json;

json time_or_null(const std::optional<wall_time>& at)
{
    if (!at) {
        return nullptr;
    }
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(*at));
}

json seconds_since(const std::optional<wall_time>& at)
{
    if (!at) {
        return nullptr;
    }
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - *at)
        .count();
}

template <typename T>
json or_null(const std::optional<T>& value)
{
    return value ? json(*value) : json(nullptr);
}

json describe(store& on, const record_plan& plan, counting rows)
{
    const auto state = on.load_resource(plan.described().name);
    const auto numbers = on.numbers(plan, rows);
    json one{{"resource", plan.described().name},
             {"phase", state.phase},
             {"rows", numbers.rows},
             {"deleted", numbers.deleted},
             {"rows_are_estimated", numbers.are_estimated},
             {"lag_seconds", seconds_since(state.poll_cursor)},
             {"complete_since", time_or_null(state.complete_since)},
             {"last_poll_at", time_or_null(state.last_poll_at)},
             {"last_sweep_at", time_or_null(state.last_sweep_at)},
             {"reads_waiting", numbers.waiting},
             {"dead_letters", numbers.dead_letters},
             {"fuse", nullptr},
             {"progress", nullptr},
             {"trouble", or_null(state.trouble)}};
    if (state.fuse_candidates) {
        one["fuse"] = {{"candidates", *state.fuse_candidates},
                       {"limit", or_null(state.fuse_limit)}};
    }
    if (numbers.slices != 0) {
        one["progress"] = {{"slices", numbers.slices},
                           {"slices_done", numbers.slices_done},
                           {"records", numbers.slice_records},
                           {"expected", or_null(state.expected_records)}};
    }
    return one;
}

// The rows stay as they were last seen; the state says why nothing moves.
json describe_unserved(store& on, const resource& described, const options& settings, counting rows)
{
    const record_plan plan(described, described.versions.first, settings.privacy.omit);
    json one = describe(on, plan, rows);
    one["phase"] = "needs_version";
    one["trouble"] = fmt::format("{}, api_version is {}", versions_text(described.versions),
                                 to_string(settings.intercom.version));
    return one;
}

json describe_edits(const edit_numbers& numbers)
{
    json open = json::array();
    for (const auto& one : numbers.open) {
        open.push_back({{"state", one.state},
                        {"count", one.count},
                        {"oldest_seconds", std::round(one.oldest_seconds)}});
    }
    return {{"open", std::move(open)}, {"conflicts", numbers.conflicts}};
}

} // namespace

json describe_status(store& on, std::span<const record_plan> plans,
                     std::span<const resource* const> unserved, const options& settings,
                     counting rows)
{
    json all{{"schema", settings.postgres.schema}, {"resources", json::array()}};
    const auto holder = on.lease_holder();
    all["daemon"] = holder ? json{{"holder", holder->holder},
                                  {"epoch", holder->epoch},
                                  {"is_alive", holder->is_alive},
                                  {"quota", json::parse(holder->vitals, nullptr, false)}}
                           : json(nullptr);
    for (const auto& plan : plans) {
        all["resources"].push_back(describe(on, plan, rows));
    }
    for (const auto* each : unserved) {
        all["resources"].push_back(describe_unserved(on, *each, settings, rows));
    }
    all["edits"] = describe_edits(on.count_edits());
    return all;
}

} // namespace intercom_mirror
