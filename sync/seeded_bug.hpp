#pragma once

// Deliberate defects, to show that the simulation would notice them. In the programs they do not
// exist; the test build that has them (tests/sim) switches on one at a time, by name.
#ifdef INTERCOM_MIRROR_SEEDED_BUGS

#include <string_view>

namespace intercom_mirror {
inline std::string_view seeded_bug;
} // namespace intercom_mirror

#define SEEDED_BUG(name) (::intercom_mirror::seeded_bug == #name)

#else

#define SEEDED_BUG(name) false

#endif
