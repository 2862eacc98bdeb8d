#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the snippet."},
    {"title", text, "title", "Title."},
    {"locale", text, "locale", "Language."},
    {"json_blocks", jsonb, "json_blocks", "Text, as blocks."},
    {"body_markdown", text, "body_markdown", "Text, Markdown."},
    {"ai_chatbot_availability", boolean, "ai_chatbot_availability|chatbot_availability",
     "Whether Fin may answer customers from it."},
    {"ai_copilot_availability", boolean, "ai_copilot_availability|copilot_availability",
     "Whether Copilot may answer teammates from it."},
    {"ai_sales_agent_availability", boolean, "ai_sales_agent_availability",
     "Whether the sales agent may answer from it."},
    {"audience_ids", jsonb, "audience_ids", "Ids of the audiences that Fin may answer from it."},
    {"created_at", timestamp, "created_at", "When the snippet was created."},
    {"updated_at", timestamp, "updated_at", "When the snippet was last changed."},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/content_snippets", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource content_snippets_resource{
    .name = "content_snippets",
    .singular = "content_snippet",
    .meaning = "Short texts that Fin answers with.",
    .columns = columns,
    .get_target = "/content_snippets/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 16}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
