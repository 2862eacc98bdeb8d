#pragma once

#include "sync/store/session.hpp"
#include "sync/store/store.hpp"

// What status and metrics tell of the database, each inside a transaction of the
// caller.
namespace intercom_mirror::figures {

resource_numbers numbers(pqxx::transaction_base& transaction, const record_plan& plan,
                         counting how);
edit_numbers open_edits(pqxx::transaction_base& transaction);

} // namespace intercom_mirror::figures
