#include "daemon/assembly.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace intercom_mirror {
namespace {

using nlohmann::ordered_json;

ordered_json as_json(const edit_summary& edit)
{
    return {{"id", edit.id},
            {"operation", edit.operation},
            {"table", edit.table},
            {"row", edit.row},
            {"fields", ordered_json::parse(edit.fields)},
            {"state", edit.state},
            {"reason", edit.reason},
            {"request_id", edit.request_id},
            {"attempts", edit.attempts},
            {"who", edit.who},
            {"when", edit.when}};
}

void list(std::ostream& out, const std::vector<edit_summary>& edits, bool is_json)
{
    for (const auto& one : edits) {
        if (is_json) {
            out << as_json(one).dump() << '\n';
        } else {
            out << fmt::format("{}  {}  {:<10} {} {} {}{}{}\n", one.id, one.when, one.state,
                               one.operation, one.table, one.row, one.reason.empty() ? "" : "  ",
                               one.reason);
        }
    }
    if (edits.empty() && !is_json) {
        out << "no edits are on their way\n";
    }
}

void show(std::ostream& out, const edit_summary& edit, const std::vector<edit_attempt>& attempts,
          bool is_json)
{
    if (is_json) {
        auto whole = as_json(edit);
        whole["requests"] = ordered_json::array();
        for (const auto& one : attempts) {
            whole["requests"].push_back(
                {{"request", one.request},
                 {"sent", one.sent.empty() ? ordered_json() : ordered_json::parse(one.sent)},
                 {"outcome", one.outcome},
                 {"request_id", one.request_id},
                 {"began_at", one.began_at}});
        }
        out << whole.dump(2) << '\n';
        return;
    }
    out << fmt::format("edit {}: {} {} {}\nby {} at {}\nfields: {}\nstate: {}{}{}\n", edit.id,
                       edit.operation, edit.table, edit.row, edit.who, edit.when, edit.fields,
                       edit.state, edit.reason.empty() ? "" : ", ", edit.reason);
    for (const auto& one : attempts) {
        out << fmt::format("{}  {} {}  {} {}\n", one.began_at, one.request, one.sent,
                           one.outcome.empty() ? "no answer" : one.outcome, one.request_id);
    }
}

} // namespace

exit_code outbox(const global_arguments& global, const outbox_arguments& arguments,
                 std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto connection = make_postgres_store(session_for(begun.settings, false), epoch);
        if (arguments.action == "list") {
            list(out, connection->edits(arguments.id, arguments.is_all), arguments.as_json);
            return exit_code::done;
        }
        if (arguments.action == "release") {
            if (!arguments.id && !arguments.is_all) {
                throw command_failure(exit_code::bad_configuration,
                                      "outbox release needs an id, or --all",
                                      "an id releases all that its transaction edited");
            }
            out << fmt::format("{} edits released\n", connection->release_edits(arguments.id));
            return exit_code::done;
        }
        if (!arguments.id) {
            throw command_failure(exit_code::bad_configuration,
                                  fmt::format("outbox {} needs an id", arguments.action),
                                  "intercom-mirror outbox list");
        }
        if (arguments.action == "show") {
            const auto found = connection->edits(arguments.id, true);
            if (found.empty()) {
                throw command_failure(exit_code::found_a_problem,
                                      fmt::format("there is no edit {}", *arguments.id),
                                      "intercom-mirror outbox list --all");
            }
            show(out, found.front(), connection->attempts(*arguments.id), arguments.as_json);
        } else if (arguments.action == "retry") {
            connection->retry_edit(*arguments.id);
            out << fmt::format("edit {} is tried again\n", *arguments.id);
        } else {
            connection->discard_edit(*arguments.id);
            out << fmt::format("edit {} discarded\n", *arguments.id);
        }
        return exit_code::done;
    });
}

} // namespace intercom_mirror
