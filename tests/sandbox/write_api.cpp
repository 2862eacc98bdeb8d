#include "tests/sandbox/write_api.hpp"

#include <algorithm>
#include <array>

namespace intercom_sandbox {

std::span<const write_api::operation> write_api::operations()
{
    using w = write_api;
    // The more particular path first: contacts/bulk is no contact.
    static constexpr std::array all{
        operation{"POST", "contacts/bulk", &w::create_contacts, preview},
        operation{"PUT", "contacts/bulk", &w::update_contacts, preview},
        operation{"POST", "contacts/bulk/delete", &w::delete_contacts, preview},
        operation{"POST", "companies/bulk", &w::save_companies, preview},
        operation{"PUT", "companies/bulk", &w::update_companies, preview},
        operation{"POST", "companies/bulk/delete", &w::delete_companies, preview},
        operation{"POST", "contacts", &w::create_contact},
        operation{"POST", "contacts/merge", &w::merge_contact},
        operation{"PUT", "contacts/{}", &w::update_contact},
        operation{"DELETE", "contacts/{}", &w::delete_contact},
        operation{"POST", "contacts/{}/archive", &w::archive_contact},
        operation{"POST", "contacts/{}/unarchive", &w::unarchive_contact},
        operation{"POST", "contacts/{}/block", &w::block_contact, 213},
        operation{"POST", "contacts/{}/companies", &w::attach_company},
        operation{"DELETE", "contacts/{}/companies/{}", &w::detach_company},
        operation{"POST", "contacts/{}/tags", &w::add_contact_tag},
        operation{"DELETE", "contacts/{}/tags/{}", &w::remove_contact_tag},
        operation{"POST", "contacts/{}/subscriptions", &w::subscribe},
        operation{"DELETE", "contacts/{}/subscriptions/{}", &w::unsubscribe},
        operation{"POST", "contacts/{}/notes", &w::add_contact_note},
        operation{"POST", "companies", &w::upsert_company},
        operation{"PUT", "companies/{}", &w::update_company},
        operation{"DELETE", "companies/{}", &w::delete_company},
        operation{"POST", "companies/{}/notes", &w::add_company_note, 216},
        operation{"POST", "tags", &w::save_tag},
        operation{"DELETE", "tags/{}", &w::delete_tag},
        operation{"POST", "conversations", &w::create_conversation},
        operation{"POST", "messages", &w::send_message},
        operation{"PUT", "conversations/{}", &w::update_conversation, 0, 9999, "display_as"},
        operation{"DELETE", "conversations/{}", &w::delete_conversation, 213, 9999,
                  "retain_metrics"},
        operation{"POST", "conversations/redact", &w::redact_conversation},
        operation{"POST", "conversations/{}/reply", &w::reply_to_conversation},
        operation{"POST", "conversations/{}/parts", &w::manage_conversation},
        operation{"POST", "conversations/{}/customers", &w::attach_customer},
        operation{"DELETE", "conversations/{}/customers/{}", &w::detach_customer},
        operation{"POST", "conversations/{}/tags", &w::tag_conversation},
        operation{"DELETE", "conversations/{}/tags/{}", &w::untag_conversation},
        operation{"POST", "conversations/{}/convert", &w::convert_conversation},
        operation{"POST", "conversations/{}/merge", &w::merge_conversation, 216},
        operation{"POST", "conversations/{}/run_assignment_rules", &w::run_assignment_rules, 0,
                  211},
        operation{"POST", "tickets", &w::create_ticket},
        operation{"POST", "tickets/enqueue", &w::enqueue_ticket, 214},
        operation{"PUT", "tickets/{}", &w::update_ticket},
        operation{"DELETE", "tickets/{}", &w::delete_ticket, 213},
        operation{"POST", "tickets/{}/reply", &w::reply_to_ticket},
        operation{"POST", "tickets/{}/tags", &w::tag_ticket},
        operation{"DELETE", "tickets/{}/tags/{}", &w::untag_ticket},
        operation{"POST", "tickets/{}/change_type", &w::change_ticket_type, 216},
        operation{"POST", "tickets/{}/linked_conversations", &w::link_conversation, 216},
        operation{"DELETE", "tickets/{}/linked_conversations/{}", &w::unlink_conversation, 216},
        operation{"POST", "ticket_types", &w::create_ticket_type},
        operation{"PUT", "ticket_types/{}", &w::update_ticket_type},
        operation{"POST", "ticket_types/{}/attributes", &w::create_ticket_type_attribute},
        operation{"PUT", "ticket_types/{}/attributes/{}", &w::update_ticket_type_attribute},
        operation{"POST", "data_attributes", &w::create_data_attribute},
        operation{"PUT", "data_attributes/{}", &w::update_data_attribute},
        operation{"POST", "conversations/attributes", &w::create_conversation_attribute, 216},
        operation{"PUT", "conversations/attributes/{}", &w::update_conversation_attribute, 216},
        operation{"DELETE", "conversations/attributes/{}", &w::archive_conversation_attribute, 216},
        operation{"POST", "conversations/attributes/{}/options", &w::add_attribute_option, 216},
        operation{"PUT", "conversations/attributes/{}/options/{}", &w::rename_attribute_option,
                  216},
        operation{"DELETE", "conversations/attributes/{}/options/{}", &w::remove_attribute_option,
                  216},
        operation{"PUT", "admins/{}/away", &w::set_away},
        operation{"POST", "events", &w::submit_event},
        operation{"POST", "events/summaries", &w::summarise_events},
        operation{"PUT", "visitors", &w::update_visitor},
        operation{"POST", "visitors/convert", &w::convert_visitor},
        operation{"POST", "export/content/data", &w::request_export},
        operation{"POST", "export/cancel/{}", &w::cancel_export},
        operation{"POST", "phone_call_redirects", &w::switch_phone},
        operation{"POST", "articles", &w::create_article},
        operation{"PUT", "articles/{}", &w::update_article},
        operation{"DELETE", "articles/{}", &w::delete_article},
        operation{"POST", "internal_articles", &w::create_internal_article, 213},
        operation{"PUT", "internal_articles/{}", &w::update_internal_article, 213},
        operation{"DELETE", "internal_articles/{}", &w::delete_internal_article, 213},
        operation{"POST", "help_center/collections", &w::create_collection},
        operation{"PUT", "help_center/collections/{}", &w::update_collection},
        operation{"DELETE", "help_center/collections/{}", &w::delete_collection},
        operation{"POST", "news/news_items", &w::create_news_item},
        operation{"PUT", "news/news_items/{}", &w::update_news_item},
        operation{"DELETE", "news/news_items/{}", &w::delete_news_item},
    };
    return all;
}

const write_api::operation* write_api::find(std::string_view method,
                                            const std::vector<std::string>& path,
                                            std::vector<std::string>& ids)
{
    for (const auto& o : operations()) {
        if (o.method == method && matches(o.path, path, ids)) {
            return &o;
        }
    }
    return nullptr;
}

response write_api::handle(const operation& o, const call& c)
{
    effects_.clear();
    if (c.version < o.since || c.version > o.until) {
        throw refusal{400, "intercom_version_invalid",
                      "Requested resource is not available in current API version."};
    }
    check_parameters(c, o.parameters);
    const std::string_view type = header(c.asked.headers, "Content-Type");
    if (!c.asked.body.empty() && !lower_case(type).starts_with("application/json")) {
        throw refusal{400, "bad_request", "the Content-Type of a body must be application/json"};
    }
    return (this->*o.handle)(c);
}

slot write_api::contact_anyhow(const call& c) const
{
    const auto which = world_.contacts.find(c.ids.front());
    const bool is_archived = which && world_.contacts.at(*which).alive == life::archived;
    return is_archived ? *which : contact_of(c);
}

slot write_api::company_named(const std::string& id) const
{
    const auto which = world_.companies.find(id);
    if (!which || world_.companies.at(*which).alive != life::live) {
        throw refusal{404, "company_not_found", "Company Not Found"};
    }
    return *which;
}

namespace {

template <class List>
slot find_existing(const List& list, const std::string& id, std::string_view code,
                   std::string_view message)
{
    for (slot i = 0; i < list.size(); ++i) {
        if (list[i].id == id && list[i].exists) {
            return i;
        }
    }
    throw refusal{404, std::string(code), std::string(message)};
}

} // namespace

slot write_api::tag_named(const std::string& id, std::string_view code,
                          std::string_view message) const
{
    return find_existing(world_.tags, id, code, message);
}

slot write_api::admin_named(const std::string& id, std::string_view code,
                            std::string_view message) const
{
    return find_existing(world_.admins, id, code, message);
}

slot write_api::team_named(const std::string& id, std::string_view code,
                           std::string_view message) const
{
    return find_existing(world_.teams, id, code, message);
}

std::string write_api::tag_answer(slot tag, seconds applied_at, slot by) const
{
    const std::string who =
        members().text("type", "admin").text("id", world_.admins[by].id).object();
    return members()
        .text("type", "tag")
        .text("id", world_.tags[tag].id)
        .text("name", world_.tags[tag].name)
        .number("applied_at", applied_at)
        .raw("applied_by", who)
        .object();
}

} // namespace intercom_sandbox
