#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the segment."},
    {"name", text, "name", "Name of the segment."},
    {"person_type", text, "person_type", "Whom the segment collects: contact (leads) or user."},
    {"created_at", timestamp, "created_at", "When the segment was created."},
    {"updated_at", timestamp, "updated_at", "When the segment was last changed."},
};

// Without a type Intercom lists the segments of people only.
constexpr listing listings[] = {
    {.target = "/segments", .list_keys = "segments|data", .part = "people"},
    {.target = "/segments?type=company", .list_keys = "segments|data", .part = "companies"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"count", "served only on request and stale at once: count contact_segments instead"},
};

} // namespace

constinit const resource segments_resource{
    .name = "segments",
    .singular = "segment",
    .meaning = "Saved filters; who is in them is in contact_segments and company_segments.",
    .columns = columns,
    .get_target = "/segments/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
