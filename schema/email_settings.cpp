#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the settings."},
    {"email", text, "email", "Email address that messages are sent from."},
    {"verified", boolean, "verified", "Whether the address was proven to be the workspace's."},
    {"domain", text, "domain", "Domain of the address."},
    refers_to("brands", {"brand_id", reference, "brand_id", "Id of the brand that uses it."}),
    {"forwarding_enabled", boolean, "forwarding_enabled",
     "Whether emails to the address are forwarded to Intercom."},
    {"forwarded_email_last_received_at", timestamp, "forwarded_email_last_received_at",
     "When an email was last forwarded."},
    {"created_at", timestamp, "created_at", "When the settings were created."},
    {"updated_at", timestamp, "updated_at", "When the settings were last changed."},
};

constexpr listing listings[] = {
    {.target = "/emails", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource email_settings_resource{
    .name = "email_settings",
    .singular = "email_setting",
    .meaning = "Email addresses that the workspace sends from.",
    .columns = columns,
    .get_target = "/emails/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 15}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
