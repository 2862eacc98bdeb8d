#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the audience."},
    {"name", text, "name", "Name of the audience."},
    {"predicates", jsonb, "predicates", "What contacts have to fulfil."},
    {"role_predicates", jsonb, "role_predicates",
     "Whether they have to be users, leads, visitors."},
    {"created_at", timestamp, "created_at", "When the audience was created."},
    {"updated_at", timestamp, "updated_at", "When the audience was last changed."},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/audiences", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource audiences_resource{
    .name = "audiences",
    .singular = "audience",
    .meaning = "Groups of people that content for Fin is meant for.",
    .columns = columns,
    .get_target = "/audiences/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 16}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
