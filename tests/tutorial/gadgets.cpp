#include "schema/describe.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the gadget."},
    {"name", text, "name", "Name of the gadget."},
    refers_to("admins", {"owner_id", reference, "owner.id", "Id of the teammate who owns it."}),
    {"created_at", timestamp, "created_at", "When the gadget was created."},
    {"updated_at", timestamp, "updated_at", "When the gadget was last changed."},
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
};

constexpr child children[] = {
    {.table = "gadget_tags",
     .kind = child_kind::links,
     .meaning = "Which gadgets bear which tags.",
     .path = "tags.data",
     .parent_column = "gadget_id",
     .columns = tag_columns,
     .key = "gadget_id,tag_id"},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/gadgets", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"tags.data.name", "the tag's own column"},
};

} // namespace

extern const resource gadgets_resource;

constinit const resource gadgets_resource{
    .name = "gadgets",
    .singular = "gadget",
    .meaning = "Gadgets of the workspace.",
    .columns = columns,
    .children = children,
    .get_target = "/gadgets/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .sets = "tags.data",
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
