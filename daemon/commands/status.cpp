#include "daemon/assembly.hpp"
#include "daemon/status_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <thread>

namespace intercom_mirror {
namespace {

using nlohmann::json;

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
            const auto all = describe_status(*connection, parts.plans(), parts.unserved(),
                                             begun.settings, counting::exact);
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
