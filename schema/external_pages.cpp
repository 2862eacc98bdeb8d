#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the page."},
    {"external_id", text, "external_id", "The source's own id of the page."},
    refers_to("content_import_sources",
              {"source_id", reference, "source_id", "Id of the source it comes from."}),
    {"title", text, "title", "Title."},
    {"html", text, "html", "Text, HTML."},
    {"url", text, "url", "Address that people are sent to."},
    {"locale", text, "locale", "Language."},
    {"ai_agent_availability", boolean, "ai_agent_availability",
     "Whether Fin may answer customers from it."},
    {"ai_copilot_availability", boolean, "ai_copilot_availability",
     "Whether Copilot may answer teammates from it."},
    {"ai_sales_agent_availability", boolean, "ai_sales_agent_availability",
     "Whether the sales agent may answer from it."},
    {"fin_availability", boolean, "fin_availability",
     "Older word for the availability to Fin and Copilot."},
    {"created_at", timestamp, "created_at", "When the page was created in Intercom."},
    {"updated_at", timestamp, "updated_at", "When the page was last changed in Intercom."},
    {"last_ingested_at", timestamp, "last_ingested_at", "When the page last came."},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/ai/external_pages", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource external_pages_resource{
    .name = "external_pages",
    .singular = "external_page",
    .meaning = "Pages from elsewhere that Fin answers with.",
    .columns = columns,
    .get_target = "/ai/external_pages/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 12}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
