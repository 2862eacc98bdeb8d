#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the macro."},
    {"name", text, "name", "Name of the macro."},
    {"body", text, "body", "Text, HTML; what is filled in stands in elements `attribute`."},
    {"body_text", text, "body_text", "Plain text; what is filled in stands in double braces."},
    {"visible_to", text, "visible_to", "Who may use it: everyone or specific_teams."},
    {"visible_to_team_ids", jsonb, "visible_to_team_ids", "Ids of the teams that may use it."},
    {"available_on", jsonb, "available_on", "Where it may be used: inbox, messenger."},
    {"created_at", timestamp, "created_at", "When the macro was created."},
    {"updated_at", timestamp, "updated_at", "When the macro was last changed."},
};

constexpr listing listings[] = {
    {.by = paging::cursor,
     .target = "/macros",
     .list_keys = "data",
     .page_size = 150,
     .is_newest_first = true},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource macros_resource{
    .name = "macros",
    .singular = "macro",
    .meaning = "Prepared replies of teammates.",
    .columns = columns,
    .get_target = "/macros/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .sets = "visible_to_team_ids,available_on",
    .versions = {{2, 16}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
