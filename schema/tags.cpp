#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the tag."},
    editable({"name", text, "name", "Name of the tag, unique without regard to case."}),
};

constexpr listing listings[] = {
    {.target = "/tags", .list_keys = "data|tags"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"applied_at", "belongs to one use of the tag, not to the tag"},
    {"applied_by", "belongs to one use of the tag, not to the tag"},
};

constexpr body_member rename_body[] = {{"name", "name"}, {"id", "id"}};
constexpr write_request create[] = {{.method = "POST", .target = "/tags"}};
constexpr write_request update[] = {{.method = "POST", .target = "/tags", .body = rename_body}};
constexpr column_rule column_rules[] = {{.column = "name", .is_required = true}};

} // namespace

constinit const resource tags_resource{
    .name = "tags",
    .singular = "tag",
    .meaning = "Tags of the workspace; what bears them is in contact_tags and its like.",
    .columns = columns,
    .get_target = "/tags/{id}",
    .listings = listings,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .natural_key = "name",
              .instead_of_delete = "SELECT delete_tag(id)."},
};

} // namespace intercom_mirror
