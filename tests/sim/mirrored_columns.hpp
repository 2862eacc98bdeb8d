#pragma once

#include <string_view>

// What the mirror has to hold of each document, told a second time and by hand: the comparer must
// not share a mistake with the catalogue. A word is a column: NAME[:TYPE][=PATH[|PATH]], by default
// a text that stands in the member of the same name. Types:
//
//   t text   r reference (0 and "" mean none)   b boolean   n whole number   m number
//   d moment in Unix seconds, or milliseconds   j any JSON
namespace intercom_simulation::columns {

inline constexpr std::string_view contacts =
    "workspace_id external_id role email email_domain phone formatted_phone name"
    " avatar_image_url=avatar.image_url|avatar owner_id:r has_hard_bounced:b"
    " marked_email_as_spam:b unsubscribed_from_emails:b enabled_push_messaging:b created_at:d"
    " updated_at:d signed_up_at:d last_seen_at:d last_replied_at:d last_contacted_at:d"
    " last_email_opened_at:d last_email_clicked_at:d language_override browser browser_version"
    " browser_language os location_country=location.country location_region=location.region"
    " location_city=location.city location_country_code=location.country_code"
    " location_continent_code=location.continent_code location_timezone=location.timezone"
    " android_app_name android_app_version android_device android_os_version"
    " android_sdk_version android_last_seen_at:d ios_app_name ios_app_version ios_device"
    " ios_os_version ios_sdk_version ios_last_seen_at:d utm_campaign utm_content utm_medium"
    " utm_source utm_term referrer custom_attributes:j";

inline constexpr std::string_view social_profiles = "type name url";

inline constexpr std::string_view notes =
    "contact_id=contact.id company_id=company.id body created_at:d author_type=author.type"
    " author_id:r=author.id author_name=author.name author_email=author.email";

inline constexpr std::string_view companies =
    "company_id app_id name plan_id=plan.id plan_name=plan.name remote_created_at:d created_at:d"
    " updated_at:d last_request_at:d size:n website industry monthly_spend:m session_count:n"
    " user_count:n custom_attributes:j";

inline constexpr std::string_view conversations =
    "title created_at:d updated_at:d waiting_since:d snoozed_until:d open:b state read:b priority"
    " admin_assignee_id:r team_assignee_id:r ticket_id:r=ticket.id source_type=source.type"
    " source_id:r=source.id source_delivered_as=source.delivered_as source_subject=source.subject"
    " source_body=source.body source_author_type=source.author.type"
    " source_author_id:r=source.author.id source_author_name=source.author.name"
    " source_author_email=source.author.email source_url=source.url"
    " source_redacted:b=source.redacted"
    " first_contact_reply_created_at:d=first_contact_reply.created_at"
    " first_contact_reply_type=first_contact_reply.type"
    " first_contact_reply_url=first_contact_reply.url"
    " sla_applied_sla_name=sla_applied.sla_name sla_applied_sla_status=sla_applied.sla_status"
    " conversation_rating_rating:n=conversation_rating.rating"
    " conversation_rating_remark=conversation_rating.remark"
    " conversation_rating_created_at:d=conversation_rating.created_at"
    " conversation_rating_updated_at:d=conversation_rating.updated_at"
    " conversation_rating_contact_id:r=conversation_rating.contact.id"
    " conversation_rating_teammate_id:r=conversation_rating.teammate.id"
    " conversation_rating_teammate_type=conversation_rating.teammate.type"
    " statistics_time_to_assignment:n=statistics.time_to_assignment"
    " statistics_time_to_admin_reply:n=statistics.time_to_admin_reply"
    " statistics_time_to_first_close:n=statistics.time_to_first_close"
    " statistics_time_to_last_close:n=statistics.time_to_last_close"
    " statistics_median_time_to_reply:n=statistics.median_time_to_reply"
    " statistics_first_contact_reply_at:d=statistics.first_contact_reply_at"
    " statistics_first_assignment_at:d=statistics.first_assignment_at"
    " statistics_first_admin_reply_at:d=statistics.first_admin_reply_at"
    " statistics_first_close_at:d=statistics.first_close_at"
    " statistics_last_assignment_at:d=statistics.last_assignment_at"
    " statistics_last_assignment_admin_reply_at:d=statistics.last_assignment_admin_reply_at"
    " statistics_last_contact_reply_at:d=statistics.last_contact_reply_at"
    " statistics_last_admin_reply_at:d=statistics.last_admin_reply_at"
    " statistics_last_close_at:d=statistics.last_close_at"
    " statistics_last_closed_by_id:r=statistics.last_closed_by_id"
    " statistics_count_reopens:n=statistics.count_reopens"
    " statistics_count_assignments:n=statistics.count_assignments"
    " statistics_count_conversation_parts:n=statistics.count_conversation_parts"
    " ai_agent_participated:b ai_agent_source_type=ai_agent.source_type"
    " ai_agent_source_title=ai_agent.source_title"
    " ai_agent_last_answer_type=ai_agent.last_answer_type"
    " ai_agent_resolution_state=ai_agent.resolution_state ai_agent_rating:n=ai_agent.rating"
    " ai_agent_rating_remark=ai_agent.rating_remark ai_agent_created_at:d=ai_agent.created_at"
    " ai_agent_updated_at:d=ai_agent.updated_at"
    " ai_agent_content_sources:j=ai_agent.content_sources.content_sources topics:j"
    " custom_attributes:j";

inline constexpr std::string_view conversation_parts =
    "part_type body created_at:d updated_at:d notified_at:d assigned_to_type=assigned_to.type"
    " assigned_to_id:r=assigned_to.id author_type=author.type author_id:r=author.id"
    " author_name=author.name author_email=author.email author_from_ai_agent:b=author.from_ai_agent"
    " author_is_ai_answer:b=author.is_ai_answer external_id redacted:b state tags:j"
    " event_details:j app_package_code email_message_metadata:j metadata:j";

inline constexpr std::string_view conversation_tags =
    "applied_at:d applied_by_type=applied_by.type applied_by_id:r=applied_by.id";

inline constexpr std::string_view linked_objects = "linked_object_type=type category";

// The address itself expires; only where it leads is compared.
inline constexpr std::string_view attachments =
    "type name content_type filesize:n width:n height:n";

inline constexpr std::string_view tickets =
    "ticket_id category title=ticket_attributes._default_title_"
    " description=ticket_attributes._default_description_ ticket_state_id:r=ticket_state.id"
    " ticket_state_category=ticket_state.category"
    " ticket_state_internal_label=ticket_state.internal_label"
    " ticket_state_external_label=ticket_state.external_label ticket_type_id:r=ticket_type.id"
    " admin_assignee_id:r team_assignee_id:r created_at:d updated_at:d open:b snoozed_until:d"
    " is_shared:b ticket_attributes:j";

inline constexpr std::string_view ticket_parts =
    "part_type body ticket_state previous_ticket_state created_at:d updated_at:d"
    " assigned_to_type=assigned_to.type assigned_to_id:r=assigned_to.id author_type=author.type"
    " author_id:r=author.id author_name=author.name author_email=author.email external_id"
    " redacted:b app_package_code updated_attribute_data:j";

inline constexpr std::string_view admins =
    "name email job_title role away_mode_enabled:b away_mode_reassign:b away_status_reason_id:r"
    " has_inbox_seat:b avatar_image_url=avatar.image_url|avatar";

inline constexpr std::string_view teams = "name assignment_limit:n distribution_method";

inline constexpr std::string_view tags = "name";

inline constexpr std::string_view segments = "name person_type created_at:d updated_at:d";

inline constexpr std::string_view data_attributes =
    "id:r model full_name name label description data_type options:j api_writable:b"
    " messenger_writable:b ui_writable:b custom:b archived:b created_at:d updated_at:d admin_id:r";

inline constexpr std::string_view subscription_types =
    "state consent_type default_translation_name=default_translation.name"
    " default_translation_description=default_translation.description"
    " default_translation_locale=default_translation.locale translations:j content_types:j";

inline constexpr std::string_view ticket_types =
    "name description category icon workspace_id is_internal:b archived:b created_at:d"
    " updated_at:d";

inline constexpr std::string_view ticket_type_attributes =
    "ticket_type_id workspace_id name description data_type input_options:j display_order:n=order"
    " required_to_create:b required_to_create_for_contacts:b visible_on_create:b"
    " visible_to_contacts:b is_default:b=default archived:b created_at:d updated_at:d";

inline constexpr std::string_view ticket_states =
    "category internal_label external_label archived:b";

inline constexpr std::string_view help_centers =
    "workspace_id identifier display_name website_turned_on:b url custom_domain created_at:d"
    " updated_at:d";

inline constexpr std::string_view collections =
    "workspace_id name description icon display_order:n=order default_locale parent_id:r"
    " help_center_id:r url created_at:d updated_at:d";

inline constexpr std::string_view collection_translations = "name description";

inline constexpr std::string_view articles =
    "workspace_id title description body author_id:r state default_locale parent_id:r parent_type"
    " parent_ids:j url created_at:d updated_at:d statistics_views:n=statistics.views"
    " statistics_conversations:n=statistics.conversations"
    " statistics_reactions:n=statistics.reactions"
    " statistics_happy_reaction_percentage:m=statistics.happy_reaction_percentage"
    " statistics_neutral_reaction_percentage:m=statistics.neutral_reaction_percentage"
    " statistics_sad_reaction_percentage:m=statistics.sad_reaction_percentage";

inline constexpr std::string_view article_translations =
    "title description body author_id:r state url created_at:d updated_at:d";

inline constexpr std::string_view newsfeeds = "name created_at:d updated_at:d";

inline constexpr std::string_view news_items =
    "workspace_id title body sender_id:r state labels:j cover_image_url reactions:j"
    " deliver_silently:b created_at:d updated_at:d";

inline constexpr std::string_view news_item_newsfeeds = "published_at:d";

inline constexpr std::string_view activity_logs =
    "activity_type activity_description performed_by_type=performed_by.type"
    " performed_by_id:r=performed_by.id performed_by_email=performed_by.email"
    " performed_by_ip=performed_by.ip metadata:j created_at:d";

inline constexpr std::string_view away_status_reasons =
    "label emoji display_order:n=order deleted:b created_at:d updated_at:d";

inline constexpr std::string_view internal_articles =
    "title body owner_id:r author_id:r locale created_at:d updated_at:d";

inline constexpr std::string_view content_import_sources =
    "url sync_behavior status last_synced_at:d created_at:d updated_at:d";

inline constexpr std::string_view external_pages =
    "external_id source_id:r title html url locale ai_agent_availability:b"
    " ai_copilot_availability:b ai_sales_agent_availability:b fin_availability:b created_at:d"
    " updated_at:d last_ingested_at:d";

// Members of a record that its `raw` need not hold as they are now. `raw` is the document as last
// served and applied; it is applied again when a column changes, and these have columns elsewhere:
//
// * lists of parts, notes and attributes are rows of their own and empty in their parent's `raw`;
// * links are compared in their tables; inside the record they carry copies of the other record (a
//   tag's name, a contact's external id, a count), which change without changing a row here, and
//   lists that are cut short are completed in the table only;
// * copies of whole records (a ticket's type, the types of a state) are rows of their own tables.
constexpr std::string_view left_out_of_raw(std::string_view table)
{
    if (table == "contacts") {
        return "tags companies notes opted_out_subscription_types opted_in_subscription_types";
    }
    if (table == "companies") {
        return "tags segments";
    }
    if (table == "conversations") {
        return "conversation_parts contacts tags";
    }
    if (table == "tickets") {
        return "ticket_parts contacts ticket_type";
    }
    if (table == "ticket_types") {
        return "ticket_type_attributes";
    }
    if (table == "articles") {
        return "tags";
    }
    return table == "ticket_states" ? "ticket_types" : "";
}

// Arrays of ids, or of objects known by one: who belongs together, in no order.
inline constexpr std::string_view sets =
    "admin_ids team_ids teammates.teammates linked_objects.data content_types parent_ids"
    " newsfeed_assignments";

} // namespace intercom_simulation::columns
