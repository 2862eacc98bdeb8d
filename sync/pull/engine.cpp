#include "sync/pull/engine.hpp"

#include "schema/catalogue.hpp"
#include "sync/run_together.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <optional>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// What a resource's failure is worth waiting before it is tried again.
constexpr duration first_pause = std::chrono::seconds(5);
constexpr duration longest_pause = std::chrono::minutes(5);
// Scopes are changed by people.
constexpr duration pause_when_forbidden = std::chrono::minutes(10);
// Of a resource that the workspace does not offer in this version, or that no workspace does.
constexpr std::string_view needs_version = "needs_version";
constexpr duration audit_every = std::chrono::hours(1);
constexpr std::size_t audit_records = 10;
constexpr std::size_t redecode_rows = 200;
constexpr duration completion_look_every = std::chrono::seconds(5);
constexpr std::size_t index_builders = 2;

std::string refusal_text(const record_plan& plan, const version_refused& refused)
{
    return fmt::format("{}; {} {}, this workspace does not offer it in {}", refused.what(),
                       plan.described().name, versions_text(plan.described().versions),
                       to_string(plan.version()));
}

} // namespace

std::string versions_text(const version_range& versions)
{
    std::string text = "exists in API version " + to_string(versions.first);
    if (versions.last == preview_version) {
        return text + (versions.first == preview_version ? "" : " and later");
    }
    return text + " to " + to_string(versions.last);
}

bool is_small_list(const resource& described)
{
    const bool is_read_apart =
        described.changes_unlisted ||
        std::any_of(described.children.begin(), described.children.end(), [](const child& each) {
            return each.complete.rule == completion_rule::per_record;
        });
    return std::all_of(described.listings.begin(), described.listings.end(),
                       [](const listing& each) { return each.by == paging::none; }) &&
           described.searching.target.empty() && !is_read_apart;
}

struct engine::mirrored
{
    mirrored(services& with, const record_plan& its_plan)
        : plan(its_plan), refetch(with, its_plan), pull(with, its_plan, [this] { refetch.nudge(); })
    {
    }

    const record_plan& plan;
    refetcher refetch;
    puller pull;
    std::string doing;
    std::optional<backfill_request> asked; // handed out to keep_backfilling
    condition is_asked;
    bool has_complete_tables = false; // as far as this process knows

    [[nodiscard]] std::string name() const { return std::string(plan.described().name); }
};

engine::engine(services& with, std::span<const record_plan> plans) : with_(with)
{
    for (const auto& plan : plans) {
        all_.push_back(std::make_unique<mirrored>(with, plan));
    }
}

engine::~engine() = default;

std::vector<resource_progress> engine::progress() const
{
    std::vector<resource_progress> shown;
    for (const auto& each : all_) {
        const auto& pulled = each->pull.progress();
        resource_progress one;
        one.resource = each->name();
        one.doing = each->doing;
        one.records = pulled.records;
        one.expected = pulled.expected;
        one.read_alone = each->refetch.stored();
        one.applied = pulled.applied + each->refetch.applied();
        shown.push_back(std::move(one));
    }
    return shown;
}

awaitable<void> engine::prepare()
{
    co_await introduce();
    co_await note_token(false, {});
    for (auto& each : all_) {
        co_await redecode(each->plan);
    }
}

awaitable<void> engine::introduce()
{
    auto asked = get_request("/me", lane::polls, "GET /me");
    const auto reply = co_await with_.api.call(std::move(asked));
    if (reply.kind == answer::version_invalid) {
        throw version_unknown_there(
            fmt::format("GET /me answers {} {}: the workspace refuses API version {}", reply.status,
                        reply.error_code, to_string(all_.front()->plan.version())));
    }
    if (reply.kind != answer::ok) {
        throw std::runtime_error(
            fmt::format("GET /me answers {} {}", reply.status, reply.error_code));
    }
    const auto me = nlohmann::json::parse(reply.body, nullptr, false);
    const auto app = me.is_object() ? me.value("app", nlohmann::json::object()) : nlohmann::json();
    if (!app.is_object()) {
        throw std::runtime_error("GET /me does not say which workspace the token belongs to");
    }
    const auto text = [&](const char* member) {
        const auto found = app.find(member);
        return found != app.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    with_.workspace.id = text("id_code");
    with_.workspace.name = text("name");
    with_.workspace.region = text("region");
    auto claim = [this](store& on) { return on.claim_workspace(with_.workspace.id); };
    const auto owner = co_await with_.db.run(claim);
    if (owner != with_.workspace.id) {
        throw wrong_workspace(fmt::format("the token belongs to workspace {}, this mirror to {}",
                                          with_.workspace.id, owner));
    }
    auto zone = [wanted = text("timezone")](store& on) { return on.known_zone(wanted); };
    with_.workspace.timezone = co_await with_.db.run(zone);
}

// Rows decoded under another catalogue are decoded again from what was served, before anything is
// compared with them.
awaitable<void> engine::redecode(const record_plan& plan)
{
    const std::string name(plan.described().name);
    auto load = [&](store& on) { return on.load_resource(name); };
    const auto state = co_await with_.db.run(load);
    if (state.fingerprint == plan.fingerprint() && !state.decoding_towards) {
        co_return;
    }
    if (state.fingerprint) {
        with_.log.info("the catalogue changed: decoding stored records again",
                       {{"resource", name}});
        for (bool is_more = true; is_more;) {
            auto some = [&](store& on) { return on.redecode(plan, redecode_rows); };
            is_more = co_await with_.db.run(some);
        }
    }
    const bool is_changed = state.fingerprint.has_value();
    auto save = [&](store& on) {
        // Walks under way began with the former shapes and, by its filters, other slices.
        for (const char* stream : {"first", "sweep"}) {
            on.drop_slices(name, stream);
        }
        for (const auto& asked : on.backfills(true, {})) {
            if (asked.resource == name) {
                on.drop_slices(name, asked.stream());
            }
        }
        on.edit_resource(name, [&](resource_state& now) {
            now.fingerprint = plan.fingerprint();
            now.decoding_towards.reset();
            now.version = to_string(plan.version());
            // Each poll of a small list is a sweep anyway.
            now.sweep_due = now.sweep_due || (is_changed && !is_small_list(plan.described()));
        });
    };
    co_await with_.db.run(save);
}

// ---------------------------------------------------------------------------------------------
// One pass

awaitable<std::vector<std::string>> engine::sync_once(bool is_full)
{
    return pass_once(is_full ? pass::sweep : pass::poll);
}

awaitable<std::vector<std::string>> engine::backfill_once()
{
    return pass_once(pass::backfill);
}

awaitable<std::vector<std::string>> engine::pass_once(pass what)
{
    with_.settings.sweep_share = 1.0; // nothing else waits
    co_await prepare();
    std::vector<std::string> failures;
    // What others refer to first: memberships and attribute views need it.
    for (const bool small_ones : {true, false}) {
        std::vector<awaitable<void>> tasks;
        for (auto& each : all_) {
            if (is_small_list(each->plan.described()) == small_ones) {
                tasks.push_back(sync_resource(*each, what, failures));
            }
        }
        co_await run_together(std::move(tasks));
        co_await refresh_derived();
    }
    co_return failures;
}

awaitable<void> engine::sync_resource(mirrored& which, pass what,
                                      std::vector<std::string>& failures)
{
    std::string phase;
    std::string why;
    try {
        std::vector<awaitable<void>> tasks;
        tasks.push_back(pull_once(which, what));
        tasks.push_back(which.refetch.run());
        co_await run_together(std::move(tasks));
    } catch (const resource_forbidden& forbidden) {
        phase = "forbidden";
        why = forbidden.what();
    } catch (const version_refused& refused) {
        phase = needs_version;
        why = refusal_text(which.plan, refused);
    } catch (const api_failure& unavailable) {
        why = unavailable.what();
    } catch (const walk_broken& broken) {
        why = broken.what();
    } catch (const malformed_page& malformed) {
        why = malformed.what();
    } catch (const statement_refused& refused) {
        why = refused.what();
    }
    which.doing.clear();
    if (why.empty()) {
        auto settle = [&](store& on) { on.settle(which.name()); };
        co_await with_.db.run(settle);
        co_await complete_tables(which);
    } else {
        co_await note_trouble(which, phase, why);
        failures.push_back(fmt::format("{}: {}", which.name(), why));
    }
}

awaitable<void> engine::pull_once(mirrored& which, pass what)
{
    auto load = [&](store& on) { return on.load_resource(which.name()); };
    const auto state = co_await with_.db.run(load);
    if (!state.poll_cursor) {
        which.doing = "first mirror";
        co_await which.pull.mirror();
    } else if (what != pass::backfill && (what == pass::sweep || state.sweep_due)) {
        co_await complete_tables(which);
        which.doing = "sweep";
        co_await which.pull.sweep();
    } else if (what == pass::poll) {
        which.doing = "poll";
        co_await which.pull.poll();
    }
    if (what == pass::backfill) {
        auto open = [](store& on) { return on.backfills(true, {}); };
        for (const auto& asked : co_await with_.db.run(open)) {
            if (asked.resource == which.name()) {
                which.doing = "backfill";
                co_await which.pull.backfill(asked);
            }
        }
    }
    which.doing = "reading alone";
    which.refetch.stop_when_drained();
}

// ---------------------------------------------------------------------------------------------
// For good

awaitable<void> engine::run()
{
    co_await prepare();
    std::vector<awaitable<void>> tasks;
    for (auto& each : all_) {
        tasks.push_back(keep(*each));
    }
    tasks.push_back(keep_auditing());
    tasks.push_back(hand_out_backfills());
    co_await run_together(std::move(tasks));
}

// Runs `work` until it succeeds, telling what stands in its way.
awaitable<void> engine::persist(mirrored& which, std::string_view doing,
                                std::function<awaitable<void>()> work)
{
    for (int failures = 0;; ++failures) {
        std::string phase;
        std::string why;
        auto pause =
            std::min(longest_pause, first_pause * (std::int64_t{1} << std::min(failures, 10)));
        try {
            which.doing = doing;
            co_await work();
            which.doing.clear();
            co_return;
        } catch (const resource_forbidden& forbidden) {
            phase = "forbidden";
            why = forbidden.what();
            pause = pause_when_forbidden;
        } catch (const version_refused& refused) {
            phase = needs_version;
            why = refusal_text(which.plan, refused);
            pause = pause_when_forbidden;
        } catch (const api_failure& unavailable) {
            why = unavailable.what();
        } catch (const walk_broken& broken) {
            why = broken.what();
        } catch (const malformed_page& malformed) {
            why = malformed.what();
        } catch (const statement_refused& refused) {
            why = refused.what();
        }
        which.doing.clear();
        co_await note_trouble(which, phase, why);
        co_await with_.time.sleep_for(pause);
    }
}

awaitable<void> engine::keep(mirrored& which)
{
    std::vector<awaitable<void>> tasks;
    tasks.push_back(keep_polling(which));
    tasks.push_back(persist(which, "reading alone", [&] { return which.refetch.run(); }));
    co_await run_together(std::move(tasks));
}

awaitable<void> engine::keep_polling(mirrored& which)
{
    auto load = [&](store& on) { return on.load_resource(which.name()); };
    const auto state = co_await with_.db.run(load);
    if (!state.poll_cursor) {
        co_await persist(which, "first mirror", [&] { return which.pull.mirror(); });
    }
    std::vector<awaitable<void>> tasks;
    tasks.push_back(poll_for_good(which));
    tasks.push_back(await_completion(which));
    tasks.push_back(keep_backfilling(which));
    if (!is_small_list(which.plan.described())) {
        tasks.push_back(keep_sweeping(which));
    }
    co_await run_together(std::move(tasks));
}

awaitable<void> engine::poll_for_good(mirrored& which)
{
    std::optional<std::uint64_t> written; // when the views were last made to follow
    for (;;) {
        co_await persist(which, "poll", [&] { return which.pull.poll(); });
        const auto writes = which.pull.progress().applied + which.refetch.applied();
        if (which.plan.described().defines_attributes && written != writes) {
            co_await refresh_derived();
            written = writes;
        }
        co_await with_.time.sleep_for(which.pull.poll_interval());
    }
}

// The first mirror is complete when its walk is over and whatever had to be read alone has come.
awaitable<void> engine::await_completion(mirrored& which)
{
    for (;;) {
        auto look = [&](store& on) {
            on.settle(which.name());
            return on.load_resource(which.name());
        };
        const auto state = co_await with_.db.run(look);
        if (state.complete_since) {
            break;
        }
        co_await with_.time.sleep_for(completion_look_every);
    }
    co_await complete_tables(which);
}

// The last sweep is dated by Intercom's clock, and this machine's may be wrong by any amount: the
// two are compared once, and from then on it counts how much time has passed.
awaitable<void> engine::keep_sweeping(mirrored& which)
{
    auto load = [&](store& on) { return on.load_resource(which.name()); };
    auto state = co_await with_.db.run(load);
    const duration age = with_.time.wall() - state.last_sweep_at.value_or(wall_time());
    auto last = with_.time.now() - std::max(age, duration::zero());
    for (;;) {
        const auto left = last + with_.settings.sweep_every - with_.time.now();
        if (state.sweep_due || left <= duration::zero()) {
            last = with_.time.now();
            co_await complete_tables(which);
            co_await persist(which, "sweep", [&] { return which.pull.sweep(); });
        } else {
            // Asked-for sweeps are noticed at the next look.
            co_await with_.time.sleep_for(std::min<duration>(left, std::chrono::seconds(10)));
        }
        state = co_await with_.db.run(load);
    }
}

// A few records of each resource, read alone every hour: what silent changes and our own mistakes
// leave behind shows here first.
awaitable<void> engine::keep_auditing()
{
    for (;;) {
        co_await with_.time.sleep_for(audit_every);
        for (auto& each : all_) {
            if (each->plan.described().get_target.empty()) {
                continue;
            }
            auto pick = [&, seed = with_.random()](store& on) {
                const auto keys = on.random_keys(each->plan, audit_records, seed);
                on.note_refetch(each->name(), keys, "", lane::backfill, "audit", false);
            };
            co_await with_.db.run(pick);
            each->refetch.nudge();
        }
    }
}

// The backfills of a resource follow each other, in the order in which they were asked for.
awaitable<void> engine::keep_backfilling(mirrored& which)
{
    for (;;) {
        while (!which.asked) {
            co_await which.is_asked.wait();
        }
        co_await persist(which, "backfill", [&] { return which.pull.backfill(*which.asked); });
        which.asked.reset();
    }
}

awaitable<void> engine::hand_out_backfills()
{
    std::optional<std::chrono::sys_time<std::chrono::minutes>> minute;
    for (;;) {
        const auto now = std::chrono::floor<std::chrono::minutes>(with_.time.wall());
        if (minute != now) {
            minute = now;
            co_await ask_on_schedule();
        }
        auto look = [this](store& on) {
            auto open = on.backfills(true, {});
            for (const auto& asked : open) {
                const bool is_ours = std::any_of(all_.begin(), all_.end(), [&](const auto& each) {
                    return each->name() == asked.resource;
                });
                if (!is_ours) {
                    on.edit_backfill(asked.id, [](backfill_request& refused) {
                        refused.state = "failed";
                        refused.reason = "the daemon does not mirror this resource";
                        refused.finished_at = refused.looked_at;
                    });
                }
            }
            return open;
        };
        for (const auto& asked : co_await with_.db.run(look)) {
            for (auto& each : all_) {
                if (each->name() == asked.resource && !each->asked) {
                    each->asked = asked;
                    each->is_asked.notify_all();
                }
            }
        }
        co_await with_.time.sleep_for(with_.settings.queue_look_every);
    }
}

// What was due while no daemon ran is asked for once, when one runs again; so is what was never
// asked for before.
awaitable<void> engine::ask_on_schedule()
{
    const auto now = with_.time.wall();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    std::vector<std::pair<backfill_request, wall_time>> due;
    for (const auto& planned : with_.settings.backfills) {
        for (const auto& each : all_) {
            const auto& names = planned.resources;
            if (!names.empty() && !is_meant(names, each->plan.described())) {
                continue;
            }
            backfill_request asked;
            asked.resource = each->name();
            asked.schedule = planned.schedule->text();
            asked.asked_at = now;
            if (planned.since) {
                asked.since = planned.since->at(seconds);
            }
            due.emplace_back(std::move(asked), planned.schedule->latest(seconds));
        }
    }
    for (const auto& [asked, at] : due) {
        auto ask = [&](store& on) { return on.ask_on_schedule(asked, at); };
        const bool is_asked = co_await with_.db.run(ask);
        if (is_asked) {
            with_.log.info("a backfill is due", {{"resource", asked.resource}});
        }
    }
}

awaitable<void> engine::note_trouble(const mirrored& which, std::string phase,
                                     const std::string& why)
{
    with_.log.warning("a resource cannot be read for now",
                      {{"resource", which.name()}, {"reason", why}});
    auto save = [&](store& on) {
        on.edit_resource(which.name(), [&](resource_state& state) {
            state.trouble = why;
            if (!phase.empty()) {
                state.phase = phase;
            }
        });
    };
    co_await with_.db.run(save);
}

// When the tables have filled: kept up row by row during a first mirror, indexes and foreign keys
// cost more than they are worth. Sweeps need the indexes, so at the latest then.
awaitable<void> engine::complete_tables(mirrored& which)
{
    if (which.has_complete_tables) {
        co_return;
    }
    auto look = [&](store& on) { return on.missing_objects(which.name()); };
    const auto missing = co_await with_.db.run(look);
    // Indexes of a table are built side by side; foreign keys wait for everybody else.
    std::deque<std::string> indexes;
    std::deque<std::string> keys;
    for (const auto& one : missing) {
        (one.is_index ? indexes : keys).push_back(one.name);
    }
    std::vector<awaitable<void>> builders;
    for (std::size_t i = 0; i < index_builders; ++i) {
        builders.push_back(create_objects(which, indexes));
    }
    co_await run_together(std::move(builders));
    co_await create_objects(which, keys);
    which.has_complete_tables = true;
}

awaitable<void> engine::create_objects(const mirrored& which, std::deque<std::string>& names)
{
    while (!names.empty()) {
        const auto name = std::move(names.front());
        names.pop_front();
        auto create = [&](store& on) { on.create_object(which.name(), name); };
        co_await with_.db.run(create);
    }
}

awaitable<void> engine::note_token(bool is_rejected, std::string why)
{
    auto note = [&](store& on) {
        for (const auto& each : all_) {
            on.edit_resource(each->name(), [&](resource_state& state) {
                if (is_rejected) {
                    state.phase = "needs_token";
                    state.trouble = why;
                } else if (state.phase == "needs_token") {
                    state.phase = state.complete_since ? "live" : "waiting";
                    state.trouble.reset();
                }
            });
        }
    };
    co_await with_.db.run(note);
}

// The typed attribute views follow the definitions; the function does nothing when none changed.
awaitable<void> engine::refresh_derived()
{
    auto rebuild = [](store& on) { on.rebuild_attribute_views(); };
    co_await with_.db.run(rebuild);
}

} // namespace intercom_mirror
