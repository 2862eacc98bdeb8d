#include "tests/sim/simulation.hpp"

#include "schema/catalogue.hpp"
#include "tests/sim/equality.hpp"
#include "tests/sim/json_value.hpp"
#include "tests/sim/local_editors.hpp"
#include "tests/sim/process.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/shaky_database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/core/demangle.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

namespace intercom_simulation {
namespace {

using namespace intercom_mirror;
using namespace std::chrono_literals;

// What has not converged by then never will: a forbidden resource is tried again after ten
// minutes, a failing record after a quarter of an hour.
constexpr duration patience = 100min;
constexpr std::size_t in_flight_max = 256;

// What is not as it should be.
class violation : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class narrator final : public event_sink
{
public:
    narrator(const intercom_mirror::clock& time, bool is_verbose)
        : time_(time), is_verbose_(is_verbose)
    {
    }

    void report(severity, std::string_view message, std::span<const event_field> fields) override
    {
        if (!is_verbose_) {
            return;
        }
        std::string line(message);
        for (const auto& field : fields) {
            line += fmt::format(" {}={}", field.name, field.value);
        }
        say(line);
    }

    void say(std::string_view line) const
    {
        if (is_verbose_) {
            fmt::print("{:10.3f} {}\n",
                       std::chrono::duration<double>(time_.now().time_since_epoch()).count(), line);
        }
    }

private:
    const intercom_mirror::clock& time_;
    bool is_verbose_;
};

// What such a mirror is configured to hold. Kept for the whole run: the store remembers statements
// by plan.
const std::vector<record_plan>& plans_for(const intercom_sandbox::options& world)
{
    static std::map<std::string, std::vector<record_plan>> made;
    std::string left_out;
    const auto is_wanted = [&](const resource& each) {
        const auto documents = world.documents.find(std::string(each.name));
        // What no list serves comes by functions, which nobody calls here.
        const bool is_listed = !each.listings.empty() || !each.searching.target.empty();
        return is_listed && !each.is_optional &&
               (documents == world.documents.end() || documents->second != 0);
    };
    const api_version version{2, 14};
    for (const auto* each : catalogue()) {
        left_out += is_wanted(*each) ? "" : std::string(each->name) + " ";
    }
    auto& plans = made[left_out];
    if (plans.empty()) {
        const auto names = optional_names();
        const std::vector<std::string> unnamed(names.begin(), names.end());
        for (const auto* each : catalogue()) {
            if (each->versions.holds(version) && is_wanted(*each)) {
                plans.emplace_back(*each, version, unnamed);
            }
        }
    }
    return plans;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string all;
    for (const auto& line : lines) {
        all += "\n    " + line;
    }
    return all;
}

class course
{
public:
    course(mirror_tables& tables, std::uint64_t seed, bool is_edited, bool is_verbose)
        : tables_(tables), drawn_(draw_scenario(seed, is_edited)), plans_(plans_for(drawn_.world)),
          time_(drawn_.wire.server_start + drawn_.clock_error), log_(time_, is_verbose),
          peer_(drawn_.world, drawn_.wire.server_start), die_(intercom_sandbox::spread(seed, 7)),
          wire_(peer_, time_, drawn_.wire, intercom_sandbox::spread(seed, 8)),
          db_(tables.database(), time_, intercom_sandbox::spread(seed, 9)),
          equality_(tables.session(), peer_),
          editors_(tables.schema(), intercom_sandbox::spread(seed, 13))
    {
        wire_.on_request([this] { return dies_at_request(); });
        wire_.on_update([this](const auto& update) { look_for_overwriting(update); });
        if (is_verbose) {
            wire_.on_answer([this](std::string_view line) { log_.say(line); });
        }
    }

    verdict run()
    {
        verdict told;
        try {
            tables_.empty();
            note_removals(); // some contacts are archived before anything happens
            start();
            live_through_chaos();
            converge();
            stay_still();
        } catch (const violation& found) {
            told.failure = found.what();
        }
        daemon_.reset();
        told.trace =
            intercom_sandbox::spread(wire_.trace(), intercom_sandbox::spread(tables_.contents()));
        told.requests = wire_.requests();
        told.transactions = db_.transactions();
        told.simulated_seconds =
            std::chrono::duration_cast<std::chrono::seconds>(time_.now().time_since_epoch())
                .count();
        told.fired = fired_;
        for (const auto* more : {&wire_.fired(), &db_.fired()}) {
            for (const auto& [kind, times] : *more) {
                told.fired[kind] += times;
            }
        }
        count_workspace_faults(told.fired);
        return told;
    }

private:
    // --- the process ---------------------------------------------------------------------------

    void start()
    {
        db_.revive();
        dies_at_next_request_ = false;
        auto take = [](store& on) {
            if (!on.take_lease("simulation", duration::zero())) {
                throw violation("the lease cannot be taken");
            }
            on.take_push_settings({{2, 14}, {}});
        };
        bring_about(take);
        ++starts_;
        log_.say("the daemon starts");
        daemon_ = std::make_unique<process>(
            process::surroundings{time_, wire_, db_, log_, plans_, drawn_.settings,
                                  drawn_.world.token, acting_admin()},
            intercom_sandbox::spread(drawn_.seed, 100 + starts_));
    }

    [[nodiscard]] std::string acting_admin() const
    {
        const auto admins = peer_.truth("admins");
        return parse_json(admins.substr(0, admins.find('\n'))).at("id").text;
    }

    // Straight to the store, whatever ails it.
    void bring_about(const std::function<void(store&)>& work)
    {
        boost::asio::io_context io;
        std::exception_ptr error;
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto ended = [&error](std::exception_ptr why) { error = why; };
            boost::asio::co_spawn(io, tables_.database().perform(work), ended);
            io.run();
            io.restart();
            try {
                if (!error) {
                    return;
                }
                std::rethrow_exception(error);
            } catch (const store_unavailable&) {
                // The first look after the session was ended finds that out.
            }
        }
        std::rethrow_exception(error);
    }

    bool dies_at_request()
    {
        if (dies_at_next_request_) {
            ++fired_["killed_at_request"];
            dies_at_next_request_ = false;
            db_.kill();
        }
        return db_.is_dead();
    }

    void check_nothing_written_since_theft()
    {
        if (layout_at_theft_ && *layout_at_theft_ != tables_.layout()) {
            throw violation("rows were written without the lease");
        }
    }

    void bury()
    {
        const bool was_killed = db_.is_dead();
        check_nothing_written_since_theft();
        layout_at_theft_.reset();
        const auto why = daemon_->why();
        daemon_.reset();
        restart_at_ = time_.now() + std::chrono::seconds(die_.between(1, 60));
        if (was_killed) {
            log_.say("the daemon was killed");
            return;
        }
        explain(why);
    }

    // Ends that an operator would see: they are told apart, and none may be a mistake of ours.
    void explain(const std::exception_ptr& why)
    {
        try {
            if (!why) {
                throw violation("the engine ended without a reason");
            }
            std::rethrow_exception(why);
        } catch (const violation&) {
            throw;
        } catch (const token_rejected& rejected) {
            log_.say(fmt::format("the daemon ends: {}", rejected.what()));
            // The operator sets another token.
            peer_.clear_faults();
        } catch (const lease_lost& lost) {
            log_.say(fmt::format("the daemon ends: {}", lost.what()));
        } catch (const api_failure& failure) {
            log_.say(fmt::format("the daemon ends: {}", failure.what()));
        } catch (const std::exception& error) {
            const std::string text = error.what();
            log_.say(fmt::format("the daemon ends: {}", text));
            // Who does not even learn which workspace it is cannot begin.
            if (!text.starts_with("GET /me")) {
                throw violation(fmt::format("the engine ended by {}: {}",
                                            boost::core::demangle(typeid(error).name()), text));
            }
        }
    }

    void advance_to(instant when)
    {
        const auto stops = [this] { return db_.is_dead(); };
        while (time_.now() < when) {
            if (daemon_) {
                daemon_->run_until(when, stops);
                if (daemon_->is_over() || db_.is_dead()) {
                    bury();
                }
                continue;
            }
            boost::asio::io_context nobody;
            time_.run_until(nobody, std::min(when, restart_at_));
            if (time_.now() >= restart_at_) {
                start();
            }
        }
    }

    // --- chaos ---------------------------------------------------------------------------------

    void live_through_chaos()
    {
        for (const auto& one : drawn_.incidents) {
            advance_to(instant() + one.at);
            strike(one);
        }
        advance_to(instant() + drawn_.chaos);
    }

    void strike(const incident& one)
    {
        using kind = incident::kind;
        switch (one.what) {
        case kind::mutation:
            peer_.mutate(wire_.server_time());
            note_removals();
            check_no_way_back();
            return;
        case kind::edit:
            ++fired_["edited"];
            check_nothing_written_since_theft();
            for (auto left = one.amount; left > 0; --left) {
                editors_.edit();
            }
            if (layout_at_theft_) {
                layout_at_theft_ = tables_.layout();
            }
            return;
        case kind::workspace_fault:
            log_.say(one.text);
            if (!peer_.add_fault(one.text)) {
                throw violation("the sandbox does not know the fault " + one.text);
            }
            return;
        case kind::refusals:
            wire_.set_refusal_rate(0.5);
            return;
        case kind::kill:
            if (daemon_) {
                ++fired_["killed"];
                db_.kill();
                bury();
            }
            return;
        case kind::kill_at_store:
            db_.die_at(static_cast<std::uint64_t>(one.amount), die_.chance(0.5));
            return;
        case kind::kill_at_request:
            dies_at_next_request_ = true;
            return;
        case kind::outage:
            db_.set_away_until(time_.now() + std::chrono::seconds(one.amount));
            return;
        case kind::shaky_store:
            db_.set_failure_rates(0.1, 0.1);
            return;
        case kind::broken_session:
            ++fired_["broken_session"];
            tables_.break_connection();
            return;
        case kind::stolen_lease:
            if (daemon_) {
                ++fired_["stolen_lease"];
                tables_.ask("UPDATE lease SET epoch = epoch + 1");
                layout_at_theft_ = tables_.layout();
            }
            return;
        case kind::clock_jump:
            ++fired_["clock_jump"];
            time_.set_wall(time_.wall() + std::chrono::seconds(one.amount));
            return;
        case kind::checkpoint:
            check_always();
            return;
        }
    }

    // Contacts come back from the archive, and nothing about them tells.
    void note_removals()
    {
        std::istringstream lines(peer_.truth("removed"));
        for (std::string line; std::getline(lines, line);) {
            const auto at = line.find(R"("id":")") + 6;
            removed_once_.insert(line.substr(at, line.find('"', at) - at));
        }
    }

    // Stale content never replaces newer content.
    void check_no_way_back()
    {
        static const std::string ask = [] {
            std::string sql;
            for (const auto* table : {"contacts", "companies", "conversations", "tickets"}) {
                sql += sql.empty() ? "" : " UNION ALL ";
                sql += fmt::format("SELECT '{0} ' || id, extract(epoch FROM updated_at)::bigint"
                                   " FROM {0} WHERE updated_at IS NOT NULL",
                                   table);
            }
            return sql;
        }();
        for (const auto& one : tables_.ask(ask)) {
            auto& newest = newest_[one[0].c_str()];
            const auto stored = one[1].as<std::int64_t>();
            if (newest && stored < *newest) {
                throw violation(fmt::format("{}: content {} s older came back", one[0].c_str(),
                                            *newest - stored));
            }
            newest = stored;
        }
    }

    // What has to hold at any time.
    void check_always()
    {
        check_no_way_back();
        expect_none("rows are marked deleted that are not",
                    equality_.false_deletions(removed_once_));
        if (wire_.most_in_flight() > in_flight_max) {
            throw violation(fmt::format("{} requests were in flight", wire_.most_in_flight()));
        }
        const auto queued = count("SELECT count(*) FROM refetch");
        const auto known = count("SELECT (SELECT count(*) FROM contacts) + (SELECT count(*) FROM"
                                 " conversations) + (SELECT count(*) FROM companies) +"
                                 " (SELECT count(*) FROM tickets)");
        if (queued > 500 + 4 * known) {
            throw violation(fmt::format("{} reads are queued", queued));
        }
    }

    static void expect_none(std::string_view what, const std::vector<std::string>& found)
    {
        if (!found.empty()) {
            throw violation(fmt::format("{}:{}", what, joined(found)));
        }
    }

    // --- quiet ---------------------------------------------------------------------------------

    void converge()
    {
        calm_down();
        if (editors_.made() != 0) {
            settle_edits();
        }
        advance_to(time_.now() + drawn_.world.index_lag + 1s);
        log_.say("all is quiet");
        await_polls();
        if (has_honest_lists()) {
            expect_none("after the polls", equality_.missed_changes(removed_once_, begun_at_));
        }
        await_sweeps();
        check_always();
        check_edits();
        expect_none("after a poll and a sweep", equality_.differences());
    }

    // Each edit has its fate, and what nobody can send is given up.
    void settle_edits()
    {
        log_.say("nobody edits any more");
        // Edits follow each other: behind one that is stuck wait those of the same record.
        await("edits",
              "SELECT string_agg(concat_ws(' ', id, operation, table_name, row_id, state, reason),"
              " ', ') FROM outbox WHERE is_open",
              [this] { editors_.discard_stuck(); });
        // What was sent and not answered may still happen.
        advance_to(time_.now() + 61s);
    }

    // A name that somebody else gave long before is no base of ours: to replace it without a word
    // is what the merge is there to prevent.
    void look_for_overwriting(const intercom_sandbox::request& update)
    {
        constexpr std::string_view path = "/contacts/";
        constexpr std::int64_t long_before = 60;
        if (!update.target.starts_with(path)) {
            return;
        }
        const auto body = parse_json(update.body);
        const auto id = update.target.substr(path.size());
        if (body.at("name").is == json_value::kind::null) {
            return;
        }
        const auto base = tables_.ask(fmt::format(
            "SELECT _pending ->> 'name' FROM contacts WHERE id = '{}'", tables_.session().esc(id)));
        std::istringstream lines(peer_.truth("contacts"));
        for (std::string line; std::getline(lines, line);) {
            const auto there = parse_json(line);
            const auto& name = there.at("name").text;
            const auto age = std::chrono::duration_cast<std::chrono::seconds>(
                                 wire_.server_time().time_since_epoch())
                                 .count() -
                             std::stoll(there.at("updated_at").text);
            if (there.at("id").text == id && age > long_before && !name.starts_with("edit-") &&
                !base.empty() && name != base[0][0].c_str()) {
                overwritten_.push_back(
                    fmt::format("contact {}: '{}' was overwritten, '{}' was the base", id, name,
                                base[0][0].c_str()));
            }
        }
    }

    void check_edits()
    {
        expect_none("edits of others", overwritten_);
        std::map<std::string, std::string> truth;
        for (const auto* table : {"contacts", "companies", "tickets"}) {
            truth.emplace(table, peer_.truth(table));
        }
        expect_none("edits", editors_.faults(peer_.writes(), truth));
    }

    // Where the service itself withheld records, or their content, only a sweep finds out.
    [[nodiscard]] bool has_honest_lists() const
    {
        std::map<std::string, std::uint64_t> fired;
        count_workspace_faults(fired);
        return !fired.contains("index_loss") && !fired.contains("stale_content") &&
               !fired.contains("bad_record");
    }

    void calm_down()
    {
        peer_.clear_faults();
        wire_.set_refusal_rate(0);
        db_.set_failure_rates(0, 0);
        db_.set_away_until(instant());
        dies_at_next_request_ = false;
        if (!db_.is_dead()) {
            db_.revive();
        }
        advance_to(time_.now() + 1us);
    }

    // One more round finds nothing to write.
    void stay_still()
    {
        const auto before = tables_.layout();
        const auto written = peer_.writes();
        advance_to(time_.now() + 1s);
        await_polls();
        await_sweeps();
        check_edits();
        if (peer_.writes() != written) {
            throw violation("Intercom was written to although nothing had changed");
        }
        const auto after = tables_.layout();
        if (before != after) {
            std::istringstream old_lines(before);
            std::istringstream new_lines(after);
            std::string old_line;
            std::string new_line;
            std::vector<std::string> tables;
            while (std::getline(old_lines, old_line) && std::getline(new_lines, new_line)) {
                if (old_line != new_line) {
                    tables.push_back(new_line.substr(0, new_line.find(' ')));
                }
            }
            throw violation("rows were written although nothing had changed:" + joined(tables));
        }
    }

    [[nodiscard]] std::string now_at_server() const
    {
        return fmt::format("to_timestamp({})", std::chrono::duration_cast<std::chrono::seconds>(
                                                   wire_.server_time().time_since_epoch())
                                                   .count());
    }

    // A whole poll of everything, begun from now on, and what it queued.
    void await_polls()
    {
        await(
            "polls",
            fmt::format("SELECT string_agg(resource || coalesce(' (' || trouble || ')', ''), ', ')"
                        " FROM resource_state WHERE complete_since IS NULL OR poll_cursor IS NULL"
                        " OR poll_cursor < {}",
                        now_at_server()));
    }

    // A whole sweep of what is swept, begun from now on, and what it queued.
    void await_sweeps()
    {
        std::string swept;
        for (const auto& plan : plans_) {
            if (!is_small_list(plan.described())) {
                swept += fmt::format("{}'{}'", swept.empty() ? "" : ", ", plan.described().name);
            }
        }
        const std::string not_swept =
            fmt::format("resource IN ({}) AND (last_sweep_at IS NULL OR last_sweep_at < {})", swept,
                        now_at_server());
        await("sweeps",
              fmt::format(
                  "WITH asked AS (UPDATE resource_state SET sweep_due = true WHERE {0} AND NOT"
                  " sweep_due) SELECT string_agg(resource || coalesce(' (' || trouble || ')',"
                  " ''), ', ') FROM resource_state WHERE {0}",
                  not_swept));
    }

    // Until `left` returns NULL and nothing is queued any more.
    void
    await(std::string_view what, const std::string& left, const std::function<void()>& help = [] {})
    {
        const auto deadline = time_.now() + patience;
        const auto resources = static_cast<std::int64_t>(plans_.size());
        for (;;) {
            help();
            const auto waiting = tables_.ask(left);
            const bool is_done = waiting[0][0].is_null() &&
                                 count("SELECT count(*) FROM resource_state") == resources &&
                                 count("SELECT count(*) FROM refetch") == 0;
            if (is_done) {
                return;
            }
            if (time_.now() > deadline) {
                throw violation(fmt::format("{} do not end: {}", what, describe_waiting(waiting)));
            }
            advance_to(time_.now() + 5s);
        }
    }

    std::string describe_waiting(const pqxx::result& waiting)
    {
        std::string text = waiting[0][0].is_null() ? "" : waiting[0][0].c_str();
        for (const auto& one :
             tables_.ask("SELECT resource || ' ' || id || ' ' || part || ' ' || reason || ' ' ||"
                         " attempts || ' ' || next_at || ' ' || is_held FROM refetch LIMIT 5")) {
            text += std::string("\n    queued: ") + one[0].c_str();
        }
        return text;
    }

    std::int64_t count(const std::string& sql) { return tables_.ask(sql)[0][0].as<std::int64_t>(); }

    void count_workspace_faults(std::map<std::string, std::uint64_t>& into) const
    {
        // {"kind":times,…}
        const std::string text = peer_.faults_fired();
        for (std::size_t at = text.find('"'); at != text.npos;) {
            const auto end = text.find('"', at + 1);
            into[text.substr(at + 1, end - at - 1)] += std::stoull(text.substr(end + 2));
            at = text.find('"', end + 1);
        }
    }

    mirror_tables& tables_;
    const scenario drawn_;
    const std::vector<record_plan>& plans_;
    testing::sim_clock time_;
    narrator log_;
    intercom_sandbox::workspace peer_;
    intercom_sandbox::dice die_;
    workspace_transport wire_;
    shaky_database db_;
    equality equality_;
    local_editors editors_;
    std::vector<std::string> overwritten_;
    std::set<std::string> removed_once_;
    const std::string begun_at_ = peer_.truth("companies");     // before anything happened
    std::map<std::string, std::optional<std::int64_t>> newest_; // updated_at, by table and id
    std::optional<std::string> layout_at_theft_;
    std::map<std::string, std::uint64_t> fired_;
    std::uint64_t starts_ = 0;
    bool dies_at_next_request_ = false;
    instant restart_at_{};
    std::unique_ptr<process> daemon_;
};

} // namespace

verdict simulate(mirror_tables& tables, std::uint64_t seed, bool is_edited, bool is_verbose)
{
    return course(tables, seed, is_edited, is_verbose).run();
}

} // namespace intercom_simulation
