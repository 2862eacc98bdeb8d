#pragma once

#include "sync/clock.hpp"

#include <memory>

namespace intercom_mirror {

// The machine's own time. Sleeps on the executor of the coroutine that asks.
std::unique_ptr<clock> make_machine_clock();

} // namespace intercom_mirror
