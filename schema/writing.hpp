#pragma once

#include "schema/api_version.hpp"

#include <cstdint>
#include <span>
#include <string_view>

// The vocabulary of the catalogue for the way back: how edits of rows become requests, and what an
// edit has to keep to. The triggers that capture edits follow from it, and so do the requests.
namespace intercom_mirror {

struct version_range
{
    api_version first = oldest_version;
    api_version last = preview_version;

    [[nodiscard]] constexpr bool holds(api_version version) const
    {
        return first <= version && version <= last;
    }
    constexpr bool operator==(const version_range&) const = default;
};

// One member of a request's body.
struct body_member
{
    std::string_view place; // "assignment.assignee_id": member of a member
    // What stands there:
    //   "name"      the column, or the parameter, of that name
    //   "input_options.multiline"   a member of a jsonb column
    //   "=close"    the constant `close`; ":true" the JSON value `true`
    //   "tag_id.name"   column `name` of the row that a column refers to
    //   "@admin"    the teammate in whose name it is done: of the row, else of the configuration
    //   "*ticket_contacts.contact_id"   a list of objects with these ids, from the child table
    std::string_view value;
    version_range versions{};
    std::string_view when_null = {}; // the constant that stands for null: "0" for nobody
    bool is_number = false;          // an id that goes out as a JSON number
};

// A request by which a row is created or changed, or a link made or taken away.
struct write_request
{
    std::string_view method; // "PUT"
    // "/contacts/{id}": names in braces are columns of the row.
    std::string_view target;
    // The columns it carries, separated by ','. Empty: all that no other request of the list does.
    // A column that no member of `body` places stands where it stands in what Intercom serves.
    std::string_view columns = {};
    // It goes out only where a column's new value is this: "state=closed". Empty: wherever one of
    // its columns has changed.
    std::string_view when = {};
    std::span<const body_member> body = {};
    version_range versions{};
};

enum class edit : std::uint8_t { insert, update, either };

// What an edit of one column has to keep to.
struct column_rule
{
    std::string_view column;
    std::string_view values = {}; // "user|lead": it takes these only, and null
    version_range versions{};     // of the API that take it; of others it is read-only
    bool is_required = false;     // never null
    // SQL: the value of a new row that is given none. It may use NEW and `unique_id`, a text that
    // nobody else has.
    std::string_view when_absent = {};
    // Its members are edited one by one, by name: SQL over NEW for whose definitions they have to
    // fit ('contact', 'ticket_type/12'), as in the view attribute_rules.
    std::string_view definitions = {};
    edit on = edit::either;
};

// What an edit of a row has to keep to besides.
struct row_rule
{
    edit on = edit::either;
    std::string_view refused_when; // SQL over NEW and, in an update, OLD
    std::string_view reason;       // "a user cannot become a lead"
    std::string_view hint;
};

// How rows of a table are written. None of it: Intercom alone changes them.
struct writing
{
    std::span<const write_request> create = {}; // by INSERT
    std::span<const write_request> update = {}; // by UPDATE, in this order
    std::span<const write_request> remove = {}; // by DELETE; links only
    std::span<const column_rule> columns = {};
    std::span<const row_rule> rows = {};
    // Columns by which Intercom keeps records apart, separated by ','. A create whose outcome is
    // unknown is looked up by them.
    std::string_view natural_key = {};
    // Rows may be inserted only until their parent, inserted by SQL itself, has gone out.
    bool only_with_new_parent = false;
    // What to do instead of an INSERT or a DELETE, which is refused.
    std::string_view instead_of_insert = {};
    std::string_view instead_of_delete = {};
};

} // namespace intercom_mirror
