#include "tests/sim/scenario.hpp"
#include "tests/sim/simulation.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

namespace {

using namespace intercom_simulation;

struct arguments
{
    std::uint64_t seeds = 1;
    std::uint64_t first = 1;
    bool is_verbose = false;
};

} // namespace

int main(int count, char** values)
{
    CLI::App app("Runs the reading half of intercom-mirror through simulated trouble.");
    arguments given;
    app.add_option("--seeds", given.seeds, "how many seeds to run");
    app.add_option("--first", given.first, "the first of them");
    app.add_flag("--verbose", given.is_verbose, "tell what happens");
    CLI11_PARSE(app, count, values);

    mirror_tables tables;
    int failures = 0;
    for (std::uint64_t seed = given.first; seed < given.first + given.seeds; ++seed) {
        const auto begun = std::chrono::steady_clock::now();
        const auto told = simulate(tables, seed, given.is_verbose);
        const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun);
        fmt::print("seed {} {} {:.2f}s {} requests {} transactions {} simulated s trace {:x}\n", seed,
                   told.failure.empty() ? "ok" : "FAILED", took.count(), told.requests,
                   told.transactions, told.simulated_seconds, told.trace);
        if (!told.failure.empty()) {
            ++failures;
            fmt::print("  {}\n", told.failure);
        }
        std::fflush(stdout);
    }
    return failures == 0 ? 0 : 1;
}
