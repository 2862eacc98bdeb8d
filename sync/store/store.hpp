#pragma once

#include "sync/clock.hpp"
#include "sync/lane.hpp"
#include "sync/record/record_plan.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_mirror {

// The database cannot be used right now (gone, full, read-only, too busy). Everything may be
// repeated later.
class store_unavailable : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Another daemon took over: nothing may be written any more.
class lease_lost : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The schema is newer than this program, or older than it needs.
class schema_mismatch : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// PostgreSQL refuses a statement for what it says: bad data, or a fault of ours. Repeating it does
// not help.
class statement_refused : public std::runtime_error
{
public:
    statement_refused(const std::string& what, std::string sqlstate)
        : std::runtime_error(what), sqlstate_(std::move(sqlstate))
    {
    }
    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

private:
    std::string sqlstate_;
};

// The login may not do this.
class permission_missing : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// A range of created_at in unix seconds, `from` exclusive, `until` inclusive; absent is open. Where
// a resource's search compares calendar days, it is the days after that of `from` up to that of
// `until`, in the workspace's time zone.
struct time_slice
{
    int number = 0;
    std::optional<std::int64_t> from;
    std::optional<std::int64_t> until;
    std::string position; // where its walk goes on: a cursor as Intercom gave it
    std::uint64_t records = 0;
    bool is_done = false;
};

// Reasons of readings whose answer is applied even if it looks unchanged: rows were found to differ
// from what was served, or were edited here.
inline constexpr std::string_view repair_reason = "repair";
inline constexpr std::string_view edited_reason = "edited";

// A request waiting in the queue of things to read alone. Where a part is read from its other side
// (the contacts of a segment), `id` is that of the other side.
struct refetch_entry
{
    std::string id;
    std::string part; // child table, or empty for the record itself
    lane in = lane::backfill;
    std::string reason;
    std::optional<std::uint64_t> list_hash;
    std::int64_t version = 0; // grows when noted again meanwhile
    int attempts = 0;
};

// Progress that is committed together with a page.
struct checkpoint
{
    std::string stream; // empty: none
    int slice = 0;
    std::string position;
    std::uint64_t records = 0; // seen in the slice so far, but for the page it is saved with
    bool is_done = false;
};

struct page_work
{
    const record_plan* plan = nullptr;
    projection from = projection::list;
    std::vector<std::string_view> records; // bytes as served
    lane in = lane::backfill;              // of the reads this page causes
    std::optional<checkpoint> progress;
    // For records read alone: the queue entries that caused it, removed with the write.
    std::vector<refetch_entry> causes;
    // Records created before are neither stored nor judged (microseconds since 1970).
    std::optional<std::int64_t> since;
    bool is_sweep = false; // a page of a walk over everything
    bool rereads = false;  // each record is to be read alone, however it looks here
};

struct page_outcome
{
    std::uint64_t records = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t applied = 0;
    std::uint64_t queued = 0;           // reads noted
    std::uint64_t unreadable = 0;       // not even a key could be read
    std::uint64_t dead = 0;             // these, and others that could not be stored
    std::vector<std::string> keys;      // of all readable records, in page order
    std::optional<std::int64_t> newest; // updated_at, microseconds
    std::optional<std::int64_t> oldest;
    bool is_descending = true; // by updated_at
};

// The full list of one child of one record, from its own endpoint.
struct child_work
{
    const record_plan* plan = nullptr;
    std::size_t table = 0;
    std::string parent_key;
    std::vector<std::string_view> elements;
    std::optional<refetch_entry> cause;
    bool is_last_attempt = false; // what cannot be read even now is done without
};

// A record that is not there any more, by an answer of its GET.
struct absence
{
    const record_plan* plan = nullptr;
    std::string key;
    deletion how = deletion::gone;
    std::string merged_into; // when merged
    std::optional<refetch_entry> cause;
};

struct difference
{
    std::string key;   // of the record
    std::string table; // the resource's own, or a child's
    std::string place; // column, or key of the child row
    std::string
        problem; // "differs", "missing here", "missing in Intercom", "deleted here", "live here"
};

// What a look at a page found.
struct page_comparison
{
    std::vector<difference> found;
    std::vector<std::string> keys; // of all readable records
    // Child lists the page does not show whole, as record key and table name: to be asked for.
    std::vector<std::pair<std::string, std::string>> to_complete;
};

struct resource_state
{
    std::string resource;
    std::string phase = "waiting";
    std::optional<std::string> version;
    std::optional<std::uint64_t> fingerprint;
    // Rows are being decoded again to this one, and not all have been.
    std::optional<std::uint64_t> decoding_towards;
    std::optional<wall_time> complete_since;
    std::optional<wall_time> poll_cursor;
    std::optional<wall_time> last_poll_at;
    std::optional<wall_time> last_sweep_at;
    bool sweep_due = false;
    std::optional<std::int64_t> expected_records;
    std::optional<std::int64_t> fuse_candidates;
    std::optional<std::int64_t> fuse_limit;
    std::optional<std::string> trouble;
};

// What capturing edits depends on of the configuration.
struct push_settings
{
    api_version version;
    std::vector<std::string> omitted; // "contacts.phone"
};

// An edit made by SQL, as people see it.
struct edit_summary
{
    std::int64_t id = 0;
    std::string operation;
    std::string table;
    std::string row;
    std::string fields; // JSON
    std::string state;
    std::string reason;
    std::string request_id;
    int attempts = 0;
    std::string who;
    std::string when;
};

struct edit_attempt
{
    int number = 0;
    std::string request;
    std::string sent; // JSON
    std::string outcome;
    std::string request_id;
    std::string began_at;
};

struct edit_conflict
{
    std::int64_t id = 0;
    std::int64_t edit_id = 0;
    std::string table;
    std::string row;
    std::string field;
    std::string member; // the custom attribute, if field holds them
    std::string base;   // JSON, as the next two
    std::string local;
    std::string remote;
    std::string policy;
    std::string resolution; // empty: open
    std::string noted_at;
};

struct lease_facts
{
    std::string holder;
    std::int64_t epoch = 0;
    bool is_alive = false; // renewed within the last few seconds
    std::string vitals;    // JSON
};

struct run_record
{
    std::string resource;
    std::string kind;
    wall_time started_at;
    std::string outcome;
    std::uint64_t pages = 0;
    std::uint64_t records = 0;
    std::uint64_t applied = 0;
    std::string detail;
};

// A range of created_at that is to be read again. Times are the database's, but for the range.
struct backfill_request
{
    std::int64_t id = 0;
    std::string resource;
    std::optional<wall_time> since; // both are in the range
    std::optional<wall_time> until;
    std::string state = "pending"; // running, done, cancelled, failed
    std::string asked_by;
    wall_time asked_at;
    std::string schedule; // empty: a person asked
    std::optional<wall_time> started_at;
    std::optional<wall_time> walked_at; // the lists were read
    std::optional<wall_time> finished_at;
    std::uint64_t records = 0; // seen so far
    std::optional<std::uint64_t> expected;
    std::string reason; // why it failed
    wall_time looked_at;

    [[nodiscard]] bool is_open() const { return state == "pending" || state == "running"; }
    // Its walk, in stream_state.
    [[nodiscard]] std::string stream() const { return "backfill " + std::to_string(id); }
};

struct dead_letter
{
    std::int64_t id = 0;
    std::string resource;
    std::string record_id;
    projection from = projection::list;
    std::string reason;
    std::string bytes;
    std::uint64_t times_seen = 0;
    std::string noted_at;
};

// A record that a webhook told of, to be read again.
struct hint
{
    std::string resource;
    std::string id;
    std::string reason;
};

// A notification of Intercom's, reduced to what is acted on. All texts are visible ASCII.
struct inbox_entry
{
    std::string id;
    std::string topic;
    std::optional<std::int64_t> happened_at; // unix seconds
    std::vector<hint> hints;
};

// Whether rows are counted one by one, or big tables by what PostgreSQL's statistics say: to count
// a hundred million takes minutes.
enum class counting : std::uint8_t { exact, estimated };

struct resource_numbers
{
    std::int64_t rows = 0; // live
    std::int64_t deleted = 0;
    bool are_estimated = false; // the two above
    std::int64_t waiting = 0;   // reads in the queue; this and the next two up to 100,000
    std::int64_t held = 0;
    std::int64_t dead_letters = 0;
    std::int64_t slices = 0;
    std::int64_t slices_done = 0;
    std::int64_t slice_records = 0;
};

struct edit_numbers
{
    struct of_state
    {
        std::string state;
        std::int64_t count = 0;
        double oldest_seconds = 0; // since the oldest was made
    };
    std::vector<of_state> open; // up to 100,000 edits
    std::int64_t conflicts = 0; // that wait for a decision
};

// What the daemon did in a minute.
struct history_point
{
    std::uint64_t rows_applied = 0;
    std::array<std::uint64_t, lane_count> requests{};
    std::uint64_t refusals = 0;
    std::uint64_t quota_limit = 0; // of a window
    std::uint64_t edits_applied = 0;
};

// What is kept for a time only.
enum class retained : std::uint8_t { notifications, runs, attempts, minutes };

// What a table gets when the first mirror of its resource is complete.
struct missing_object
{
    std::string name;
    bool is_index = false; // else a foreign key
};

class edit_queue;

// Everything the engine asks of the database, each call one transaction (or none): it happened
// whole or it throws. Blocking; used by one thread at a time. Writes are refused with lease_lost
// unless the session's epoch holds the lease.
class store
{
public:
    virtual ~store() = default;

    // Whether the tables of this class are there at all.
    virtual bool has_schema() = 0;

    // --- lease -------------------------------------------------------------------------------
    // The epoch now held, or nothing while another holder is alive. `dead_after` by the
    // database's clock.
    virtual std::optional<std::int64_t> take_lease(std::string_view holder,
                                                   duration dead_after) = 0;
    // `vitals`: JSON for `status` about the process that holds it. Returns the beacon's count,
    // which goes up each time. Throws lease_lost.
    virtual std::int64_t renew_lease(std::int64_t epoch, std::string_view vitals) = 0;
    virtual void release_lease(std::int64_t epoch) = 0;
    virtual std::optional<lease_facts> lease_holder() = 0;

    // --- records -----------------------------------------------------------------------------
    virtual page_outcome apply_page(const page_work& work) = 0;
    // Lists of one resource, together. Returns the parents whose lists could not be read whole:
    // nothing was taken away from them, and what caused the reading stays noted.
    virtual std::set<std::string> apply_children(std::span<const child_work> lists) = 0;
    // Links of records to one record of another resource; of records that are not here, none.
    virtual void link_members(const record_plan& plan, std::size_t table, std::string_view other_id,
                              std::span<const std::string> keys) = 0;
    virtual void unlink_members(const record_plan& plan, std::size_t table,
                                std::string_view other_id, std::span<const std::string> keys) = 0;
    // In order, those beyond `after`.
    virtual std::vector<std::string> members(const record_plan& plan, std::size_t table,
                                             std::string_view other_id, std::string_view after,
                                             std::size_t most) = 0;
    virtual void apply_absence(const absence& work) = 0;
    // Marks a resource complete once its first walk is over and nothing noted is left to read.
    virtual void settle(std::string_view resource) = 0;
    // What differs between documents and the rows here; nothing is written.
    virtual page_comparison compare_page(const page_work& work) = 0;
    virtual std::vector<difference> compare_children(const child_work& work) = 0;

    // Live keys of a slice of created_at, in order. `zone`: name of the time zone whose calendar
    // days the slice means; empty when it means seconds.
    virtual std::vector<std::string> live_keys(const record_plan& plan, const time_slice& slice,
                                               std::string_view zone) = 0;
    // The first live keys of the whole table behind `after`, in order.
    virtual std::vector<std::string> live_keys_after(const record_plan& plan,
                                                     std::string_view after, std::size_t most) = 0;
    virtual bool is_live(const record_plan& plan, std::string_view key) = 0;
    // The same ones for the same seed, as long as the table stays as it is.
    virtual std::vector<std::string> random_keys(const record_plan& plan, std::size_t most,
                                                 std::uint64_t seed) = 0;
    // Keys of a resource's rows that a condition of the catalogue holds for.
    virtual std::vector<std::string> keys_of(std::string_view resource,
                                             std::string_view filter) = 0;
    // Parents with so many rows of a child that the inline list cannot show all.
    virtual std::vector<std::string> crowded_parents(const record_plan& plan, std::size_t table,
                                                     std::size_t inline_max) = 0;
    // Decodes up to `most` rows again from `raw` whose decoding is older; false when none is left.
    virtual bool redecode(const record_plan& plan, std::size_t most) = 0;

    // Asks whoever holds the lease for a sweep; needs no lease.
    virtual void ask_for_sweep(std::string_view resource) = 0;

    // --- backfills (asking, looking and cancelling need no lease) ----------------------------
    // Of the request, its resource, range and who asked matter.
    virtual std::int64_t ask_for_backfill(const backfill_request& asked) = 0;
    // The same for a schedule, unless it asked since `due`, waits for an earlier one, or the
    // resource has not been complete since then. Whether it asked.
    virtual bool ask_on_schedule(const backfill_request& asked, wall_time due) = 0;
    // Oldest first: the 200 latest, or of the open ones the 200 oldest, or the one with this id.
    virtual std::vector<backfill_request> backfills(bool only_open,
                                                    std::optional<std::int64_t> id) = 0;
    // False when it is over already.
    virtual bool cancel_backfill(std::int64_t id) = 0;
    // Changes what is stored. False when it is done, cancelled or failed: nothing happens.
    virtual bool edit_backfill(std::int64_t id,
                               const std::function<void(backfill_request&)>& change) = 0;
    // Reads of its resource that were noted until its walk was over and that nobody has tried yet.
    virtual std::int64_t count_unread(std::int64_t id) = 0;

    // --- queue (noting needs no lease)
    // -------------------------------------------------------------------------------
    virtual void note_refetch(std::string_view resource, std::span<const std::string> ids,
                              std::string_view part, lane in, std::string_view reason,
                              bool is_held) = 0;
    virtual std::vector<refetch_entry> due_refetches(std::string_view resource, wall_time now,
                                                     std::size_t most) = 0;
    // Only those that edits or webhooks ask for, the most urgent ones.
    virtual std::vector<refetch_entry> due_hints(std::string_view resource, wall_time now,
                                                 std::size_t most) = 0;
    virtual void retry_refetch(std::string_view resource, const refetch_entry& entry,
                               wall_time next_at) = 0;
    virtual void drop_refetch(std::string_view resource, const refetch_entry& entry) = 0;
    // Releases (or drops) what a sweep held back; returns how many.
    virtual std::int64_t count_held(std::string_view resource) = 0;
    virtual void release_held(std::string_view resource) = 0;
    virtual void drop_held(std::string_view resource) = 0;
    virtual void drop_held(std::string_view resource, std::span<const std::string> ids) = 0;
    // Entries that are due or will be, without the held ones.
    virtual std::int64_t count_waiting(std::string_view resource) = 0;

    // --- inbox (needs no lease) --------------------------------------------------------------
    // Keeps the notifications that are not known yet, notes the records they tell of to be read
    // from `due_at` on, and returns how many were new.
    virtual std::size_t append_inbox(std::span<const inbox_entry> entries, wall_time due_at) = 0;

    // --- progress ----------------------------------------------------------------------------
    virtual std::vector<time_slice> load_slices(std::string_view resource,
                                                std::string_view stream) = 0;
    virtual std::optional<wall_time> slices_started(std::string_view resource,
                                                    std::string_view stream) = 0;
    virtual void save_slices(std::string_view resource, std::string_view stream,
                             wall_time started_at, std::span<const time_slice> slices) = 0;
    // Replaces one slice by others that cover it.
    virtual void split_slice(std::string_view resource, std::string_view stream, int number,
                             std::span<const time_slice> pieces) = 0;
    virtual void save_progress(std::string_view resource, const checkpoint& progress) = 0;
    virtual void drop_slices(std::string_view resource, std::string_view stream) = 0;
    virtual resource_state load_resource(std::string_view resource) = 0;
    // Changes what is stored, whatever others change at the same time.
    virtual void edit_resource(std::string_view resource,
                               const std::function<void(resource_state&)>& change) = 0;
    virtual void add_run(const run_record& run) = 0;
    virtual resource_numbers numbers(const record_plan& plan, counting how) = 0;
    virtual edit_numbers count_edits() = 0;
    // As JSON: open edits, conflicts, dead letters, backfills and the last runs, some of each.
    // `with_values`: of the fields in conflict, too.
    virtual std::string describe_work(bool with_values) = 0;
    virtual std::string describe_history(int hours) = 0;
    virtual void add_history(std::chrono::sys_time<std::chrono::minutes> minute,
                             const history_point& point) = 0;
    // --- forgetting --------------------------------------------------------------------------
    // Asks whoever holds the lease to forget a contact; from now on nothing of it is stored. Needs
    // no lease, nor does the next.
    virtual void ask_for_erasure(std::string_view contact) = 0;
    virtual bool is_erased(std::string_view contact) = 0;
    // Does what was asked for. Returns how many records are gone for good; `plans`: of all
    // resources.
    virtual std::size_t erase_pending(std::span<const record_plan> plans) = 0;
    // Empties up to `most` tombstones that are older, of records that are proven to be deleted.
    virtual std::size_t scrub(const record_plan& plan, wall_time before, std::size_t most) = 0;
    // Forgets up to `most` of what is older; returns how many. Attempts of open edits stay.
    virtual std::size_t forget(retained what, wall_time before, std::size_t most) = 0;

    // --- edits made by SQL -------------------------------------------------------------------
    // Tells the triggers. Throws permission_missing when this login's own writes would be captured.
    virtual void take_push_settings(const push_settings& settings) = 0;
    // The beacon was at `known_count` at that time, and is not any more: the database is an older
    // copy of itself. Everything is read again, and what was to be sent then counts as sent with
    // unknown outcome, held until `unknown_until`. Returns how many edits.
    virtual std::int64_t note_older_copy(std::int64_t known_count, wall_time known_at,
                                         wall_time unknown_until) = 0;
    // Writes an outbox entry for each row that has pending edits and none; returns how many.
    virtual std::int64_t recover_edits() = 0;
    // What follows needs no lease, and throws statement_refused with the reason when it cannot be.
    // All open ones, the newest with a fate too where `with_settled`; or the one with that id.
    virtual std::vector<edit_summary> edits(std::optional<std::int64_t> id, bool with_settled) = 0;
    virtual std::vector<edit_attempt> attempts(std::int64_t edit_id) = 0;
    virtual std::int64_t release_edits(std::optional<std::int64_t> id) = 0;
    virtual void retry_edit(std::int64_t id) = 0;
    virtual void discard_edit(std::int64_t id) = 0;
    // All open ones, or the one with that id.
    virtual std::vector<edit_conflict> conflicts(std::optional<std::int64_t> id) = 0;
    virtual void resolve_conflict(std::int64_t id, std::string_view which) = 0;

    // What sending them needs; lives as long as the store.
    virtual edit_queue& edits_to_send() = 0;

    // --- odds --------------------------------------------------------------------------------
    virtual std::vector<dead_letter> dead_letters(std::optional<std::int64_t> id) = 0;
    virtual void remove_dead_letter(std::int64_t id) = 0;
    // The workspace this mirror belongs to: `id` itself if it had none yet.
    virtual std::string claim_workspace(std::string_view id) = 0;
    // The same, claiming nothing: empty if it had none yet.
    virtual std::string workspace() = 0;
    // The time zone itself when the database knows it, else UTC.
    virtual std::string known_zone(std::string_view zone) = 0;
    // Makes the typed attribute views follow the definitions, if those changed.
    virtual void rebuild_attribute_views() = 0;
    // The indexes people search by and the foreign keys that the resource's tables lack.
    virtual std::vector<missing_object> missing_objects(std::string_view resource) = 0;
    virtual void create_object(std::string_view resource, std::string_view object) = 0;
};

} // namespace intercom_mirror
