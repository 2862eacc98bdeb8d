#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// The default brand's id is the workspace's.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the brand."},
    {"name", text, "name", "Name customers see."},
    {"is_default", boolean, "is_default", "Whether it is the workspace's default brand."},
    refers_to("help_centers", {"help_center_id", reference, "help_center_id",
                               "Id of the help center of the brand."}),
    refers_to("email_settings",
              {"default_address_settings_id", reference, "default_address_settings_id",
               "Id of the settings of its usual email address."}),
    {"created_at", timestamp, "created_at", "When the brand was created."},
    {"updated_at", timestamp, "updated_at", "When the brand was last changed."},
};

constexpr listing listings[] = {
    {.target = "/brands", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource brands_resource{
    .name = "brands",
    .singular = "brand",
    .meaning = "Brands under which the workspace meets its customers.",
    .columns = columns,
    .get_target = "/brands/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 15}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
