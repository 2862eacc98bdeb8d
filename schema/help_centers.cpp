#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// `default` is a word of SQL: the column is called otherwise.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the help center."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    {"identifier", text, "identifier", "Name of the help center in its address."},
    {"display_name", text, "display_name", "Name that only teammates see."},
    {"website_turned_on", boolean, "website_turned_on", "Whether the help center is public."},
    {"url", text, "url", "Address of the help center."},
    {"custom_domain", text, "custom_domain", "The workspace's own domain for it."},
    since(16, column{"is_default", boolean, "default",
                     "Whether it is the workspace's default help center (`default`)."}),
    since(16, column{"locales", jsonb, "locales", "Languages it is offered in."}),
    {"created_at", timestamp, "created_at", "When the help center was created."},
    {"updated_at", timestamp, "updated_at", "When the help center was last changed."},
};

constexpr listing listings[] = {
    {.target = "/help_center/help_centers", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource help_centers_resource{
    .name = "help_centers",
    .singular = "help_center",
    .meaning = "Help centers of the workspace.",
    .columns = columns,
    .get_target = "/help_center/help_centers/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
