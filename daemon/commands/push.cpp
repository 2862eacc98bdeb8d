#include "config/load.hpp"
#include "daemon/assembly.hpp"
#include "sync/pull/engine.hpp"
#include "sync/push/pusher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <thread>

namespace intercom_mirror {
namespace {

constexpr auto look_every = std::chrono::milliseconds(500);

// Another process holds the lease, and sends them.
exit_code wait_for_holder(assembly& parts, const push_arguments& arguments, event_sink& log)
{
    auto& on = parts.direct();
    log.info("a daemon holds the lease and sends the edits");
    for (bool is_waiting = !arguments.no_wait; is_waiting;) {
        const auto holder = on.lease_holder();
        if (!holder || !holder->is_alive) {
            throw command_failure(exit_code::unavailable, "the daemon that held the lease is gone",
                                  "the same command again does the work itself");
        }
        is_waiting = std::ranges::any_of(on.edits({}, false), [](const edit_summary& edit) {
            return edit.state == "pending" || edit.state == "sending";
        });
        if (is_waiting) {
            std::this_thread::sleep_for(look_every);
        }
    }
    return exit_code::done;
}

// With nothing written here or there: a running daemon is not in the way.
exit_code show_requests(assembly& parts, std::ostream& out)
{
    pusher pushing(parts.with(), parts.all_plans(), parts.rules());
    const auto work = [&]() -> boost::asio::awaitable<exit_code> {
        const auto lines = co_await pushing.preview();
        for (const auto& line : lines) {
            out << line;
        }
        co_return exit_code::done;
    };
    return parts.run(work);
}

} // namespace

exit_code push(const global_arguments& global, const push_arguments& arguments, std::ostream& out)
{
    const auto begun = load_setup(global);
    require_access_token(begun.settings);
    return end_of([&] {
        assembly parts(begun, {});
        if (arguments.is_dry_run) {
            return show_requests(parts, out);
        }
        if (!begun.settings.push.enabled) {
            throw command_failure(exit_code::bad_configuration, "push.enabled is false",
                                  "push --dry-run shows what would be sent");
        }
        parts.bring_schema_up_to_date();
        if (!parts.take_lease()) {
            return wait_for_holder(parts, arguments, *begun.log);
        }
        auto& with = parts.with();
        engine pulling(with, parts.plans());
        pusher pushing(with, parts.all_plans(), parts.rules());
        const auto work = [&]() -> boost::asio::awaitable<exit_code> {
            co_await pulling.introduce(); // never to another workspace
            co_await pushing.push_once();
            co_return exit_code::done;
        };
        const auto code = parts.run(work);
        parts.release_lease();
        for (const auto& [state, count] : pushing.settled()) {
            out << fmt::format("{:<14} {}\n", state, count);
        }
        return code;
    });
}

} // namespace intercom_mirror
