#pragma once

#include "sync/pull/services.hpp"
#include "tests/sandbox/workspace.hpp"
#include "tests/sim/workspace_transport.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace intercom_simulation {

// Something that happens to the daemon or around it, so long after the start.
struct incident
{
    enum class kind : std::uint8_t {
        mutation,        // the workspace changes
        edit,            // somebody changes the mirror by SQL
        workspace_fault, // what `text` says, see tests/sandbox/faults.hpp
        refusals,        // connections cannot be made for a while
        kill,            // the process dies where it stands
        kill_at_store,   // … at its `amount`-th transaction from then
        kill_at_request, // … at its next request
        outage,          // the database is away for `amount` seconds
        shaky_store,     // transactions fail, or commit without telling
        broken_session,  // the database's session ends
        stolen_lease,    // another daemon took over
        clock_jump,      // the machine's calendar jumps by `amount` seconds
        checkpoint       // nothing: what must always hold is checked
    };
    intercom_mirror::duration at{};
    kind what = kind::checkpoint;
    std::string text;
    std::int64_t amount = 0;
};

// All that a seed decides beforehand. Chance during the run has dice of its own.
struct scenario
{
    std::uint64_t seed = 0;
    intercom_sandbox::options world;
    network wire;
    intercom_mirror::pull_settings settings;
    intercom_mirror::duration clock_error{}; // of the daemon's calendar, at the start
    intercom_mirror::duration chaos{};
    std::vector<incident> incidents; // in order
};

// `is_edited`: by SQL, too, in every other world.
scenario draw_scenario(std::uint64_t seed, bool is_edited);

// Every kind of trouble there is, by the names under which it is counted when it strikes.
std::vector<std::string> kinds_of_trouble();

} // namespace intercom_simulation
