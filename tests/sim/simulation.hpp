#pragma once

#include "tests/sim/mirror_tables.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace intercom_simulation {

struct verdict
{
    std::string failure;                        // empty: all is as it should be
    std::uint64_t trace = 0;                    // the same for every run of the seed
    std::map<std::string, std::uint64_t> fired; // troubles, and how often each struck
    std::uint64_t requests = 0;
    std::uint64_t transactions = 0;
    std::int64_t simulated_seconds = 0;
};

// One seed: a workspace, the daemon's reading half on the real store, trouble of all kinds, then
// quiet, in which both must become equal. `tables` are emptied first.
verdict simulate(mirror_tables& tables, std::uint64_t seed, bool is_edited, bool is_verbose);

} // namespace intercom_simulation
