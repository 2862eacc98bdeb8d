#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the team."},
    {"name", text, "name", "Name of the team."},
    {"admin_priority_level_primary_admin_ids", jsonb, "admin_priority_level.primary_admin_ids",
     "Ids of the teammates who get conversations first."},
    {"admin_priority_level_secondary_admin_ids", jsonb, "admin_priority_level.secondary_admin_ids",
     "Ids of the teammates who get conversations when no primary one can take them."},
    {"assignment_limit", bigint, "assignment_limit",
     "How many conversations one teammate is assigned at most."},
    {"distribution_method", text, "distribution_method",
     "How conversations are handed out, round_robin for instance."},
};

constexpr column member_columns[] = {
    refers_to("admins", {"admin_id", id, ".", "Id of the teammate."}),
};

constexpr child children[] = {
    {.table = "team_admins",
     .kind = child_kind::links,
     .meaning = "Which teammates are in which team.",
     .path = "admin_ids",
     .parent_column = "team_id",
     .columns = member_columns,
     .key = "team_id,admin_id"},
};

constexpr listing listings[] = {
    {.target = "/teams", .list_keys = "teams|data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource teams_resource{
    .name = "teams",
    .singular = "team",
    .meaning = "Teams that conversations and tickets are assigned to.",
    .columns = columns,
    .children = children,
    .get_target = "/teams/{id}",
    .listings = listings,
    .when_missing = deletion::deleted,
    .sets = "admin_ids",
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
