#include "daemon/assembly.hpp"

#include "config/load.hpp"
#include "daemon/beacon.hpp"
#include "daemon/custom_objects.hpp"
#include "daemon/version.hpp"
#include "schema/catalogue.hpp"
#include "sync/intercom/http_client.hpp"
#include "sync/machine_clock.hpp"
#include "sync/pull/engine.hpp"
#include "sync/run_together.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/patient_database.hpp"
#include "sync/store/timed_database.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <random>
#include <unistd.h>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;

// By the database's clock; three renewals may fail before somebody else takes over.
constexpr duration lease_dead_after = std::chrono::seconds(9);
constexpr duration lease_renewed_every = std::chrono::seconds(3);
// A request that got lost on its way may take effect this much later.
constexpr duration late_effects_within = std::chrono::seconds(60);

random_source make_random()
{
    auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
    return [engine] { return (*engine)(); };
}

std::string this_process()
{
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    return fmt::format("{}:{}", host, ::getpid());
}

bool holds(const std::vector<std::string>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Columns that are never to be stored, and tables that nobody asked to fill.
std::vector<std::string> omitted_by(const options& settings)
{
    auto omitted = settings.privacy.omit;
    for (const std::string_view name : optional_names()) {
        if (!holds(settings.sync.resources, name)) {
            omitted.emplace_back(name);
        }
    }
    return omitted;
}

std::vector<const resource*> chosen(const options& settings, const custom_objects& custom,
                                    const std::vector<std::string>& only)
{
    for (const auto& name : only) {
        if (find_resource(name) == nullptr) {
            throw command_failure(exit_code::bad_configuration,
                                  fmt::format("there is no resource {}", name),
                                  "intercom-mirror docs tables lists them");
        }
    }
    const auto& wanted = only.empty() ? settings.sync.resources : only;
    std::vector<const resource*> found;
    for (const resource* each : catalogue()) {
        const resource& its = custom.described(*each);
        if (!is_meant(wanted, its)) {
            continue;
        }
        if (custom_objects::needs_types(its)) {
            throw command_failure(exit_code::bad_configuration,
                                  fmt::format("{} is to be read, but no types of it", its.name),
                                  "name them: [sync] custom_object_types");
        }
        found.push_back(&its);
    }
    return found;
}

std::vector<record_plan> make_plans(const options& settings, const custom_objects& custom,
                                    const std::vector<std::string>& only)
{
    const auto omitted = omitted_by(settings);
    std::vector<record_plan> plans;
    for (const auto* each : chosen(settings, custom, only)) {
        if (each->versions.holds(settings.intercom.version)) {
            plans.emplace_back(*each, settings.intercom.version, omitted);
        } else if (!only.empty()) {
            throw command_failure(exit_code::bad_configuration,
                                  fmt::format("{} {}, and [intercom] api_version is {}", each->name,
                                              versions_text(each->versions),
                                              to_string(settings.intercom.version)),
                                  "choose another api_version, or leave it out");
        }
    }
    return plans;
}

std::vector<const resource*> unserved_in(const options& settings, const custom_objects& custom)
{
    auto found = chosen(settings, custom, {});
    std::erase_if(found, [&](const resource* each) {
        return each->versions.holds(settings.intercom.version);
    });
    return found;
}

pull_settings pull_settings_of(const options& settings, wall_time now)
{
    pull_settings made;
    made.poll_every = settings.sync.poll_every;
    made.sweep_every = settings.sync.sweep_every;
    made.backfills = settings.backfills;
    for (const auto& [name, its] : settings.resources) {
        if (its.since) {
            const auto at = its.since->at(std::chrono::floor<std::chrono::seconds>(now));
            made.since[name] = duration(at.time_since_epoch()).count();
        }
    }
    return made;
}

} // namespace

session_options session_for(const options& settings, bool is_daemon)
{
    session_options made;
    made.dsn = settings.postgres.dsn.reveal();
    made.schema = settings.postgres.schema;
    made.application_name = "intercom-mirror";
    made.is_daemon = is_daemon;
    return made;
}

struct assembly::parts
{
    parts(const setup& begun, const std::vector<std::string>& only)
        : settings(begun.settings), log(*begun.log), random(make_random()),
          custom(begun.settings.sync.custom_object_types),
          plans(make_plans(begun.settings, custom, only)),
          unserved(unserved_in(begun.settings, custom)),
          pulling(pull_settings_of(begun.settings, time->wall())), io(1)
    {
        http_client_options http;
        http.where = parse_origin(origin_of(settings.intercom));
        transport = make_http_client(io.get_executor(), http);
        governor_options quota;
        quota.quota.max_share = settings.intercom.max_quota_share;
        turns = std::make_unique<lanes>(io.get_executor(), *time, random, quota);
        api_client_options client;
        client.version = to_string(settings.intercom.version);
        client.version_otherwise =
            settings.intercom.version == preview_version ? former_preview_name : "";
        client.user_agent = fmt::format("intercom-mirror/{}", project_version);
        api = std::make_unique<api_client>(*transport, *turns, *time, random,
                                           settings.intercom.access_token.reveal(), client);
    }

    // Sockets must go before the context they belong to, which has nothing to do any more.
    ~parts()
    {
        api.reset();
        turns.reset();
        transport.reset();
    }

    store& blocking_store()
    {
        if (!blocking) {
            blocking = make_postgres_store(session_for(settings, true), epoch);
        }
        return *blocking;
    }

    // Connections carry the epoch in their name, so that who takes over can end them.
    [[nodiscard]] session_options options_of_connection() const
    {
        auto options = session_for(settings, true);
        if (*epoch != 0) {
            options.application_name =
                fmt::format("intercom-mirror/{}/{}", epoch->load(), settings.postgres.schema);
        }
        return options;
    }

    // `use` names their times in the metrics.
    std::unique_ptr<database> connections_for(const std::string& use, unsigned count)
    {
        std::vector<std::unique_ptr<store>> stores;
        for (unsigned i = 0; i < count; ++i) {
            stores.push_back(make_postgres_store(options_of_connection(), epoch));
        }
        return make_timed_database(make_threaded_database(std::move(stores)), *time, times[use]);
    }

    database& opened(std::unique_ptr<database>& connection, const std::string& use)
    {
        if (!connection) {
            connection = connections_for(use, 1);
        }
        return *connection;
    }

    void connect()
    {
        // One of the connections renews the lease.
        connections = connections_for("mirror", std::max(2U, settings.postgres.connections) - 1);
        patient = make_patient_database(*connections, *time, log);
        all = std::make_unique<services>(services{*api, *patient, *time, random, log, pulling, {}});
        if (*epoch != 0) {
            blocking_store().take_push_settings({settings.intercom.version, settings.privacy.omit});
            if (is_older_copy(blocking_store().renew_lease(*epoch, "null"))) {
                note_older_copy(blocking_store());
            }
        }
    }

    // A database that lost what the daemon knows it had: restored from a copy, or failed over.
    [[nodiscard]] bool is_older_copy(std::int64_t count) const
    {
        return mark.last() && count <= mark.last()->count;
    }

    void note_older_copy(store& on)
    {
        const auto& known = *mark.last();
        const auto edits =
            on.note_older_copy(known.count, known.at, time->wall() + late_effects_within);
        log.error("the database is an older copy of itself; everything is compared with Intercom",
                  {{"count", edits},
                   {"hint", "edits made since the copy are lost; those it has that may have been "
                            "sent before are looked up, or parked: see intercom-mirror outbox"}});
    }

    asio::awaitable<void> renew_for_good(std::function<void()> feed)
    {
        lease_connection = connections_for("lease", 1); // under the epoch now held
        for (;;) {
            auto renew = [this, vitals = describe()](store& on) {
                return on.renew_lease(epoch->load(), vitals);
            };
            try {
                const auto count = co_await lease_connection->run(renew);
                if (is_older_copy(count)) {
                    auto note = [this](store& on) { note_older_copy(on); };
                    co_await lease_connection->run(note);
                }
                mark.keep({count, time->wall()});
            } catch (const store_unavailable&) {
                // Whoever writes tells of the outage; the lease is tried again.
            }
            if (feed) {
                feed();
            }
            co_await time->sleep_for(lease_renewed_every);
        }
    }

    [[nodiscard]] std::string describe() const
    {
        const auto seen = api->statistics();
        const auto& governor = seen.traffic.governor;
        std::string waiting;
        for (const auto count : seen.traffic.waiting) {
            waiting += fmt::format("{}{}", waiting.empty() ? "" : ",", count);
        }
        return fmt::format(R"({{"limit":{},"used":{},"ours":{},"foreign":{},"in_flight":{},)"
                           R"("refusals":{},"requests":{},"retries":{},"waiting":[{}]}})",
                           governor.quota.is_unlimited ? 0 : governor.quota.limit,
                           governor.quota.used, governor.quota.ours_before,
                           governor.quota.foreign_before, governor.in_flight, governor.refusals,
                           seen.requests, seen.retries, waiting);
    }

    const options settings;
    secret token = settings.intercom.access_token; // the one in use
    std::unique_ptr<clock> time = make_machine_clock();
    event_sink& log;
    random_source random;
    custom_objects custom;
    std::vector<record_plan> plans;
    std::vector<const resource*> unserved;
    std::vector<record_plan> all_plans;
    std::vector<record_plan> every_plan;
    pull_settings pulling;
    std::map<std::string, database_times> times; // by use
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    std::unique_ptr<store> blocking;
    std::unique_ptr<http_transport> transport;
    std::unique_ptr<lanes> turns;
    std::unique_ptr<api_client> api;
    std::unique_ptr<database> connections;
    std::unique_ptr<database> patient;
    std::unique_ptr<database> lease_connection;
    std::unique_ptr<database> for_inbox; // opened when asked for, as are the next
    std::unique_ptr<database> for_status;
    std::unique_ptr<database> for_notices;
    std::unique_ptr<services> all;
    beacon mark{state_directory(), settings.postgres.schema};
    bool is_interrupted = false;
    asio::io_context io;
};

assembly::assembly(const setup& begun, const std::vector<std::string>& only)
    : parts_(std::make_unique<parts>(begun, only))
{
}

assembly::~assembly() = default;

services& assembly::with()
{
    if (!parts_->all) {
        parts_->connect();
    }
    return *parts_->all;
}

std::span<const record_plan> assembly::plans() const
{
    return parts_->plans;
}

std::span<const resource* const> assembly::unserved() const
{
    return parts_->unserved;
}

void assembly::note_unserved()
{
    for (const auto* each : parts_->unserved) {
        direct().edit_resource(each->name, [&](resource_state& state) {
            state.phase = "needs_version";
            state.trouble = fmt::format("{}, api_version is {}", versions_text(each->versions),
                                        to_string(parts_->settings.intercom.version));
        });
    }
}

std::span<const record_plan> assembly::all_plans()
{
    auto& all = parts_->all_plans;
    if (all.empty()) {
        for (const auto* each : catalogue()) {
            if (each->versions.holds(parts_->settings.intercom.version)) {
                all.emplace_back(parts_->custom.described(*each), parts_->settings.intercom.version,
                                 omitted_by(parts_->settings));
            }
        }
    }
    return all;
}

std::span<const record_plan> assembly::every_plan()
{
    auto& every = parts_->every_plan;
    if (every.empty()) {
        const auto version = parts_->settings.intercom.version;
        for (const auto* each : catalogue()) {
            every.emplace_back(*each,
                               each->versions.holds(version) ? version : each->versions.first);
        }
    }
    return every;
}

push_rules assembly::rules() const
{
    const auto& settings = parts_->settings;
    return {settings.push, {settings.intercom.version, settings.intercom.acting_admin_id}};
}

store& assembly::direct()
{
    return parts_->blocking_store();
}

database& assembly::inbox_connection()
{
    return parts_->opened(parts_->for_inbox, "inbox");
}

database& assembly::status_connection()
{
    return parts_->opened(parts_->for_status, "status");
}

database& assembly::notice_connection()
{
    return parts_->opened(parts_->for_notices, "notices");
}

clock& assembly::time()
{
    return *parts_->time;
}

const std::map<std::string, database_times>& assembly::database_use() const
{
    return parts_->times;
}

const api_client& assembly::api() const
{
    return *parts_->api;
}

std::int64_t assembly::epoch() const
{
    return *parts_->epoch;
}

bool assembly::was_interrupted() const
{
    return parts_->is_interrupted;
}

void assembly::bring_schema_up_to_date()
{
    auto options = session_for(parts_->settings, false);
    session connection(options);
    const auto missing = check_migrations(connection, options);
    if (missing.applied.empty()) {
        return;
    }
    try {
        for (const auto& name : migrate(connection, options).applied) {
            parts_->log.info("the database's schema was brought up to date", {{"migration", name}});
        }
    } catch (const permission_missing& refused) {
        throw command_failure(
            exit_code::bad_configuration,
            fmt::format("the database lacks migration {} and this login may not apply it: {}",
                        missing.applied.front(), refused.what()),
            "run intercom-mirror migrate as a member of the owner role");
    }
}

std::optional<std::int64_t> assembly::take_lease()
{
    return direct().take_lease(this_process(), lease_dead_after);
}

asio::awaitable<bool> assembly::try_to_lead()
{
    auto take = [this](store& on) {
        // Where there are no tables yet, there is no lease either.
        if (!on.has_schema()) {
            bring_schema_up_to_date();
        }
        return on.take_lease(this_process(), lease_dead_after).has_value();
    };
    const bool is_ours = co_await parts_->opened(parts_->lease_connection, "lease").run(take);
    co_return is_ours;
}

asio::awaitable<void> assembly::upgrade_schema()
{
    auto upgrade = [this](store&) { bring_schema_up_to_date(); };
    co_await parts_->opened(parts_->lease_connection, "lease").run(upgrade);
}

asio::awaitable<void> assembly::keep_lease(std::function<void()> feed)
{
    return parts_->renew_for_good(std::move(feed));
}

void assembly::release_lease()
{
    if (*parts_->epoch != 0) {
        direct().release_lease(*parts_->epoch);
    }
}

void assembly::take_settings(const options& settings)
{
    parts_->pulling = pull_settings_of(settings, parts_->time->wall());
    if (parts_->all) {
        parts_->all->settings = parts_->pulling;
    }
    // A token from the environment is wiped after the start and cannot be read again.
    if (!settings.intercom.access_token.empty()) {
        parts_->token = settings.intercom.access_token;
        try_token_again();
    }
}

void assembly::try_token_again()
{
    parts_->api->reset_token(parts_->token.reveal());
}

exit_code assembly::run(const work& task, const std::function<void()>& reload)
{
    asio::signal_set signals(parts_->io, SIGTERM, SIGINT);
    asio::cancellation_signal stop;
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) {
            return;
        }
        parts_->is_interrupted = true;
        stop.emit(asio::cancellation_type::terminal);
        // A second one does not wait for anything.
        signals.async_wait([](const boost::system::error_code& again, int number) {
            if (!again) {
                std::_Exit(128 + number);
            }
        });
    });

    asio::signal_set hangups(parts_->io, SIGHUP);
    std::function<void()> await_hangup = [&] {
        hangups.async_wait([&](const boost::system::error_code& error, int) {
            if (!error && reload) {
                reload();
                await_hangup();
            }
        });
    };
    await_hangup();

    exit_code code = exit_code::done;
    std::exception_ptr failure;
    struct finished
    {
    };
    const auto working = [&]() -> asio::awaitable<void> {
        code = co_await task();
        throw finished{};
    };
    const auto everything = [&]() -> asio::awaitable<void> {
        std::vector<asio::awaitable<void>> tasks;
        tasks.push_back(working());
        if (*parts_->epoch != 0) {
            tasks.push_back(keep_lease({}));
        }
        co_await run_together(std::move(tasks));
    };
    const auto ended = [&](std::exception_ptr error) {
        failure = error;
        signals.cancel();
        hangups.cancel();
    };
    asio::co_spawn(parts_->io, everything(), asio::bind_cancellation_slot(stop.slot(), ended));
    parts_->io.run();
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const finished&) {
        return code;
    } catch (const boost::system::system_error&) {
        if (!parts_->is_interrupted) {
            throw;
        }
    }
    return exit_code::done;
}

namespace {

// The line of PostgreSQL's message that begins with this word, without it; empty if there is none.
std::string line_of(std::string_view message, std::string_view word)
{
    const auto at = message.find(word);
    if (at == std::string_view::npos) {
        return "";
    }
    message.remove_prefix(at + word.size());
    message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
    return std::string(message.substr(0, message.find('\n')));
}

} // namespace

void require_readable(const resource_state& state)
{
    if (state.phase == "forbidden" || state.phase == "needs_version" ||
        state.phase == "needs_token") {
        throw command_failure(exit_code::not_permitted,
                              fmt::format("{} cannot be read: {}", state.resource,
                                          state.trouble.value_or(state.phase)));
    }
}

exit_code end_of(const std::function<exit_code()>& command)
{
    try {
        return command();
    } catch (const token_rejected& rejected) {
        throw command_failure(exit_code::not_permitted,
                              fmt::format("Intercom rejects the access token: {}", rejected.what()),
                              "set another token; nothing was changed");
    } catch (const api_failure& failure) {
        throw command_failure(exit_code::unavailable,
                              fmt::format("Intercom cannot be reached: {}", failure.what()));
    } catch (const store_unavailable& unavailable) {
        throw command_failure(exit_code::unavailable, unavailable.what(),
                              "is [postgres] dsn right, and does the server run?");
    } catch (const permission_missing& refused) {
        throw command_failure(exit_code::not_permitted,
                              line_of(refused.what(), "ERROR:").empty()
                                  ? refused.what()
                                  : line_of(refused.what(), "ERROR:"),
                              "intercom-mirror migrate --roles grants what is missing; the login "
                              "has to be a member of the role for it");
    } catch (const statement_refused& refused) {
        throw command_failure(exit_code::found_a_problem, line_of(refused.what(), "ERROR:"),
                              line_of(refused.what(), "HINT:"));
    } catch (const wrong_workspace& wrong) {
        throw command_failure(exit_code::bad_configuration, wrong.what(),
                              "each workspace needs a [postgres] schema of its own");
    } catch (const version_unknown_there& refused) {
        throw command_failure(exit_code::bad_configuration, refused.what(),
                              fmt::format("[intercom] api_version may be {}", known_api_versions));
    } catch (const lease_lost& lost) {
        throw command_failure(exit_code::unavailable, lost.what());
    } catch (const schema_mismatch& mismatch) {
        throw command_failure(exit_code::unavailable, mismatch.what(),
                              "run the version of intercom-mirror that made this database");
    }
}

} // namespace intercom_mirror
