#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>
#include <cmath>

namespace intercom_sandbox {
namespace {

constexpr double spend_max = 2'147'483'647;
// The answer to a deletion comes before the deletion.
constexpr auto deletion_takes = std::chrono::seconds(2);

} // namespace

// No member of a company may be null.
patch<company> write_api::read_company(const fields& body, time_point now)
{
    patch<company> changes;
    if (const auto name = body.text("name")) {
        changes.put("name", &company::name, trimmed(*name));
    }
    if (const auto plan = body.text("plan")) {
        const std::string value = trimmed(*plan);
        changes.put("plan", &company::plan, value.empty() ? std::nullopt : std::optional(value));
    }
    changes.set("size", &company::size, body.integer("size"));
    changes.set("website", &company::website, body.text("website"));
    changes.set("industry", &company::industry, body.text("industry"));
    changes.set("remote_created_at", &company::remote_created_at, body.time("remote_created_at"));
    if (const auto spend = body.number("monthly_spend")) {
        if (!(std::abs(*spend) <= spend_max)) {
            throw refusal{400, "parameter_invalid", "monthly_spend must not exceed 2147483647"};
        }
        changes.put("monthly_spend", &company::monthly_spend,
                    static_cast<std::int64_t>(std::trunc(*spend)));
    }
    if (body.boolean("update_last_request_at").value_or(false)) {
        changes.put("last_request_at", &company::last_request_at, unix_seconds(now));
    }
    for (const auto& one : read_attributes(world_, body, "custom_attributes", "company")) {
        changes.add("custom_attributes." + one.name,
                    [one](company& r) { return apply(r.custom, one); });
    }
    return changes;
}

void write_api::change_company(slot which, const patch<company>& changes, time_point now)
{
    company tried = world_.companies.at(which);
    const auto changed = changes.apply(tried);
    if (!changed.empty()) {
        world_.companies.edit(which, now, [&](company& r) {
            changes.apply(r);
            r.updated_at = std::max(r.updated_at, unix_seconds(now));
        });
        world_.tell({"company.updated", record_kind::company, which});
    }
    note("companies", tried.id, "updated", changed);
}

slot write_api::save_company(const fields& body, time_point now)
{
    body.require({"company_id"});
    const std::string company_id = *body.id("company_id");
    if (trimmed(company_id).empty()) {
        throw refusal{400, "parameter_invalid", "company_id must not be empty"};
    }
    const auto changes = read_company(body, now);
    for (slot i = 0; i < world_.companies.size(); ++i) {
        const company& r = world_.companies.at(i);
        if (r.alive == life::live && r.company_id == company_id) {
            change_company(i, changes, now);
            return i;
        }
    }
    company fresh;
    fresh.created_at = fresh.updated_at = unix_seconds(now);
    fresh.id = hex_id(die_, fresh.created_at);
    fresh.company_id = company_id;
    changes.apply(fresh);
    const slot which = add_company(world_, std::move(fresh), now);
    note("companies", world_.companies.at(which).id, "created");
    return which;
}

response write_api::upsert_company(const call& c)
{
    std::string known = "company_id name plan size website industry custom_attributes "
                        "remote_created_at monthly_spend";
    known += c.version >= 216 ? " update_last_request_at" : "";
    const slot which = save_company(fields(c.asked.body, known), c.now);
    return json_response(200, c.show.of(world_.companies.at(which)));
}

response write_api::update_company(const call& c)
{
    const slot which = company_named(c.ids.front());
    std::string known = "name plan size website industry custom_attributes monthly_spend";
    // Versions without a description of the body are taken to accept what they accepted.
    known += c.version <= 213 ? " remote_created_at" : "";
    change_company(which, read_company(fields(c.asked.body, known), c.now), c.now);
    return json_response(200, c.show.of(world_.companies.at(which)));
}

void write_api::delete_company_later(slot which, time_point now)
{
    later_.at(now + deletion_takes, [this, which](time_point then) {
        if (world_.companies.at(which).alive == life::live) {
            intercom_sandbox::delete_company(world_, which, then);
        }
    });
    note("companies", world_.companies.at(which).id, "deleted");
}

response write_api::delete_company(const call& c)
{
    delete_company_later(company_named(c.ids.front()), c.now);
    return json_response(200, members()
                                  .text("id", c.ids.front())
                                  .text("object", "company")
                                  .boolean("deleted", true)
                                  .object());
}

} // namespace intercom_sandbox
