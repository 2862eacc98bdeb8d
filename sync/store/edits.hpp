#pragma once

#include "sync/store/store.hpp"

namespace pqxx {
class transaction_base;
} // namespace pqxx

// What people see of edits made by SQL and decide about them, each inside a transaction of the
// caller. The decisions themselves are SQL functions, for whoever works in SQL.
namespace intercom_mirror::control {

std::vector<edit_summary> edits(pqxx::transaction_base& transaction, std::optional<std::int64_t> id,
                                bool with_settled);
std::vector<edit_attempt> attempts(pqxx::transaction_base& transaction, std::int64_t edit_id);
std::int64_t release_edits(pqxx::transaction_base& transaction, std::optional<std::int64_t> id);
std::vector<edit_conflict> conflicts(pqxx::transaction_base& transaction,
                                     std::optional<std::int64_t> id);

} // namespace intercom_mirror::control
