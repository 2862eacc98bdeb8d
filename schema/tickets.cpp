#include "schema/attachments.hpp"
#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// Up to version 2.11 `ticket_state` is the category itself, and its labels stand beside it.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the ticket, shared with its conversation."},
    {"ticket_id", text, "ticket_id", "Number shown to people; the API does not take it."},
    {"category", text, "category", "Customer, Back-office or Tracker."},
    editable({"title", text, "ticket_attributes._default_title_", "Title."}),
    editable({"description", text, "ticket_attributes._default_description_", "Description."}),
    since(12, editable(refers_to("ticket_states", {"ticket_state_id", reference, "ticket_state.id",
                                                   "Id of the state it is in."}))),
    editable({"ticket_state_category", text, "ticket_state.category|ticket_state",
              "Stage it is in: submitted, in_progress, waiting_on_customer or resolved."}),
    {"ticket_state_internal_label", text, "ticket_state.internal_label|ticket_state_internal_label",
     "Name of its state as teammates see it."},
    {"ticket_state_external_label", text, "ticket_state.external_label|ticket_state_external_label",
     "Name of its state as customers see it."},
    since(16, refers_to("ticket_states",
                        {"previous_ticket_state_id", reference, "previous_ticket_state_id",
                         "Id of the state it was in before."})),
    insert_only(refers_to("ticket_types", {"ticket_type_id", reference, "ticket_type.id",
                                           "Id of the ticket's type."})),
    editable(refers_to("admins", {"admin_assignee_id", reference, "admin_assignee_id",
                                  "Id of the teammate it is assigned to."})),
    editable(refers_to("teams", {"team_assignee_id", reference, "team_assignee_id",
                                 "Id of the team it is assigned to."})),
    {"created_at", timestamp, "created_at", "When the ticket was created."},
    {"updated_at", timestamp, "updated_at", "When the ticket was last changed."},
    editable({"open", boolean, "open", "Whether it is open."}),
    editable({"snoozed_until", timestamp, "snoozed_until", "When a snoozed ticket opens again."}),
    editable({"is_shared", boolean, "is_shared", "Whether the customer sees it."}),
    attributes({"ticket_attributes", jsonb, "ticket_attributes",
                "Values of the attributes of its type, by name."}),
};

constexpr column part_columns[] = {
    {"id", id, "id", "Intercom's id of the part."},
    insert_only({"part_type", text, "part_type",
                 "What it is: comment, note, ticket_state_updated_by_admin and others."}),
    insert_only({"body", text, "body", "Text, HTML."}),
    insert_only({"attachment_urls", jsonb, "",
                 "Addresses of files to be sent with a new part, an array; never served."}),
    {"ticket_state", text, "ticket_state", "Stage of the ticket after it."},
    {"previous_ticket_state", text, "previous_ticket_state", "Stage of the ticket before it."},
    insert_only({"created_at", timestamp, "created_at", "When it was written or happened."}),
    {"updated_at", timestamp, "updated_at", "When it was last changed."},
    {"assigned_to_type", text, "assigned_to.type",
     "What the ticket was assigned to: admin or team."},
    refers_to("admins|teams", {"assigned_to_id", reference, "assigned_to.id",
                               "Id of what the ticket was assigned to."}),
    insert_only({"author_type", text, "author.type", "Who wrote it: admin, bot, team or user."}),
    insert_only(refers_to("admins|teams|contacts",
                          {"author_id", reference, "author.id", "Id of who wrote it."})),
    {"author_name", text, "author.name", "Name of who wrote it."},
    {"author_email", text, "author.email", "Email address of who wrote it."},
    {"external_id", text, "external_id", "Id of the message in another system."},
    {"redacted", boolean, "redacted", "Whether it was blanked out."},
    since(13, {"app_package_code", text, "app_package_code", "App that made it through the API."}),
    since(14, {"updated_attribute_data", jsonb, "updated_attribute_data",
               "Attribute that was changed, and its new value."}),
};

constexpr auto part_attachment_columns = attachment_columns("=ticket_part");

constexpr column contact_columns[] = {
    refers_to("contacts", {"contact_id", id, "id", "Id of the contact."}),
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
};

constexpr column linked_object_columns[] = {
    refers_to("tickets|conversations",
              {"linked_object_id", id, "id", "Id of the linked ticket or conversation."}),
    {"linked_object_type", text, "type", "ticket or conversation."},
    {"category", text, "category", "Category of a linked ticket."},
};

constexpr body_member reply_by_admin[] = {
    {"message_type", "part_type"}, {"type", "=admin"},
    {"admin_id", "@admin"},        {"body", "body"},
    {"created_at", "created_at"},  {"attachment_urls", "attachment_urls"},
};
constexpr body_member reply_by_contact[] = {
    {"message_type", "=comment"},      {"type", "=user"},
    {"intercom_user_id", "author_id"}, {"body", "body"},
    {"created_at", "created_at"},      {"attachment_urls", "attachment_urls"},
};
constexpr write_request reply[] = {
    {.method = "POST",
     .target = "/tickets/{ticket_id}/reply",
     .columns = "part_type,body,created_at,attachment_urls",
     .when = "author_type=admin",
     .body = reply_by_admin},
    {.method = "POST",
     .target = "/tickets/{ticket_id}/reply",
     .columns = "author_id,body,created_at,attachment_urls",
     .when = "author_type=user",
     .body = reply_by_contact},
};
constexpr column_rule part_rules[] = {
    {.column = "part_type", .values = "comment|note", .is_required = true},
    {.column = "body", .is_required = true},
    {.column = "author_type", .values = "admin|user", .when_absent = "'admin'"},
};
constexpr row_rule part_row_rules[] = {
    {edit::insert, "NEW.author_type = 'user' AND NEW.author_id IS NULL",
     "a reply of a contact needs author_id", "Give the contact's id."},
    {edit::insert, "NEW.author_type = 'user' AND NEW.part_type = 'note'",
     "contacts do not write notes", "Notes are written by teammates: author_type admin."},
    {edit::insert,
     "NEW.attachment_urls IS NOT NULL AND jsonb_typeof(NEW.attachment_urls) <> 'array'",
     "attachment_urls has to be an array of addresses", "Such as [\"https://example.com/a.png\"]."},
};

constexpr body_member tag_body[] = {{"id", "tag_id"}, {"admin_id", "@admin"}};
constexpr body_member untag_body[] = {{"admin_id", "@admin"}};
constexpr write_request attach_tag[] = {
    {.method = "POST", .target = "/tickets/{ticket_id}/tags", .body = tag_body}};
constexpr write_request detach_tag[] = {
    {.method = "DELETE", .target = "/tickets/{ticket_id}/tags/{tag_id}", .body = untag_body}};

constexpr child part_children[] = {
    {.table = attachments_table,
     .kind = child_kind::values,
     .meaning = attachments_meaning,
     .path = "attachments",
     .parent_column = "part_id",
     .columns = part_attachment_columns,
     .key = attachments_key,
     .scope = "part_kind=ticket_part"},
};

constexpr child children[] = {
    {.table = "ticket_parts",
     .kind = child_kind::records,
     .meaning = "Messages, notes and events of tickets.",
     .path = "ticket_parts.ticket_parts",
     .parent_column = "ticket_id",
     .columns = part_columns,
     .key = "id",
     .window = 500,
     .complete = {.rule = completion_rule::when_truncated},
     .children = part_children,
     .editable = true,
     .write = {.create = reply,
               .columns = part_rules,
               .rows = part_row_rules,
               .instead_of_delete = "Intercom has no request that deletes a ticket's part."}},
    {.table = "ticket_contacts",
     .kind = child_kind::links,
     .meaning = "Which contacts tickets are about.",
     .path = "contacts.contacts|contacts.data",
     .parent_column = "ticket_id",
     .columns = contact_columns,
     .key = "ticket_id,contact_id",
     .editable = true,
     .write = {.only_with_new_parent = true}},
    {.table = "ticket_tags",
     .kind = child_kind::links,
     .meaning = "Tags put on tickets from here; the API does not show a ticket's tags.",
     .parent_column = "ticket_id",
     .columns = tag_columns,
     .key = "ticket_id,tag_id",
     .editable = true,
     .write = {.create = attach_tag, .remove = detach_tag}},
    {.table = "ticket_linked_objects",
     .kind = child_kind::links,
     .meaning = "Tickets and conversations that tickets are linked to.",
     .path = "linked_objects.data",
     .parent_column = "ticket_id",
     .columns = linked_object_columns,
     .key = "ticket_id,linked_object_id"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"ticket_type", "a copy of a row of ticket_types; the id has a column"},
    {"ticket_state", "a copy of a row of ticket_states, but for the columns ticket_state_*"},
    {"linked_objects.total_count", "the length of a list"},
    {"linked_objects.has_more", "says that a list is cut short"},
    {"ticket_parts.total_count", "the length of a list"},
    {"contacts.contacts.external_id", "the contact's own column"},
    {"contacts.data.external_id", "the contact's own column"},
};

constexpr body_member create_body[] = {
    {"ticket_type_id", "ticket_type_id"},
    {"contacts[].id", "*ticket_contacts.contact_id"},
    {"assignment.admin_assignee_id", "admin_assignee_id", from_version(14)},
    {"assignment.team_assignee_id", "team_assignee_id", from_version(14)},
};
constexpr write_request create[] = {
    {.method = "POST",
     .target = "/tickets",
     .columns = "ticket_type_id,title,description,ticket_attributes",
     .body = create_body,
     .versions = up_to_version(13)},
    {.method = "POST",
     .target = "/tickets",
     .columns = "ticket_type_id,title,description,ticket_attributes,admin_assignee_id,"
                "team_assignee_id",
     .body = create_body,
     .versions = from_version(14)},
};
constexpr body_member body[] = {{"state", "ticket_state_category", up_to_version(11)},
                                {"ticket_state_id", "ticket_state_id", from_version(12)}};
constexpr body_member assign_admin[] = {
    {"assignment.admin_id", "@admin", up_to_version(13)},
    {"assignment.assignee_id", "admin_assignee_id", up_to_version(13), "0"},
    {"admin_id", "@admin", from_version(14)},
    {"assignee_id", "admin_assignee_id", from_version(14), "0"},
};
constexpr body_member assign_team[] = {
    {"assignment.admin_id", "@admin", up_to_version(13)},
    {"assignment.assignee_id", "team_assignee_id", up_to_version(13), "0"},
    {"admin_id", "@admin", from_version(14)},
    {"assignee_id", "team_assignee_id", from_version(14), "0"},
};
constexpr write_request update[] = {
    {.method = "PUT", .target = "/tickets/{id}", .body = body},
    {.method = "PUT",
     .target = "/tickets/{id}",
     .columns = "team_assignee_id",
     .body = assign_team},
    {.method = "PUT",
     .target = "/tickets/{id}",
     .columns = "admin_assignee_id",
     .body = assign_admin},
};
constexpr column_rule column_rules[] = {
    {.column = "ticket_type_id", .is_required = true},
    {.column = "ticket_state_category",
     .values = "in_progress|waiting_on_customer|resolved",
     .versions = up_to_version(11)},
    {.column = "ticket_state_id", .versions = from_version(12)},
    {.column = "open", .is_required = true, .on = edit::update},
    {.column = "ticket_attributes", .definitions = "'ticket_type/' || NEW.ticket_type_id"},
};

} // namespace

// There is no list of tickets: searching is the only way to find them all.
constinit const resource tickets_resource{
    .name = "tickets",
    .singular = "ticket",
    .meaning = "Requests that are followed through states until they are resolved.",
    .columns = columns,
    .children = children,
    .get_target = "/tickets/{id}",
    .searching = {.target = "/tickets/search", .list_keys = "tickets|data", .page_size = 150},
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    // Files of conversations and tickets are served under addresses that change with every read.
    .volatile_members = "attachments.url,ticket_attributes.*.url",
    .sets = "contacts.contacts,linked_objects.data,ticket_parts.ticket_parts,"
            "ticket_type.ticket_type_attributes.data,"
            "ticket_type.ticket_type_attributes.ticket_type_attributes",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .instead_of_delete = "SELECT delete_ticket(id), or set open to false."},
};

} // namespace intercom_mirror
