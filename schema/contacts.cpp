#include "schema/describe.hpp"
#include "schema/notes.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the contact."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"external_id", text, "external_id", "Your own id of the person."}),
    editable({"role", text, "role", "user or lead; a lead becomes a user and keeps the id."}),
    editable({"email", text, "email", "Email address."}),
    {"email_domain", text, "email_domain", "Domain of the email address."},
    editable({"phone", text, "phone", "Phone number."}),
    {"formatted_phone", text, "formatted_phone", "Phone number in international notation."},
    editable({"name", text, "name", "Full name."}),
    editable({"avatar_image_url", text, "avatar.image_url|avatar", "Address of the picture."}),
    editable(refers_to(
        "admins", {"owner_id", reference, "owner_id", "Id of the teammate who owns the contact."})),
    {"has_hard_bounced", boolean, "has_hard_bounced", "Whether an email to the contact bounced."},
    {"marked_email_as_spam", boolean, "marked_email_as_spam",
     "Whether the contact marked an email as spam."},
    editable({"unsubscribed_from_emails", boolean, "unsubscribed_from_emails",
              "Whether the contact has refused emails."}),
    {"enabled_push_messaging", boolean, "enabled_push_messaging",
     "Whether the contact takes push messages."},
    {"created_at", timestamp, "created_at", "When the contact was created in Intercom."},
    {"updated_at", timestamp, "updated_at", "When the contact was last changed in Intercom."},
    editable({"signed_up_at", timestamp, "signed_up_at", "When the person signed up with you."}),
    editable({"last_seen_at", timestamp, "last_seen_at", "When the contact was last online."}),
    {"last_replied_at", timestamp, "last_replied_at", "When the contact last replied."},
    {"last_contacted_at", timestamp, "last_contacted_at", "When the contact was last written to."},
    {"last_email_opened_at", timestamp, "last_email_opened_at",
     "When the contact last opened an email."},
    {"last_email_clicked_at", timestamp, "last_email_clicked_at",
     "When the contact last followed a link of an email."},
    editable({"language_override", text, "language_override",
              "Language the Messenger was told to use with the contact."}),
    {"browser", text, "browser", "Name of the browser."},
    {"browser_version", text, "browser_version", "Version of the browser."},
    {"browser_language", text, "browser_language", "Language of the browser."},
    {"os", text, "os", "Operating system."},
    {"location_country", text, "location.country", "Country the contact was last seen in."},
    {"location_region", text, "location.region", "Region the contact was last seen in."},
    {"location_city", text, "location.city", "City the contact was last seen in."},
    {"location_country_code", text, "location.country_code",
     "ISO code of the country the contact was last seen in."},
    {"location_continent_code", text, "location.continent_code",
     "Code of the continent the contact was last seen on."},
    {"location_timezone", text, "location.timezone",
     "Time zone of the place the contact was last seen in."},
    {"android_app_name", text, "android_app_name", "Name of the Android app."},
    {"android_app_version", text, "android_app_version", "Version of the Android app."},
    {"android_device", text, "android_device", "Android device."},
    {"android_os_version", text, "android_os_version", "Version of Android."},
    {"android_sdk_version", text, "android_sdk_version",
     "Version of Intercom's library in the Android app."},
    {"android_last_seen_at", timestamp, "android_last_seen_at",
     "When the contact last used the Android app."},
    {"ios_app_name", text, "ios_app_name", "Name of the iOS app."},
    {"ios_app_version", text, "ios_app_version", "Version of the iOS app."},
    {"ios_device", text, "ios_device", "iOS device."},
    {"ios_os_version", text, "ios_os_version", "Version of iOS."},
    {"ios_sdk_version", text, "ios_sdk_version", "Version of Intercom's library in the iOS app."},
    {"ios_last_seen_at", timestamp, "ios_last_seen_at", "When the contact last used the iOS app."},
    {"utm_campaign", text, "utm_campaign", "Campaign that first brought the contact."},
    {"utm_content", text, "utm_content", "Content of the campaign that first brought the contact."},
    {"utm_medium", text, "utm_medium", "Medium that first brought the contact."},
    {"utm_source", text, "utm_source", "Source that first brought the contact."},
    {"utm_term", text, "utm_term", "Search term that first brought the contact."},
    {"referrer", text, "referrer", "Page the contact first came from."},
    attributes({"custom_attributes", jsonb, "custom_attributes",
                "Values of the workspace's own attributes, by name."}),
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
};

constexpr column company_columns[] = {
    refers_to("companies", {"company_id", id, "id", "Intercom's id of the company."}),
};

constexpr column segment_columns[] = {
    refers_to("segments", {"segment_id", id, "id", "Id of the segment."}),
};

constexpr column social_profile_columns[] = {
    {"position", bigint, "#", "Place among the contact's profiles, from 0."},
    {"type", text, "type", "Kind of profile."},
    {"name", text, "name", "Name of the network, Twitter for instance."},
    {"url", text, "url", "Address of the profile."},
};

// Inline, the list says what the choice was; the list of its own says it by the type's consent:
// what is listed of an opt-out type was refused.
constexpr std::string_view consent_meaning =
    "opt_in: the contact said yes; opt_out: the contact said no.";
constexpr column refused_columns[] = {
    refers_to("subscription_types",
              {"subscription_type_id", id, "id", "Id of the subscription type."}),
    insert_only({"consent", text, "consent_type|=opt_out", consent_meaning}),
};
constexpr column accepted_columns[] = {
    refers_to("subscription_types",
              {"subscription_type_id", id, "id", "Id of the subscription type."}),
    insert_only({"consent", text, "consent_type|=opt_in", consent_meaning}),
};

constexpr body_member tag_body[] = {{"id", "tag_id"}};
constexpr write_request attach_tag[] = {
    {.method = "POST", .target = "/contacts/{contact_id}/tags", .body = tag_body}};
constexpr write_request detach_tag[] = {
    {.method = "DELETE", .target = "/contacts/{contact_id}/tags/{tag_id}"}};

constexpr body_member company_body[] = {{"id", "company_id"}};
constexpr write_request attach_company[] = {
    {.method = "POST", .target = "/contacts/{contact_id}/companies", .body = company_body}};
constexpr write_request detach_company[] = {
    {.method = "DELETE", .target = "/contacts/{contact_id}/companies/{company_id}"}};

constexpr body_member subscription_body[] = {{"id", "subscription_type_id"},
                                             {"consent_type", "consent"}};
constexpr write_request subscribe[] = {{.method = "POST",
                                        .target = "/contacts/{contact_id}/subscriptions",
                                        .body = subscription_body}};
constexpr write_request unsubscribe[] = {
    {.method = "DELETE", .target = "/contacts/{contact_id}/subscriptions/{subscription_type_id}"}};
constexpr column_rule subscription_rules[] = {
    {.column = "consent", .values = "opt_in|opt_out", .is_required = true}};
constexpr writing subscription_writing{
    .create = subscribe, .remove = unsubscribe, .columns = subscription_rules};

constexpr write_request note_requests[] = {{.method = "POST",
                                            .target = "/contacts/{contact_id}/notes",
                                            .columns = "body",
                                            .body = note_body}};

constexpr column event_summary_columns[] = {
    {"name", text, "name", "Name of the event."},
    {"description", text, "description", "What the event means."},
    {"event_count", bigint, "count", "How often it occurred (`count`)."},
    {"first_at", timestamp, "first", "When it first occurred (`first`)."},
    {"last_at", timestamp, "last", "When it last occurred (`last`)."},
};

// Whether ids are unique to events is not documented beyond doubt: name and time go with them.
constexpr column event_columns[] = {
    {"_key", text, "id&event_name&created_at", "Key of the event for the daemon."},
    {"id", text, "id", "Intercom's id of the event."},
    {"event_name", text, "event_name", "Name of the event."},
    {"external_id", text, "user_id", "Your own id of the person at that time (`user_id`)."},
    {"email", text, "email", "Email address of the person at that time."},
    {"metadata", jsonb, "metadata", "What was sent with the event."},
    {"created_at", timestamp, "created_at", "When the event occurred."},
};

constexpr std::string_view subscriptions_meaning =
    "Choices contacts made about kinds of messages; no row means the type's default.";
constexpr completion all_subscriptions{.rule = completion_rule::when_truncated,
                                       .by = paging::none,
                                       .target = "/contacts/{id}/subscriptions",
                                       .list_keys = "data"};

constexpr child children[] = {
    {.table = "contact_tags",
     .kind = child_kind::links,
     .meaning = "Which contacts bear which tags.",
     .path = "tags.data|tags.tags",
     .parent_column = "contact_id",
     .columns = tag_columns,
     .key = "contact_id,tag_id",
     .complete = {.rule = completion_rule::when_truncated,
                  .by = paging::none,
                  .target = "/contacts/{id}/tags",
                  .list_keys = "data|tags"},
     .editable = true,
     .write = {.create = attach_tag, .remove = detach_tag}},
    {.table = "contact_companies",
     .kind = child_kind::links,
     .meaning = "Which contacts belong to which companies.",
     .path = "companies.data|companies.companies",
     .parent_column = "contact_id",
     .columns = company_columns,
     .key = "contact_id,company_id",
     .complete = {.rule = completion_rule::when_truncated,
                  .by = paging::page,
                  .target = "/contacts/{id}/companies",
                  .list_keys = "data|companies",
                  .page_size = 50},
     .editable = true,
     .write = {.create = attach_company, .remove = detach_company}},
    {.table = "contact_segments",
     .kind = child_kind::links,
     .meaning = "Which contacts are in which segments.",
     .parent_column = "contact_id",
     .columns = segment_columns,
     .key = "contact_id,segment_id",
     .complete = {.rule = completion_rule::per_other_side,
                  .by = paging::search,
                  .target = "/contacts/search",
                  .list_keys = "data|contacts",
                  .page_size = 150,
                  .other_resource = "segments",
                  .other_filter = "deleted_at IS NULL AND person_type IN ('contact', 'user')",
                  .search_field = "segment_id"}},
    {.table = "contact_subscriptions",
     .kind = child_kind::links,
     .meaning = subscriptions_meaning,
     .path = "opted_out_subscription_types.data",
     .parent_column = "contact_id",
     .columns = refused_columns,
     .key = "contact_id,subscription_type_id",
     .scope = "consent=opt_out",
     .complete = all_subscriptions,
     .editable = true,
     .write = subscription_writing},
    {.table = "contact_subscriptions",
     .kind = child_kind::links,
     .meaning = subscriptions_meaning,
     .path = "opted_in_subscription_types.data",
     .parent_column = "contact_id",
     .columns = accepted_columns,
     .key = "contact_id,subscription_type_id",
     .scope = "consent=opt_in",
     .complete = all_subscriptions,
     .editable = true,
     .write = subscription_writing},
    {.table = "contact_social_profiles",
     .kind = child_kind::values,
     .meaning = "Profiles of contacts in social networks.",
     .path = "social_profiles.data|social_profiles.social_profiles",
     .parent_column = "contact_id",
     .columns = social_profile_columns,
     .key = "contact_id,position"},
    {.table = notes_table,
     .kind = child_kind::records,
     .meaning = notes_meaning,
     .path = "notes.data|notes.notes",
     .parent_column = "contact_id",
     .columns = note_columns,
     .key = "id",
     .complete = {.rule = completion_rule::when_counted,
                  .by = paging::page,
                  .target = "/contacts/{id}/notes",
                  .list_keys = "data|notes",
                  .page_size = 50},
     .editable = true,
     .write = note_writing(note_requests)},
    {.table = "data_event_summaries",
     .kind = child_kind::values,
     .meaning = "How often each event occurred to a contact; filled only where the configuration "
                "names it.",
     .parent_column = "contact_id",
     .columns = event_summary_columns,
     .key = "contact_id,name",
     .complete = {.rule = completion_rule::per_record,
                  .by = paging::none,
                  .target = "/events?type=user&intercom_user_id={id}&summary=true",
                  .list_keys = "events"},
     .is_optional = true},
    {.table = "data_events",
     .kind = child_kind::values,
     .meaning = "Events of contacts, which Intercom lists for 90 days; older ones that were seen "
                "stay. Filled only where the configuration names it.",
     .parent_column = "contact_id",
     .columns = event_columns,
     .key = "contact_id,_key",
     .complete = {.rule = completion_rule::per_record,
                  .by = paging::before,
                  .target = "/events?type=user&intercom_user_id={id}",
                  .list_keys = "events",
                  .page_size = 50},
     .keeps_unlisted = true,
     .is_optional = true},
};

constexpr listing listings[] = {
    {.by = paging::cursor, .target = "/contacts", .list_keys = "data|contacts", .page_size = 150},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"tags", "addresses of the API; contact_tags keeps the ids"},
    {"companies", "addresses of the API; contact_companies keeps the ids"},
    {"notes", "references; the notes themselves are read apart, into `notes`"},
    {"opted_out_subscription_types", "addresses of the API; contact_subscriptions keeps the ids"},
    {"opted_in_subscription_types", "addresses of the API; contact_subscriptions keeps the ids"},
    {"social_profiles.url", "an address of the API"},
    {"merge_history", "served only on request"},
    {"*.intercom_user_id", "the id of the contact, in its events"},
};

constexpr body_member body[] = {
    {"avatar", "avatar_image_url"},
    {.place = "owner_id", .value = "owner_id", .versions = up_to_version(15), .is_number = true},
    {"owner_id", "owner_id", from_version(16)},
};
constexpr write_request create[] = {{.method = "POST", .target = "/contacts", .body = body}};
constexpr write_request update[] = {{.method = "PUT", .target = "/contacts/{id}", .body = body}};
constexpr column_rule column_rules[] = {
    {.column = "external_id", .when_absent = "unique_id"},
    {.column = "role", .values = "user|lead"},
    {.column = "role", .is_required = true, .on = edit::update},
    {.column = "language_override", .versions = only_preview},
    {.column = "custom_attributes", .definitions = "'contact'"},
};
constexpr row_rule row_rules[] = {
    {edit::insert, "num_nonnulls(NEW.email, NEW.external_id, NEW.role) = 0",
     "a contact needs email, external_id or role", "Give at least one of them."},
    {edit::update, "OLD.role = 'user' AND NEW.role = 'lead'", "a user cannot become a lead",
     "A lead becomes a user by UPDATE contacts SET role = 'user'."},
};

} // namespace

constinit const resource contacts_resource{
    .name = "contacts",
    .singular = "contact",
    .meaning = "People: users and leads.",
    .columns = columns,
    .children = children,
    .get_target = "/contacts/{id}",
    .listings = listings,
    .searching = {.target = "/contacts/search",
                  .list_keys = "data|contacts",
                  .page_size = 150,
                  .day_until = {2, 16}},
    .has_updated_at = true,
    .when_missing = deletion::gone,
    .sets = "tags.data,companies.data,notes.data,opted_out_subscription_types.data,"
            "opted_in_subscription_types.data",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .rows = row_rules,
              .natural_key = "external_id",
              .instead_of_delete = "SELECT archive_contact(id), or delete_contact(id) for good."},
};

} // namespace intercom_mirror
