#include "daemon/assembly.hpp"
#include "sync/pull/engine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <thread>

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

json describe(store& on, const record_plan& plan)
{
    const auto state = on.load_resource(plan.described().name);
    const auto numbers = on.numbers(plan);
    json one{{"resource", plan.described().name},
             {"phase", state.phase},
             {"rows", numbers.rows},
             {"deleted", numbers.deleted},
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
json describe_unserved(store& on, const resource& described, const options& settings)
{
    const record_plan plan(described, described.versions.first, settings.privacy.omit);
    json one = describe(on, plan);
    one["phase"] = "needs_version";
    one["trouble"] = fmt::format("{}, api_version is {}", versions_text(described.versions),
                                 to_string(settings.intercom.version));
    return one;
}

json describe_all(store& on, const assembly& parts, const options& settings)
{
    json all{{"schema", settings.postgres.schema}, {"resources", json::array()}};
    const auto holder = on.lease_holder();
    all["daemon"] = holder ? json{{"holder", holder->holder},
                                  {"epoch", holder->epoch},
                                  {"is_alive", holder->is_alive},
                                  {"quota", json::parse(holder->vitals, nullptr, false)}}
                           : json(nullptr);
    for (const auto& plan : parts.plans()) {
        all["resources"].push_back(describe(on, plan));
    }
    for (const auto* each : parts.unserved()) {
        all["resources"].push_back(describe_unserved(on, *each, settings));
    }
    return all;
}

std::string age_text(const json& seconds)
{
    if (seconds.is_null()) {
        return "-";
    }
    const auto count = seconds.get<std::int64_t>();
    if (count < 120) {
        return fmt::format("{} s", count);
    }
    return count < 7200 ? fmt::format("{} min", count / 60) : fmt::format("{} h", count / 3600);
}

std::string remark_of(const json& one)
{
    std::string remark;
    if (!one["progress"].is_null()) {
        const auto& progress = one["progress"];
        remark += fmt::format("slice {} of {}", progress["slices_done"].dump(),
                              progress["slices"].dump());
        if (!progress["expected"].is_null()) {
            remark += fmt::format(", {} of {} records", progress["records"].dump(),
                                  progress["expected"].dump());
        }
    }
    if (!one["fuse"].is_null()) {
        remark +=
            fmt::format("{}fuse: {} missing at once, more than {}", remark.empty() ? "" : "; ",
                        one["fuse"]["candidates"].dump(), one["fuse"]["limit"].dump());
    }
    if (!one["trouble"].is_null()) {
        remark +=
            fmt::format("{}{}", remark.empty() ? "" : "; ", one["trouble"].get<std::string>());
    }
    return remark;
}

void print_table(std::ostream& out, const json& all)
{
    const auto& daemon = all["daemon"];
    if (daemon.is_null() || !daemon["is_alive"].get<bool>()) {
        out << "no daemon runs\n";
    } else {
        out << fmt::format("daemon {} (epoch {})", daemon["holder"].get<std::string>(),
                           daemon["epoch"].dump());
        const auto& quota = daemon["quota"];
        if (quota.is_object()) {
            out << fmt::format(", quota {} of {} in this window, {} in flight",
                               quota["used"].dump(), quota["limit"].dump(),
                               quota["in_flight"].dump());
        }
        out << '\n';
    }
    out << fmt::format("{:<20} {:<13} {:>10} {:>8} {:>8} {:>8} {:>5}  {}\n", "resource", "phase",
                       "rows", "deleted", "lag", "waiting", "dead", "remark");
    for (const auto& one : all["resources"]) {
        out << fmt::format("{:<20} {:<13} {:>10} {:>8} {:>8} {:>8} {:>5}  {}\n",
                           one["resource"].get<std::string>(), one["phase"].get<std::string>(),
                           one["rows"].dump(), one["deleted"].dump(), age_text(one["lag_seconds"]),
                           one["reads_waiting"].dump(), one["dead_letters"].dump(), remark_of(one));
    }
}

} // namespace

exit_code status(const global_arguments& global, const status_arguments& arguments,
                 std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        const assembly parts(begun, {});
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto connection = make_postgres_store(session_for(begun.settings, false), epoch);
        if (!connection->has_schema()) {
            throw command_failure(exit_code::found_a_problem, "this database holds no mirror yet",
                                  "intercom-mirror migrate, or run");
        }
        for (;;) {
            const auto all = describe_all(*connection, parts, begun.settings);
            if (arguments.as_json) {
                out << all.dump(arguments.is_watching ? -1 : 2) << '\n';
            } else {
                if (arguments.is_watching) {
                    out << "\033[H\033[2J";
                }
                print_table(out, all);
            }
            out.flush();
            if (!arguments.is_watching) {
                return exit_code::done;
            }
            std::this_thread::sleep_for(std::chrono::seconds(2));
        }
    });
}

} // namespace intercom_mirror
