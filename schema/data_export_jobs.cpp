#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// The first one's other spelling is Intercom's own.
constexpr column columns[] = {
    {"job_identifier", id, "job_identifier|job_identfier", "Intercom's id of the job."},
    {"status", text, "status",
     "How far it is: pending, in_progress, completed, failed, no_data, canceled."},
    {"download_url", text, "download_url",
     "Address of what was exported, for a token of the API; empty until it is completed."},
    {"download_expires_at", timestamp, "download_expires_at", "Until when it can be downloaded."},
};

} // namespace

// Intercom lists no jobs.
constinit const resource data_export_jobs_resource{
    .name = "data_export_jobs",
    .singular = "data_export",
    .meaning = "Exports of what was sent to people, as far as they were asked for by "
               "request_data_export().",
    .columns = columns,
    .key = "job_identifier",
    .get_target = "/export/content/data/{id}",
    .changes_unlisted = true,
    .unsettled = "status IN ('pending', 'in_progress')",
    .when_missing = deletion::gone,
};

} // namespace intercom_mirror
