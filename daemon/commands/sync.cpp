#include "config/load.hpp"
#include "daemon/assembly.hpp"
#include "daemon/progress.hpp"
#include "sync/pull/engine.hpp"
#include "sync/push/pusher.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace intercom_mirror {
namespace {

constexpr auto look_every = std::chrono::milliseconds(500);

// When a resource was last read in the way that was asked for.
std::optional<wall_time> last_pass(store& on, const record_plan& plan, bool is_full)
{
    const auto state = on.load_resource(plan.described().name);
    if (is_full && !is_small_list(plan.described())) {
        return state.sweep_due ? std::nullopt : state.last_sweep_at;
    }
    return state.last_poll_at;
}

// Another process holds the lease: it does the work, this one asks and waits.
exit_code hand_over(assembly& parts, const sync_arguments& arguments, event_sink& log)
{
    auto& on = parts.direct();
    std::vector<std::optional<wall_time>> before;
    for (const auto& plan : parts.plans()) {
        before.push_back(last_pass(on, plan, arguments.is_full));
        if (arguments.is_full) {
            on.ask_for_sweep(plan.described().name);
        }
    }
    log.info("a daemon holds the lease and was asked to do the work");
    for (std::size_t next = 0; !arguments.no_wait && next < parts.plans().size();) {
        const auto holder = on.lease_holder();
        if (!holder || !holder->is_alive) {
            throw command_failure(exit_code::unavailable, "the daemon that held the lease is gone",
                                  "the same command again does the work itself");
        }
        const auto& plan = parts.plans()[next];
        require_readable(on.load_resource(plan.described().name));
        const auto last = last_pass(on, plan, arguments.is_full);
        if (last && (!before[next] || *last > *before[next]) &&
            on.count_waiting(plan.described().name) == 0) {
            ++next;
        } else {
            std::this_thread::sleep_for(look_every);
        }
    }
    return exit_code::done;
}

} // namespace

exit_code sync_once(const global_arguments& global, const sync_arguments& arguments)
{
    const auto begun = load_setup(global);
    require_access_token(begun.settings);
    return end_of([&] {
        assembly parts(begun, arguments.resources);
        parts.bring_schema_up_to_date();
        if (!parts.take_lease()) {
            return hand_over(parts, arguments, *begun.log);
        }
        parts.note_unserved();
        auto& with = parts.with();
        with.settings.accept_absences = arguments.accept_absences;
        engine pulling(with, parts.plans());
        pusher pushing(with, parts.all_plans(), parts.rules());
        std::vector<std::string> failures;
        const auto work = [&]() -> boost::asio::awaitable<exit_code> {
            progress_display shown(pulling);
            std::string rejected;
            try {
                failures = co_await shown.beside(pulling.sync_once(arguments.is_full), with.time);
                if (begun.settings.push.enabled && !arguments.no_push) {
                    co_await pushing.push_once();
                }
            } catch (const token_rejected& dead) {
                rejected = dead.what();
            }
            if (!rejected.empty()) {
                co_await pulling.note_token(true, rejected);
                throw token_rejected(rejected);
            }
            co_return failures.empty() ? exit_code::done : exit_code::unavailable;
        };
        const auto code = parts.run(work);
        parts.release_lease();
        if (!failures.empty()) {
            throw command_failure(code, fmt::format("{} of {} resources could not be read: {}",
                                                    failures.size(), parts.plans().size(),
                                                    failures.front()));
        }
        return code;
    });
}

} // namespace intercom_mirror
