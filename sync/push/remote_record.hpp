#pragma once

#include "sync/intercom/api_reply.hpp"
#include "sync/record/record_plan.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What Intercom says about records, in the terms of edits.
namespace intercom_mirror {

// The values of a record's own columns, as an object in the form of `outbox.fields`. Throws
// malformed_record.
std::string values_in(const record_plan& plan, std::string_view document);

// Whether an answer is the whole record with that key; an empty key is any.
bool is_record(const record_plan& plan, std::string_view answer, std::string_view key);

// The key of the record an answer is; empty when it is none.
std::string key_in(const record_plan& plan, std::string_view answer);

// The member `id` of an answer; empty when there is none.
std::string id_in(std::string_view answer);

// The newest row of a child table in a record, by the time it was made: its key. Only those made
// at or after `since` (unix seconds) whose text is that one count, where one is given.
std::string newest_child(const record_plan& plan, std::string_view table, std::string_view document,
                         const std::optional<std::string>& text, std::int64_t since);

// The same among elements of a list of such children alone, those of the record with that key.
std::string newest_listed(const record_plan& plan, std::string_view table,
                          std::string_view parent_key, std::span<const std::string_view> elements,
                          const std::string& text, std::int64_t since);

// In words, what Intercom said when it refused.
std::string refusal_of(const api_reply& answer);

// "A contact matching those details already exists with id=5f…": 5f…; empty when there is none.
std::string id_in_message(std::string_view message);

} // namespace intercom_mirror
