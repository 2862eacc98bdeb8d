#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the schedule."},
    {"name", text, "name", "Name of the schedule."},
    {"time_zone_name", text, "time_zone_name", "Time zone the hours are meant in."},
    {"time_intervals", jsonb, "time_intervals",
     "When it is open: minutes from the start of the week, Monday 00:00."},
    {"twenty_four_seven", boolean, "twenty_four_seven", "Whether it is always open."},
    {"created_at", timestamp, "created_at", "When the schedule was created."},
    {"updated_at", timestamp, "updated_at", "When the schedule was last changed."},
};

constexpr column exception_columns[] = {
    {"id", id, "id", "Intercom's id of the exception."},
    {"exception_date", text, "exception_date", "The day, as YYYY-MM-DD."},
    {"exception_type", text, "exception_type", "closed, or custom_hours."},
    {"name", text, "name", "Name of the day."},
    {"time_intervals", jsonb, "time_intervals",
     "When it is open that day: minutes from midnight; null when closed."},
    {"recurring_annually", boolean, "recurring_annually", "Whether it is so each year."},
    {"created_at", timestamp, "created_at", "When the exception was created."},
    {"updated_at", timestamp, "updated_at", "When the exception was last changed."},
};

constexpr child children[] = {
    {.table = "office_hours_exceptions",
     .kind = child_kind::records,
     .meaning = "Days on which other hours than those of the schedule hold.",
     .parent_column = "office_hours_schedule_id",
     .columns = exception_columns,
     .key = "id",
     .complete = {.rule = completion_rule::per_record,
                  .by = paging::none,
                  .target = "/office_hours_schedules/{id}/office_hours_exceptions",
                  .list_keys = "data"}},
};

constexpr listing listings[] = {
    {.target = "/office_hours_schedules", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"*.office_hours_schedule_id", "the schedule whose exceptions are asked for"},
};

} // namespace

constinit const resource office_hours_schedules_resource{
    .name = "office_hours_schedules",
    .singular = "office_hours_schedule",
    .meaning = "When the workspace is open.",
    .columns = columns,
    .children = children,
    .get_target = "/office_hours_schedules/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 16}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
