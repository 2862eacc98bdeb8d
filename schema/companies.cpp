#include "schema/describe.hpp"
#include "schema/notes.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the company."},
    insert_only({"company_id", text, "company_id",
                 "Your own id of the company; Intercom never changes it."}),
    {"app_id", text, "app_id", "Id of the workspace."},
    editable({"name", text, "name", "Name of the company."}),
    {"plan_id", text, "plan.id", "Intercom's id of the plan."},
    editable({"plan_name", text, "plan.name", "Name of the plan the company is on."}),
    editable({"remote_created_at", timestamp, "remote_created_at",
              "When the company was created on your side."}),
    {"created_at", timestamp, "created_at", "When the company was created in Intercom."},
    {"updated_at", timestamp, "updated_at", "When the company was last changed in Intercom."},
    {"last_request_at", timestamp, "last_request_at",
     "When somebody of the company last made a request."},
    editable({"size", bigint, "size", "Number of employees."}),
    editable({"website", text, "website", "Address of the company's web site."}),
    editable({"industry", text, "industry", "Industry the company works in."}),
    editable({"monthly_spend", numeric, "monthly_spend", "Revenue from the company per month."}),
    {"session_count", bigint, "session_count", "Number of sessions its people have had."},
    {"user_count", bigint, "user_count", "Number of its people."},
    attributes({"custom_attributes", jsonb, "custom_attributes",
                "Values of the workspace's own attributes, by name."}),
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
};

constexpr column segment_columns[] = {
    refers_to("segments", {"segment_id", id, "id", "Id of the segment."}),
};

// Tags are put on companies by naming them; there is no request of the company's own.
constexpr body_member tag_body[] = {{"name", "tag_id.name"}, {"companies[].id", "company_id"}};
constexpr body_member untag_body[] = {
    {"name", "tag_id.name"}, {"companies[].id", "company_id"}, {"companies[].untag", ":true"}};
constexpr write_request attach_tag[] = {{.method = "POST", .target = "/tags", .body = tag_body}};
constexpr write_request detach_tag[] = {{.method = "POST", .target = "/tags", .body = untag_body}};

constexpr write_request note_requests[] = {{.method = "POST",
                                            .target = "/companies/{company_id}/notes",
                                            .columns = "body",
                                            .body = note_body,
                                            .versions = from_version(16)}};

constexpr child children[] = {
    {.table = "company_tags",
     .kind = child_kind::links,
     .meaning = "Which companies bear which tags.",
     .path = "tags.tags|tags.data",
     .parent_column = "company_id",
     .columns = tag_columns,
     .key = "company_id,tag_id",
     .editable = true,
     .write = {.create = attach_tag, .remove = detach_tag}},
    {.table = "company_segments",
     .kind = child_kind::links,
     .meaning = "Which companies are in which segments.",
     .path = "segments.segments|segments.data",
     .parent_column = "company_id",
     .columns = segment_columns,
     .key = "company_id,segment_id"},
    since(16, child{.table = notes_table,
                    .kind = child_kind::records,
                    .meaning = notes_meaning,
                    .path = "notes.notes|notes.data",
                    .parent_column = "company_id",
                    .columns = note_columns,
                    .key = "id",
                    .complete = {.rule = completion_rule::when_counted,
                                 .by = paging::page,
                                 .target = "/companies/{id}/notes",
                                 .list_keys = "data|notes",
                                 .page_size = 50},
                    .editable = true,
                    .write = note_writing(note_requests)}),
};

// How precisely it compares times is not documented: whole days are the widest it can mean.
constexpr search searching{.target = "/companies/search",
                           .list_keys = "data|companies",
                           .page_size = 60,
                           .day_until = preview_version,
                           .is_complete = false,
                           .versions = {.first = preview_version}};

// The list is quicker while it reaches, but lacks companies without users.
constexpr listing listings[] = {
    {.by = paging::page,
     .method = "POST",
     .target = "/companies/list",
     .list_keys = "data|companies",
     .page_size = 60,
     .is_complete = false,
     .records_max = 10000},
    {.by = paging::scroll, .target = "/companies/scroll", .list_keys = "data|companies"},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"tags.tags.name", "the tag's own column"},
    {"tags.tags.applied_at", "companies' lists do not carry it dependably"},
    {"tags.tags.applied_by", "companies' lists do not carry it dependably"},
    {"tags.url", "an address of the API"},
    {"segments.segments", "copies of rows of segments; company_segments keeps the ids"},
    {"segments.url", "an address of the API"},
    {"notes.url", "an address of the API"},
    {"notes.notes", "references; the notes themselves are read apart, into `notes`"},
    {"notes.data", "references; the notes themselves are read apart, into `notes`"},
};

constexpr body_member body[] = {{"plan", "plan_name"}};
constexpr write_request create[] = {{.method = "POST", .target = "/companies", .body = body}};
constexpr write_request update[] = {{.method = "PUT", .target = "/companies/{id}", .body = body}};
constexpr column_rule column_rules[] = {
    {.column = "company_id", .when_absent = "unique_id"},
    {.column = "remote_created_at", .versions = up_to_version(13), .on = edit::update},
    {.column = "custom_attributes", .definitions = "'company'"},
};

} // namespace

constinit const resource companies_resource{
    .name = "companies",
    .singular = "company",
    .meaning = "Companies that contacts belong to.",
    .columns = columns,
    .children = children,
    .get_target = "/companies/{id}",
    .listings = listings,
    .searching = searching,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .sets = "tags.tags,segments.segments,notes.notes",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .natural_key = "company_id",
              .instead_of_delete = "SELECT delete_company(id)."},
};

} // namespace intercom_mirror
