#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace intercom_simulation {

struct series_options
{
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    std::optional<std::uint64_t> only;
    unsigned workers = 2;
    bool is_edited = false; // by SQL, too
    bool is_verbose = false;
    bool runs_twice = false;
    bool stops_at_failure = false;

    [[nodiscard]] std::uint64_t expected() const { return only ? 1 : seeds; }
};

struct series_outcome
{
    std::uint64_t seeds = 0;
    std::vector<std::uint64_t> failed;
    std::map<std::string, std::uint64_t> fired;
    std::uint64_t requests = 0;
    std::uint64_t transactions = 0;
    std::int64_t simulated_seconds = 0;
};

// Runs seeds in a few processes, each with tables of its own, and prints a line for each.
series_outcome run_series(const series_options& options);

} // namespace intercom_simulation
