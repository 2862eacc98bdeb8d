#include "daemon/assembly.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace intercom_mirror {
namespace {

using nlohmann::ordered_json;

std::string place_of(const edit_conflict& one)
{
    return fmt::format("{} {} {}{}{}", one.table, one.row, one.field, one.member.empty() ? "" : ".",
                       one.member);
}

void print(std::ostream& out, const edit_conflict& one, bool is_json)
{
    if (is_json) {
        out << ordered_json{{"id", one.id},
                            {"edit_id", one.edit_id},
                            {"table", one.table},
                            {"row", one.row},
                            {"field", one.field},
                            {"member", one.member},
                            {"base", ordered_json::parse(one.base)},
                            {"local", ordered_json::parse(one.local)},
                            {"remote", ordered_json::parse(one.remote)},
                            {"policy", one.policy},
                            {"resolution", one.resolution},
                            {"noted_at", one.noted_at}}
                   .dump()
            << '\n';
        return;
    }
    out << fmt::format("conflict {} of edit {}: {}, noted {}\n  before: {}\n  here:   {}\n"
                       "  there:  {}\n",
                       one.id, one.edit_id, place_of(one), one.noted_at, one.base, one.local,
                       one.remote);
    if (!one.resolution.empty()) {
        out << fmt::format("  resolved: {}\n", one.resolution);
    }
}

} // namespace

exit_code conflicts(const global_arguments& global, const conflicts_arguments& arguments,
                    std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto connection = make_postgres_store(session_for(begun.settings, false), epoch);
        if (arguments.action == "resolve") {
            if (!arguments.id || arguments.which.empty()) {
                throw command_failure(exit_code::bad_configuration,
                                      "conflicts resolve needs an id, and local or remote",
                                      "local sends the value here; remote takes Intercom's");
            }
            connection->resolve_conflict(*arguments.id, arguments.which);
            out << fmt::format("conflict {} resolved: {}\n", *arguments.id, arguments.which);
            return exit_code::done;
        }
        if (arguments.action == "show" && !arguments.id) {
            throw command_failure(exit_code::bad_configuration, "conflicts show needs an id",
                                  "intercom-mirror conflicts list");
        }
        const auto found = connection->conflicts(arguments.id);
        if (arguments.id && found.empty()) {
            throw command_failure(exit_code::found_a_problem,
                                  fmt::format("there is no conflict {}", *arguments.id),
                                  "intercom-mirror conflicts list");
        }
        for (const auto& one : found) {
            print(out, one, arguments.as_json);
        }
        if (found.empty() && !arguments.as_json) {
            out << "no open conflicts\n";
        }
        return exit_code::done;
    });
}

} // namespace intercom_mirror
