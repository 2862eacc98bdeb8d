#pragma once

#include "sync/clock.hpp"
#include "sync/event_sink.hpp"
#include "sync/store/database.hpp"

#include <memory>

namespace intercom_mirror {

// A database whose outages are waited for: what could not be done for now (gone, full, read-only)
// is tried again until it can, so that nobody above has to know. Everything a store does may be
// repeated.
std::unique_ptr<database> make_patient_database(database& inner, clock& time, event_sink& log);

} // namespace intercom_mirror
