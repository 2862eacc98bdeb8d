#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the connector."},
    {"name", text, "name", "Name of the connector."},
    {"description", text, "description", "What it is for."},
    {"state", text, "state", "draft or live."},
    {"http_method", text, "http_method", "Method of its requests."},
    {"direct_fin_usage", boolean, "direct_fin_usage", "Whether Fin may use it by itself."},
    refers_to("admins", {"created_by_admin_id", reference, "created_by_admin_id",
                         "Id of the teammate who created it."}),
    refers_to("admins", {"updated_by_admin_id", reference, "updated_by_admin_id",
                         "Id of the teammate who last changed it."}),
    {"created_at", timestamp, "created_at", "When the connector was created."},
    {"updated_at", timestamp, "updated_at", "When the connector was last changed."},
};

// Never read alone: that would show addresses and keys of other systems.
constexpr listing listings[] = {
    {.by = paging::cursor,
     .target = "/data_connectors",
     .list_keys = "data",
     .page_size = 50,
     .is_newest_first = true},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"execution_results_url", "an address of the API"},
};

} // namespace

constinit const resource data_connectors_resource{
    .name = "data_connectors",
    .singular = "data_connector",
    .meaning = "Requests to other systems that workflows and Fin may make.",
    .columns = columns,
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 16}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
