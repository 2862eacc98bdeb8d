#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the article."},
    editable({"title", text, "title", "Title."}),
    editable({"body", text, "body", "Text, HTML."}),
    since(16, column{"body_markdown", text, "body_markdown", "Text, Markdown."}),
    editable(refers_to("admins",
                       {"owner_id", reference, "owner_id", "Id of the teammate who owns it."})),
    editable(refers_to("admins",
                       {"author_id", reference, "author_id", "Id of the teammate who wrote it."})),
    {"locale", text, "locale", "Language."},
    since(16, column{"audience_ids", jsonb, "audience_ids",
                     "Ids of the audiences that Fin may answer from it."}),
    since(16, column{"ai_chatbot_availability", boolean, "ai_chatbot_availability",
                     "Whether Fin may answer customers from it."}),
    since(16, column{"ai_copilot_availability", boolean, "ai_copilot_availability",
                     "Whether Copilot may answer teammates from it."}),
    since(16, column{"ai_sales_agent_availability", boolean, "ai_sales_agent_availability",
                     "Whether the sales agent may answer from it."}),
    {"created_at", timestamp, "created_at", "When the article was created."},
    {"updated_at", timestamp, "updated_at", "When the article was last changed."},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/internal_articles", .list_keys = "data", .page_size = 50},
};

// Examples of GET by id lack the title, which lists have.
constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"folder_id", "folders are read by nobody yet"},
    {"tags", "served by the newest version alone"},
};

constexpr body_member body[] = {
    {.place = "owner_id", .value = "owner_id", .is_number = true},
    {.place = "author_id", .value = "author_id", .is_number = true},
};
constexpr write_request create[] = {
    {.method = "POST", .target = "/internal_articles", .body = body, .versions = from_version(13)}};
constexpr write_request update[] = {{.method = "PUT",
                                     .target = "/internal_articles/{id}",
                                     .body = body,
                                     .versions = from_version(13)}};
constexpr column_rule column_rules[] = {
    {.column = "title", .is_required = true},
    {.column = "owner_id", .is_required = true},
    {.column = "author_id", .is_required = true},
};

} // namespace

constinit const resource internal_articles_resource{
    .name = "internal_articles",
    .singular = "internal_article",
    .meaning = "Articles that teammates write for themselves.",
    .columns = columns,
    .get_target = "/internal_articles/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 13}},
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .instead_of_delete = "SELECT delete_internal_article(id)."},
};

} // namespace intercom_mirror
