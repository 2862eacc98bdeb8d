#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// `default` is a word of SQL: the column is called otherwise.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the help center."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    {"identifier", text, "identifier", "Name of the help center in its address."},
    {"display_name", text, "display_name", "Name that only teammates see."},
    {"website_turned_on", boolean, "website_turned_on", "Whether the help center is public."},
    {"url", text, "url", "Address of the help center."},
    {"custom_domain", text, "custom_domain", "The workspace's own domain for it."},
    since(16, column{"is_default", boolean, "default",
                     "Whether it is the workspace's default help center (`default`)."}),
    since(16, column{"locales", jsonb, "locales", "Languages it is offered in."}),
    {"created_at", timestamp, "created_at", "When the help center was created."},
    {"updated_at", timestamp, "updated_at", "When the help center was last changed."},
};

constexpr column redirect_columns[] = {
    {"id", id, "id", "Intercom's id of the redirect."},
    {"from_url", text, "from_url", "Address that people came to."},
    {"locale", text, "locale", "Language of what they are sent to."},
    {"target_type", text, "target_type", "What they are sent to: article, collection."},
    refers_to("articles|collections",
              {"target_id", reference, "target_id", "Id of the article or collection."}),
    {"created_at", timestamp, "created_at", "When the redirect was created."},
    {"updated_at", timestamp, "updated_at", "When the redirect was last changed."},
};

constexpr child children[] = {
    since(16, child{.table = "help_center_redirects",
                    .kind = child_kind::records,
                    .meaning = "Where people are sent who come to an address of old.",
                    .parent_column = "help_center_id",
                    .columns = redirect_columns,
                    .key = "id",
                    .complete = {.rule = completion_rule::per_record,
                                 .by = paging::page,
                                 .target = "/help_center/help_centers/{id}/redirects",
                                 .list_keys = "data",
                                 .page_size = 50}}),
};

constexpr listing listings[] = {
    {.target = "/help_center/help_centers", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"*.help_center_id", "the help center whose redirects are asked for"},
};

} // namespace

constinit const resource help_centers_resource{
    .name = "help_centers",
    .singular = "help_center",
    .meaning = "Help centers of the workspace.",
    .columns = columns,
    .children = children,
    .get_target = "/help_center/help_centers/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
