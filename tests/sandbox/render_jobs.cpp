#include "tests/sandbox/render.hpp"
#include "tests/sandbox/text_pool.hpp"

// Jobs and exports, and visitors.
namespace intercom_sandbox {

std::string renderer::of(const job& j, const std::string& origin) const
{
    members m(style_of(j.id, 0));
    m.text("type", "job").text("id", j.id).text("status", j.status);
    m.text("url", origin + "/jobs/status/" + j.id).text("resource_type", "ticket");
    if (j.resource_id.empty()) {
        m.null("resource_id").null("resource_url");
    } else {
        m.text("resource_id", j.resource_id);
        m.text("resource_url", origin + "/tickets/" + j.resource_id);
    }
    return m.object();
}

std::string renderer::of(const bulk_job& j, const std::string& origin) const
{
    elements tasks;
    for (const auto& t : j.tasks) {
        tasks.add(members()
                      .text("id", t.id)
                      .number("item_count", static_cast<std::int64_t>(t.items))
                      .text("state", t.state)
                      .number("created_at", t.created_at)
                      .number("started_at", t.completed_at)
                      .number("completed_at", t.completed_at)
                      .object());
    }
    return members(style_of(j.id, 0))
        .text("id", j.id)
        .text("type", j.what + ".bulk.job")
        .text("state", j.state)
        .number("created_at", j.created_at)
        .number("updated_at", j.completed_at.value_or(j.created_at))
        .number("completed_at", j.completed_at)
        .raw("tasks", tasks.array())
        .text("url", origin + "/" + j.what + "/bulk/" + j.id)
        .object();
}

std::string renderer::of(const data_export& e) const
{
    const bool is_ready = e.status == "completed";
    members m(style_of(e.id, 0));
    m.text("job_identifier", e.id).text("status", e.status);
    m.text("download_url", is_ready ? e.origin + "/download/content/data/" + e.id : "");
    if (is_ready) {
        m.number("download_expires_at", *e.expires_at);
    } else {
        m.text("download_expires_at", "");
    }
    return m.object();
}

std::string renderer::of(const visitor& v) const
{
    members custom;
    for (const auto& [name, json] : v.custom) {
        custom.raw(name, json);
    }
    const auto list = [](std::string_view type, std::string_view key) {
        return members().text("type", type).raw(key, "[]").object();
    };
    members m(style_of(v.id, 0));
    m.text("type", "visitor").text("id", v.id).text("user_id", v.user_id);
    m.boolean("anonymous", true).text("email", "").null("phone").text("name", v.name);
    m.text("pseudonym", v.pseudonym).null("avatar").text("app_id", world_.workspace_id);
    m.raw("companies", list("company.list", "companies")).raw("location_data", "{}");
    m.null("last_request_at").number("created_at", v.created_at);
    m.number("remote_created_at", v.created_at).number("signed_up_at", v.created_at);
    m.number("updated_at", v.updated_at).number("session_count", 0);
    m.raw("social_profiles", list("social_profile.list", "social_profiles")).null("owner_id");
    m.boolean("unsubscribed_from_emails", false).boolean("marked_email_as_spam", false);
    m.boolean("has_hard_bounced", false).raw("tags", list("tag.list", "tags"));
    m.raw("segments", list("segment.list", "segments"));
    m.raw("custom_attributes", custom.object()).null("referrer").null("do_not_track");
    return m.object();
}

std::string renderer::conversation_attribute(const data_attribute& a) const
{
    const std::string type = !a.choices.empty()                                   ? "list"
                             : a.data_type == "float"                             ? "decimal"
                             : a.data_type == "date" || a.data_type == "datetime" ? "datetime"
                                                                                  : a.data_type;
    members m(style_of(a.id, 0));
    m.text("type", "conversation_attribute").raw("id", a.id).text("name", a.name);
    m.text("description", a.description).text("data_type", type).boolean("required", false);
    m.raw("visible_to_team_ids", "[]").boolean("archived", a.archived);
    m.number("created_at", a.created_at).number("updated_at", a.updated_at);
    m.text("admin_id", world_.admins.front().id);
    if (type == "string") {
        m.boolean("multiline", false);
    }
    if (type == "list") {
        elements options;
        for (std::size_t i = 0; i < a.choices.size(); ++i) {
            options.add(members()
                            .text("id", uuid(spread(a.id), spread(a.key_of(i))))
                            .text("label", a.choices[i])
                            .boolean("archived", false)
                            .object());
        }
        m.raw("options", options.array());
    }
    return m.object();
}

} // namespace intercom_sandbox
