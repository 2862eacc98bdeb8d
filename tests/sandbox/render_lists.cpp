#include "tests/sandbox/render.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <string_view>

// The small lists.
namespace intercom_sandbox {
namespace {

std::string plain_list(std::string_view type, std::string_view key, const std::string& array)
{
    return members().text("type", type).raw(key, array).object();
}

} // namespace

std::string renderer::of(const admin& a) const
{
    elements teams;
    for (const auto& t : world_.teams) {
        for (const slot member : t.admins) {
            if (t.exists && world_.admins[member].id == a.id) {
                teams.add(t.id);
            }
        }
    }
    return members(style_of(a.id, 0))
        .text("type", "admin")
        .text("id", a.id)
        .text("name", a.name)
        .text("email", a.email)
        .boolean("away_mode_enabled", a.is_away)
        .boolean("away_mode_reassign", a.reassigns)
        .boolean("has_inbox_seat", a.has_seat)
        .null("away_status_reason_id")
        .raw("team_ids", teams.array())
        .object();
}

std::string renderer::of(const team& t) const
{
    elements ids;
    for (const slot a : t.admins) {
        if (world_.admins[a].exists) {
            ids.add(world_.admins[a].id);
        }
    }
    return members(style_of(t.id, 0))
        .text("type", "team")
        .text("id", t.id)
        .text("name", t.name)
        .raw("admin_ids", ids.array())
        .number("assignment_limit", 10)
        .text("distribution_method", t.distribution)
        .object();
}

std::string renderer::of(const tag& t) const
{
    return members(style_of(t.id, 0))
        .text("type", "tag")
        .text("id", t.id)
        .text("name", t.name)
        .object();
}

std::string renderer::of(const segment& s, std::optional<std::int64_t> count) const
{
    members m(style_of(s.id, 0));
    m.text("type", "segment").text("id", s.id).text("name", s.name);
    m.number("created_at", s.created_at).number("updated_at", s.updated_at);
    m.text("person_type", s.person_type);
    if (count) {
        m.number("count", *count);
    }
    return m.object();
}

std::string renderer::of(const data_attribute& a) const
{
    members m(style_of(a.model + a.full_name, 0));
    m.text("type", "data_attribute").text("name", a.name).text("full_name", a.full_name);
    m.text("label", a.label).text("description", a.description).text("data_type", a.data_type);
    m.boolean("api_writable", true).boolean("ui_writable", false);
    m.boolean("messenger_writable", a.id.empty() || a.is_messenger_writable)
        .boolean("custom", !a.id.empty());
    m.boolean("archived", a.archived).text("model", a.model);
    if (!a.id.empty()) {
        m.raw("id", a.id).text("admin_id", world_.admins.front().id);
        m.number("created_at", a.created_at).number("updated_at", a.updated_at);
    }
    if (!a.choices.empty()) {
        elements choices;
        for (const auto& choice : a.choices) {
            choices.add(quoted(choice));
        }
        m.raw("options", choices.array());
    }
    return m.object();
}

std::string renderer::of(const subscription_type& s) const
{
    const std::string translation = members()
                                        .text("name", s.name)
                                        .text("description", "About " + s.name)
                                        .text("locale", "en")
                                        .object();
    return members(style_of(s.id, 0))
        .text("type", "subscription")
        .text("id", s.id)
        .text("state", s.state)
        .text("consent_type", s.consent_type)
        .raw("default_translation", translation)
        .raw("translations", "[" + translation + "]")
        .raw("content_types", "[" + quoted(s.content_type) + "]")
        .object();
}

std::string renderer::type_head(const ticket_type& t) const
{
    return members()
        .text("type", "ticket_type")
        .text("id", t.id)
        .text("name", t.name)
        .text("description", t.description.empty() ? "About " + t.name : t.description)
        .text("icon", t.icon)
        .boolean("archived", t.archived)
        .boolean("is_internal", t.is_internal || t.category != "Customer")
        .text("category", t.category)
        .object();
}

std::string renderer::attribute_of(const ticket_type& t, std::size_t index) const
{
    const ticket_type_attribute& a = t.attributes[index];
    std::string input = "null";
    if (!a.choices.empty()) {
        elements items;
        for (const auto& choice : a.choices) {
            items.add(members()
                          .text("id", uuid(spread(a.id), spread(choice)))
                          .text("name", choice)
                          .object());
        }
        input = members().raw("items", items.array()).object();
    } else if (a.data_type == "string") {
        input = a.is_multiline ? R"({"multiline":true})" : R"({"multiline":false})";
    }
    return members(style_of(a.id, 0))
        .text("type", "ticket_type_attribute")
        .id("id", a.id)
        .text("workspace_id", world_.workspace_id)
        .text("name", a.name)
        .text("description", a.description)
        .text("data_type", a.data_type)
        .raw("input_options", input)
        .number("order", static_cast<std::int64_t>(index))
        .boolean("required_to_create", a.required)
        .boolean("required_to_create_for_contacts", a.required_of_contacts)
        .boolean("visible_on_create", a.visible_on_create)
        .boolean("visible_to_contacts", a.visible_to_contacts)
        .boolean("default", a.name.front() == '_')
        .raw("ticket_type_id", t.id)
        .boolean("archived", a.archived)
        .number("created_at", t.created_at)
        .number("updated_at", t.updated_at)
        .object();
}

std::string renderer::of(const ticket_type& t) const
{
    elements attributes;
    for (std::size_t i = 0; i < t.attributes.size(); ++i) {
        attributes.add(attribute_of(t, i));
    }
    return members(style_of(t.id, 0))
        .text("type", "ticket_type")
        .text("id", t.id)
        .text("name", t.name)
        .text("description", t.description.empty() ? "About " + t.name : t.description)
        .text("icon", t.icon)
        .text("workspace_id", world_.workspace_id)
        .boolean("archived", t.archived)
        .number("created_at", t.created_at)
        .number("updated_at", t.updated_at)
        .boolean("is_internal", t.is_internal || t.category != "Customer")
        .raw("ticket_type_attributes", plain_list("list", "data", attributes.array()))
        .text("category", t.category)
        .object();
}

std::string renderer::state_member(const ticket_state& s) const
{
    return members(style_of(s.id, 0))
        .text("type", "ticket_state")
        .text("id", s.id)
        .text("category", s.category)
        .text("internal_label", s.internal_label)
        .text("external_label", s.external_label)
        .object();
}

std::string renderer::of(const ticket_state& s) const
{
    elements types;
    for (const auto& t : world_.ticket_types) {
        types.add(type_head(t));
    }
    return with_member(with_member(state_member(s), "archived", s.archived ? "true" : "false"),
                       "ticket_types", plain_list("list", "data", types.array()));
}

std::string renderer::of(const note& n) const
{
    const json_style style = style_of(n.id, 0);
    const std::string owner = members(style)
                                  .text("type", n.company ? "company" : "contact")
                                  .text("id", n.company ? world_.companies.at(*n.company).id
                                                        : world_.contacts.at(n.contact).id)
                                  .object();
    return members(style)
        .text("type", "note")
        .id("id", n.id)
        .number("created_at", n.created_at)
        .raw(n.company ? "company" : "contact", owner)
        .raw("author", members(style)
                           .text("type", n.by.type)
                           .id("id", n.by.id)
                           .text("name", n.by.name)
                           .text("email", n.by.email)
                           .boolean("away_mode_enabled", false)
                           .boolean("away_mode_reassign", false)
                           .object())
        .text("body", n.body)
        .object();
}

std::string renderer::me() const
{
    const admin& a = world_.admins.front();
    const std::string app = members()
                                .text("type", "app")
                                .text("id_code", world_.workspace_id)
                                .text("name", "Sandbox")
                                .number("created_at", world_.created_at)
                                .boolean("secure", false)
                                .boolean("identity_verification", false)
                                .text("timezone", world_.settings.timezone)
                                .text("region", world_.settings.region)
                                .object();
    return members()
        .text("type", "admin")
        .text("id", a.id)
        .text("email", a.email)
        .text("name", a.name)
        .boolean("email_verified", true)
        .raw("app", app)
        .raw("avatar", R"({"type":"avatar","image_url":"https://img.example/admin.png"})")
        .boolean("has_inbox_seat", true)
        .object();
}

} // namespace intercom_sandbox
