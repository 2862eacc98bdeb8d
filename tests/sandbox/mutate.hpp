#pragma once

#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/world.hpp"

#include <optional>
#include <span>

namespace intercom_sandbox {

// One random change of the workspace, drawn from the world's own dice: of content, of the silent
// kind that moves no updated_at, a deletion, a merge, a change of some small list. Afterwards
// everything that refers to what changed is as coherent as before.
void mutate_once(world& w, time_point now);

// A kind of change, and how often it comes relative to the others. It answers false when it found
// nothing to change. Companies and threads are deleted so rarely that a busy minute does not look
// like a fault of the lists, in which a careful reader would believe none of it.
struct change
{
    unsigned weight;
    bool (*make)(world& w, time_point now);
};
std::span<const change> contact_changes();
std::span<const change> company_changes();
std::span<const change> thread_changes();
std::span<const change> list_changes();

// Some live record of a shelf, if a few tries find one.
template <class Record>
std::optional<slot> pick_live(world& w, const shelf<Record>& from)
{
    for (int tries = 0; from.size() > 0 && tries < 20; ++tries) {
        const auto which = static_cast<slot>(w.die.below(from.size()));
        if (from.at(which).alive == life::live) {
            return which;
        }
    }
    return std::nullopt;
}

} // namespace intercom_sandbox
