#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the teammate."},
    {"name", text, "name", "Full name."},
    {"email", text, "email", "Email address the teammate signs in with."},
    {"job_title", text, "job_title", "Job title from the teammate's profile."},
    {"role", text, "role.name|role", "Name of the role in the workspace; from version 2.16."},
    {"away_mode_enabled", boolean, "away_mode_enabled", "Whether the teammate is set to away."},
    {"away_mode_reassign", boolean, "away_mode_reassign",
     "Whether new replies go back to the unassigned inbox while the teammate is away."},
    since(14, refers_to("away_status_reasons",
                        {"away_status_reason_id", reference, "away_status_reason_id",
                         "Id of the reason given for being away."})),
    {"has_inbox_seat", boolean, "has_inbox_seat", "Whether the teammate has a paid inbox seat."},
    {"avatar_image_url", text, "avatar.image_url|avatar", "Address of the profile picture."},
};

constexpr listing listings[] = {
    {.target = "/admins", .list_keys = "admins|data"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"role.id", "custom roles have no list of their own; the name has a column"},
    {"team_ids", "the other side of team_admins"},
    {"team_priority_level", "the other side of the priority levels in teams"},
};

} // namespace

constinit const resource admins_resource{
    .name = "admins",
    .singular = "admin",
    .meaning = "Teammates: the people who work in the workspace.",
    .columns = columns,
    .get_target = "/admins/{id}",
    .listings = listings,
    .when_missing = deletion::deleted,
    .sets = "team_ids",
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
