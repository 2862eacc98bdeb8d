#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the ticket type."},
    editable({"name", text, "name", "Name of the type."}),
    editable({"description", text, "description", "What tickets of this type are about."}),
    editable({"category", text, "category", "Customer, Back-office or Tracker."}),
    editable({"icon", text, "icon", "Emoji shown with the type."}),
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"is_internal", boolean, "is_internal", "Whether customers never see its tickets."}),
    editable({"archived", boolean, "archived", "Whether it is archived."}),
    {"created_at", timestamp, "created_at", "When the type was created."},
    {"updated_at", timestamp, "updated_at", "When the type was last changed."},
};

// `order` and `default` are words of SQL: these two columns are called otherwise.
constexpr column attribute_columns[] = {
    {"id", id, "id", "Intercom's id of the attribute."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"name", text, "name", "Name of the attribute, the key in ticket_attributes."}),
    editable({"description", text, "description", "What the attribute means."}),
    insert_only(
        {"data_type", text, "data_type",
         "Type of the values: string, list, integer, decimal, boolean, datetime or files."}),
    editable({"input_options", jsonb, "input_options",
              "How values are entered: the items of a list, whether text has several lines."}),
    {"display_order", bigint, "order", "Place among the attributes of the type (`order`)."},
    editable({"required_to_create", boolean, "required_to_create",
              "Whether teammates must fill it in to create a ticket."}),
    editable({"required_to_create_for_contacts", boolean, "required_to_create_for_contacts",
              "Whether customers must fill it in to create a ticket."}),
    editable({"visible_on_create", boolean, "visible_on_create",
              "Whether teammates see it when they create a ticket."}),
    editable({"visible_to_contacts", boolean, "visible_to_contacts", "Whether customers see it."}),
    {"is_default", boolean, "default", "Whether every ticket type has it (`default`)."},
    editable({"archived", boolean, "archived", "Whether it is archived."}),
    {"created_at", timestamp, "created_at", "When the attribute was created."},
    {"updated_at", timestamp, "updated_at", "When the attribute was last changed."},
};

constexpr body_member attribute_body[] = {
    {"multiline", "input_options.multiline"},
    {"list_items", "input_options.list_items"},
    {"allow_multiple_values", "input_options.allow_multiple_values"},
};
constexpr write_request create_attribute[] = {
    {.method = "POST",
     .target = "/ticket_types/{ticket_type_id}/attributes",
     .body = attribute_body}};
constexpr write_request update_attribute[] = {
    {.method = "PUT",
     .target = "/ticket_types/{ticket_type_id}/attributes/{id}",
     .body = attribute_body}};
constexpr column_rule attribute_rules[] = {
    {.column = "name", .is_required = true},
    {.column = "description", .is_required = true, .on = edit::insert},
    {.column = "data_type",
     .values = "string|list|integer|decimal|boolean|datetime|files",
     .is_required = true},
};

constexpr child children[] = {
    {.table = "ticket_type_attributes",
     .kind = child_kind::records,
     .meaning = "Attributes that the tickets of a type have.",
     .path = "ticket_type_attributes.data|ticket_type_attributes.ticket_type_attributes",
     .parent_column = "ticket_type_id",
     .columns = attribute_columns,
     .key = "id",
     .editable = true,
     .write = {.create = create_attribute,
               .update = update_attribute,
               .columns = attribute_rules,
               .instead_of_delete = "UPDATE ticket_type_attributes SET archived = true."}},
};

constexpr listing listings[] = {
    {.target = "/ticket_types", .list_keys = "data|ticket_types"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"ticket_type_attributes.data.ticket_type_id", "the type it stands in says it"},
    {"ticket_type_attributes.ticket_type_attributes.ticket_type_id",
     "the type it stands in says it"},
    {"ticket_states", "copies of rows of ticket_states: the states that the type offers"},
};

constexpr write_request create[] = {{.method = "POST",
                                     .target = "/ticket_types",
                                     .columns = "name,description,category,icon,is_internal"}};
constexpr write_request update[] = {{.method = "PUT", .target = "/ticket_types/{id}"}};
constexpr column_rule column_rules[] = {
    {.column = "name", .is_required = true},
    {.column = "category", .values = "Customer|Back-office|Tracker"},
};

} // namespace

constinit const resource ticket_types_resource{
    .name = "ticket_types",
    .singular = "ticket_type",
    .meaning = "Kinds of tickets.",
    .columns = columns,
    .children = children,
    .get_target = "/ticket_types/{id}",
    .listings = listings,
    .has_updated_at = true,
    .defines_attributes = true,
    .sets = "ticket_type_attributes.data,ticket_type_attributes.ticket_type_attributes,"
            "ticket_states.data",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .instead_of_delete = "UPDATE ticket_types SET archived = true."},
};

} // namespace intercom_mirror
