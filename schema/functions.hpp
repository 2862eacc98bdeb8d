#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string_view>

// Requests that are no edit of a row: each is asked for by calling a function in SQL, which checks
// what it is given, writes an entry to the outbox and returns its id.
namespace intercom_mirror {

struct parameter
{
    std::string_view name; // Intercom's own, members of members joined by '_'
    column_type type = column_type::text;
    // In the request's body, "from.id"; "?retain_metrics" in its query. Empty: in its target only.
    std::string_view place = {};
    bool is_required = false;
    std::string_view values = {};    // "user|lead"
    std::string_view refers_to = {}; // a resource, as for columns
    version_range versions{};
    std::string_view when_absent = {}; // SQL
    bool is_number = false;            // an id that goes out as a JSON number
};

// What has to be known of the row a function is about.
enum class about : std::uint8_t {
    live_row, // it is there, and Intercom has not deleted it
    any_id    // the mirror need not know it
};

struct function
{
    std::string_view name;
    std::string_view meaning; // the function's COMMENT
    // Its target's names in braces, and the values of its body, are parameters.
    write_request request;
    // The resource among whose edits the order counts, and the parameter that holds the row's key.
    std::string_view entity = {};
    std::string_view entity_id = {};
    about row = about::live_row;
    std::span<const parameter> parameters;
    // SQL over the parameters, $1 and so on, that is not to be true; and the reason.
    std::string_view refused_when = {};
    std::string_view reason = {};
    // The resource whose record Intercom answers with; it is stored as if it had been read.
    std::string_view answers = {};
};

std::span<const function> functions();

} // namespace intercom_mirror
