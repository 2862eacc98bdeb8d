#pragma once

#include "sync/store/session.hpp"
#include "sync/store/store.hpp"

// What status, metrics and the status page tell of the database, each inside a transaction of the
// caller.
namespace intercom_mirror::figures {

resource_numbers numbers(pqxx::transaction_base& transaction, const record_plan& plan,
                         counting how);
edit_numbers open_edits(pqxx::transaction_base& transaction);
std::string describe_work(pqxx::transaction_base& transaction, bool with_values);
std::string describe_history(pqxx::transaction_base& transaction, int hours);
void add_history(pqxx::transaction_base& transaction,
                 std::chrono::sys_time<std::chrono::minutes> minute, const history_point& point);
std::size_t forget(pqxx::transaction_base& transaction, retained what, wall_time before,
                   std::size_t most);

} // namespace intercom_mirror::figures
