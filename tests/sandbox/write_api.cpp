#include "tests/sandbox/write_api.hpp"

#include <algorithm>
#include <array>

namespace intercom_sandbox {

std::span<const write_api::operation> write_api::operations()
{
    using w = write_api;
    static constexpr std::array all{
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
