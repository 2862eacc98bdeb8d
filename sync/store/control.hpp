#pragma once

#include "sync/store/session.hpp"
#include "sync/store/store.hpp"

// The statements about the control tables (<schema>_sync), each inside a transaction of the caller.
namespace intercom_mirror::control {

std::optional<std::int64_t> take_lease(pqxx::transaction_base& transaction, std::string_view holder,
                                       duration dead_after);
// The beacon's count, one more than before.
std::int64_t renew_lease(pqxx::transaction_base& transaction, std::int64_t epoch,
                         std::string_view vitals);

std::optional<lease_facts> lease_holder(pqxx::transaction_base& transaction);

void note_refetch(session& connection, pqxx::transaction_base& transaction,
                  std::string_view resource, std::span<const std::string> ids,
                  std::span<const std::optional<std::uint64_t>> list_hashes, std::string_view part,
                  lane in, std::string_view reason, bool is_held,
                  std::optional<wall_time> due_at = {});
enum class urgency : std::uint8_t { any, hints };
std::vector<refetch_entry> due_refetches(session& connection, pqxx::transaction_base& transaction,
                                         std::string_view resource, wall_time now, std::size_t most,
                                         urgency which);
void retry_refetch(pqxx::transaction_base& transaction, std::string_view resource,
                   const refetch_entry& entry, wall_time next_at);
// Each in the version it had when it was claimed, or a later note is lost.
void drop_refetches(session& connection, pqxx::transaction_base& transaction,
                    std::string_view resource, std::span<const refetch_entry> entries);
void drop_held(session& connection, pqxx::transaction_base& transaction, std::string_view resource,
               std::span<const std::string> ids);

// The ids that were not known yet.
std::set<std::string> append_inbox(session& connection, pqxx::transaction_base& transaction,
                                   std::span<const inbox_entry> entries);

std::vector<std::string> live_keys(pqxx::transaction_base& transaction, const record_plan& plan,
                                   const time_slice& slice, std::string_view zone);
std::vector<std::string> live_keys_after(pqxx::transaction_base& transaction,
                                         const record_plan& plan, std::string_view after,
                                         std::size_t most);

std::vector<time_slice> load_slices(pqxx::transaction_base& transaction, std::string_view resource,
                                    std::string_view stream);
std::optional<wall_time> slices_started(pqxx::transaction_base& transaction,
                                        std::string_view resource, std::string_view stream);
void save_slices(pqxx::transaction_base& transaction, std::string_view resource,
                 std::string_view stream, wall_time started_at, std::span<const time_slice> slices);
void split_slice(pqxx::transaction_base& transaction, std::string_view resource,
                 std::string_view stream, int number, std::span<const time_slice> pieces);
void save_progress(session& connection, pqxx::transaction_base& transaction,
                   std::string_view resource, const checkpoint& progress);

resource_state load_resource(pqxx::transaction_base& transaction, std::string_view resource);
// Keeps others from changing it until the transaction ends.
resource_state lock_resource(pqxx::transaction_base& transaction, std::string_view resource);
void save_resource(pqxx::transaction_base& transaction, const resource_state& state);
void add_run(pqxx::transaction_base& transaction, const run_record& run);
std::int64_t ask_for_backfill(pqxx::transaction_base& transaction, const backfill_request& asked);
bool ask_on_schedule(pqxx::transaction_base& transaction, const backfill_request& asked,
                     wall_time due);
std::vector<backfill_request> backfills(pqxx::transaction_base& transaction, bool only_open,
                                        std::optional<std::int64_t> id);
bool cancel_backfill(pqxx::transaction_base& transaction, std::int64_t id);
bool edit_backfill(pqxx::transaction_base& transaction, std::int64_t id,
                   const std::function<void(backfill_request&)>& change);
std::int64_t count_unread(pqxx::transaction_base& transaction, std::int64_t id);

std::vector<dead_letter> dead_letters(pqxx::transaction_base& transaction,
                                      std::optional<std::int64_t> id);

} // namespace intercom_mirror::control
