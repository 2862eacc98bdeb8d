#include "config/load.hpp"
#include "daemon/assembly.hpp"
#include "sync/pull/engine.hpp"
#include "sync/pull/verifier.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <ostream>
#include <set>

namespace intercom_mirror {
namespace {

completion_rule rule_of(const record_plan& plan, std::string_view table)
{
    for (const auto& each : plan.tables()) {
        if (each.name == table && each.described != nullptr) {
            return each.described->complete.rule;
        }
    }
    return completion_rule::never;
}

std::string sentence(std::string_view resource, const difference& one)
{
    return fmt::format("{} {}: {}{}{} {}\n", resource, one.key, one.table,
                       one.place.empty() ? "" : " ", one.place, one.problem);
}

void print(std::ostream& out, std::string_view resource, const verification& result, bool as_json)
{
    if (as_json) {
        for (const auto& one : result.found) {
            out << nlohmann::json{{"resource", resource},
                                  {"id", one.key},
                                  {"table", one.table},
                                  {"place", one.place},
                                  {"problem", one.problem}}
                       .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
        }
        return;
    }
    for (const auto& one : result.found) {
        out << sentence(resource, one);
    }
    out << fmt::format("{}: {} records compared, {} differences\n", resource, result.records,
                       result.found.size());
}

// What differs is noted to be read again and applied whatever it looks like.
void note_repair(store& on, const record_plan& plan, const verification& result)
{
    std::map<std::string, std::set<std::string>> by_part;
    for (const auto& one : result.found) {
        const auto rule = rule_of(plan, one.table);
        by_part[""].insert(one.key);
        if (rule == completion_rule::per_other_side) {
            by_part[one.table].insert(one.place);
        } else if (rule != completion_rule::never) {
            by_part[one.table].insert(one.key);
        }
    }
    for (const auto& [part, keys] : by_part) {
        const std::vector<std::string> wanted(keys.begin(), keys.end());
        on.note_refetch(plan.described().name, wanted, part, lane::hints, repair_reason, false);
    }
}

} // namespace

exit_code verify(const global_arguments& global, const verify_arguments& arguments,
                 std::ostream& out)
{
    const auto begun = load_setup(global);
    require_access_token(begun.settings);
    return end_of([&] {
        assembly parts(begun, arguments.resources);
        parts.bring_schema_up_to_date();
        // A daemon that holds the lease does the repairs itself: they are only noted.
        const bool repairs_itself = arguments.is_repairing && parts.take_lease().has_value();
        auto& with = parts.with();
        engine pulling(with, parts.plans());
        std::size_t differences = 0;
        const auto work = [&]() -> boost::asio::awaitable<exit_code> {
            co_await pulling.introduce();
            for (const auto& plan : parts.plans()) {
                verifier comparing(with, plan);
                auto result = arguments.sample == 0 ? comparing.compare_all()
                                                    : comparing.compare_sample(arguments.sample);
                const auto found = co_await std::move(result);
                print(out, plan.described().name, found, arguments.as_json);
                differences += found.found.size();
                if (arguments.is_repairing && !found.found.empty()) {
                    auto note = [&](store& on) { note_repair(on, plan, found); };
                    co_await with.db.run(note);
                }
            }
            if (repairs_itself && differences != 0) {
                co_await pulling.sync_once(false);
            }
            co_return differences == 0 ? exit_code::done : exit_code::found_a_problem;
        };
        const auto code = parts.run(work);
        parts.release_lease();
        return code;
    });
}

} // namespace intercom_mirror
