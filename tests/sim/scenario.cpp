#include "tests/sim/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace intercom_simulation {
namespace {

using intercom_mirror::duration;
using intercom_sandbox::dice;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

// A fault of the workspace: how likely it strikes while it lasts, what limits it, and the values
// and places it takes.
struct fault_kind
{
    std::string_view name;
    double probability;
    std::string_view more = {};
};

constexpr std::array fault_kinds{
    fault_kind{"reset_before", 0.2},
    fault_kind{"reset_after", 0.2},
    fault_kind{"truncated", 0.2},
    fault_kind{"stall", 0.05},
    fault_kind{"drip", 0.1},
    fault_kind{"slow", 0.3, R"(,"value":9000)"},
    fault_kind{"too_many_requests", 0.3},
    fault_kind{"server_error", 0.3},
    fault_kind{"server_error", 0.3, R"(,"value":504)"},
    fault_kind{"server_error", 0.5, R"(,"value":500,"where":"search")"},
    fault_kind{"html_error", 0.3},
    fault_kind{"redirect", 0.1},
    fault_kind{"token_revoked", 1.0, R"(,"count":1)"},
    fault_kind{"scope_missing", 1.0, R"(,"where":"contacts")"},
    fault_kind{"scope_missing", 1.0, R"(,"where":"tags")"},
    fault_kind{"forbidden", 1.0, R"(,"where":"tickets")"},
    fault_kind{"forbidden", 1.0, R"(,"where":"conversations")"},
    fault_kind{"poison", 0.1},
    fault_kind{"poison", 0.5, R"(,"where":"{}")"},
    fault_kind{"version_refused", 0.1},
    fault_kind{"sort_refused", 1.0},
    fault_kind{"empty_200", 0.3},
    fault_kind{"not_json_200", 0.3},
    fault_kind{"oversized", 0.02, R"(,"count":1,"value":67200000)"},
    fault_kind{"reset_absent", 1.0},
    fault_kind{"reset_past", 1.0},
    fault_kind{"reset_absurd", 1.0},
    // Not in the lists of one record's children: what a well-formed element says is believed, and
    // nothing asks for it again as long as their number fits.
    fault_kind{"bad_record", 0.3, R"(,"where":"search")"},
    fault_kind{"bad_record", 0.3, R"(,"where":"/companies/")"},
    fault_kind{"duplicate_record", 0.3},
    fault_kind{"shuffled_page", 0.5},
    fault_kind{"cursor_loop", 0.3},
    fault_kind{"short_page", 0.5},
    fault_kind{"lost_next", 0.2},
    fault_kind{"foreign_next", 0.2},
    fault_kind{"index_loss", 1.0, R"(,"value":0.08)"},
    fault_kind{"index_loss", 1.0, R"(,"value":0.5)"},
    fault_kind{"stale_content", 0.3},
    fault_kind{"scroll_error", 0.4},
    fault_kind{"scroll_expired", 0.4},
    fault_kind{"scroll_exists", 0.5},
};

// Zones with all kinds of offsets, and days of which one has 23 or 25 hours.
constexpr std::array zones{"America/New_York"sv, "UTC"sv,           "Europe/Berlin"sv,
                           "Asia/Kolkata"sv,     "Pacific/Apia"sv,  "America/St_Johns"sv,
                           "Pacific/Auckland"sv, "Asia/Kathmandu"sv};
constexpr std::array<std::int64_t, 5> clock_changes{
    1'710'054'000,  // New York loses an hour, 2024-03-10T07:00Z
    1'730'613'600,  // and gets it back, 2024-11-03T06:00Z
    1'711'846'800,  // Berlin, 2024-03-31T01:00Z
    1'712'412'000,  // Auckland, 2024-04-06T14:00Z
    1'709'210'000}; // 29 February

void draw_world(scenario& drawn, dice& die)
{
    auto& world = drawn.world;
    world.seed = intercom_sandbox::spread(drawn.seed, 1);
    world.companies = static_cast<unsigned>(die.between(3, 40));
    world.contacts = static_cast<unsigned>(die.between(10, 140));
    world.conversations = static_cast<unsigned>(die.between(5, 50));
    world.tickets = static_cast<unsigned>(die.between(3, 25));
    world.api_version = "2.14"; // as the plans of the simulation
    world.parts_max = 12;
    if (die.chance(0.04)) {
        world.parts_max = 505;
        world.conversations = 6;
        world.tickets = 3;
    }
    world.nasty = die.chance(0.9);
    world.timezone = die.pick(zones);
    world.token = "token of the simulation";
    constexpr std::array limits{0U, 1666U, 500U, 167U, 40U};
    world.rate_limit = die.pick(limits);
    constexpr std::array<std::chrono::seconds, 5> lags{0s, 1s, 5s, 20s, 60s};
    world.index_lag = die.pick(lags);
}

// Help centers, news and the like, in every third world: small, but that some have a list of
// several pages.
void draw_documents(scenario& drawn)
{
    const bool has_any = intercom_sandbox::spread(drawn.seed, 5) % 3 == 0;
    const bool has_many = intercom_sandbox::spread(drawn.seed, 4) % 4 == 0;
    const auto some = [&](unsigned few, unsigned many) {
        return !has_any ? 0U : has_many ? many : few;
    };
    drawn.world.documents = {{"help_centers", some(1, 1)},
                             {"collections", some(4, 4)},
                             {"articles", some(6, 60)},
                             {"newsfeeds", some(2, 2)},
                             {"news_items", some(5, 55)},
                             {"activity_logs", some(12, 110)},
                             {"away_status_reasons", some(2, 2)},
                             {"internal_articles", some(3, 3)},
                             {"content_import_sources", some(2, 2)},
                             {"external_pages", some(4, 4)},
                             {"calls", 0U},
                             {"macros", some(1, 1)},
                             {"audiences", some(1, 1)},
                             {"help_center_redirects", some(1, 1)}};
}

void draw_network(scenario& drawn, dice& die)
{
    constexpr std::array<std::pair<duration, duration>, 4> latencies{
        std::pair<duration, duration>{1ms, 5ms}, {20ms, 200ms}, {100ms, 1500ms}, {500ms, 6s}};
    std::tie(drawn.wire.latency_min, drawn.wire.latency_max) = die.pick(latencies);
    constexpr std::array pages{5U, 12U, 30U, 150U};
    drawn.wire.page_max = die.pick(pages);
    drawn.world.scroll_page = die.chance(0.5) ? 7 : 100;
    draw_documents(drawn);
    std::int64_t start = 1'690'000'000 + die.between(0, 60'000'000);
    if (die.chance(0.4)) {
        start = die.pick(clock_changes) - die.between(0, 3600);
    }
    drawn.wire.server_start = intercom_mirror::wall_time(std::chrono::seconds(start));
}

void draw_settings(scenario& drawn, dice& die)
{
    auto& settings = drawn.settings;
    constexpr std::array<duration, 4> polls{20s, 30s, 60s, 90s};
    settings.poll_every = die.pick(polls);
    constexpr std::array<duration, 3> sweeps{200s, 500s, 24h};
    settings.sweep_every = die.pick(sweeps);
    // As the rule has it: three times the lag, and some.
    settings.overlap = 3 * drawn.world.index_lag + 120s;
    constexpr std::array<std::uint64_t, 4> slices{8, 25, 60, 1500};
    settings.slice_records = die.pick(slices);
    settings.queue_look_every = 30s;
    constexpr std::array<duration, 6> errors{0s, 0s, 3s, -7s, 3600s, -86'400s};
    drawn.clock_error = die.pick(errors);
}

duration moment_within(duration span, dice& die)
{
    return duration(die.between(0, span.count()));
}

void draw_incidents(scenario& drawn, dice& die)
{
    auto& incidents = drawn.incidents;
    const auto add = [&](incident::kind what, std::string text = {}, std::int64_t amount = 0) {
        incidents.push_back({moment_within(drawn.chaos, die), what, std::move(text), amount});
    };
    for (auto left = die.between(0, 110); left > 0; --left) {
        add(incident::kind::mutation);
    }
    // A fault of the index that lasted longer than polls look back would be healed by a sweep only.
    const auto longest =
        std::chrono::duration_cast<std::chrono::seconds>(drawn.settings.overlap).count() - 60 -
        std::chrono::duration_cast<std::chrono::seconds>(drawn.world.index_lag).count();
    for (auto left = die.between(1, 9); left > 0; --left) {
        const auto& fault = die.pick(fault_kinds);
        add(incident::kind::workspace_fault,
            fmt::format(R"({{"kind":"{}","probability":{},"seconds":{}{}}})", fault.name,
                        fault.probability, die.between(10, std::max<std::int64_t>(11, longest)),
                        fault.more));
    }
    for (auto left = die.below(4); left > 0; --left) {
        constexpr std::array kills{incident::kind::kill, incident::kind::kill_at_store,
                                   incident::kind::kill_at_store, incident::kind::kill_at_request};
        add(die.pick(kills), "", die.between(0, 60));
    }
    constexpr std::array rarer{incident::kind::refusals,       incident::kind::outage,
                               incident::kind::shaky_store,    incident::kind::shaky_store,
                               incident::kind::broken_session, incident::kind::stolen_lease,
                               incident::kind::clock_jump};
    for (auto left = die.below(4); left > 0; --left) {
        const auto what = die.pick(rarer);
        constexpr std::array<std::int64_t, 4> jumps{3600, -3600, 86'400, -172'800};
        add(what, "", what == incident::kind::clock_jump ? die.pick(jumps) : die.between(5, 120));
    }
    // The first mirror is over soon, and dying in it is another thing than dying later.
    if (die.chance(0.4)) {
        incidents.push_back(
            {moment_within(12s, die), incident::kind::kill_at_store, {}, die.between(0, 40)});
    }
    for (duration at = 60s; at < drawn.chaos; at += 180s) {
        incidents.push_back({at, incident::kind::checkpoint, {}, 0});
    }
}

// Every other world is edited from here, too.
void draw_edits(scenario& drawn)
{
    dice die(intercom_sandbox::spread(drawn.seed, 6));
    if (die.chance(0.5)) {
        return;
    }
    for (auto left = die.between(1, 40); left > 0; --left) {
        drawn.incidents.push_back(
            {moment_within(drawn.chaos, die), incident::kind::edit, {}, die.between(1, 3)});
    }
    // A write that was not answered may take effect much later.
    if (die.chance(0.5)) {
        drawn.incidents.push_back(
            {moment_within(drawn.chaos, die), incident::kind::workspace_fault,
             R"({"kind":"late_effect","probability":0.3,"seconds":120,"value":60})", 0});
    }
}

} // namespace

scenario draw_scenario(std::uint64_t seed, bool is_edited)
{
    scenario drawn;
    drawn.seed = seed;
    dice die(intercom_sandbox::spread(seed, 0));
    draw_world(drawn, die);
    draw_network(drawn, die);
    draw_settings(drawn, die);
    drawn.chaos = duration(die.between(duration(60s).count(), duration(900s).count()));
    // Now and then long and quiet, for what happens once an hour.
    if (die.chance(0.04)) {
        drawn.chaos = 130min;
        drawn.settings.poll_every = 10min;
        drawn.settings.sweep_every = 50min;
        drawn.settings.overlap = 12min;
        drawn.settings.queue_look_every = 2min;
    }
    draw_incidents(drawn, die);
    if (is_edited) {
        draw_edits(drawn);
    }
    std::sort(drawn.incidents.begin(), drawn.incidents.end(),
              [](const incident& a, const incident& b) {
                  return std::tie(a.at, a.what, a.text, a.amount) <
                         std::tie(b.at, b.what, b.text, b.amount);
              });
    return drawn;
}

std::vector<std::string> kinds_of_trouble()
{
    std::vector<std::string> names{"killed",
                                   "killed_before_commit",
                                   "killed_after_commit",
                                   "killed_at_request",
                                   "connection_refused",
                                   "database_away",
                                   "transaction_failed",
                                   "commit_in_doubt",
                                   "broken_session",
                                   "stolen_lease",
                                   "clock_jump",
                                   "edited",
                                   "late_effect"};
    for (const auto& fault : fault_kinds) {
        names.emplace_back(fault.name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace intercom_simulation
