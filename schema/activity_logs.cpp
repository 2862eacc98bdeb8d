#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the activity."},
    {"activity_type", text, "activity_type", "What was done, app_name_change for instance."},
    {"activity_description", text, "activity_description", "The same in a sentence."},
    {"performed_by_type", text, "performed_by.type", "Kind of who did it, admin as a rule."},
    refers_to("admins",
              {"performed_by_id", reference, "performed_by.id", "Id of the teammate who did it."}),
    {"performed_by_email", text, "performed_by.email", "Email address of the teammate."},
    {"performed_by_ip", text, "performed_by.ip", "Address of the teammate's machine."},
    {"metadata", jsonb, "metadata", "What belongs to the type of activity."},
    {"created_at", timestamp, "created_at", "When it was done."},
};

// Intercom says neither how many there are nor in which order they come.
constexpr listing listings[] = {
    {.by = paging::page,
     .target = "/admins/activity_logs",
     .list_keys = "activity_logs",
     .page_size = 50,
     .since_parameter = "created_at_after"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource activity_logs_resource{
    .name = "activity_logs",
    .singular = "activity_log",
    .meaning = "What teammates did to the workspace; entries never change.",
    .columns = columns,
    .listings = listings,
    .when_missing = deletion::none,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
