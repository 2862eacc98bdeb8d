#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// Standard attributes have no id, and custom ones share names between models. Those of
// conversations have a list of their own from 2.16 on, which says neither model nor full_name.
constexpr column columns[] = {
    {"_key", text, "model&full_name|=conversation/custom_attributes.&name",
     "Key of the row for the daemon: model and full_name."},
    {"id", reference, "id", "Intercom's id; only custom attributes have one."},
    insert_only({"model", text, "model|=conversation",
                 "What has the attribute: contact, company, conversation."}),
    {"full_name", text, "full_name|=custom_attributes.&name",
     "Path of the attribute in its model, custom_attributes.plan_level for instance."},
    insert_only({"name", text, "name", "Name of the attribute, the key in custom_attributes."}),
    {"label", text, "label", "Name as teammates see it."},
    editable({"description", text, "description", "What the attribute means."}),
    insert_only({"data_type", text, "data_type",
                 "Type of the values: string, integer, float, boolean, date or datetime; of "
                 "conversations from 2.16 on also list, decimal, relationship, files."}),
    editable({"options", jsonb, "options",
              "The values a list attribute allows; of conversations from 2.16 on with their ids."}),
    {"api_writable", boolean, "api_writable", "Whether values can be changed through the API."},
    editable({"messenger_writable", boolean, "messenger_writable",
              "Whether the Messenger can change values."}),
    {"ui_writable", boolean, "ui_writable", "Whether teammates can change values."},
    {"custom", boolean, "custom|=true", "Whether the workspace defined it, rather than Intercom."},
    editable({"archived", boolean, "archived", "Whether it is archived."}),
    {"created_at", timestamp, "created_at", "When it was defined; custom attributes only."},
    {"updated_at", timestamp, "updated_at",
     "When its definition was last changed; custom attributes only."},
    refers_to("admins", {"admin_id", reference, "admin_id", "Id of the teammate who defined it."}),
    since(16, column{"required", boolean, "required",
                     "Whether teammates have to give it before they close; of conversations."}),
    since(16, column{"visible_to_team_ids", jsonb, "visible_to_team_ids",
                     "Ids of the teams that see it, none for all; of conversations."}),
    since(16, column{"multiline", boolean, "multiline",
                     "Whether the text may have several lines; of conversations."}),
    since(16, column{"reference", jsonb, "reference",
                     "Which custom objects it relates to; of conversations."}),
};

constexpr listing listings[] = {
    {.target = "/data_attributes?model=contact&include_archived=true",
     .list_keys = "data",
     .part = "contact"},
    {.target = "/data_attributes?model=company&include_archived=true",
     .list_keys = "data",
     .part = "company"},
    until(15, listing{.target = "/data_attributes?model=conversation&include_archived=true",
                      .list_keys = "data",
                      .part = "conversation"}),
    since(16, listing{.target = "/conversations/attributes?include_archived=true",
                      .list_keys = "data",
                      .part = "conversation",
                      .leaves_out = "model = 'conversation' AND custom IS NOT TRUE"}),
};

constexpr unmapped in_raw[] = {kind_is_the_table};

constexpr write_request create[] = {{.method = "POST", .target = "/data_attributes"}};
constexpr write_request update[] = {{.method = "PUT", .target = "/data_attributes/{id}"}};
constexpr column_rule column_rules[] = {
    {.column = "model", .values = "contact|company", .is_required = true},
    {.column = "name", .is_required = true},
    {.column = "data_type",
     .values = "string|integer|float|boolean|date|datetime",
     .is_required = true},
    {.column = "full_name", .when_absent = "'custom_attributes.' || NEW.name"},
    {.column = "custom", .when_absent = "true"},
};
constexpr row_rule row_rules[] = {
    {edit::insert, "NEW.options IS NOT NULL AND NEW.data_type <> 'string'",
     "options of data_attributes belong to type string", "Set data_type to string."},
    {edit::update, "OLD.custom IS NOT TRUE", "attributes that Intercom defines cannot be changed",
     "Only custom attributes can."},
    {edit::update, "OLD.model = 'conversation' AND OLD.api_writable IS NOT TRUE",
     "attributes of conversations cannot be changed here", "Change them in Intercom."},
};

} // namespace

constinit const resource data_attributes_resource{
    .name = "data_attributes",
    .singular = "data_attribute",
    .meaning = "Definitions of the attributes of contacts, companies and conversations.",
    .columns = columns,
    .key = "_key",
    .primary_key = "model,full_name",
    .listings = listings,
    .has_updated_at = true,
    .defines_attributes = true,
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .rows = row_rules,
              .natural_key = "model,full_name",
              .instead_of_delete = "UPDATE data_attributes SET archived = true."},
};

} // namespace intercom_mirror
