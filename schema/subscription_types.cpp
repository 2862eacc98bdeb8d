#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the subscription type."},
    {"state", text, "state", "live, draft or archived."},
    {"consent_type", text, "consent_type",
     "Whether people get these messages until they say no (opt_out) or only after a yes (opt_in)."},
    {"default_translation_name", text, "default_translation.name",
     "Name in the workspace's default language."},
    {"default_translation_description", text, "default_translation.description",
     "Description in the workspace's default language."},
    {"default_translation_locale", text, "default_translation.locale",
     "The workspace's default language."},
    {"translations", jsonb, "translations", "Name and description in every language."},
    {"content_types", jsonb, "content_types", "Kinds of messages it is about: email, sms_message."},
};

constexpr listing listings[] = {
    {.target = "/subscription_types", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource subscription_types_resource{
    .name = "subscription_types",
    .singular = "subscription",
    .meaning = "Kinds of messages that people can subscribe to or refuse.",
    .columns = columns,
    .listings = listings,
    .sets = "content_types",
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
