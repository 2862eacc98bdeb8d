#pragma once

#include "sync/histogram.hpp"
#include "sync/store/database.hpp"

#include <memory>

namespace intercom_mirror {

struct database_times
{
    histogram waiting; // until a connection was free
    histogram working; // of the transactions, whatever came of them
};

// Measures what goes through another database. `into` belongs to the thread of the coroutines and
// outlives them.
std::unique_ptr<database> make_timed_database(std::unique_ptr<database> inner, clock& time,
                                              database_times& into);

} // namespace intercom_mirror
