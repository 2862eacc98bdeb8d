#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// What hangs on contacts: companies, tags, subscriptions, notes; and notes of companies.
namespace intercom_sandbox {
namespace {

constexpr std::size_t companies_max = 1'000;

} // namespace

response write_api::attach_company(const call& c)
{
    const slot who = contact_of(c);
    if (c.asked.body.empty()) {
        throw refusal{400, "parameter_not_found", "company not specified"};
    }
    const fields body(c.asked.body, "id");
    const auto id = body.id("id");
    if (!id) {
        throw refusal{400, "parameter_not_found", "company not specified"};
    }
    const slot which = company_named(*id);
    const auto& companies = world_.contacts.at(who).companies;
    const bool is_new = !contains(companies, which);
    if (is_new && companies.size() >= companies_max) {
        throw refusal{400, "contact_company_limit_exceeded",
                      "Contact has reached the maximum of 1000 company associations"};
    }
    if (is_new) {
        attach(world_, who, which, c.now);
    }
    note("contacts", c.ids.front(), "attached",
         is_new ? std::vector<std::string>{"companies." + *id} : std::vector<std::string>{});
    return json_response(200, c.show.of(world_.companies.at(which)));
}

response write_api::detach_company(const call& c)
{
    const slot who = contact_of(c);
    const slot which = company_named(c.ids[1]);
    if (!contains(world_.contacts.at(who).companies, which)) {
        throw refusal{404, "company_not_found", "Company Not Found"};
    }
    detach(world_, who, which, c.now);
    note("contacts", c.ids.front(), "detached", {"companies." + c.ids[1]});
    return json_response(200, c.show.of(world_.companies.at(which)));
}

response write_api::add_contact_tag(const call& c)
{
    const slot who = contact_of(c);
    const fields body(c.asked.body, "id");
    body.require({"id"});
    const slot tag = tag_named(*body.id("id"), "not_found", "Resource Not Found");
    const bool is_new = !contains(world_.contacts.at(who).tags, tag);
    if (is_new) {
        tag_contact(world_, who, tag, c.now);
    }
    note("contacts", c.ids.front(), "attached",
         is_new ? std::vector{"tags." + world_.tags[tag].id} : std::vector<std::string>{});
    return json_response(200, tag_answer(tag, unix_seconds(c.now), 0));
}

response write_api::remove_contact_tag(const call& c)
{
    const slot who = contact_of(c);
    const slot tag = tag_named(c.ids[1], "not_found", "Resource Not Found");
    if (!contains(world_.contacts.at(who).tags, tag)) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    untag_contact(world_, who, tag, c.now);
    note("contacts", c.ids.front(), "detached", {"tags." + world_.tags[tag].id});
    return json_response(200, tag_answer(tag, unix_seconds(c.now), 0));
}

namespace {

slot subscription_named(const world& w, const std::string& id)
{
    for (slot i = 0; i < w.subscription_types.size(); ++i) {
        if (w.subscription_types[i].id == id) {
            return i;
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

} // namespace

// A contact has chosen against the default of a type or it has not: opting in to what one gets
// anyway takes back having opted out.
response write_api::subscribe(const call& c)
{
    const slot who = contact_of(c);
    const fields body(c.asked.body, "id consent_type");
    body.require({"id", "consent_type"});
    const auto consent = body.choice("consent_type", {"opt_in", "opt_out"});
    const slot type = subscription_named(world_, *body.id("id"));
    const subscription_type& kind = world_.subscription_types[type];
    const bool is_choice = *consent == kind.consent_type;
    const bool changes = contains(world_.contacts.at(who).subscriptions, type) != is_choice;
    if (changes) {
        world_.contacts.edit(who, c.now, [&](contact& r) {
            if (is_choice) {
                r.subscriptions.insert(r.subscriptions.begin(), type);
            } else {
                std::erase(r.subscriptions, type);
            }
        });
        world_.tell({*consent == "opt_in" ? "contact.subscribed" : "contact.unsubscribed",
                     record_kind::contact, who});
    }
    note("contacts", c.ids.front(), "attached",
         changes ? std::vector{"subscriptions." + kind.id} : std::vector<std::string>{});
    return json_response(200, c.show.of(kind));
}

response write_api::unsubscribe(const call& c)
{
    const slot who = contact_of(c);
    const slot type = subscription_named(world_, c.ids[1]);
    const subscription_type& kind = world_.subscription_types[type];
    if (!contains(world_.contacts.at(who).subscriptions, type)) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    world_.contacts.edit(who, c.now, [&](contact& r) { std::erase(r.subscriptions, type); });
    world_.tell({kind.consent_type == "opt_in" ? "contact.unsubscribed" : "contact.subscribed",
                 record_kind::contact, who});
    note("contacts", c.ids.front(), "detached", {"subscriptions." + kind.id});
    return json_response(200, c.show.of(kind));
}

namespace {

std::string note_body(const fields& body)
{
    body.require({"body"});
    std::string html = as_html(*body.text("body"));
    if (html.empty()) {
        throw refusal{400, "parameter_invalid", "Body is required"};
    }
    return html;
}

} // namespace

response write_api::add_contact_note(const call& c)
{
    const slot who = contact_of(c);
    const fields body(c.asked.body, "body admin_id contact_id");
    std::string html = note_body(body);
    const auto admin = body.id("admin_id");
    const slot by = admin ? admin_named(*admin, "not_found", "Resource Not Found") : 0;
    std::ignore = body.id("contact_id");
    world_.notes.push_back({world_.fresh_number(), who, author_of(world_.admins[by]),
                            unix_seconds(c.now), std::move(html)});
    const auto n = static_cast<slot>(world_.notes.size() - 1);
    world_.contacts.edit(who, c.now, [n](contact& r) { r.notes.insert(r.notes.begin(), n); });
    note("notes", world_.notes[n].id, "created");
    return json_response(200, c.show.of(world_.notes[n]));
}

response write_api::add_company_note(const call& c)
{
    const slot which = company_named(c.ids.front());
    const fields body(c.asked.body, "body admin_id");
    std::string html = note_body(body);
    const auto admin = body.id("admin_id");
    const slot by = admin ? admin_named(*admin, "not_found", "Resource Not Found") : 0;
    world_.notes.push_back({world_.fresh_number(), 0, author_of(world_.admins[by]),
                            unix_seconds(c.now), std::move(html), which});
    const auto n = static_cast<slot>(world_.notes.size() - 1);
    world_.companies.edit(which, c.now, [n](company& r) { r.notes.insert(r.notes.begin(), n); });
    note("notes", world_.notes.back().id, "created");
    return json_response(200, c.show.of(world_.notes.back()));
}

} // namespace intercom_sandbox
