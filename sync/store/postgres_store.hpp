#pragma once

#include "sync/store/session.hpp"
#include "sync/store/store.hpp"

#include <atomic>
#include <memory>

namespace intercom_mirror {

// The epoch under which a process writes; shared by its connections. 0: no lease is held.
using shared_epoch = std::shared_ptr<std::atomic<std::int64_t>>;

std::unique_ptr<store> make_postgres_store(session_options options, shared_epoch epoch);

} // namespace intercom_mirror
