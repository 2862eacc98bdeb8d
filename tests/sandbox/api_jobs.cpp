#include "tests/sandbox/api.hpp"
#include "tests/sandbox/gzip.hpp"

// Visitors, attributes of conversations, and what becomes of jobs and exports.
namespace intercom_sandbox {
namespace {

template <class List>
const auto& named(const List& list, const std::string& id, std::string_view code)
{
    for (const auto& one : list) {
        if (one.id == id) {
            return one;
        }
    }
    throw refusal{404, std::string(code), "Resource Not Found"};
}

} // namespace

response api::one_job(const call& c)
{
    return json_response(200,
                         c.show.of(named(world_.jobs, c.ids.front(), "job_not_found"), c.origin));
}

response api::one_bulk_job(const call& c)
{
    return json_response(
        200, c.show.of(named(world_.bulk_jobs, c.ids.front(), "job_not_found"), c.origin));
}

response api::conversation_attributes(const call& c)
{
    const bool with_archived = c.target.parameter("include_archived") == "true";
    elements data;
    for (const auto& a : world_.attributes) {
        if (has_own_api(a) && (with_archived || !a.archived)) {
            data.add(c.show.conversation_attribute(a));
        }
    }
    return json_response(200, members().text("type", "list").raw("data", data.array()).object());
}

response api::one_conversation_attribute(const call& c)
{
    const data_attribute& a =
        named(world_.attributes, c.ids.front(), "conversation_attribute_not_found");
    if (!has_own_api(a)) {
        throw refusal{404, "conversation_attribute_not_found", "Conversation attribute not found"};
    }
    return json_response(200, c.show.conversation_attribute(a));
}

response api::one_export(const call& c)
{
    return json_response(200, c.show.of(named(world_.exports, c.ids.front(), "not_found")));
}

// Nothing was ever delivered from this workspace: a head line and no rows.
response api::download_export(const call& c)
{
    const data_export& e = named(world_.exports, c.ids.front(), "not_found");
    if (e.status != "completed" || unix_seconds(c.now) >= *e.expires_at) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    if (header(c.asked.headers, "Accept").find("application/octet-stream") == std::string::npos) {
        throw refusal{400, "bad_request", "Accept must be application/octet-stream"};
    }
    response file;
    file.headers.emplace_back("Content-Type", "application/octet-stream");
    file.body = deflater_.gzip("user_id,user_external_id,company_id,email,name,ruleset_id\n");
    return file;
}

response api::one_visitor(const call& c)
{
    const auto user_id = c.target.parameter("user_id");
    if (!user_id) {
        throw refusal{400, "parameter_not_found", "user_id is a required parameter"};
    }
    for (const visitor& v : world_.visitors) {
        if (v.exists && v.user_id == *user_id) {
            return json_response(200, c.show.of(v));
        }
    }
    throw refusal{404, "not_found", "Visitor Not Found"};
}

} // namespace intercom_sandbox
