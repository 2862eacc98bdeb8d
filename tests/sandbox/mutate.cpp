#include "tests/sandbox/mutate.hpp"

#include "tests/sandbox/text_pool.hpp"

#include <algorithm>
#include <array>

// The choice among all changes, and the changes of companies and small lists.
namespace intercom_sandbox {
namespace {

bool create_company(world& w, time_point now)
{
    const slot which = add_company(w, make_company(w, w.die, unix_seconds(now)), now);
    const auto user = pick_live(w, w.contacts);
    if (user && w.die.chance(0.8)) {
        attach(w, *user, which, now);
    }
    return true;
}

void rewrite_company(world& w, slot which, time_point now)
{
    w.companies.edit(which, now, [&](company& c) {
        switch (w.die.below(4)) {
        case 0:
            c.name = company_name(w.die, w.settings.nasty);
            break;
        case 1:
            c.monthly_spend = w.die.between(0, 100000);
            break;
        case 2:
            c.custom = make_attribute_values(w, w.die, "company");
            break;
        default:
            c.size = w.die.between(1, 100000);
        }
    });
}

bool edit_company(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (which) {
        rewrite_company(w, *which, now);
        w.companies.edit(*which, now, [now](company& c) {
            c.updated_at = std::max(c.updated_at, unix_seconds(now));
        });
        w.tell({"company.updated", record_kind::company, *which});
    }
    return which.has_value();
}

bool edit_company_silently(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (which) {
        rewrite_company(w, *which, now);
    }
    return which.has_value();
}

bool note_company_request(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (which) {
        w.companies.edit(*which, now, [now](company& c) {
            c.last_request_at = unix_seconds(now);
            ++c.session_count;
        });
    }
    return which.has_value();
}

bool tag_company(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    const auto tag = static_cast<slot>(w.die.below(w.tags.size()));
    if (!which || !w.tags[tag].exists) {
        return false;
    }
    w.companies.edit(*which, now, [tag](company& c) {
        if (std::erase(c.tags, tag) == 0) {
            c.tags.push_back(tag);
        }
    });
    return true;
}

bool delete_some_company(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (which) {
        delete_company(w, *which, now);
    }
    return which.has_value();
}

bool last_user_leaves(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (!which || w.users_of[*which].empty() || w.users_of[*which].size() > 5) {
        return false;
    }
    empty_company(w, *which, now);
    return true;
}

bool change_company_segment(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    const auto segment = static_cast<slot>(w.die.below(w.segments.size()));
    if (!which || w.segments[segment].person_type != "company") {
        return false;
    }
    w.companies.edit(*which, now, [segment](company& c) {
        if (std::erase(c.segments, segment) == 0) {
            c.segments.push_back(segment);
        }
    });
    return true;
}

bool rename_some_tag(world& w, time_point now)
{
    const auto tag = static_cast<slot>(w.die.below(w.tags.size()));
    if (!w.tags[tag].exists) {
        return false;
    }
    rename_tag(w, tag, sentence(w.die, w.settings.nasty) + " " + w.tags[tag].id, now);
    return true;
}

bool delete_some_tag(world& w, time_point now)
{
    const auto tag = static_cast<slot>(w.die.below(w.tags.size()));
    if (!w.tags[tag].exists || w.tags.size() < 30) {
        return false;
    }
    delete_tag(w, tag, now);
    return true;
}

bool create_tag(world& w, time_point)
{
    const std::string id = w.fresh_number();
    w.tags.push_back({id, sentence(w.die, w.settings.nasty) + " " + id});
    return true;
}

bool create_attribute(world& w, time_point now)
{
    static constexpr std::array<std::string_view, 3> models{"contact", "company", "conversation"};
    static constexpr std::array<std::string_view, 4> types{"string", "integer", "boolean", "date"};
    data_attribute a;
    a.id = w.fresh_number();
    a.model = w.die.pick(models);
    a.name = "attribute " + a.id;
    a.full_name = "custom_attributes." + a.name;
    a.label = a.name;
    a.description = sentence(w.die, w.settings.nasty);
    a.data_type = w.die.pick(types);
    a.created_at = a.updated_at = unix_seconds(now);
    w.attributes.push_back(std::move(a));
    return true;
}

bool archive_attribute(world& w, time_point now)
{
    data_attribute& a = w.attributes[static_cast<std::size_t>(w.die.below(w.attributes.size()))];
    if (a.id.empty()) {
        return false;
    }
    a.archived = !a.archived;
    a.updated_at = unix_seconds(now);
    return true;
}

bool change_admin(world& w, time_point)
{
    const auto which = static_cast<std::size_t>(w.die.below(w.admins.size()));
    admin& a = w.admins[which];
    switch (w.die.below(4)) {
    case 0: {
        const std::string id = w.fresh_number();
        w.admins.push_back(
            {id, person_name(w.die, w.settings.nasty), "a" + id + "@support.example"});
        return true;
    }
    case 1:
        a.name = person_name(w.die, w.settings.nasty);
        return a.exists;
    case 2:
        a.is_away = !a.is_away;
        return a.exists;
    default:
        // The first one is who the token belongs to.
        if (which == 0 || !a.exists || w.admins.size() < 8) {
            return false;
        }
        a.exists = false;
        return true;
    }
}

bool change_team(world& w, time_point)
{
    team& t = w.teams[static_cast<std::size_t>(w.die.below(w.teams.size()))];
    const auto member = static_cast<slot>(w.die.below(w.admins.size()));
    if (!t.exists || !w.admins[member].exists) {
        return false;
    }
    if (std::erase(t.admins, member) == 0) {
        t.admins.push_back(member);
    }
    return true;
}

bool change_ticket_type(world& w, time_point now)
{
    const auto which = static_cast<slot>(w.die.below(w.ticket_types.size()));
    ticket_type& t = w.ticket_types[which];
    if (t.attributes.size() < 12 && w.die.chance(0.5)) {
        const std::string id = w.fresh_number();
        t.attributes.push_back({id, "extra " + id, "string", false, false, {}});
    } else {
        t.name = sentence(w.die, w.settings.nasty);
    }
    t.updated_at = unix_seconds(now);
    touch_tickets_of_type(w, which, now);
    return true;
}

} // namespace

std::span<const change> company_changes()
{
    static constexpr std::array all{
        change{8, create_company},        change{16, edit_company},
        change{8, edit_company_silently}, change{8, note_company_request},
        change{8, tag_company},           change{1, delete_some_company},
        change{4, last_user_leaves},      change{4, change_company_segment},
    };
    return all;
}

std::span<const change> list_changes()
{
    static constexpr std::array all{
        change{4, rename_some_tag},  change{4, delete_some_tag},    change{4, create_tag},
        change{4, create_attribute}, change{4, archive_attribute},  change{4, change_admin},
        change{4, change_team},      change{4, change_ticket_type},
    };
    return all;
}

void mutate_once(world& w, time_point now)
{
    unsigned total = 0;
    const std::array groups{contact_changes(), company_changes(), thread_changes(), list_changes()};
    for (const auto& group : groups) {
        for (const auto& one : group) {
            total += one.weight;
        }
    }
    for (int tries = 0; tries < 50; ++tries) {
        auto left = w.die.below(total);
        const change* chosen = nullptr;
        for (const auto& group : groups) {
            for (const auto& one : group) {
                if (chosen == nullptr && left < one.weight) {
                    chosen = &one;
                }
                left -= chosen == nullptr ? one.weight : 0;
            }
        }
        if (chosen->make(w, now)) {
            return;
        }
    }
}

} // namespace intercom_sandbox
