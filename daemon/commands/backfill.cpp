#include "config/load.hpp"
#include "config/values.hpp"
#include "daemon/assembly.hpp"
#include "daemon/progress.hpp"
#include "sync/pull/engine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ostream>
#include <thread>
#include <unistd.h>

namespace intercom_mirror {
namespace {

using nlohmann::json;

constexpr auto look_every = std::chrono::milliseconds(500);
// A standby takes over sooner than that.
constexpr auto longest_without_holder = std::chrono::seconds(20);

std::optional<std::chrono::sys_seconds> moment_of(std::string_view option, const std::string& text,
                                                  std::chrono::sys_seconds now)
{
    if (text.empty()) {
        return std::nullopt;
    }
    const auto given = parse_moment(text);
    if (!given) {
        throw command_failure(exit_code::bad_configuration,
                              fmt::format("{} {} is no time", option, text),
                              "a date, a time such as 2026-01-31T08:00:00Z, or a distance from now "
                              "such as -90d, -12h");
    }
    if (given->at(now) > now) {
        throw command_failure(exit_code::bad_configuration,
                              fmt::format("{} {} lies in the future", option, text),
                              "nothing was created then; without --until it is read up to now");
    }
    return given->at(now);
}

std::string time_text(const std::optional<wall_time>& at)
{
    return at ? fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(*at))
              : std::string();
}

json time_or_null(const std::optional<wall_time>& at)
{
    return at ? json(time_text(at)) : json(nullptr);
}

// Seconds it still takes at the pace so far, when anything is known about it.
std::optional<std::int64_t> seconds_left(const backfill_request& asked)
{
    if (asked.state != "running" || !asked.started_at || asked.records == 0 || !asked.expected) {
        return std::nullopt;
    }
    const auto left = *asked.expected - std::min(asked.records, *asked.expected);
    const auto spent = std::chrono::duration<double>(asked.looked_at - *asked.started_at).count();
    return static_cast<std::int64_t>(spent * static_cast<double>(left) /
                                     static_cast<double>(asked.records));
}

std::string progress_of(const backfill_request& asked)
{
    std::string text = fmt::format("{}", asked.records);
    if (asked.expected) {
        text += fmt::format(" of {}", *asked.expected);
    }
    text += " records";
    if (const auto left = seconds_left(asked); left && *left > 0) {
        text += fmt::format(", about {} s left", *left);
    }
    return text;
}

json described(const backfill_request& asked)
{
    return {{"id", asked.id},
            {"resource", asked.resource},
            {"since", time_or_null(asked.since)},
            {"until", time_or_null(asked.until)},
            {"state", asked.state},
            {"asked_by", asked.asked_by},
            {"asked_at", time_text(asked.asked_at)},
            {"schedule", asked.schedule.empty() ? json(nullptr) : json(asked.schedule)},
            {"started_at", time_or_null(asked.started_at)},
            {"finished_at", time_or_null(asked.finished_at)},
            {"records", asked.records},
            {"expected", asked.expected ? json(*asked.expected) : json(nullptr)},
            {"seconds_left", seconds_left(asked) ? json(*seconds_left(asked)) : json(nullptr)},
            {"reason", asked.reason.empty() ? json(nullptr) : json(asked.reason)}};
}

void list(std::ostream& out, const std::vector<backfill_request>& all, bool as_json)
{
    for (const auto& asked : all) {
        if (as_json) {
            out << described(asked).dump() << '\n';
            continue;
        }
        out << fmt::format(
            "{}  {}  {} to {}  {}  {}, asked by {} {}{}{}\n", asked.id, asked.resource,
            asked.since ? time_text(asked.since) : "the beginning",
            asked.until ? time_text(asked.until) : "now", asked.state, progress_of(asked),
            asked.schedule.empty() ? asked.asked_by : "schedule " + asked.schedule,
            time_text(asked.asked_at), asked.reason.empty() ? "" : ": ", asked.reason);
    }
    if (all.empty() && !as_json) {
        out << "nobody has asked for a backfill\n";
    }
}

exit_code cancel(store& on, std::int64_t id, std::ostream& out)
{
    if (!on.cancel_backfill(id)) {
        const auto found = on.backfills(false, id);
        throw command_failure(exit_code::found_a_problem,
                              found.empty()
                                  ? fmt::format("there is no backfill {}", id)
                                  : fmt::format("backfill {} is over: {}", id, found.front().state),
                              "intercom-mirror backfill list");
    }
    out << fmt::format("backfill {} is cancelled\n", id);
    return exit_code::done;
}

// Who asked learns what became of it. Throws for the first that was not done.
exit_code report(store& on, const std::vector<std::int64_t>& ids, std::ostream& out)
{
    for (const auto id : ids) {
        const auto asked = on.backfills(false, id).at(0);
        if (asked.state == "cancelled") {
            throw command_failure(exit_code::found_a_problem,
                                  fmt::format("backfill {} was cancelled", id));
        }
        if (asked.state != "done") {
            throw command_failure(exit_code::unavailable,
                                  fmt::format("backfill {} of {} is {}{}{}", id, asked.resource,
                                              asked.state, asked.reason.empty() ? "" : ": ",
                                              asked.reason),
                                  asked.is_open() ? "a daemon goes on with it" : "");
        }
        out << fmt::format("backfill {} of {} is done: {}\n", id, asked.resource,
                           progress_of(asked));
    }
    return exit_code::done;
}

// The holder of the lease does the work.
void wait_for(store& on, std::vector<std::int64_t> open)
{
    const bool is_shown = ::isatty(STDERR_FILENO) == 1;
    auto seen_alive = std::chrono::steady_clock::now();
    while (!open.empty()) {
        const auto holder = on.lease_holder();
        const auto now = std::chrono::steady_clock::now();
        seen_alive = holder && holder->is_alive ? now : seen_alive;
        if (now - seen_alive > longest_without_holder) {
            throw command_failure(exit_code::unavailable, "the daemon that held the lease is gone",
                                  "what was asked for stays so: start a daemon, or ask again");
        }
        std::string line;
        std::erase_if(open, [&](std::int64_t id) {
            const auto asked = on.backfills(false, id).at(0);
            require_readable(on.load_resource(asked.resource));
            line += fmt::format("{}{} {}", line.empty() ? "" : "  ", asked.resource,
                                progress_of(asked));
            return !asked.is_open();
        });
        if (is_shown) {
            std::fputs(("\r\033[K" + (open.empty() ? std::string() : line)).c_str(), stderr);
        }
        if (!open.empty()) {
            std::this_thread::sleep_for(look_every);
        }
    }
}

void work_off(assembly& parts)
{
    auto& with = parts.with();
    engine pulling(with, parts.plans());
    std::vector<std::string> failures;
    const auto work = [&]() -> boost::asio::awaitable<exit_code> {
        progress_display shown(pulling);
        failures = co_await shown.beside(pulling.backfill_once(), with.time);
        co_return exit_code::done;
    };
    parts.run(work);
    parts.release_lease();
    if (!failures.empty()) {
        throw command_failure(exit_code::unavailable, failures.front(),
                              "what was asked for stays so: a daemon, or the same command again, "
                              "goes on with it");
    }
}

// False when somebody else does it, or this login may not.
bool takes_the_work(assembly& parts, event_sink& log)
{
    const auto holder = parts.direct().lease_holder();
    if (holder && holder->is_alive) {
        return false;
    }
    try {
        return parts.take_lease().has_value();
    } catch (const permission_missing&) {
        log.warning("no daemon runs, and this login may only ask",
                    {{"hint", "the backfill begins when a daemon runs"}});
        return false;
    }
}

exit_code ask(const setup& begun, const backfill_arguments& arguments, std::ostream& out)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto range = range_of(arguments, now);
    assembly parts(begun, arguments.resources);
    parts.bring_schema_up_to_date();
    std::vector<std::int64_t> ids;
    for (const auto& plan : parts.plans()) {
        backfill_request asked;
        asked.resource = plan.described().name;
        asked.since = range.since;
        asked.until = range.until;
        ids.push_back(parts.direct().ask_for_backfill(asked));
        out << fmt::format("backfill {} of {} is asked for\n", ids.back(), asked.resource);
    }
    out.flush();
    if (takes_the_work(parts, *begun.log)) {
        require_access_token(begun.settings);
        work_off(parts);
    } else if (arguments.is_waiting) {
        wait_for(parts.direct(), ids);
    } else {
        return exit_code::done;
    }
    return report(parts.direct(), ids, out);
}

} // namespace

backfill_range range_of(const backfill_arguments& arguments, std::chrono::sys_seconds now)
{
    backfill_range range;
    range.since = moment_of("--since", arguments.since, now);
    range.until = moment_of("--until", arguments.until, now);
    if (range.since && range.until && *range.since >= *range.until) {
        throw command_failure(exit_code::bad_configuration,
                              fmt::format("the range is reversed: --since {} is not before "
                                          "--until {}",
                                          arguments.since, arguments.until));
    }
    return range;
}

exit_code backfill(const global_arguments& global, const backfill_arguments& arguments,
                   std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        if (arguments.action == "ask") {
            return ask(begun, arguments, out);
        }
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto connection = make_postgres_store(session_for(begun.settings, false), epoch);
        if (arguments.action == "cancel") {
            return cancel(*connection, arguments.id, out);
        }
        list(out, connection->backfills(false, {}), arguments.as_json);
        return exit_code::done;
    });
}

} // namespace intercom_mirror
