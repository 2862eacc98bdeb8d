#include "config/load.hpp"
#include "daemon/assembly.hpp"
#include "daemon/history.hpp"
#include "daemon/http_service.hpp"
#include "daemon/progress.hpp"
#include "sync/pull/engine.hpp"
#include "sync/push/pusher.hpp"
#include "sync/run_together.hpp"
#include "sync/store/retention.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <chrono>
#include <optional>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

// How often a standby looks whether the lease is free.
constexpr duration standby_look = 1s;
// Before a rejected token is tried again: somebody may have restored it meanwhile.
constexpr duration pause_after_rejection = std::chrono::minutes(5);

constexpr duration pause_before_writing_again = std::chrono::seconds(5);

// Until the lease is ours.
boost::asio::awaitable<void> stand_by(assembly& parts, event_sink& log)
{
    bool is_told = false;
    bool is_away = false;
    for (;;) {
        try {
            const bool is_leading = co_await parts.try_to_lead();
            if (is_leading) {
                co_return;
            }
            if (!is_told) {
                is_told = true;
                log.info("another daemon holds the lease; standing by");
                sd_notify(0, "READY=1\nSTATUS=standing by");
            }
        } catch (const store_unavailable& unavailable) {
            if (!is_away) {
                is_away = true;
                log.warning("PostgreSQL cannot be used for now; waiting for it",
                            {{"reason", unavailable.what()}});
            }
        }
        sd_notify(0, "WATCHDOG=1");
        co_await parts.time().sleep_for(standby_look);
    }
}

// Mirrors for good. A dead token stops every call; what it concerns says so until it lives again.
boost::asio::awaitable<void> mirror(assembly& parts, services& with, engine& pulling)
{
    for (;;) {
        std::string why;
        try {
            co_await pulling.run();
        } catch (const token_rejected& rejected) {
            why = rejected.what();
        }
        with.log.error("Intercom rejects the access token; nothing is read until it is valid again",
                       {{"reason", why}, {"hint", "set another token and restart"}});
        sd_notify(0, "STATUS=needs_token");
        co_await pulling.note_token(true, why);
        co_await with.time.sleep_for(pause_after_rejection);
        parts.try_token_again();
    }
}

// Sends what is edited here, for good. While the token is dead nothing is sent, and edits wait.
boost::asio::awaitable<void> write_back(services& with, engine& pulling, pusher& pushing)
{
    for (;;) {
        try {
            co_await pulling.introduce(); // never to another workspace
            co_await pushing.run();
        } catch (const token_rejected&) {
            // Whoever reads says so.
        } catch (const api_failure& failure) {
            with.log.warning("Intercom does not answer; edits wait", {{"reason", failure.what()}});
        }
        do {
            co_await with.time.sleep_for(pause_before_writing_again);
        } while (with.api.is_token_rejected());
    }
}

// What the daemon consists of while it holds the lease.
struct leader
{
    explicit leader(assembly& parts)
        : with(parts.with()), pulling(with, parts.plans()),
          pushing(with, parts.all_plans(), parts.rules(), &parts.notice_connection()),
          shown(pulling), history(parts, pulling, pushing)
    {
    }

    services& with;
    engine pulling;
    pusher pushing;
    progress_display shown;
    history_keeper history;
};

// Waits for the lease, then mirrors for good. `leading` is where what it needs is made, since
// others refer to it until everything has stopped.
boost::asio::awaitable<void> lead(assembly& parts, const setup& begun, http_service& service,
                                  std::optional<leader>& leading)
{
    co_await stand_by(parts, *begun.log);
    co_await parts.upgrade_schema();
    begun.log->info("mirroring",
                    {{"epoch", parts.epoch()}, {"schema", begun.settings.postgres.schema}});
    parts.note_unserved();
    leading.emplace(parts);
    service.lead(leading->pulling, leading->pushing);
    sd_notify(0, "READY=1\nSTATUS=mirroring");
    const auto feed = [&] {
        sd_notify(0, "WATCHDOG=1");
        service.look_around();
    };
    auto& db = leading->with.db;
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(parts.keep_lease(feed));
    tasks.push_back(mirror(parts, leading->with, leading->pulling));
    if (begun.settings.push.enabled) {
        tasks.push_back(write_back(leading->with, leading->pulling, leading->pushing));
    }
    tasks.push_back(leading->shown.show(parts.time()));
    tasks.push_back(leading->history.run());
    tasks.push_back(forget_for_good(db, parts.time()));
    tasks.push_back(erase_for_good(db, parts.time(), *begun.log, parts.every_plan()));
    if (const auto age = begun.settings.privacy.scrub_deleted_after) {
        tasks.push_back(scrub_for_good(db, parts.time(), *age, parts.every_plan()));
    }
    co_await run_together(std::move(tasks));
}

} // namespace

exit_code run(const global_arguments& global)
{
    const auto begun = load_setup(global);
    require_access_token(begun.settings);
    return end_of([&] {
        assembly parts(begun, {});
        std::optional<leader> leading;
        http_service service(parts, begun.settings, *begun.log);
        const auto work = [&]() -> boost::asio::awaitable<exit_code> {
            std::vector<boost::asio::awaitable<void>> tasks;
            tasks.push_back(service.run());
            tasks.push_back(lead(parts, begun, service, leading));
            co_await run_together(std::move(tasks));
            co_return exit_code::done;
        };
        const auto reload = [&] {
            sd_notify(0, "RELOADING=1");
            try {
                const auto settings = load_setup(global).settings;
                parts.take_settings(settings);
                service.take_settings(settings);
                begun.log->info("configuration was read again");
            } catch (const config_error& error) {
                begun.log->error("the configuration is not taken over", {{"reason", error.what()}});
            }
            sd_notify(0, "READY=1");
        };
        const auto code = parts.run(work, reload);
        sd_notify(0, "STOPPING=1");
        parts.release_lease();
        return code;
    });
}

} // namespace intercom_mirror
