#include "schema/catalogue.hpp"
#include "schema/functions.hpp"
#include "schema/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char character : text) {
        if (character == separator) {
            parts.emplace_back();
        } else {
            parts.back() += character;
        }
    }
    return parts;
}

bool is_name(std::string_view text)
{
    static const std::regex name("[a-z_][a-z0-9_]{0,62}");
    return std::regex_match(text.begin(), text.end(), name);
}

bool is_member_path(std::string_view path)
{
    const auto steps = split(path, '.');
    return std::ranges::all_of(steps, is_name);
}

// Of elements: the members of an object end it with ".*".
bool is_elements_path(std::string_view path)
{
    return is_member_path(path.ends_with(".*") ? path.substr(0, path.size() - 2) : path);
}

void for_each_child(std::span<const child> children, const std::function<void(const child&)>& visit)
{
    for (const child& each : children) {
        visit(each);
        for_each_child(each.children, visit);
    }
}

// The columns of a resource and of all its children.
void for_each_column(const resource& of, const std::function<void(const column&)>& visit)
{
    std::ranges::for_each(of.columns, visit);
    for_each_child(of.children,
                   [&](const child& each) { std::ranges::for_each(each.columns, visit); });
}

// Everything of a record that goes somewhere, as paths in which arrays add nothing.
class mapped_paths
{
public:
    explicit mapped_paths(const resource& of) : of_(of)
    {
        add("", of.columns);
        add("", of.children);
    }

    [[nodiscard]] bool hold(const std::string& path) const
    {
        return values_.contains(path) ||
               std::ranges::any_of(documents_, [&](const std::string& document) {
                   return path.starts_with(document + ".");
               });
    }

    [[nodiscard]] bool leave_in_raw(const std::string& path) const
    {
        return std::ranges::any_of(of_.left_in_raw, [&](const unmapped& each) {
            const std::string entry(each.path);
            return entry.starts_with("*.")
                       ? path == entry.substr(2) || path.ends_with(entry.substr(1))
                       : path == entry || path.starts_with(entry + ".");
        });
    }

private:
    static std::string below(const std::string& prefix, std::string_view path)
    {
        return prefix.empty() ? std::string(path) : prefix + "." + std::string(path);
    }

    void add(const std::string& prefix, std::span<const column> columns)
    {
        for (const column& each : columns) {
            for (const std::string& alternative : split(each.path, '|')) {
                for (const std::string& member : split(alternative, '&')) {
                    values_.insert(below(prefix, member));
                    if (each.type == column_type::jsonb) {
                        documents_.insert(below(prefix, member));
                    }
                }
            }
        }
    }

    void add(const std::string& prefix, std::span<const child> children)
    {
        for (const child& each : children) {
            for (const std::string& alternative : split(each.path, '|')) {
                const std::string array = below(prefix, alternative);
                values_.insert(array);
                // These two are read with the array they stand beside.
                const auto beside = array.substr(0, array.rfind('.'));
                values_.insert(beside + ".total_count");
                values_.insert(beside + ".has_more");
                add(array, each.columns);
                add(array, each.children);
            }
        }
    }

    const resource& of_;
    std::set<std::string> values_;
    std::set<std::string> documents_;
};

// The fields that Intercom documents for each resource, all versions taken together.
const std::map<std::string, std::vector<std::string>> documented_fields{
    {"admins",
     {"type", "id", "name", "email", "job_title", "role.type", "role.id", "role.name",
      "away_mode_enabled", "away_mode_reassign", "away_status_reason_id", "has_inbox_seat",
      "team_ids", "avatar.type", "avatar.image_url", "team_priority_level.primary_team_ids",
      "team_priority_level.secondary_team_ids"}},
    {"teams",
     {"type", "id", "name", "admin_ids", "admin_priority_level.primary_admin_ids",
      "admin_priority_level.secondary_admin_ids", "assignment_limit", "distribution_method"}},
    {"tags", {"type", "id", "name", "applied_at", "applied_by.type", "applied_by.id"}},
    {"segments", {"type", "id", "name", "created_at", "updated_at", "person_type", "count"}},
    {"subscription_types",
     {"type", "id", "state", "consent_type", "default_translation.name",
      "default_translation.description", "default_translation.locale", "translations.name",
      "translations.description", "translations.locale", "content_types"}},
    {"data_attributes",
     {"type",
      "id",
      "model",
      "name",
      "full_name",
      "label",
      "description",
      "data_type",
      "options",
      "api_writable",
      "messenger_writable",
      "ui_writable",
      "custom",
      "archived",
      "created_at",
      "updated_at",
      "admin_id",
      "required",
      "visible_to_team_ids",
      "multiline",
      "reference.type",
      "reference.object_type_id"}},
    {"ticket_states",
     {"type", "id", "category", "internal_label", "external_label", "archived", "ticket_types.type",
      "ticket_types.data.id", "ticket_types.data.name"}},
    {"ticket_types",
     {"type",
      "id",
      "category",
      "name",
      "description",
      "icon",
      "workspace_id",
      "archived",
      "created_at",
      "updated_at",
      "is_internal",
      "ticket_states.type",
      "ticket_states.data.id",
      "ticket_type_attributes.type",
      "ticket_type_attributes.data.type",
      "ticket_type_attributes.data.id",
      "ticket_type_attributes.data.workspace_id",
      "ticket_type_attributes.data.name",
      "ticket_type_attributes.data.description",
      "ticket_type_attributes.data.data_type",
      "ticket_type_attributes.data.input_options",
      "ticket_type_attributes.data.order",
      "ticket_type_attributes.data.required_to_create",
      "ticket_type_attributes.data.required_to_create_for_contacts",
      "ticket_type_attributes.data.visible_on_create",
      "ticket_type_attributes.data.visible_to_contacts",
      "ticket_type_attributes.data.default",
      "ticket_type_attributes.data.ticket_type_id",
      "ticket_type_attributes.data.archived",
      "ticket_type_attributes.data.created_at",
      "ticket_type_attributes.data.updated_at",
      "ticket_type_attributes.ticket_type_attributes.id",
      "ticket_type_attributes.ticket_type_attributes.ticket_type_id"}},
    {"companies",
     {"type",
      "id",
      "app_id",
      "company_id",
      "name",
      "plan.type",
      "plan.id",
      "plan.name",
      "remote_created_at",
      "created_at",
      "updated_at",
      "last_request_at",
      "size",
      "website",
      "industry",
      "monthly_spend",
      "session_count",
      "user_count",
      "custom_attributes.any",
      "tags.type",
      "tags.tags.type",
      "tags.tags.id",
      "tags.tags.name",
      "segments.type",
      "segments.segments.type",
      "segments.segments.id",
      "segments.segments.name",
      "segments.segments.person_type",
      "notes.type",
      "notes.notes.id",
      "notes.notes.body"}},
    {"contacts",
     {"type",
      "id",
      "workspace_id",
      "external_id",
      "role",
      "email",
      "email_domain",
      "phone",
      "formatted_phone",
      "name",
      "avatar",
      "avatar.type",
      "avatar.image_url",
      "owner_id",
      "has_hard_bounced",
      "marked_email_as_spam",
      "unsubscribed_from_emails",
      "enabled_push_messaging",
      "created_at",
      "updated_at",
      "signed_up_at",
      "last_seen_at",
      "last_replied_at",
      "last_contacted_at",
      "last_email_opened_at",
      "last_email_clicked_at",
      "android_last_seen_at",
      "ios_last_seen_at",
      "language_override",
      "browser",
      "browser_version",
      "browser_language",
      "os",
      "android_app_name",
      "android_app_version",
      "android_device",
      "android_os_version",
      "android_sdk_version",
      "ios_app_name",
      "ios_app_version",
      "ios_device",
      "ios_os_version",
      "ios_sdk_version",
      "location.type",
      "location.country",
      "location.region",
      "location.city",
      "location.country_code",
      "location.continent_code",
      "location.timezone",
      "social_profiles.type",
      "social_profiles.data.type",
      "social_profiles.data.name",
      "social_profiles.data.url",
      "custom_attributes.any",
      "tags.type",
      "tags.data.id",
      "tags.data.type",
      "tags.data.url",
      "tags.url",
      "tags.total_count",
      "tags.has_more",
      "notes.data.id",
      "notes.data.url",
      "notes.url",
      "notes.total_count",
      "notes.has_more",
      "companies.data.id",
      "companies.data.url",
      "companies.url",
      "companies.total_count",
      "companies.has_more",
      "opted_out_subscription_types.data.id",
      "opted_out_subscription_types.url",
      "opted_out_subscription_types.has_more",
      "opted_in_subscription_types.data.id",
      "opted_in_subscription_types.url",
      "opted_in_subscription_types.has_more",
      "merge_history",
      "utm_campaign",
      "utm_content",
      "utm_medium",
      "utm_source",
      "utm_term",
      "referrer"}},
    {"conversations",
     {"type",
      "id",
      "title",
      "created_at",
      "updated_at",
      "waiting_since",
      "snoozed_until",
      "open",
      "state",
      "read",
      "priority",
      "admin_assignee_id",
      "team_assignee_id",
      "tags.type",
      "tags.tags.type",
      "tags.tags.id",
      "tags.tags.name",
      "tags.tags.applied_at",
      "tags.tags.applied_by.type",
      "tags.tags.applied_by.id",
      "source.type",
      "source.id",
      "source.delivered_as",
      "source.subject",
      "source.body",
      "source.author.type",
      "source.author.id",
      "source.author.name",
      "source.author.email",
      "source.url",
      "source.redacted",
      "source.recipients",
      "source.reply_to",
      "source.email_message_metadata",
      "source.attachments.type",
      "source.attachments.name",
      "source.attachments.url",
      "source.attachments.content_type",
      "source.attachments.filesize",
      "source.attachments.width",
      "source.attachments.height",
      "contacts.type",
      "contacts.contacts.type",
      "contacts.contacts.id",
      "contacts.contacts.external_id",
      "teammates.type",
      "teammates.teammates.type",
      "teammates.teammates.id",
      "teammates.admins.id",
      "first_contact_reply.created_at",
      "first_contact_reply.type",
      "first_contact_reply.url",
      "sla_applied.type",
      "sla_applied.sla_name",
      "sla_applied.sla_status",
      "conversation_rating.rating",
      "conversation_rating.remark",
      "conversation_rating.created_at",
      "conversation_rating.updated_at",
      "conversation_rating.contact.type",
      "conversation_rating.contact.id",
      "conversation_rating.contact.external_id",
      "conversation_rating.teammate.type",
      "conversation_rating.teammate.id",
      "statistics.type",
      "statistics.time_to_assignment",
      "statistics.time_to_admin_reply",
      "statistics.time_to_first_close",
      "statistics.time_to_last_close",
      "statistics.median_time_to_reply",
      "statistics.first_contact_reply_at",
      "statistics.first_assignment_at",
      "statistics.first_admin_reply_at",
      "statistics.first_close_at",
      "statistics.last_assignment_at",
      "statistics.last_assignment_admin_reply_at",
      "statistics.last_contact_reply_at",
      "statistics.last_admin_reply_at",
      "statistics.last_close_at",
      "statistics.last_closed_by_id",
      "statistics.count_reopens",
      "statistics.count_assignments",
      "statistics.count_conversation_parts",
      "statistics.assigned_team_first_response_time.team_id",
      "statistics.assigned_team_first_response_time_in_office_hours.team_id",
      "statistics.handling_time",
      "statistics.adjusted_handling_time",
      "conversation_parts.type",
      "conversation_parts.total_count",
      "linked_objects.type",
      "linked_objects.data.type",
      "linked_objects.data.id",
      "linked_objects.data.category",
      "linked_objects.total_count",
      "linked_objects.has_more",
      "custom_attributes.any",
      "ai_agent_participated",
      "ai_agent.source_type",
      "ai_agent.source_title",
      "ai_agent.last_answer_type",
      "ai_agent.resolution_state",
      "ai_agent.rating",
      "ai_agent.rating_remark",
      "ai_agent.content_sources.content_sources",
      "ai_agent.created_at",
      "ai_agent.updated_at",
      "company.id",
      "company.name",
      "topics",
      "ticket.id",
      "ticket.title",
      "sales_agent_participated",
      "sales_agent.outcome",
      "channel.initial",
      "channel.current",
      "external_references",
      "monitor_evaluations",
      "scorecards",
      "conversation_parts.conversation_parts.type",
      "conversation_parts.conversation_parts.id",
      "conversation_parts.conversation_parts.part_type",
      "conversation_parts.conversation_parts.body",
      "conversation_parts.conversation_parts.created_at",
      "conversation_parts.conversation_parts.updated_at",
      "conversation_parts.conversation_parts.notified_at",
      "conversation_parts.conversation_parts.assigned_to.type",
      "conversation_parts.conversation_parts.assigned_to.id",
      "conversation_parts.conversation_parts.author.type",
      "conversation_parts.conversation_parts.author.id",
      "conversation_parts.conversation_parts.author.name",
      "conversation_parts.conversation_parts.author.email",
      "conversation_parts.conversation_parts.author.from_ai_agent",
      "conversation_parts.conversation_parts.author.is_ai_answer",
      "conversation_parts.conversation_parts.attachments.type",
      "conversation_parts.conversation_parts.attachments.name",
      "conversation_parts.conversation_parts.attachments.url",
      "conversation_parts.conversation_parts.attachments.content_type",
      "conversation_parts.conversation_parts.attachments.filesize",
      "conversation_parts.conversation_parts.attachments.width",
      "conversation_parts.conversation_parts.attachments.height",
      "conversation_parts.conversation_parts.external_id",
      "conversation_parts.conversation_parts.redacted",
      "conversation_parts.conversation_parts.state",
      "conversation_parts.conversation_parts.tags.id",
      "conversation_parts.conversation_parts.event_details.any",
      "conversation_parts.conversation_parts.app_package_code",
      "conversation_parts.conversation_parts.email_message_metadata.subject",
      "conversation_parts.conversation_parts.metadata.quick_reply_options",
      "conversation_parts.conversation_parts.translations"}},
    {"tickets",
     {"type",
      "id",
      "ticket_id",
      "category",
      "ticket_attributes.any",
      "ticket_attributes._default_title_",
      "ticket_attributes._default_description_",
      "ticket_state",
      "ticket_state.type",
      "ticket_state.id",
      "ticket_state.category",
      "ticket_state.internal_label",
      "ticket_state.external_label",
      "ticket_state_internal_label",
      "ticket_state_external_label",
      "previous_ticket_state_id",
      "ticket_type.id",
      "ticket_type.name",
      "ticket_type.ticket_type_attributes.data.id",
      "contacts.type",
      "contacts.contacts.type",
      "contacts.contacts.id",
      "contacts.contacts.external_id",
      "admin_assignee_id",
      "team_assignee_id",
      "created_at",
      "updated_at",
      "open",
      "snoozed_until",
      "linked_objects.type",
      "linked_objects.data.type",
      "linked_objects.data.id",
      "linked_objects.data.category",
      "linked_objects.total_count",
      "linked_objects.has_more",
      "is_shared",
      "ticket_parts.type",
      "ticket_parts.total_count",
      "ticket_parts.ticket_parts.type",
      "ticket_parts.ticket_parts.id",
      "ticket_parts.ticket_parts.part_type",
      "ticket_parts.ticket_parts.body",
      "ticket_parts.ticket_parts.previous_ticket_state",
      "ticket_parts.ticket_parts.ticket_state",
      "ticket_parts.ticket_parts.created_at",
      "ticket_parts.ticket_parts.updated_at",
      "ticket_parts.ticket_parts.assigned_to.type",
      "ticket_parts.ticket_parts.assigned_to.id",
      "ticket_parts.ticket_parts.author.type",
      "ticket_parts.ticket_parts.author.id",
      "ticket_parts.ticket_parts.author.name",
      "ticket_parts.ticket_parts.author.email",
      "ticket_parts.ticket_parts.attachments.name",
      "ticket_parts.ticket_parts.attachments.url",
      "ticket_parts.ticket_parts.external_id",
      "ticket_parts.ticket_parts.redacted",
      "ticket_parts.ticket_parts.app_package_code",
      "ticket_parts.ticket_parts.updated_attribute_data.value"}},
    {"help_centers",
     {"id", "workspace_id", "created_at", "updated_at", "identifier", "website_turned_on",
      "display_name", "url", "custom_domain", "default", "locales"}},
    {"collections",
     {"id", "workspace_id", "name", "description", "created_at", "updated_at", "url", "icon",
      "order", "default_locale", "translated_content.type", "translated_content.*.type",
      "translated_content.*.name", "translated_content.*.description", "parent_id",
      "help_center_id"}},
    {"articles",
     {"type",
      "id",
      "workspace_id",
      "title",
      "description",
      "body",
      "body_markdown",
      "author_id",
      "state",
      "created_at",
      "updated_at",
      "url",
      "parent_id",
      "parent_ids",
      "parent_type",
      "default_locale",
      "translated_content.type",
      "translated_content.*.type",
      "translated_content.*.title",
      "translated_content.*.description",
      "translated_content.*.body",
      "translated_content.*.author_id",
      "translated_content.*.state",
      "translated_content.*.created_at",
      "translated_content.*.updated_at",
      "translated_content.*.url",
      "statistics.type",
      "statistics.views",
      "statistics.conversations",
      "statistics.reactions",
      "statistics.happy_reaction_percentage",
      "statistics.neutral_reaction_percentage",
      "statistics.sad_reaction_percentage",
      "statistics.fin_involvements",
      "statistics.fin_resolutions",
      "statistics.fin_resolution_rate",
      "has_unpublished_changes",
      "draft_updated_at",
      "ai_chatbot_availability",
      "ai_copilot_availability",
      "ai_sales_agent_availability",
      "created_by_id",
      "updated_by_id",
      "exclude_from_article_suggestions",
      "help_center_audience",
      "scheduled_publish_at",
      "scheduled_unpublish_at",
      "tags.type",
      "tags.tags.type",
      "tags.tags.id",
      "tags.tags.name",
      "folder_id"}},
    {"newsfeeds", {"type", "id", "name", "created_at", "updated_at"}},
    {"news_items",
     {"type", "id", "workspace_id", "title", "body", "sender_id", "state",
      "newsfeed_assignments.newsfeed_id", "newsfeed_assignments.published_at", "labels",
      "cover_image_url", "reactions", "deliver_silently", "created_at", "updated_at"}},
    {"activity_logs",
     {"id", "performed_by.type", "performed_by.id", "performed_by.email", "performed_by.ip",
      "metadata.any", "created_at", "activity_type", "activity_description"}},
    {"brands",
     {"type", "id", "name", "is_default", "created_at", "updated_at", "help_center_id",
      "default_address_settings_id"}},
    {"email_settings",
     {"type", "id", "email", "verified", "domain", "brand_id", "forwarding_enabled",
      "forwarded_email_last_received_at", "created_at", "updated_at"}},
    {"macros",
     {"type", "id", "name", "body", "body_text", "created_at", "updated_at", "visible_to",
      "visible_to_team_ids", "available_on"}},
    {"audiences",
     {"type", "id", "name", "predicates.value", "role_predicates.value", "created_at",
      "updated_at"}},
    {"content_snippets",
     {"type", "id", "title", "locale", "json_blocks.text", "body_markdown", "chatbot_availability",
      "copilot_availability", "ai_chatbot_availability", "ai_copilot_availability",
      "ai_sales_agent_availability", "created_at", "updated_at", "audience_ids"}},
    {"office_hours_schedules",
     {"type", "id", "name", "time_zone_name", "time_intervals.start_minute", "twenty_four_seven",
      "created_at", "updated_at"}},
    {"data_connectors",
     {"type", "id", "name", "description", "state", "http_method", "direct_fin_usage",
      "created_by_admin_id", "updated_by_admin_id", "created_at", "updated_at",
      "execution_results_url"}},
    {"custom_object_instances",
     {"type", "id", "external_id", "external_created_at", "external_updated_at",
      "custom_attributes", "created_at", "updated_at"}},
    {"visitors",
     {"type",
      "id",
      "user_id",
      "anonymous",
      "email",
      "phone",
      "name",
      "pseudonym",
      "avatar.type",
      "avatar.image_url",
      "app_id",
      "companies.type",
      "companies.companies",
      "location_data.type",
      "location_data.city_name",
      "location_data.continent_code",
      "location_data.country_code",
      "location_data.country_name",
      "location_data.postal_code",
      "location_data.region_name",
      "location_data.timezone",
      "last_request_at",
      "las_request_at",
      "created_at",
      "remote_created_at",
      "signed_up_at",
      "updated_at",
      "session_count",
      "social_profiles.type",
      "social_profiles.social_profiles",
      "owner_id",
      "unsubscribed_from_emails",
      "marked_email_as_spam",
      "has_hard_bounced",
      "tags.type",
      "tags.tags.id",
      "segments.type",
      "segments.segments",
      "custom_attributes",
      "referrer",
      "utm_campaign",
      "utm_content",
      "utm_medium",
      "utm_source",
      "utm_term",
      "do_not_track"}},
    {"data_export_jobs",
     {"job_identifier", "job_identfier", "status", "download_expires_at", "download_url"}},
    {"calls",
     {"type",
      "id",
      "conversation_id",
      "admin_id",
      "contact_id",
      "state",
      "initiated_at",
      "answered_at",
      "ended_at",
      "created_at",
      "updated_at",
      "recording_url",
      "transcription_url",
      "call_type",
      "direction",
      "ended_reason",
      "phone",
      "fin_recording_url",
      "fin_transcription_url",
      "duration",
      "talk_time",
      "queue_time",
      "hold_time"}},
    {"away_status_reasons",
     {"type", "id", "label", "emoji", "order", "deleted", "created_at", "updated_at"}},
    {"internal_articles",
     {"type", "id", "title", "body", "body_markdown", "owner_id", "author_id", "created_at",
      "updated_at", "locale", "audience_ids", "ai_chatbot_availability", "ai_copilot_availability",
      "ai_sales_agent_availability", "folder_id", "tags.type", "tags.tags.id"}},
    {"content_import_sources",
     {"type", "id", "last_synced_at", "sync_behavior", "status", "url", "created_at", "updated_at",
      "audience_ids"}},
    {"external_pages",
     {"type", "id", "title", "html", "url", "ai_agent_availability", "ai_copilot_availability",
      "ai_sales_agent_availability", "fin_availability", "locale", "source_id", "external_id",
      "created_at", "updated_at", "last_ingested_at"}},
};

TEST(Catalogue, HasAPlaceOrAReasonForEveryDocumentedField)
{
    for (const resource* each : catalogue()) {
        const mapped_paths mapped(*each);
        const auto& fields = documented_fields.at(std::string(each->name));
        for (const std::string& field : fields) {
            EXPECT_TRUE(mapped.hold(field) || mapped.leave_in_raw(field))
                << each->name << ": " << field;
        }
    }
}

TEST(Catalogue, DocumentsTheFieldsItReads)
{
    // Guards the list above: a column whose field nobody documents is an invention.
    for (const resource* each : catalogue()) {
        const auto& fields = documented_fields.at(std::string(each->name));
        for (const column& column : each->columns) {
            const std::string first = split(split(column.path, '|').front(), '&').front();
            const bool is_documented = std::ranges::any_of(fields, [&](const std::string& field) {
                return field == first || field.starts_with(first + ".");
            });
            EXPECT_TRUE(is_documented) << each->name << "." << column.name;
        }
    }
}

TEST(Catalogue, GivesAReasonForEveryMemberLeftInRaw)
{
    for (const resource* each : catalogue()) {
        for (const unmapped& left : each->left_in_raw) {
            EXPECT_FALSE(left.reason.empty()) << each->name << ": " << left.path;
            std::string path(left.path);
            path.erase(0, path.starts_with("*.") ? 2 : 0);
            EXPECT_TRUE(is_member_path(path)) << each->name << ": " << left.path;
        }
    }
}

TEST(Catalogue, KnowsResourcesByName)
{
    std::set<std::string_view> names;
    for (const resource* each : catalogue()) {
        EXPECT_EQ(find_resource(each->name), each);
        EXPECT_TRUE(names.insert(each->name).second) << each->name;
    }
    EXPECT_EQ(find_resource("contact"), nullptr);
}

TEST(Catalogue, ReadsWhatTakesARequestForEachContactOnlyByName)
{
    const std::set<std::string_view> many{"contacts", "companies", "conversations", "tickets"};
    const auto optional = optional_names();
    for (const resource* each : catalogue()) {
        for_each_child(each->children, [&](const child& child) {
            const bool is_costly =
                many.contains(each->name) && child.complete.rule == completion_rule::per_record;
            EXPECT_TRUE(!is_costly || child.is_optional) << child.table;
            EXPECT_EQ(std::ranges::count(optional, child.table), child.is_optional ? 1 : 0)
                << child.table;
        });
        EXPECT_EQ(std::ranges::count(optional, each->name), each->is_optional ? 1 : 0);
    }
}

TEST(Catalogue, MeansByAllWhatIsNotOptional)
{
    using names = std::vector<std::string>;
    const auto& calls = *find_resource("calls");
    const auto& tags = *find_resource("tags");
    ASSERT_TRUE(calls.is_optional);
    struct
    {
        names given;
        bool means_calls;
        bool means_tags;
    } const table[] = {{{}, false, true},
                       {{"all"}, false, true},
                       {{"all", "calls"}, true, true},
                       {{"calls"}, true, false},
                       {{"contacts"}, false, false}};
    for (const auto& row : table) {
        EXPECT_EQ(is_meant(row.given, calls), row.means_calls) << testing::PrintToString(row.given);
        EXPECT_EQ(is_meant(row.given, tags), row.means_tags) << testing::PrintToString(row.given);
    }
}

TEST(Catalogue, ReadsWhatIsReferredToFirst)
{
    std::vector<std::string_view> names;
    for (const resource* each : catalogue()) {
        names.push_back(each->name);
    }
    const auto place = [&](std::string_view name) { return std::ranges::find(names, name); };
    EXPECT_LT(place("tags"), place("companies"));
    EXPECT_LT(place("ticket_types"), place("companies"));
    EXPECT_LT(place("segments"), place("contacts"));
    EXPECT_LT(place("companies"), place("contacts"));
    EXPECT_LT(place("contacts"), place("conversations"));
    EXPECT_LT(place("conversations"), place("tickets"));
}

TEST(Catalogue, NamesEachColumnOnceInItsTableAndAsPostgresqlTakesIt)
{
    for (const table& each : tables_of(catalogue())) {
        EXPECT_TRUE(is_name(each.name)) << each.name;
        std::set<std::string_view> names;
        for (const table_column& column : each.columns) {
            EXPECT_TRUE(is_name(column.name)) << each.name << "." << column.name;
            EXPECT_TRUE(names.insert(column.name).second) << each.name << "." << column.name;
        }
    }
}

TEST(Catalogue, SharesTablesOnlyBetweenChildrenThatAgree)
{
    for (const table& each : tables_of(catalogue())) {
        for (const table_column& column : each.columns) {
            for (const column_source& source : column.sources) {
                EXPECT_EQ(stored_type(source.described->type), column.sql_type)
                    << each.name << "." << column.name;
                EXPECT_EQ(source.described->meaning, column.meaning)
                    << each.name << "." << column.name;
            }
        }
    }
}

TEST(Catalogue, SaysWhatTablesAndColumnsMean)
{
    const auto is_sentence = [](std::string_view text) {
        return text.size() > 5 && text.ends_with('.') && text.find('\n') == std::string_view::npos;
    };
    for (const table& each : tables_of(catalogue())) {
        EXPECT_TRUE(is_sentence(each.meaning)) << each.name;
        for (const table_column& column : each.columns) {
            EXPECT_TRUE(is_sentence(column.meaning)) << each.name << "." << column.name;
        }
    }
}

TEST(Catalogue, HasWellFormedPathsOfColumns)
{
    for (const resource* each : catalogue()) {
        for_each_column(*each, [&](const column& column) {
            if (column.path.empty()) {
                EXPECT_TRUE(column.insert_only) << each->name << "." << column.name;
                return;
            }
            const auto alternatives = split(column.path, '|');
            for (std::size_t i = 0; i < alternatives.size(); ++i) {
                const std::string& path = alternatives[i];
                const bool is_last = i + 1 == alternatives.size();
                if (path.starts_with('=')) {
                    EXPECT_TRUE(is_last && path.size() > 1) << each->name << "." << column.name;
                } else if (path == "." || path == "#" || path == "@") {
                    EXPECT_EQ(alternatives.size(), 1U) << each->name << "." << column.name;
                } else {
                    for (const std::string& member : split(path, '&')) {
                        EXPECT_TRUE(is_member_path(member)) << each->name << "." << column.name;
                    }
                }
            }
        });
    }
}

TEST(Catalogue, HasWellFormedChildren)
{
    for (const resource* each : catalogue()) {
        for_each_child(each->children, [&](const child& child) {
            const auto has_column = [&](std::string_view name) {
                return name == child.parent_column ||
                       std::ranges::find(child.columns, name, &column::name) != child.columns.end();
            };
            if (!child.path.empty()) {
                for (const std::string& path : split(child.path, '|')) {
                    EXPECT_TRUE(is_elements_path(path)) << child.table << ": " << path;
                    // Inside `raw`, rows of their own are taken out of arrays only.
                    EXPECT_FALSE(path.ends_with(".*") && child.kind == child_kind::records)
                        << child.table;
                }
            }
            const auto key = split_names(child.key);
            EXPECT_TRUE(std::ranges::all_of(key, has_column)) << child.table;
            // What has no id of its own is known by its parent and its place.
            EXPECT_EQ(child.kind == child_kind::records, key.size() == 1) << child.table;
            EXPECT_FALSE(std::ranges::any_of(child.columns, [&](const column& column) {
                return column.name == child.parent_column;
            })) << child.table;
            if (!child.scope.empty()) {
                const auto parts = split(child.scope, '=');
                ASSERT_EQ(parts.size(), 2U) << child.table;
                EXPECT_TRUE(has_column(parts[0])) << child.table;
            }
        });
    }
}

TEST(Catalogue, HasKeysThatItsTablesHave)
{
    for (const resource* each : catalogue()) {
        const auto has_column = [&](std::string_view name) {
            return std::ranges::find(each->columns, name, &column::name) != each->columns.end();
        };
        EXPECT_TRUE(has_column(each->key)) << each->name;
        EXPECT_TRUE(std::ranges::all_of(split_names(each->primary_key), has_column)) << each->name;
        EXPECT_EQ(each->has_updated_at, has_column("updated_at")) << each->name;
    }
}

TEST(Catalogue, LetsEditsStandOnlyWhereTheirBaseCanBeKept)
{
    for (const table& each : tables_of(catalogue())) {
        for (const table_column& column : each.columns) {
            for (const column_source& source : column.sources) {
                EXPECT_FALSE(source.described->editable && source.described->insert_only)
                    << each.name << "." << column.name;
                if (source.described->editable) {
                    EXPECT_TRUE(each.has_bookkeeping) << each.name << "." << column.name;
                }
            }
        }
    }
}

TEST(Catalogue, SaysWhoseKeyEveryIdIs)
{
    // Ids of what is not mirrored, of other systems, and the number people see on a ticket.
    const std::set<std::string> of_nothing_here{"app_id",
                                                "plan_id",
                                                "workspace_id",
                                                "external_id",
                                                "conversations.source_id",
                                                "tickets.ticket_id",
                                                "companies.company_id",
                                                "visitors.user_id"};
    for (const table& each : tables_of(catalogue())) {
        for (const table_column& column : each.columns) {
            const std::string name(column.name);
            for (const column_source& source : column.sources) {
                const std::string_view referred = source.described->refers_to;
                const bool is_id = name.ends_with("_id") && !of_nothing_here.contains(name) &&
                                   !of_nothing_here.contains(std::string(each.name) + "." + name);
                EXPECT_EQ(is_id, !referred.empty()) << each.name << "." << name;
                for (const std::string& resource : split(referred, '|')) {
                    EXPECT_TRUE(referred.empty() || find_resource(resource) != nullptr)
                        << each.name << "." << name;
                }
            }
        }
    }
}

TEST(Catalogue, AsksForRecordsAtWellFormedTargets)
{
    // In a list, {id} is a type that the configuration names.
    const std::regex list_target("/[a-z_/]+(/\\{id\\})?(\\?[a-z_]+=[a-z]+(&[a-z_]+=[a-z]+)*)?");
    const std::regex item_target("/[a-z_/]+/\\{id\\}(/[a-z_]+)?");
    const std::regex by_query("/[a-z_]+\\?([a-z_]+=([a-z]+|\\{id\\})&?)+");
    const std::regex list_keys("[a-z_]+(\\|[a-z_]+)*");
    const auto matches = [](std::string_view text, const std::regex& expected) {
        return std::regex_match(text.begin(), text.end(), expected);
    };
    for (const resource* each : catalogue()) {
        EXPECT_TRUE(each->get_target.empty() || matches(each->get_target, item_target) ||
                    matches(each->get_target, by_query))
            << each->name;
        for (const listing& listing : each->listings) {
            EXPECT_TRUE(matches(listing.target, list_target)) << listing.target;
            EXPECT_TRUE(matches(listing.list_keys, list_keys)) << listing.target;
            EXPECT_TRUE(listing.method == "GET" || listing.method == "POST") << listing.target;
            EXPECT_FALSE(listing.is_newest_first && !each->has_updated_at) << listing.target;
            // What a poll leaves out is only older.
            EXPECT_TRUE(listing.since_parameter.empty() || each->when_missing == deletion::none)
                << listing.target;
            // A query of the target's own cannot be told from that of paging.
            const bool is_paged = listing.by == paging::page || listing.by == paging::cursor;
            EXPECT_FALSE(is_paged && listing.target.find('?') != std::string_view::npos)
                << listing.target;
        }
        if (!each->searching.target.empty()) {
            EXPECT_TRUE(matches(each->searching.target, list_target)) << each->name;
            EXPECT_TRUE(matches(each->searching.list_keys, list_keys)) << each->name;
        }
        for_each_child(each->children, [&](const child& child) {
            const completion& complete = child.complete;
            switch (complete.rule) {
            case completion_rule::never:
                EXPECT_TRUE(complete.target.empty()) << child.table;
                break;
            case completion_rule::when_truncated:
                EXPECT_TRUE(complete.target.empty() || matches(complete.target, item_target))
                    << child.table;
                break;
            case completion_rule::when_counted:
                EXPECT_TRUE(matches(complete.target, item_target)) << child.table;
                break;
            case completion_rule::per_record:
                EXPECT_TRUE(matches(complete.target, item_target) ||
                            matches(complete.target, by_query))
                    << child.table;
                break;
            case completion_rule::per_other_side:
                EXPECT_EQ(complete.target, each->searching.target) << child.table;
                EXPECT_NE(find_resource(complete.other_resource), nullptr) << child.table;
                EXPECT_FALSE(complete.search_field.empty()) << child.table;
                break;
            }
        });
    }
}

// What nothing lists is known by the answers to functions, and each sweep reads it again.
bool is_brought_by_functions(const resource& each)
{
    const bool is_listed = !each.listings.empty() || !each.searching.target.empty();
    return !is_listed && !each.get_target.empty() && each.changes_unlisted &&
           std::ranges::find(functions(), each.name, &function::answers) != functions().end();
}

TEST(Catalogue, ReadsEachResourceCompletelyInEveryVersionThatHasIt)
{
    for (const resource* each : catalogue()) {
        for (const api_version version :
             {api_version{2, 10}, api_version{2, 14}, api_version{2, 16}, preview_version}) {
            if (!each->versions.holds(version)) {
                continue;
            }
            std::map<std::string_view, bool> parts;
            for (const listing& listing : each->listings) {
                if (listing.versions.holds(version)) {
                    parts[listing.part] = parts[listing.part] || listing.is_complete;
                }
            }
            const bool is_searched = each->searching.exists(version) && each->searching.is_complete;
            EXPECT_TRUE(is_searched || !parts.empty() || is_brought_by_functions(*each))
                << each->name << " " << to_string(version);
            for (const auto& [part, is_complete] : parts) {
                EXPECT_TRUE(is_complete) << each->name << ": " << part;
            }
        }
    }
}

// Or the version that has no listing of a part would take its rows for deleted.
TEST(Catalogue, ListsEachPartInEveryVersionThatHasTheResource)
{
    std::vector<api_version> versions{preview_version};
    for (int minor = 10; minor <= 17; ++minor) {
        versions.push_back({2, minor});
    }
    for (const resource* each : catalogue()) {
        for (const api_version version : versions) {
            for (const listing& one : each->listings) {
                const bool is_listed = std::ranges::any_of(each->listings, [&](const auto& other) {
                    return other.part == one.part && other.versions.holds(version);
                });
                EXPECT_TRUE(is_listed || !each->versions.holds(version))
                    << each->name << ": " << one.part << " in " << to_string(version);
            }
        }
    }
}

TEST(Catalogue, ListsDeletionsThatCanBeReadAlone)
{
    bool is_any = false;
    for (const resource* each : catalogue()) {
        if (!each->deletions.target.empty()) {
            is_any = true;
            EXPECT_FALSE(each->get_target.empty()) << each->name;
            EXPECT_FALSE(each->deletions.time.empty()) << each->name;
            EXPECT_NE(each->when_missing, deletion::none) << each->name;
        }
    }
    EXPECT_TRUE(is_any);
}

TEST(Catalogue, CallsSetsOnlyArraysThatItKnows)
{
    for (const resource* each : catalogue()) {
        const mapped_paths mapped(*each);
        for (const std::string_view set : split_names(each->sets)) {
            const std::string path(set);
            EXPECT_TRUE(mapped.hold(path) || mapped.leave_in_raw(path))
                << each->name << ": " << set;
        }
        // Elements of a list whose places are stored cannot change places unnoticed.
        for_each_child(each->children, [&](const child& child) {
            const auto is_position = [](const column& column) { return column.path == "#"; };
            if (std::ranges::any_of(child.columns, is_position)) {
                for (const std::string& path : split(child.path, '|')) {
                    EXPECT_FALSE(std::ranges::count(split_names(each->sets), path)) << child.table;
                }
            }
        });
    }
}

TEST(Catalogue, ComparesContactsByDayUntilTheVersionThatComparesSeconds)
{
    const resource* contacts = find_resource("contacts");
    ASSERT_NE(contacts, nullptr);
    EXPECT_EQ(contacts->searching.filter_precision({2, 16}), precision::workspace_day);
    EXPECT_EQ(contacts->searching.filter_precision({2, 17}), precision::second);
    const resource* tickets = find_resource("tickets");
    ASSERT_NE(tickets, nullptr);
    EXPECT_EQ(tickets->searching.filter_precision({2, 10}), precision::second);
}

} // namespace
} // namespace intercom_mirror
