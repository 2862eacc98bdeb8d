#pragma once

#include "sync/push/merge.hpp"
#include "sync/store/outbox.hpp"

#include <set>
#include <string>
#include <string_view>

// What a row under edit has, as sending it needs it. Values are JSON objects in the form of
// `outbox.fields`.
namespace intercom_mirror {

// Fields with their values in the row, of those that differ from Intercom.
std::string values_to_create(const edited_row& row);

// Where a row cannot be read, nothing speaks against its values before the edits.
std::string assumed_remote(const edited_row& row);

// The fields of all these edits.
std::set<edited_field> fields_of(const edits_taken& edits, const column_claim& is_by_member);

// For the merge with what Intercom has.
row_versions versions_of(const edited_row& row, std::string_view remote);

} // namespace intercom_mirror
