#pragma once

#include "sync/clock.hpp"
#include "sync/record/record_plan.hpp"
#include "sync/store/session.hpp"

#include <cstddef>
#include <span>
#include <string_view>

// Forgetting people: the statements, each inside a transaction of the caller. A row of `erasure`
// keeps a record from being stored from then on; what is stored already goes in three steps.
namespace intercom_mirror::erasure {

void ask(pqxx::transaction_base& transaction, std::string_view contact);
bool is_done(pqxx::transaction_base& transaction, std::string_view contact);
bool is_pending(pqxx::transaction_base& transaction);

// 1. Waits for the pages under way, which may not know yet. Later ones do.
void wait_for_pages(pqxx::transaction_base& transaction);
// 2. Adds the other ids of these people, and what they take part in.
void spread(pqxx::transaction_base& transaction, std::span<const record_plan> plans);
// 3. Removes edits, rows, queue entries, dead letters. Returns how many records are done with: none
//    while an edit of one is being sent.
std::size_t remove(pqxx::transaction_base& transaction, std::span<const record_plan> plans);

// Empties tombstones that are older, of records that are proven to be deleted: key, times and what
// became of them stay. Returns how many; no more than `most`.
std::size_t scrub(pqxx::transaction_base& transaction, const record_plan& plan, wall_time before,
                  std::size_t most);

} // namespace intercom_mirror::erasure
