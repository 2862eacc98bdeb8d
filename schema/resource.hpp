#pragma once

#include "schema/api_version.hpp"
#include "schema/writing.hpp"

#include <cstdint>
#include <span>
#include <string_view>

// The vocabulary of the catalogue: a resource of Intercom described as data. Everything the
// engine does with a resource (requests, decoding, upserts, the data dictionary) follows from one
// `resource` value; the engine knows no resource by name.
namespace intercom_mirror {

enum class column_type : std::uint8_t {
    text,      // a string; a number or boolean is kept as its JSON text
    id,        // text; a string or an integer on the wire, never empty
    reference, // an id; 0, "0", "" and null all mean "none" and are NULL
    boolean,
    bigint,    // a whole number that fits 64 bits
    numeric,   // any number, exactly
    timestamp, // unix seconds (number or numeric string), milliseconds when beyond 10^11, or ISO
               // 8601
    jsonb      // any JSON value
};

// The two forms in which Intercom serves a record: as an element of a list, search or scroll page,
// and alone. They may differ in what they carry.
enum class projection : std::uint8_t { list, get };

enum class carried : std::uint8_t { by_both, by_get_only };

struct column
{
    std::string_view name;
    column_type type = column_type::text;
    // Where the value stands, relative to the record or child element:
    //   "location.city"   member of a member
    //   "avatar.image_url|avatar"   the first alternative that is not null and fits the type; the
    //                               last one may be a constant: "consent_type|=opt_out"
    //   "."               the element itself (arrays of scalars)
    //   "#"               the element's position in its array, from 0
    //   "@"               the name of the member that the element is (see child::path)
    //   "=note"           the constant `note`
    //   "^id"             `id` of the enclosing element or record
    //   "model&full_name" texts joined by '/', behind a constant if there is one: "=prefix.&name"
    // Empty: it is given when a row is inserted by SQL, and never served.
    // A jsonb column may stand above other columns (`ticket_attributes` and one of its members):
    // each takes its own value.
    std::string_view path;
    std::string_view meaning; // one sentence, the column's COMMENT
    bool editable = false;    // may be edited by SQL: guarded by `_pending` in every upsert
    carried by = carried::by_both;
    version_range versions{};
    // May be given when a row is inserted by SQL, and is read-only from then on.
    bool insert_only = false;
    // The resource whose key the value is, alternatives separated by '|' (an author is a teammate
    // or a contact). Such a row may be missing: Intercom, too, points to what was deleted.
    std::string_view refers_to = {};
    // jsonb: an edit concerns single members of the document, not the whole.
    bool by_member = false;
};

enum class paging : std::uint8_t {
    none,   // one answer holds everything
    page,   // ?page=&per_page=
    cursor, // ?per_page=&starting_after=
    search, // POST body with query, pagination.starting_after
    before, // ?per_page=&before=, the end of a page that a link to the next one names
    scroll  // ?scroll_param=, companies only
};

enum class child_kind : std::uint8_t {
    links,  // rows just exist or not; replaced as a set
    values, // rows belong to their parent alone and are replaced as a set
    records // have an id, raw and a tombstone of their own (parts, notes)
};

// When the complete list of a child has to be asked for by a request of its own.
enum class completion_rule : std::uint8_t {
    never,          // what the parent carries is all there is
    when_truncated, // the parent's list says has_more, or is shorter than its total_count
    when_counted,   // the parent carries a count and at most ids, which are compared with the rows
                    // and never stored: ask when they differ
    per_other_side, // no signal on the parent: read once for each record of another resource
    per_record      // no signal anywhere: asked for when the record is new, and by each sweep
};

struct completion
{
    completion_rule rule = completion_rule::never;
    paging by = paging::none;
    std::string_view target = {};    // "/contacts/{id}/tags", "/events?user={id}"; empty: reading
                                     // the parent alone
    std::string_view list_keys = {}; // "data|tags": holds the array, the first present wins
    unsigned page_size = 0;          // for paging::page
    // per_other_side: the resource to go through, the rows of it that matter (SQL over its
    // table), and the field of the parent's search that takes its id.
    std::string_view other_resource = {};
    std::string_view other_filter = {};
    std::string_view search_field = {};
};

struct child
{
    std::string_view table;
    child_kind kind = child_kind::links;
    std::string_view meaning; // the table's COMMENT
    // Arrays of elements inside the parent, alternatives separated by '|'. Null is an empty set,
    // an absent member says nothing. Empty: the parent never shows them. "translations.*": the
    // elements are those members of an object that are objects themselves; an absent object has
    // none.
    std::string_view path = {};
    // The column that holds the parent's id; first column of the table's foreign key.
    std::string_view parent_column;
    // All further columns, the key columns among them, without bookkeeping columns.
    std::span<const column> columns;
    // Primary key, as column names separated by ','.
    std::string_view key;
    // Fixed value of a column that tells apart the children that share a table, as
    // "part_kind=conversation_part". When a set is replaced, rows of other values are left alone,
    // and elements of other values (a completion's answer may hold them) are not this child's.
    std::string_view scope = {};
    // records: the parent shows at most this many, the newest; rows beyond are kept. 0: all shown.
    unsigned window = 0;
    carried by = carried::by_both;
    completion complete{};
    std::span<const child> children = {};
    version_range versions{};
    // Rows may be inserted by SQL, and those of links deleted.
    bool editable = false;
    writing write{};
    // The list shows recent rows only: those that left it are kept.
    bool keeps_unlisted = false;
    // Read only where the configuration names the table, since it costs too much for everybody.
    bool is_optional = false;
};

// One request, or walk of requests, that lists all records, or all of one part of them.
struct listing
{
    paging by = paging::none;
    std::string_view method = "GET";
    std::string_view target;    // "/companies/list"; may have a query: "/segments?type=company"
    std::string_view list_keys; // "data|companies"
    unsigned page_size = 0;     // asked for at first; 0: the parameter is not sent
    // Lists every record that exists. Otherwise it is a shortcut that may leave some out
    // (/companies/list: those without users, those beyond records_max).
    bool is_complete = true;
    std::uint64_t records_max = 0; // refuses to page beyond this many; 0: no such limit
    version_range versions{};
    // Listings of different parts complete each other: all have to be read, and only then is
    // anything absent. Listings of the same part are alternatives.
    std::string_view part = {};
    // Rows (SQL over the resource's table) that no listing of these versions shows though they may
    // exist: they stay as they were last seen.
    std::string_view leaves_out = {};
    // Newest first by updated_at: a poll ends at what is older than its cursor.
    bool is_newest_first = false;
    // The parameter, in unix seconds, that leaves out older records: polls ask for what is newer
    // than their cursor, other walks for everything (a 0, where the parameter is required).
    std::string_view since_parameter = {};
};

enum class precision : std::uint8_t { second, workspace_day };

struct search
{
    std::string_view target; // "/contacts/search"; empty: there is none
    std::string_view list_keys;
    unsigned page_size = 150;
    // The filters > < = on times compare calendar days of the workspace up to this version.
    api_version day_until{0, 0};
    // Finds every record that exists. Otherwise only polls ask it; the rest is found by listings.
    bool is_complete = true;
    version_range versions{};

    [[nodiscard]] constexpr bool exists(api_version version) const
    {
        return !target.empty() && versions.holds(version);
    }
    [[nodiscard]] constexpr precision filter_precision(api_version version) const
    {
        return version <= day_until ? precision::workspace_day : precision::second;
    }
};

// A list of what was deleted, the latest first: ids and when it happened. A hint, since each is
// read alone before it is believed; without it, deletions show in sweeps.
struct deletion_list
{
    paging by = paging::page;
    std::string_view target; // empty: there is none
    std::string_view list_keys;
    unsigned page_size = 0;
    std::string_view time; // the member that says when, in unix seconds
    version_range versions{};

    [[nodiscard]] constexpr bool exists(api_version version) const
    {
        return !target.empty() && versions.holds(version);
    }
};

// What a 404 on GET by id proves about a record that was there before; `none`: records are never
// deleted, and nothing is concluded from a list without them.
enum class deletion : std::uint8_t { none, deleted, archived, merged, gone };

// A member that has no column on purpose. `path` is the members' names joined by '.', arrays add
// nothing; all below it is meant too, except what has a column. "*.type": a member of that name
// anywhere.
struct unmapped
{
    std::string_view path;
    std::string_view reason;
};

struct resource
{
    std::string_view name;     // "contacts": the word used everywhere, and the table
    std::string_view singular; // "contact": Intercom's `type`
    std::string_view meaning;  // the table's COMMENT
    std::span<const column> columns;
    std::span<const child> children = {};
    // The column by which a record is known; `id` but for resources without one.
    std::string_view key = "id";
    // The table's primary key, column names separated by ','; empty: `key`.
    std::string_view primary_key = {};
    std::string_view get_target = {}; // "/contacts/{id}"; empty: cannot be read alone
    // Without a list or a search, records are those that functions brought (function::answers).
    std::span<const listing> listings = {};
    search searching{};
    deletion_list deletions{};
    // List items lack children or columns that matter: a changed item is read alone.
    bool list_is_poorer = false;
    // What a GET alone shows changes without any sign in lists: sweeps read each record alone.
    bool changes_unlisted = false;
    // Rows (SQL over the table) that polls read alone, since something goes on there.
    std::string_view unsettled = {};
    // A change of a record moves its updated_at (hint for polls; sweeps do not rely on it).
    bool has_updated_at = false;
    // The typed attribute views have a column for each of its records, or of their children.
    bool defines_attributes = false;
    deletion when_missing = deletion::gone;
    // Members left out of the hash because they change without meaning anything (signed URLs,
    // expiry times), separated by ','. Each is the end of a path of member names, arrays adding
    // nothing: "attachments.url" is the `url` in whatever stands under an `attachments`; '*' is
    // any one name. Bare names would also hit custom attributes.
    std::string_view volatile_members = {};
    // Paths of arrays that are sets (order means nothing), separated by ','.
    std::string_view sets = {};
    version_range versions{};
    // Read only where the configuration names it, since it costs too much for everybody.
    bool is_optional = false;
    // What stays in `raw` alone. Anything else without a column is drift.
    std::span<const unmapped> left_in_raw = {};
    writing write{};
};

} // namespace intercom_mirror
