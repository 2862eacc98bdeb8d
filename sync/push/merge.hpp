#pragma once

#include "config/options.hpp"

#include <compare>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What becomes of a row that was edited here, once it is known what Intercom has: decisions
// without I/O. Values are JSON texts; those of a row are objects in the form of `outbox.fields`.
namespace intercom_mirror {

// A column of a row, or one member of a document whose members are edited one by one.
struct edited_field
{
    std::string column;
    std::string member; // empty: the column itself

    auto operator<=>(const edited_field&) const = default;
};

// What somebody decided about a conflict with that value of Intercom's.
struct conflict_decision
{
    bool is_local = false;
    std::string remote;
};

struct row_versions
{
    std::string pending;                 // values before the first open edits, of the fields edited
    std::string local;                   // the row
    std::string remote;                  // Intercom's, by a GET
    std::string in_flight;               // sent and not answered; "{}": nothing
    std::vector<std::string> unanswered; // sent before that, and never answered
    std::map<edited_field, conflict_decision> decided;
    std::set<edited_field> left_alone; // pending, but somebody else's matter
};

struct field_conflict
{
    edited_field field;
    std::string base;
    std::string local;
    std::string remote;
    conflict_policy policy = conflict_policy::remote_wins;
};

struct row_merge
{
    std::set<edited_field> arrived;    // Intercom has the value already
    std::set<edited_field> taken_back; // nothing was changed here after all
    std::set<edited_field> to_send;
    std::set<edited_field> lost; // of the conflicts, those that Intercom's value won
    std::set<edited_field> undecided;
    std::vector<field_conflict> conflicts; // noticed now
    std::string patch;                     // values of to_send
    std::string pending; // as it is to be stored; a field's base is Intercom's value
                         // if that is known to be ours
};

// `is_by_member`: of a column's name.
using column_claim = std::function<bool(std::string_view)>;
using policy_choice = std::function<conflict_policy(std::string_view)>;

// The three-way merge of every field with a pending edit. A remote value that is one of those sent
// is our own late write and no edit of somebody else's.
row_merge merge_row(const row_versions& versions, const column_claim& is_by_member,
                    const policy_choice& policy);

// `pending` once `sent` was answered: fields whose row value is still the one sent are done with;
// others were edited again meanwhile, on the base of what Intercom has now (`answered`; empty when
// the answer did not say).
std::string pending_after_answer(std::string_view pending, std::string_view local,
                                 std::string_view sent, std::string_view answered,
                                 const column_claim& is_by_member);

// `pending` once `sent` was refused: fields whose row value is still the one sent are given up;
// others were edited again meanwhile.
std::string pending_after_refusal(std::string_view pending, std::string_view local,
                                  std::string_view sent, const column_claim& is_by_member);

// `pending` with these as well, on the base of the row's own values.
std::string pending_with(std::string_view pending, const std::set<edited_field>& fields,
                         std::string_view row);

// `pending` without these.
std::string pending_without(std::string_view pending, const std::set<edited_field>& fields);

// The fields an entry of the outbox names.
std::set<edited_field> fields_of(std::string_view fields, const column_claim& is_by_member);

// Null and the empty text are the same to Intercom, and absent is null; numbers compare by value.
bool are_same_values(std::string_view a, std::string_view b);

// The policy for a column: its own, else that of its table, else the general one.
conflict_policy policy_for(const push_options& options, std::string_view table,
                           std::string_view column);

} // namespace intercom_mirror
