#include "daemon/assembly.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace intercom_mirror {
namespace {

const char* name_of(projection from)
{
    return from == projection::list ? "list" : "get";
}

void list(std::ostream& out, const std::vector<dead_letter>& letters, bool as_json)
{
    for (const auto& one : letters) {
        if (as_json) {
            out << nlohmann::json{{"id", one.id},
                                  {"resource", one.resource},
                                  {"record_id", one.record_id},
                                  {"projection", name_of(one.from)},
                                  {"reason", one.reason},
                                  {"bytes", one.bytes.size()},
                                  {"times_seen", one.times_seen},
                                  {"noted_at", one.noted_at}}
                       .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
        } else {
            out << fmt::format("{}  {}  {} {}  {} ({} bytes, seen {} times)\n", one.id,
                               one.noted_at, one.resource,
                               one.record_id.empty() ? "?" : one.record_id, one.reason,
                               one.bytes.size(), one.times_seen);
        }
    }
    if (letters.empty() && !as_json) {
        out << "no dead letters\n";
    }
}

// Applies the letters again, as if they had just been served; the ones that fit are gone after.
exit_code replay(const setup& begun, const std::vector<dead_letter>& letters, std::ostream& out)
{
    assembly parts(begun, {});
    if (!parts.take_lease()) {
        throw command_failure(exit_code::unavailable,
                              "a daemon writes this mirror; replaying needs it stopped");
    }
    std::size_t applied = 0;
    for (const auto& letter : letters) {
        applied += replay_dead_letter(parts.direct(), parts.plans(), letter) ? 1 : 0;
    }
    parts.release_lease();
    out << fmt::format("{} of {} dead letters applied\n", applied, letters.size());
    return applied == letters.size() ? exit_code::done : exit_code::found_a_problem;
}

} // namespace

bool replay_dead_letter(store& on, std::span<const record_plan> plans, const dead_letter& letter)
{
    for (const auto& plan : plans) {
        if (plan.described().name != letter.resource) {
            continue;
        }
        page_work work;
        work.plan = &plan;
        work.from = letter.from;
        work.records = {letter.bytes};
        if (on.apply_page(work).dead == 0) {
            on.remove_dead_letter(letter.id);
            return true;
        }
    }
    return false;
}

exit_code dead_letters(const global_arguments& global, const dead_letters_arguments& arguments,
                       std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto connection = make_postgres_store(session_for(begun.settings, false), epoch);
        const auto letters = connection->dead_letters(arguments.id);
        if (arguments.id && letters.empty()) {
            throw command_failure(exit_code::found_a_problem,
                                  fmt::format("there is no dead letter {}", *arguments.id),
                                  "intercom-mirror dead-letters list");
        }
        const bool is_naming = arguments.id || arguments.is_all;
        if (arguments.action == "list") {
            list(out, letters, arguments.as_json);
            return exit_code::done;
        }
        if (!is_naming) {
            throw command_failure(
                exit_code::bad_configuration,
                fmt::format("dead-letters {} needs an id, or --all", arguments.action));
        }
        if (arguments.action == "show") {
            for (const auto& one : letters) {
                out << one.bytes << '\n';
            }
            return exit_code::done;
        }
        if (arguments.action == "replay") {
            return replay(begun, letters, out);
        }
        for (const auto& one : letters) {
            connection->remove_dead_letter(one.id);
        }
        out << fmt::format("{} dead letters discarded\n", letters.size());
        return exit_code::done;
    });
}

} // namespace intercom_mirror
