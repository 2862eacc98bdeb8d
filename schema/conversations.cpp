#include "schema/attachments.hpp"
#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the conversation."},
    editable({"title", text, "title", "Title."}),
    {"created_at", timestamp, "created_at", "When the conversation was started."},
    {"updated_at", timestamp, "updated_at", "When the conversation was last changed."},
    {"waiting_since", timestamp, "waiting_since",
     "Since when the customer has been waiting for a reply."},
    editable(
        {"snoozed_until", timestamp, "snoozed_until", "When a snoozed conversation opens again."}),
    {"open", boolean, "open", "Whether it is open."},
    editable({"state", text, "state", "open, closed or snoozed."}),
    editable({"read", boolean, "read", "Whether a teammate has read it."}),
    editable({"priority", text, "priority",
              "priority or not_priority; from version 2.16 none, low, medium, high or urgent."}),
    editable(refers_to("admins", {"admin_assignee_id", reference, "admin_assignee_id",
                                  "Id of the teammate it is assigned to."})),
    editable(refers_to("teams", {"team_assignee_id", reference, "team_assignee_id",
                                 "Id of the team it is assigned to."})),
    since(15, editable(refers_to("companies", {"company_id", reference, "company.id",
                                               "Id of the company it is about."}))),
    refers_to("tickets", {"ticket_id", reference, "ticket.id",
                          "Id of the ticket, when the conversation is a ticket's."}),
    {"source_type", text, "source.type",
     "Channel it came by: conversation, email, sms and others."},
    {"source_id", reference, "source.id", "Id of the first message."},
    {"source_delivered_as", text, "source.delivered_as", "How it was started."},
    {"source_subject", text, "source.subject", "Subject of the first message, HTML."},
    {"source_body", text, "source.body", "Text of the first message, HTML."},
    {"source_author_type", text, "source.author.type",
     "Who wrote the first message: admin, bot, user or lead."},
    refers_to("admins|contacts", {"source_author_id", reference, "source.author.id",
                                  "Id of who wrote the first message."}),
    {"source_author_name", text, "source.author.name", "Name of who wrote the first message."},
    {"source_author_email", text, "source.author.email",
     "Email address of who wrote the first message."},
    {"source_url", text, "source.url", "Page the first message was sent from."},
    {"source_redacted", boolean, "source.redacted", "Whether the first message was blanked out."},
    since(16,
          {"source_recipients", jsonb, "source.recipients", "Whom the first email was sent to."}),
    since(16,
          {"source_reply_to", jsonb, "source.reply_to", "Where answers to the first email go."}),
    since(16, {"source_email_message_metadata", jsonb, "source.email_message_metadata",
               "Headers of the first email."}),
    {"first_contact_reply_created_at", timestamp, "first_contact_reply.created_at",
     "When a contact first replied."},
    {"first_contact_reply_type", text, "first_contact_reply.type",
     "Channel of the first reply of a contact."},
    {"first_contact_reply_url", text, "first_contact_reply.url",
     "Page a contact first replied from."},
    {"sla_applied_sla_name", text, "sla_applied.sla_name", "Name of the SLA it is under."},
    {"sla_applied_sla_status", text, "sla_applied.sla_status",
     "hit, missed, cancelled or active; null when the SLA was taken away."},
    {"conversation_rating_rating", bigint, "conversation_rating.rating",
     "Rating the contact gave, from 1 to 5."},
    {"conversation_rating_remark", text, "conversation_rating.remark",
     "What the contact said with the rating."},
    {"conversation_rating_created_at", timestamp, "conversation_rating.created_at",
     "When a rating was asked for."},
    since(14, {"conversation_rating_updated_at", timestamp, "conversation_rating.updated_at",
               "When the rating was last changed."}),
    refers_to("contacts", {"conversation_rating_contact_id", reference,
                           "conversation_rating.contact.id", "Id of the contact who rated."}),
    refers_to("admins", {"conversation_rating_teammate_id", reference,
                         "conversation_rating.teammate.id", "Id of the teammate who was rated."}),
    {"conversation_rating_teammate_type", text, "conversation_rating.teammate.type",
     "What was rated: admin, bot or workflow."},
    {"statistics_time_to_assignment", bigint, "statistics.time_to_assignment",
     "Seconds until it was first assigned."},
    {"statistics_time_to_admin_reply", bigint, "statistics.time_to_admin_reply",
     "Seconds until a teammate first replied."},
    {"statistics_time_to_first_close", bigint, "statistics.time_to_first_close",
     "Seconds until it was first closed."},
    {"statistics_time_to_last_close", bigint, "statistics.time_to_last_close",
     "Seconds until it was last closed."},
    {"statistics_median_time_to_reply", bigint, "statistics.median_time_to_reply",
     "Median of the seconds teammates took to reply."},
    {"statistics_first_contact_reply_at", timestamp, "statistics.first_contact_reply_at",
     "When a contact first replied."},
    {"statistics_first_assignment_at", timestamp, "statistics.first_assignment_at",
     "When it was first assigned."},
    {"statistics_first_admin_reply_at", timestamp, "statistics.first_admin_reply_at",
     "When a teammate first replied."},
    {"statistics_first_close_at", timestamp, "statistics.first_close_at",
     "When it was first closed."},
    {"statistics_last_assignment_at", timestamp, "statistics.last_assignment_at",
     "When it was last assigned."},
    {"statistics_last_assignment_admin_reply_at", timestamp,
     "statistics.last_assignment_admin_reply_at",
     "When a teammate first replied after the last assignment."},
    {"statistics_last_contact_reply_at", timestamp, "statistics.last_contact_reply_at",
     "When a contact last replied."},
    {"statistics_last_admin_reply_at", timestamp, "statistics.last_admin_reply_at",
     "When a teammate last replied."},
    {"statistics_last_close_at", timestamp, "statistics.last_close_at", "When it was last closed."},
    refers_to("admins", {"statistics_last_closed_by_id", reference, "statistics.last_closed_by_id",
                         "Id of the teammate who last closed it."}),
    {"statistics_count_reopens", bigint, "statistics.count_reopens",
     "How often it was opened again."},
    {"statistics_count_assignments", bigint, "statistics.count_assignments",
     "How often it was assigned."},
    {"statistics_count_conversation_parts", bigint, "statistics.count_conversation_parts",
     "Number of its parts."},
    since(12, {"statistics_assigned_team_first_response_time", jsonb,
               "statistics.assigned_team_first_response_time",
               "Seconds each assigned team took for its first response."}),
    since(13, {"statistics_assigned_team_first_response_time_in_office_hours", jsonb,
               "statistics.assigned_team_first_response_time_in_office_hours",
               "The same, counting office hours only."}),
    since(13, {"statistics_handling_time", bigint, "statistics.handling_time",
               "Seconds teammates worked on it."}),
    since(13, {"statistics_adjusted_handling_time", bigint, "statistics.adjusted_handling_time",
               "Seconds teammates worked on it, without idle time."}),
    since(11, {"ai_agent_participated", boolean, "ai_agent_participated",
               "Whether the AI agent took part."}),
    since(11,
          {"ai_agent_source_type", text, "ai_agent.source_type", "What brought the AI agent in."}),
    since(11, {"ai_agent_source_title", text, "ai_agent.source_title",
               "Title of what brought the AI agent in."}),
    since(11, {"ai_agent_last_answer_type", text, "ai_agent.last_answer_type",
               "Kind of the AI agent's last answer."}),
    since(11, {"ai_agent_resolution_state", text, "ai_agent.resolution_state",
               "How the AI agent's work ended."}),
    since(11,
          {"ai_agent_rating", bigint, "ai_agent.rating", "Rating the contact gave the AI agent."}),
    since(11, {"ai_agent_rating_remark", text, "ai_agent.rating_remark",
               "What the contact said with the rating of the AI agent."}),
    since(11,
          {"ai_agent_created_at", timestamp, "ai_agent.created_at", "When the AI agent joined."}),
    since(11, {"ai_agent_updated_at", timestamp, "ai_agent.updated_at",
               "When the AI agent last did something."}),
    since(11, {"ai_agent_content_sources", jsonb,
               "ai_agent.content_sources.content_sources|ai_agent.content_sources",
               "What the AI agent drew its answers from."}),
    since(16, {"sales_agent_participated", boolean, "sales_agent_participated",
               "Whether the AI sales agent took part."}),
    since(16, {"sales_agent", jsonb, "sales_agent", "What the AI sales agent found out."}),
    since(16, {"channel_initial", text, "channel.initial", "Channel it was started on."}),
    since(16, {"channel_current", text, "channel.current", "Channel it is on now."}),
    since(16, {"external_references", jsonb, "external_references",
               "What stands for it in other help desks."}),
    {"topics", jsonb, "topics", "Topics Intercom recognised."},
    attributes({"custom_attributes", jsonb, "custom_attributes",
                "Values of conversation attributes, by name."}),
};

constexpr column part_columns[] = {
    {"id", id, "id", "Intercom's id of the part."},
    insert_only({"part_type", text, "part_type",
                 "What it is: comment, note, assignment, close and many others."}),
    insert_only({"body", text, "body", "Text, HTML."}),
    insert_only({"attachment_urls", jsonb, "",
                 "Addresses of files to be sent with a new part, an array; never served."}),
    insert_only({"created_at", timestamp, "created_at", "When it was written or happened."}),
    {"updated_at", timestamp, "updated_at", "When it was last changed."},
    {"notified_at", timestamp, "notified_at", "When people were told about it."},
    {"assigned_to_type", text, "assigned_to.type",
     "What the conversation was assigned to: admin or team."},
    refers_to("admins|teams", {"assigned_to_id", reference, "assigned_to.id",
                               "Id of what the conversation was assigned to."}),
    insert_only({"author_type", text, "author.type", "Who wrote it: admin, bot, user or lead."}),
    insert_only(
        refers_to("admins|contacts", {"author_id", reference, "author.id", "Id of who wrote it."})),
    {"author_name", text, "author.name", "Name of who wrote it."},
    {"author_email", text, "author.email", "Email address of who wrote it."},
    since(14, {"author_from_ai_agent", boolean, "author.from_ai_agent",
               "Whether the AI agent wrote it."}),
    since(14, {"author_is_ai_answer", boolean, "author.is_ai_answer",
               "Whether it is an answer the AI agent made up."}),
    {"external_id", text, "external_id", "Id of the message in another system."},
    {"redacted", boolean, "redacted", "Whether it was blanked out."},
    since(13, {"state", text, "state", "State of the conversation after it."}),
    since(13, {"tags", jsonb, "tags", "Tags of this part."}),
    since(13, {"event_details", jsonb, "event_details",
               "What happened; its members depend on part_type."}),
    since(13, {"app_package_code", text, "app_package_code", "App that made it through the API."}),
    since(13, {"email_message_metadata", jsonb, "email_message_metadata",
               "Headers of the email it came by."}),
    since(14, {"metadata", jsonb, "metadata", "Quick replies it offered."}),
};

constexpr auto source_attachment_columns = attachment_columns("=conversation_source");
constexpr auto part_attachment_columns = attachment_columns("=conversation_part");

constexpr column contact_columns[] = {
    refers_to("contacts", {"contact_id", id, "id", "Id of the contact."}),
};

constexpr column teammate_columns[] = {
    refers_to("admins", {"admin_id", id, "id", "Id of the teammate."}),
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
    {"applied_at", timestamp, "applied_at", "When the tag was put on."},
    {"applied_by_type", text, "applied_by.type", "Who put the tag on: admin or contact."},
    refers_to("admins|contacts",
              {"applied_by_id", reference, "applied_by.id", "Id of who put the tag on."}),
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
     .target = "/conversations/{conversation_id}/reply",
     .columns = "part_type,body,created_at,attachment_urls",
     .when = "author_type=admin",
     .body = reply_by_admin},
    {.method = "POST",
     .target = "/conversations/{conversation_id}/reply",
     .columns = "author_id,body,created_at,attachment_urls",
     .when = "author_type=user",
     .body = reply_by_contact},
};
constexpr column_rule part_rules[] = {
    {.column = "part_type", .values = "comment|note", .is_required = true},
    {.column = "body", .is_required = true},
    {.column = "created_at", .versions = from_version(11)},
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

// Who puts a tag on or takes it off has to be named.
constexpr body_member tag_body[] = {{"id", "tag_id"}, {"admin_id", "@admin"}};
constexpr body_member by_admin[] = {{"admin_id", "@admin"}};
constexpr write_request attach_tag[] = {
    {.method = "POST", .target = "/conversations/{conversation_id}/tags", .body = tag_body}};
constexpr write_request detach_tag[] = {{.method = "DELETE",
                                         .target = "/conversations/{conversation_id}/tags/{tag_id}",
                                         .body = by_admin}};

constexpr body_member contact_body[] = {{"admin_id", "@admin"},
                                        {"customer.intercom_user_id", "contact_id"}};
constexpr write_request attach_contact[] = {{.method = "POST",
                                             .target = "/conversations/{conversation_id}/customers",
                                             .body = contact_body}};
constexpr write_request detach_contact[] = {
    {.method = "DELETE",
     .target = "/conversations/{conversation_id}/customers/{contact_id}",
     .body = by_admin}};

constexpr child part_children[] = {
    {.table = attachments_table,
     .kind = child_kind::values,
     .meaning = attachments_meaning,
     .path = "attachments",
     .parent_column = "part_id",
     .columns = part_attachment_columns,
     .key = attachments_key,
     .scope = "part_kind=conversation_part"},
};

// No member of them is an id.
constexpr column handling_event_columns[] = {
    {"_key", text, "timestamp&type&teammate.id", "Key of the event for the daemon."},
    {"type", text, "type", "paused or resumed."},
    {"occurred_at", timestamp, "timestamp", "When it happened (`timestamp`)."},
    refers_to("admins", {"admin_id", reference, "teammate.id", "Id of the teammate."}),
    {"admin_name", text, "teammate.name", "Name of the teammate."},
    {"admin_email", text, "teammate.email", "Email address of the teammate."},
    {"reason", text, "reason", "Why the work was paused."},
};

constexpr child children[] = {
    {.table = "conversation_parts",
     .kind = child_kind::records,
     .meaning = "Messages, notes and events of conversations, after the first message.",
     .path = "conversation_parts.conversation_parts",
     .parent_column = "conversation_id",
     .columns = part_columns,
     .key = "id",
     .window = 500,
     .by = carried::by_get_only,
     .children = part_children,
     .editable = true,
     .write = {.create = reply,
               .columns = part_rules,
               .rows = part_row_rules,
               .instead_of_delete = "SELECT redact_part(conversation_id, id) blanks a part out."}},
    {.table = "conversation_contacts",
     .kind = child_kind::links,
     .meaning = "Which contacts take part in which conversations.",
     .path = "contacts.contacts|contacts.data",
     .parent_column = "conversation_id",
     .columns = contact_columns,
     .key = "conversation_id,contact_id",
     .editable = true,
     .write = {.create = attach_contact, .remove = detach_contact}},
    {.table = "conversation_teammates",
     .kind = child_kind::links,
     .meaning = "Which teammates have written in which conversations.",
     .path = "teammates.teammates|teammates.admins",
     .parent_column = "conversation_id",
     .columns = teammate_columns,
     .key = "conversation_id,admin_id"},
    {.table = "conversation_tags",
     .kind = child_kind::links,
     .meaning = "Which conversations bear which tags.",
     .path = "tags.tags|tags.data",
     .parent_column = "conversation_id",
     .columns = tag_columns,
     .key = "conversation_id,tag_id",
     .editable = true,
     .write = {.create = attach_tag, .remove = detach_tag}},
    {.table = "conversation_linked_objects",
     .kind = child_kind::links,
     .meaning = "Tickets and conversations that conversations are linked to.",
     .path = "linked_objects.data",
     .parent_column = "conversation_id",
     .columns = linked_object_columns,
     .key = "conversation_id,linked_object_id"},
    since(15, child{.table = "conversation_handling_events",
                    .kind = child_kind::values,
                    .meaning = "When teammates paused and resumed their work on conversations. "
                               "Filled only where the configuration names it.",
                    .parent_column = "conversation_id",
                    .columns = handling_event_columns,
                    .key = "conversation_id,_key",
                    .complete = {.rule = completion_rule::per_record,
                                 .by = paging::none,
                                 .target = "/conversations/{id}/handling_events",
                                 .list_keys = "handling_events"},
                    .is_optional = true}),
    {.table = attachments_table,
     .kind = child_kind::values,
     .meaning = attachments_meaning,
     .path = "source.attachments",
     .parent_column = "part_id",
     .columns = source_attachment_columns,
     .key = attachments_key,
     .scope = "part_kind=conversation_source"},
};

constexpr listing listings[] = {
    {.by = paging::cursor,
     .target = "/conversations",
     .list_keys = "conversations|data",
     .page_size = 150},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"contacts.contacts.external_id", "the contact's own column"},
    {"contacts.data.external_id", "the contact's own column"},
    {"source.author.from_ai_agent",
     "parts have columns for it, a first message is rarely the AI's"},
    {"source.author.is_ai_answer", "parts have columns for it, a first message is rarely the AI's"},
    {"ai_topics", "Preview only, where it may still change"},
    {"conversation_rating.contact", "a reference; the id has a column"},
    {"tags.tags.name", "the tag's own column"},
    {"tags.data.name", "the tag's own column"},
    {"linked_objects.total_count", "the length of a list"},
    {"linked_objects.has_more", "says that a list is cut short"},
    {"conversation_parts.total_count", "the length of a list"},
    {"ticket", "the ticket itself is a row of tickets"},
    {"company", "the company itself is a row of companies"},
    {"conversation_parts.conversation_parts.translations", "served only on request"},
    {"monitor_evaluations", "served only on request"},
    {"scorecards", "served only on request"},
};

constexpr body_member body[] = {{"company_id", "company_id"}, {"admin_id", "@admin", only_preview}};
constexpr body_member assign_admin[] = {
    {"message_type", "=assignment"},
    {"type", "=admin"},
    {"admin_id", "@admin"},
    {.place = "assignee_id", .value = "admin_assignee_id", .when_null = "0"},
};
constexpr body_member assign_team[] = {
    {"message_type", "=assignment"},
    {"type", "=team"},
    {"admin_id", "@admin"},
    {.place = "assignee_id", .value = "team_assignee_id", .when_null = "0"},
};
constexpr body_member close[] = {
    {"message_type", "=close"}, {"type", "=admin"}, {"admin_id", "@admin"}};
constexpr body_member open[] = {{"message_type", "=open"}, {"admin_id", "@admin"}};
constexpr body_member snooze[] = {
    {"message_type", "=snoozed"}, {"admin_id", "@admin"}, {"snoozed_until", "snoozed_until"}};
constexpr std::string_view manage = "/conversations/{id}/parts";

// State comes last: a reply or an assignment may open a conversation again.
constexpr write_request update[] = {
    {.method = "PUT", .target = "/conversations/{id}", .body = body},
    {.method = "POST", .target = manage, .columns = "team_assignee_id", .body = assign_team},
    {.method = "POST", .target = manage, .columns = "admin_assignee_id", .body = assign_admin},
    {.method = "POST", .target = manage, .columns = "state", .when = "state=open", .body = open},
    {.method = "POST", .target = manage, .columns = "state", .when = "state=closed", .body = close},
    {.method = "POST",
     .target = manage,
     .columns = "state,snoozed_until",
     .when = "state=snoozed",
     .body = snooze},
};
constexpr column_rule column_rules[] = {
    {.column = "title", .versions = from_version(13)},
    {.column = "company_id", .versions = from_version(14)},
    {.column = "priority", .values = "none|low|medium|high|urgent", .versions = only_preview},
    {.column = "state", .values = "open|closed|snoozed", .is_required = true},
    {.column = "read", .is_required = true},
    {.column = "custom_attributes", .definitions = "'conversation'"},
};
constexpr row_rule row_rules[] = {
    {edit::update, "NEW.state = 'snoozed' AND NEW.snoozed_until IS NULL",
     "a snoozed conversation needs snoozed_until", "Set both in one UPDATE."},
    {edit::update,
     "NEW.state IS DISTINCT FROM 'snoozed' AND NEW.snoozed_until IS NOT NULL"
     " AND NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until",
     "only a snoozed conversation has snoozed_until", "Set state to snoozed in the same UPDATE."},
};

} // namespace

constinit const resource conversations_resource{
    .name = "conversations",
    .singular = "conversation",
    .meaning = "Conversations with customers; one that is a ticket's has ticket_id set.",
    .columns = columns,
    .children = children,
    .get_target = "/conversations/{id}",
    .listings = listings,
    .searching = {.target = "/conversations/search",
                  .list_keys = "conversations|data",
                  .page_size = 150},
    .deletions = {.by = paging::page,
                  .target = "/conversations/deleted?order=desc",
                  .list_keys = "conversations|data",
                  .page_size = 60,
                  .time = "deleted_at",
                  .versions = {.first = {2, 16}}},
    .list_is_poorer = true,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .volatile_members = "attachments.url",
    .sets = "contacts.contacts,teammates.teammates,tags.tags,linked_objects.data,"
            "conversation_parts.conversation_parts,conversation_parts.conversation_parts.tags",
    .left_in_raw = in_raw,
    .write = {.update = update,
              .columns = column_rules,
              .rows = row_rules,
              .instead_of_insert = "SELECT create_conversation(...), or send_message(...).",
              .instead_of_delete = "SELECT delete_conversation(id), or set state to closed."},
};

} // namespace intercom_mirror
