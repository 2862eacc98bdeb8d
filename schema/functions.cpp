#include "schema/functions.hpp"

#include "schema/describe.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr parameter the_id{.name = "id", .type = id, .is_required = true};
constexpr parameter only_id[] = {the_id};

// --- Contacts and companies ----------------------------------------------------------------------

constexpr parameter merged_contacts[] = {
    {.name = "from", .type = id, .place = "from", .is_required = true, .refers_to = "contacts"},
    {.name = "into", .type = id, .place = "into", .is_required = true, .refers_to = "contacts"},
    {.name = "skip_duplicate_validation",
     .type = boolean,
     .place = "skip_duplicate_validation",
     .versions = from_version(16)},
};

constexpr parameter seen_visitor[] = {
    {.name = "user_id", .place = "?user_id", .is_required = true}};
constexpr parameter visitor[] = {
    {.name = "id", .type = id, .place = "id"},
    {.name = "user_id", .place = "user_id"},
    {.name = "name", .place = "name"},
    {.name = "custom_attributes", .type = jsonb, .place = "custom_attributes"},
};
constexpr parameter converted_visitor[] = {
    {.name = "type", .place = "type", .is_required = true, .values = "user|lead"},
    {.name = "visitor_id", .type = id, .place = "visitor.id"},
    {.name = "visitor_user_id", .place = "visitor.user_id"},
    {.name = "visitor_email", .place = "visitor.email"},
    {.name = "user_id", .type = id, .place = "user.id"},
    {.name = "user_user_id", .place = "user.user_id"},
    {.name = "user_email", .place = "user.email"},
};
constexpr parameter switched_call[] = {
    {.name = "phone", .place = "phone", .is_required = true},
    {.name = "custom_attributes", .type = jsonb, .place = "custom_attributes"},
};

// --- Conversations and tickets -------------------------------------------------------------------

constexpr parameter new_conversation[] = {
    {.name = "from_type", .place = "from.type", .is_required = true, .values = "lead|user|contact"},
    {.name = "from_id",
     .type = id,
     .place = "from.id",
     .is_required = true,
     .refers_to = "contacts"},
    {.name = "body", .place = "body", .is_required = true},
    {.name = "subject", .place = "subject"},
    {.name = "attachment_urls", .type = jsonb, .place = "attachment_urls"},
    {.name = "created_at", .type = timestamp, .place = "created_at", .versions = from_version(11)},
    {.name = "brand_id", .type = id, .place = "brand_id", .versions = from_version(16)},
};
constexpr parameter deleted_conversation[] = {
    the_id,
    {.name = "retain_metrics",
     .type = boolean,
     .place = "?retain_metrics",
     .versions = from_version(16)},
};
constexpr body_member redacted_part[] = {{"type", "=conversation_part"}};
constexpr parameter part_to_redact[] = {
    {.name = "conversation_id", .type = id, .place = "conversation_id", .is_required = true},
    {.name = "conversation_part_id",
     .type = id,
     .place = "conversation_part_id",
     .is_required = true},
};
constexpr body_member redacted_source[] = {{"type", "=source"}};
constexpr parameter source_to_redact[] = {
    {.name = "conversation_id", .type = id, .place = "conversation_id", .is_required = true},
    {.name = "source_id", .type = id, .place = "source_id", .is_required = true},
};
constexpr parameter converted_conversation[] = {
    the_id,
    {.name = "ticket_type_id",
     .type = id,
     .place = "ticket_type_id",
     .is_required = true,
     .refers_to = "ticket_types"},
    {.name = "attributes", .type = jsonb, .place = "attributes"},
    {.name = "ticket_state_id",
     .type = id,
     .place = "ticket_state_id",
     .refers_to = "ticket_states",
     .versions = from_version(16)},
};
constexpr parameter merged_conversations[] = {
    the_id,
    {.name = "merge_into_conversation_id",
     .type = id,
     .place = "merge_into_conversation_id",
     .is_required = true,
     .refers_to = "conversations",
     .is_number = true},
};
constexpr parameter changed_type[] = {
    the_id,
    {.name = "ticket_type_id",
     .type = id,
     .place = "ticket_type_id",
     .is_required = true,
     .refers_to = "ticket_types"},
    {.name = "ticket_state_id",
     .type = id,
     .place = "ticket_state_id",
     .is_required = true,
     .refers_to = "ticket_states"},
    {.name = "ticket_attributes", .type = jsonb, .place = "ticket_attributes"},
};
constexpr parameter linked_conversation[] = {
    the_id,
    {.name = "conversation_id",
     .type = id,
     .place = "conversation_id",
     .is_required = true,
     .refers_to = "conversations"},
};
constexpr parameter unlinked_conversation[] = {
    the_id,
    {.name = "conversation_id", .type = id, .is_required = true},
};

// --- Messages, events, teammates, exports --------------------------------------------------------

constexpr body_member from_admin[] = {{"from.type", "=admin"}};
constexpr parameter message[] = {
    {.name = "message_type",
     .place = "message_type",
     .is_required = true,
     .values = "in_app|email|whatsapp|sms"},
    {.name = "from_id",
     .type = id,
     .place = "from.id",
     .is_required = true,
     .refers_to = "admins",
     .is_number = true},
    {.name = "to_type", .place = "to.type", .is_required = true, .values = "user|lead|contact"},
    {.name = "to_id", .type = id, .place = "to.id", .is_required = true, .refers_to = "contacts"},
    {.name = "body", .place = "body", .is_required = true},
    {.name = "subject", .place = "subject"},
    {.name = "template", .place = "template", .values = "plain|personal"},
    {.name = "create_conversation_without_contact_reply",
     .type = boolean,
     .place = "create_conversation_without_contact_reply"},
};
constexpr parameter event[] = {
    {.name = "event_name", .place = "event_name", .is_required = true},
    {.name = "id", .type = id, .place = "id"},
    {.name = "user_id", .place = "user_id"},
    {.name = "email", .place = "email"},
    {.name = "created_at",
     .type = timestamp,
     .place = "created_at",
     .when_absent = "date_trunc('second', transaction_timestamp())"},
    {.name = "metadata", .type = jsonb, .place = "metadata"},
};
constexpr parameter event_summary[] = {
    {.name = "user_id", .place = "user_id", .is_required = true},
    {.name = "event_name", .place = "event_summaries.event_name", .is_required = true},
    {.name = "count", .type = bigint, .place = "event_summaries.count", .is_required = true},
    {.name = "first", .type = timestamp, .place = "event_summaries.first", .is_required = true},
    {.name = "last", .type = timestamp, .place = "event_summaries.last", .is_required = true},
};
constexpr parameter away_admin[] = {
    the_id,
    {.name = "away_mode_enabled",
     .type = boolean,
     .place = "away_mode_enabled",
     .is_required = true},
    {.name = "away_mode_reassign",
     .type = boolean,
     .place = "away_mode_reassign",
     .is_required = true},
    {.name = "away_status_reason_id",
     .type = id,
     .place = "away_status_reason_id",
     .versions = from_version(14),
     .is_number = true},
};
constexpr parameter export_range[] = {
    {.name = "created_at_after",
     .type = timestamp,
     .place = "created_at_after",
     .is_required = true},
    {.name = "created_at_before",
     .type = timestamp,
     .place = "created_at_before",
     .is_required = true},
};
constexpr parameter export_job[] = {{.name = "job_identifier", .type = id, .is_required = true}};

// --- Custom objects ------------------------------------------------------------------------------

constexpr parameter custom_object[] = {
    {.name = "custom_object_type_identifier", .is_required = true},
    {.name = "external_id", .place = "external_id", .is_required = true},
    {.name = "custom_attributes", .type = jsonb, .place = "custom_attributes"},
    {.name = "external_created_at", .type = timestamp, .place = "external_created_at"},
    {.name = "external_updated_at", .type = timestamp, .place = "external_updated_at"},
};
constexpr parameter custom_object_by_id[] = {
    {.name = "custom_object_type_identifier", .is_required = true}, the_id};
constexpr parameter custom_object_by_external_id[] = {
    {.name = "custom_object_type_identifier", .is_required = true},
    {.name = "external_id", .place = "?external_id", .is_required = true}};

constexpr write_request request(std::string_view method, std::string_view target,
                                version_range versions = {}, std::span<const body_member> body = {})
{
    return {.method = method, .target = target, .body = body, .versions = versions};
}

constexpr function all[] = {
    {"archive_contact", "Archives a contact; unarchive_contact brings it back.",
     request("POST", "/contacts/{id}/archive"), "contacts", "id", about::live_row, only_id},
    {"unarchive_contact", "Brings an archived contact back.",
     request("POST", "/contacts/{id}/unarchive"), "contacts", "id", about::any_id, only_id},
    {"delete_contact", "Deletes a contact for good.", request("DELETE", "/contacts/{id}"),
     "contacts", "id", about::any_id, only_id},
    {"block_contact", "Blocks a contact and archives its conversations.",
     request("POST", "/contacts/{id}/block", from_version(13)), "contacts", "id", about::live_row,
     only_id},
    {"merge_contacts", "Merges a lead into a user, who survives.",
     request("POST", "/contacts/merge"), "contacts", "from", about::live_row, merged_contacts,
     "$1 = $2", "a contact cannot be merged into itself"},
    {"delete_company", "Deletes a company; its contacts stay.",
     request("DELETE", "/companies/{id}"), "companies", "id", about::live_row, only_id},
    {"create_conversation", "Starts a conversation in the name of a contact.",
     request("POST", "/conversations"), "contacts", "from_id", about::live_row, new_conversation},
    {"delete_conversation", "Deletes a conversation for good.",
     request("DELETE", "/conversations/{id}", from_version(13)), "conversations", "id",
     about::live_row, deleted_conversation},
    {"redact_part", "Blanks a part of a conversation out, for good.",
     request("POST", "/conversations/redact", {}, redacted_part), "conversations",
     "conversation_id", about::live_row, part_to_redact},
    {"redact_source", "Blanks the first message of a conversation out, for good.",
     request("POST", "/conversations/redact", {}, redacted_source), "conversations",
     "conversation_id", about::live_row, source_to_redact},
    {"convert_conversation", "Makes a ticket of a conversation.",
     request("POST", "/conversations/{id}/convert"), "conversations", "id", about::live_row,
     converted_conversation},
    {"run_assignment_rules", "Lets the workspace's rules assign a conversation.",
     request("POST", "/conversations/{id}/run_assignment_rules", up_to_version(11)),
     "conversations", "id", about::live_row, only_id},
    {"merge_conversations", "Merges a conversation into another, which survives.",
     request("POST", "/conversations/{id}/merge", from_version(16)), "conversations", "id",
     about::live_row, merged_conversations, "$1 = $2",
     "a conversation cannot be merged into itself"},
    {"delete_ticket", "Deletes a ticket for good.",
     request("DELETE", "/tickets/{id}", from_version(13)), "tickets", "id", about::live_row,
     only_id},
    {"change_ticket_type", "Gives a ticket another type of the same category.",
     request("POST", "/tickets/{id}/change_type", from_version(16)), "tickets", "id",
     about::live_row, changed_type},
    {"link_conversation", "Links a conversation to a tracker ticket.",
     request("POST", "/tickets/{id}/linked_conversations", from_version(16)), "tickets", "id",
     about::live_row, linked_conversation},
    {"unlink_conversation", "Takes a conversation off a tracker ticket.",
     request("DELETE", "/tickets/{id}/linked_conversations/{conversation_id}", from_version(16)),
     "tickets", "id", about::live_row, unlinked_conversation},
    {"delete_tag", "Deletes a tag.", request("DELETE", "/tags/{id}"), "tags", "id", about::live_row,
     only_id},
    {"delete_article", "Deletes an article.", request("DELETE", "/articles/{id}"), "articles", "id",
     about::live_row, only_id},
    {"delete_collection", "Deletes a collection of articles.",
     request("DELETE", "/help_center/collections/{id}"), "collections", "id", about::live_row,
     only_id},
    {"delete_news_item", "Deletes a news item.", request("DELETE", "/news/news_items/{id}"),
     "news_items", "id", about::live_row, only_id},
    {"delete_internal_article", "Deletes an internal article.",
     request("DELETE", "/internal_articles/{id}", from_version(13)), "internal_articles", "id",
     about::live_row, only_id},
    {"send_message", "Sends a contact a message in the name of a teammate.",
     request("POST", "/messages", {}, from_admin), "contacts", "to_id", about::live_row, message,
     "$1 = 'email' AND ($6 IS NULL OR $7 IS NULL)", "an email needs subject and template"},
    {"submit_event",
     "Records an event of a contact, named by id, user_id or email.",
     request("POST", "/events"),
     {},
     {},
     about::any_id,
     event,
     "num_nonnulls($2, $3, $4) <> 1",
     "an event names its contact by exactly one of id, user_id and email"},
    {"submit_event_summary",
     "Records how often an event of a contact happened.",
     request("POST", "/events/summaries"),
     {},
     {},
     about::any_id,
     event_summary},
    {"set_admin_away", "Says whether a teammate is away, and whether replies are reassigned.",
     request("PUT", "/admins/{id}/away"), "admins", "id", about::live_row, away_admin},
    {.name = "read_visitor",
     .meaning = "Reads a visitor, who is mirrored from then on.",
     .request = request("GET", "/visitors"),
     .row = about::any_id,
     .parameters = seen_visitor,
     .answers = "visitors"},
    {.name = "update_visitor",
     .meaning = "Changes a visitor, named by id or user_id.",
     .request = request("PUT", "/visitors"),
     .row = about::any_id,
     .parameters = visitor,
     .refused_when = "num_nonnulls($1, $2) <> 1",
     .reason = "a visitor is named by one of id and user_id",
     .answers = "visitors"},
    {"convert_visitor",
     "Makes a visitor a contact, or merges it into one.",
     request("POST", "/visitors/convert"),
     {},
     {},
     about::any_id,
     converted_visitor,
     "num_nonnulls($2, $3, $4) <> 1",
     "a visitor is named by one of visitor_id, visitor_user_id and visitor_email"},
    {"phone_switch",
     "Invites a caller to go on in the Messenger.",
     request("POST", "/phone_call_redirects"),
     {},
     {},
     about::any_id,
     switched_call},
    {.name = "request_data_export",
     .meaning = "Has Intercom export what was sent in a span of time.",
     .request = request("POST", "/export/content/data"),
     .row = about::any_id,
     .parameters = export_range,
     .refused_when = "$1 >= $2",
     .reason = "created_at_after has to be before created_at_before",
     .answers = "data_export_jobs"},
    {.name = "cancel_data_export",
     .meaning = "Cancels an export.",
     .request = request("POST", "/export/cancel/{job_identifier}"),
     .row = about::any_id,
     .parameters = export_job,
     .answers = "data_export_jobs"},
    {"save_custom_object",
     "Creates a custom object, or changes the one of that external_id.",
     request("POST", "/custom_object_instances/{custom_object_type_identifier}", from_version(13)),
     {},
     {},
     about::any_id,
     custom_object},
    {"delete_custom_object",
     "Deletes a custom object by Intercom's id.",
     request("DELETE", "/custom_object_instances/{custom_object_type_identifier}/{id}",
             from_version(13)),
     {},
     {},
     about::any_id,
     custom_object_by_id},
    {"delete_custom_object_by_external_id",
     "Deletes a custom object by your own id.",
     request("DELETE", "/custom_object_instances/{custom_object_type_identifier}",
             from_version(13)),
     {},
     {},
     about::any_id,
     custom_object_by_external_id},
};

} // namespace

std::span<const function> functions()
{
    return all;
}

} // namespace intercom_mirror
