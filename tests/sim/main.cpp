#include "sync/seeded_bug.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/seed_series.hpp"
#include "tests/sim/simulation.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace intercom_simulation;

// Every trouble must have struck somewhere, or the seeds prove less than they claim.
int report_missing(const std::map<std::string, std::uint64_t>& fired)
{
    int missing = 0;
    for (const auto& kind : kinds_of_trouble()) {
        if (!fired.contains(kind)) {
            ++missing;
            fmt::print("never struck: {}\n", kind);
        }
    }
    return missing;
}

#ifdef INTERCOM_MIRROR_SEEDED_BUGS
// A defect that no seed notices is a hole in the checks.
int hunt(series_options given, const std::string& bug)
{
    intercom_mirror::seeded_bug = bug;
    given.stops_at_failure = true;
    const auto told = run_series(given);
    fmt::print("{}: {} after {} seeds\n", bug, told.failed.empty() ? "NOT NOTICED" : "noticed",
               told.seeds);
    return told.failed.empty() ? 1 : 0;
}
#endif

} // namespace

int main(int count, char** values)
{
    CLI::App app("Runs intercom-mirror, reading and writing, through simulated trouble.");
    series_options given;
    bool needs_all_trouble = false;
    app.add_option("--seeds", given.seeds, "how many seeds to run")->capture_default_str();
    app.add_option("--first", given.first, "the first of them")->capture_default_str();
    app.add_option("--seed", given.only, "run this one alone, telling what happens");
    app.add_option("--workers", given.workers, "processes to share the seeds")
        ->capture_default_str();
    app.add_flag("--edits", given.is_edited, "edit every other world by SQL, too");
    app.add_flag("--verbose", given.is_verbose, "tell what happens");
    app.add_flag("--twice", given.runs_twice, "run each seed twice and compare");
    app.add_flag("--all-trouble", needs_all_trouble, "fail unless every kind of trouble struck");
#ifdef INTERCOM_MIRROR_SEEDED_BUGS
    std::string bug;
    app.add_option("--bug", bug, "switch this defect on and run seeds until one notices");
#endif
    CLI11_PARSE(app, count, values);

#ifdef INTERCOM_MIRROR_SEEDED_BUGS
    if (!bug.empty()) {
        return hunt(given, bug);
    }
#endif
    const auto told = run_series(given);
    fmt::print("{} seeds, {} failed; {} requests, {} transactions, {} simulated hours\n",
               told.seeds, told.failed.size(), told.requests, told.transactions,
               told.simulated_seconds / 3600);
    for (const auto seed : told.failed) {
        fmt::print("again: --seed {}\n", seed);
    }
    const int missing = needs_all_trouble ? report_missing(told.fired) : 0;
    return told.failed.empty() && missing == 0 && told.seeds == given.expected() ? 0 : 1;
}
