#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"user_id", id, "user_id", "Identifier that the Messenger gave the visitor; it is read by it."},
    {"id", reference, "id", "Intercom's id of the visitor."},
    {"anonymous", boolean, "anonymous", "Whether nobody knows who it is."},
    {"email", text, "email", "Email address."},
    {"phone", text, "phone", "Phone number."},
    {"name", text, "name", "Name of the visitor."},
    {"pseudonym", text, "pseudonym", "Name that Intercom made up, Red Duck from Dublin."},
    {"avatar_image_url", text, "avatar.image_url|avatar", "Address of the picture."},
    {"app_id", text, "app_id", "Id of the workspace."},
    {"location_data_city_name", text, "location_data.city_name", "City it was seen in."},
    {"location_data_region_name", text, "location_data.region_name", "Region."},
    {"location_data_postal_code", text, "location_data.postal_code", "Postal code."},
    {"location_data_country_name", text, "location_data.country_name", "Country."},
    {"location_data_country_code", text, "location_data.country_code", "Code of the country."},
    {"location_data_continent_code", text, "location_data.continent_code",
     "Code of the continent."},
    {"location_data_timezone", text, "location_data.timezone", "Time zone."},
    {"last_request_at", timestamp, "last_request_at|las_request_at", "When it was last seen."},
    {"created_at", timestamp, "created_at", "When Intercom first saw it."},
    {"remote_created_at", timestamp, "remote_created_at", "When it was created on your side."},
    {"signed_up_at", timestamp, "signed_up_at", "When it signed up for your product."},
    {"updated_at", timestamp, "updated_at", "When the visitor was last changed."},
    {"session_count", bigint, "session_count", "How many sessions it had."},
    refers_to("admins", {"owner_id", reference, "owner_id", "Id of the teammate who owns it."}),
    {"unsubscribed_from_emails", boolean, "unsubscribed_from_emails", "Whether it wants no email."},
    {"marked_email_as_spam", boolean, "marked_email_as_spam", "Whether it called an email spam."},
    {"has_hard_bounced", boolean, "has_hard_bounced", "Whether email to it came back for good."},
    {"referrer", text, "referrer", "Page that led it here."},
    {"utm_campaign", text, "utm_campaign", "UTM campaign that led it here."},
    {"utm_content", text, "utm_content", "UTM content that led it here."},
    {"utm_medium", text, "utm_medium", "UTM medium that led it here."},
    {"utm_source", text, "utm_source", "UTM source that led it here."},
    {"utm_term", text, "utm_term", "UTM term that led it here."},
    {"do_not_track", boolean, "do_not_track", "Whether its browser asks not to be tracked."},
    {"custom_attributes", jsonb, "custom_attributes", "Values of custom attributes, by name."},
};

constexpr std::string_view of_contacts = "of nobody known yet; the contact it becomes has rows";
constexpr unmapped in_raw[] = {
    kind_is_the_table,         {"companies", of_contacts},
    {"segments", of_contacts}, {"social_profiles", of_contacts},
    {"tags", of_contacts},
};

} // namespace

// Which visitors there are, no request tells. One that is converted cannot be read any more.
constinit const resource visitors_resource{
    .name = "visitors",
    .singular = "visitor",
    .meaning = "Visitors of the Messenger whom nobody knows yet, as far as they were asked for: "
               "read_visitor(), update_visitor().",
    .columns = columns,
    .key = "user_id",
    .get_target = "/visitors?user_id={id}",
    .changes_unlisted = true,
    .has_updated_at = true,
    .when_missing = deletion::gone,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
