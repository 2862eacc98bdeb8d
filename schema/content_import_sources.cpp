#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the source."},
    {"url", text, "url", "Address the pages come from."},
    {"sync_behavior", text, "sync_behavior", "How pages come: api, automatic or manual."},
    {"status", text, "status", "active or deactivated."},
    {"last_synced_at", timestamp, "last_synced_at", "When pages last came."},
    since(16, column{"audience_ids", jsonb, "audience_ids",
                     "Ids of the audiences that Fin may answer from its pages."}),
    {"created_at", timestamp, "created_at", "When the source was created."},
    {"updated_at", timestamp, "updated_at", "When the source was last changed."},
};

constexpr listing listings[] = {
    {.by = paging::page,
     .target = "/ai/content_import_sources",
     .list_keys = "data",
     .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource content_import_sources_resource{
    .name = "content_import_sources",
    .singular = "content_import_source",
    .meaning = "Where pages come from that Fin answers with.",
    .columns = columns,
    .get_target = "/ai/content_import_sources/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 12}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
