#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// `order` is a word of SQL: the column is called otherwise.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the collection."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"name", text, "name", "Name in the default language."}),
    editable({"description", text, "description", "Description in the default language."}),
    {"icon", text, "icon", "Name of the icon."},
    {"display_order", bigint, "order", "Place among the collections beside it (`order`)."},
    {"default_locale", text, "default_locale",
     "The default language; only where the help center has several."},
    editable(refers_to("collections", {"parent_id", reference, "parent_id",
                                       "Id of the collection it stands in."})),
    insert_only(refers_to("help_centers", {"help_center_id", reference, "help_center_id",
                                           "Id of the help center it is in."})),
    {"url", text, "url", "Address of the collection."},
    {"created_at", timestamp, "created_at", "When the collection was created."},
    {"updated_at", timestamp, "updated_at", "When the collection was last changed."},
};

constexpr column translation_columns[] = {
    {"locale", text, "@", "The language."},
    {"name", text, "name", "Name in that language."},
    {"description", text, "description", "Description in that language."},
};

constexpr child children[] = {
    {.table = "collection_translations",
     .kind = child_kind::values,
     .meaning = "Names of collections in each language.",
     .path = "translated_content.*",
     .parent_column = "collection_id",
     .columns = translation_columns,
     .key = "collection_id,locale"},
};

constexpr listing listings[] = {
    {.by = paging::page,
     .target = "/help_center/collections",
     .list_keys = "data",
     .page_size = 50,
     .is_newest_first = true},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

// Names in other languages have rows of their own, which are read-only.
constexpr body_member create_body[] = {
    {.place = "help_center_id", .value = "help_center_id", .is_number = true}};
constexpr write_request create[] = {
    {.method = "POST", .target = "/help_center/collections", .body = create_body}};
constexpr write_request update[] = {{.method = "PUT", .target = "/help_center/collections/{id}"}};
constexpr column_rule column_rules[] = {{.column = "name", .is_required = true}};

} // namespace

constinit const resource collections_resource{
    .name = "collections",
    .singular = "collection",
    .meaning = "Collections that sort the articles of a help center.",
    .columns = columns,
    .children = children,
    .get_target = "/help_center/collections/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .instead_of_delete = "SELECT delete_collection(id)."},
};

} // namespace intercom_mirror
