#pragma once

#include "sync/store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The outbox as whoever sends edits works with it. Values are JSON texts in the form of
// `outbox.fields`: columns by name, times as unix seconds, documents whose members are edited one
// by one with those members only.
namespace intercom_mirror {

// One entry of the outbox.
struct outbox_edit
{
    std::int64_t id = 0;
    std::string operation; // create, update, attach, detach, or a function's name
    std::string entity;    // among whose edits the order counts; empty: none
    std::string entity_id;
    std::string table; // of the row itself
    std::string row_id;
    std::string fields;
    std::string in_flight; // sent and not answered; empty: nothing
    int attempts = 0;      // answers so far that were about this edit
    wall_time edited_at{}; // by the database's clock
};

// Edits that go out together: one, or the updates (and the create) of one row.
using edits_taken = std::vector<outbox_edit>;

struct decided_conflict
{
    std::string column;
    std::string member;
    bool is_local = false;
    std::string remote;
};

// Rows of other tables that a request speaks of.
struct related_rows
{
    // Column of the row, and what it refers to: "tag_id", {"tags", "name"}.
    std::vector<std::pair<std::string, std::pair<std::string, std::string>>> references;
    // Children of the row: {"ticket_contacts", "contact_id"}.
    std::vector<std::pair<std::string, std::string>> lists;
};

// The row behind edits, as it is while its lock is held.
struct edited_row
{
    bool is_there = false;
    bool is_deleted = false;
    std::string values = "{}"; // all columns
    std::string pending = "{}";
    std::string in_flight = "{}";                 // of all its open edits
    std::vector<std::string> unanswered;          // what requests carried whose outcome is unknown
    std::optional<std::int64_t> unanswered_since; // the first of those, unix seconds
    bool was_sent = false;                        // a request of these edits was carried out
    // Other open updates of the row, all of them newer: those that can go out with these edits, as
    // nothing else lies between, and those that cannot.
    edits_taken along;
    edits_taken later;
    std::vector<decided_conflict> decided;
    // Columns and members of these edits that took Intercom's value earlier.
    std::vector<std::pair<std::string, std::string>> lost;
    std::string references = "{}"; // {"tag_id": {"name": "VIP"}}
    std::string lists = "{}";      // {"ticket_contacts": ["c1"]}
};

struct noted_conflict
{
    std::string column;
    std::string member;
    std::string base;
    std::string local;
    std::string remote;
    std::string_view policy;     // remote_wins, local_wins, manual
    std::string_view resolution; // local, remote; empty: somebody has to decide
};

struct edit_fate
{
    std::int64_t id = 0;
    std::string_view state;
    std::string reason;
    std::string request_id;
    wall_time next_at{}; // of those that wait
    bool counts_as_attempt = false;
    bool becomes_update = false; // a create whose row turned out to be there
};

// A request that is about to go out, or that has an outcome.
struct begun_attempt
{
    std::int64_t edit_id = 0;
    std::string request; // "PUT /contacts/1"
    std::string sent;    // of the fields, what it carries
    wall_time at{};
};

struct ended_attempt
{
    std::int64_t edit_id = 0;
    std::string_view outcome; // applied, rejected, unknown, nothing sent …
    std::string request_id;
    wall_time at{};
    bool was_carried_out = false;
    bool is_unknown = false; // what it carried may still take effect
};

// What is stored together, in one transaction.
struct edit_change
{
    std::optional<std::string> pending; // of the row, from now on
    // The record as Intercom has it, by a GET or in the answer to a write: stored with the
    // authority of a GET, even if it looks unchanged.
    const record_plan* plan = nullptr;
    std::string document;
    // Or it is not there any more. Where it was merged into a record that is here, its open edits
    // become that record's, and `fates` count only if they cannot yet.
    std::optional<absence> gone;
    std::vector<noted_conflict> conflicts;
    std::vector<edit_fate> fates;
    bool takes_along = false; // the row's `along` are ours, too, from now on
    std::optional<begun_attempt> begun;
    std::optional<ended_attempt> ended;
    std::string real_id;     // Intercom's, of a row created
    bool undoes_row = false; // takes refused edits back
    // Records to be read alone soon, as resource and id.
    std::vector<std::pair<std::string, std::string>> to_read;
};

class edit_queue
{
public:
    virtual ~edit_queue() = default;

    // After a start: what a former daemon was about to send. What it may have sent is held until
    // `unknown_until`.
    virtual void take_over(wall_time unknown_until) = 0;
    // Edits of at most so many entities that are due; they are ours until a change says otherwise.
    // `transaction` is empty at first. A commit may go unanswered and the call be repeated: given
    // the same string again, it does nothing anew if the former one was committed after all.
    virtual std::vector<edits_taken> claim(std::size_t most, wall_time now,
                                           std::string& transaction) = 0;
    // All that are due or will be, in the order in which they would go; nothing changes.
    virtual std::vector<edits_taken> open_edits() = 0;
    // The row behind edits; not locked.
    virtual edited_row look(const edits_taken& edits, const related_rows& related) = 0;
    // Locks the row, asks what is to become of it, and stores that. `decide` may be called again.
    // `transaction` as for claim().
    virtual void change(const edits_taken& edits, const related_rows& related,
                        const std::function<edit_change(const edited_row&)>& decide,
                        std::string& transaction) = 0;
    // Whether there are edits to send that nobody has claimed since the last call, or come to be
    // within that time; blocks until then. On a connection of its own. Throws store_unavailable.
    virtual bool is_told_of_edits(duration within) = 0;
};

} // namespace intercom_mirror
