#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

// The records a request wants tagged or untagged.
struct target
{
    slot which;
    bool is_tagged;
};

std::optional<slot> find_company(const world& w, const fields& named)
{
    const auto id = named.id("id");
    const auto company_id = named.id("company_id");
    if (!id && !company_id) {
        throw refusal{400, "parameter_invalid", "invalid tag parameters"};
    }
    for (slot i = 0; i < w.companies.size(); ++i) {
        const company& r = w.companies.at(i);
        if (r.alive == life::live && (id ? r.id == *id : r.company_id == *company_id)) {
            return i;
        }
    }
    return std::nullopt;
}

std::optional<slot> find_user(const world& w, const fields& named)
{
    const auto id = named.id("id");
    if (!id) {
        throw refusal{400, "parameter_invalid", "invalid tag parameters"};
    }
    const auto which = w.contacts.find(*id);
    const bool is_live = which && w.contacts.at(*which).alive == life::live;
    return is_live ? which : std::nullopt;
}

std::string tagged_list(const std::vector<target>& targets, const auto& records)
{
    elements all;
    for (const auto& one : targets) {
        all.add(members()
                    .text("id", records.at(one.which).id)
                    .boolean("tagged", one.is_tagged)
                    .object());
    }
    return all.array();
}

} // namespace

// Creates a tag or finds it by its name, renames the one with the id, and tags or untags people or
// companies with it. Who is to be tagged and does not exist is an error up to 2.15, and skipped
// since.
response write_api::save_tag(const call& c)
{
    const fields body(c.asked.body, "name id companies users");
    if (!body.has("name") || body.is_null("name") || trimmed(*body.text("name")).empty() ||
        (body.has("companies") && body.has("users"))) {
        throw refusal{400, "parameter_invalid", "invalid tag parameters"};
    }
    const std::string name = trimmed(*body.text("name"));
    const auto same_name = std::find_if(world_.tags.begin(), world_.tags.end(), [&](const tag& t) {
        return t.exists && lower_case(t.name) == lower_case(name);
    });
    const auto id = body.id("id");
    std::optional<slot> which;
    if (id) {
        which = tag_named(*id, "not_found", "Resource Not Found");
        if (same_name != world_.tags.end() && same_name->id != *id) {
            throw refusal{400, "parameter_invalid", "another tag has this name"};
        }
    } else if (same_name != world_.tags.end()) {
        which = static_cast<slot>(same_name - world_.tags.begin());
    }

    const bool skips = c.version >= 216;
    const auto find_targets = [&](std::string_view member, auto&& find, const refusal& missing) {
        std::vector<target> found;
        const auto named = body.objects(member, "id company_id untag");
        for (const auto& one : named.value_or(std::vector<fields>{})) {
            const auto record = find(world_, one);
            if (!record && !skips) {
                throw refusal(missing);
            }
            if (record) {
                found.push_back({*record, !one.boolean("untag").value_or(false)});
            }
        }
        return found;
    };
    const auto companies = find_targets("companies", find_company,
                                        refusal{404, "company_not_found", "Company Not Found"});
    const auto users =
        find_targets("users", find_user, refusal{404, "not_found", "User Not Found"});

    const bool is_new = !which;
    if (is_new) {
        world_.tags.push_back({world_.fresh_number(), name});
        which = static_cast<slot>(world_.tags.size() - 1);
    }
    const slot tag = *which;
    const bool is_renamed = id && world_.tags[tag].name != name;
    if (is_renamed) {
        rename_tag(world_, tag, name, c.now);
    }
    note("tags", world_.tags[tag].id, is_new ? "created" : "updated",
         is_renamed ? std::vector<std::string>{"name"} : std::vector<std::string>{});
    for (const auto& one : companies) {
        if (contains(world_.companies.at(one.which).tags, tag) != one.is_tagged) {
            world_.companies.edit(one.which, c.now, [&](company& r) {
                if (std::erase(r.tags, tag) == 0) {
                    r.tags.push_back(tag);
                }
            });
            note("companies", world_.companies.at(one.which).id,
                 one.is_tagged ? "attached" : "detached", {"tags." + world_.tags[tag].id});
        }
    }
    for (const auto& one : users) {
        if (contains(world_.contacts.at(one.which).tags, tag) != one.is_tagged) {
            one.is_tagged ? tag_contact(world_, one.which, tag, c.now)
                          : untag_contact(world_, one.which, tag, c.now);
            note("contacts", world_.contacts.at(one.which).id,
                 one.is_tagged ? "attached" : "detached", {"tags." + world_.tags[tag].id});
        }
    }
    const std::string basic = members()
                                  .text("type", "tag")
                                  .text("id", world_.tags[tag].id)
                                  .text("name", world_.tags[tag].name)
                                  .object();
    if (c.version < 216) {
        return json_response(200, basic);
    }
    return json_response(
        200, with_member(with_member(basic, "users", tagged_list(users, world_.contacts)),
                         "companies", tagged_list(companies, world_.companies)));
}

response write_api::delete_tag(const call& c)
{
    const slot tag = tag_named(c.ids.front(), "not_found", "Resource Not Found");
    // The one tag a segment is made of, as far as anybody can tell from outside.
    if (tag == 0) {
        throw refusal{400, "tag_has_dependent_objects",
                      "Unable to delete Tag with dependent objects. Segments: " +
                          world_.segments.front().name + "."};
    }
    intercom_sandbox::delete_tag(world_, tag, c.now);
    note("tags", c.ids.front(), "deleted");
    return json_response(200, "");
}

} // namespace intercom_sandbox
