#include "tests/sandbox/mutate.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <algorithm>
#include <array>

namespace intercom_sandbox {
namespace {

bool create_contact(world& w, time_point now)
{
    const slot which = add_contact(w, make_contact(w, w.die, unix_seconds(now)), now);
    const auto company = pick_live(w, w.companies);
    if (company && w.die.chance(0.5)) {
        attach(w, which, *company, now);
    }
    return true;
}

void rewrite(world& w, contact& c, time_point now)
{
    switch (w.die.below(6)) {
    case 0:
        c.name = person_name(w.die, w.settings.nasty);
        break;
    case 1:
        c.phone = "+1555" + std::to_string(w.die.between(1000000, 9999999));
        break;
    case 2:
        c.custom = make_attribute_values(w, w.die, "contact");
        break;
    case 3:
        c.last_seen_at = unix_seconds(now);
        break;
    case 4:
        c.details = w.die.roll();
        break;
    default:
        c.owner = static_cast<slot>(w.die.below(w.admins.size()));
    }
}

bool edit_contact(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (which) {
        w.contacts.edit(*which, now, [&](contact& c) {
            rewrite(w, c, now);
            c.updated_at = std::max(c.updated_at, unix_seconds(now));
        });
        w.tell({contact_topic(w.contacts.at(*which), "updated"), record_kind::contact, *which});
    }
    return which.has_value();
}

bool edit_contact_silently(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (which) {
        w.contacts.edit(*which, now, [&](contact& c) { rewrite(w, c, now); });
    }
    return which.has_value();
}

// A lead turns out to be a known user: keeps the id, gets an external id.
bool identify_lead(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (!which || !w.contacts.at(*which).is_lead) {
        return false;
    }
    const std::string external = "u" + w.fresh_number();
    w.contacts.edit(*which, now, [&](contact& c) {
        c.is_lead = false;
        c.external_id = external;
        c.updated_at = std::max(c.updated_at, unix_seconds(now));
    });
    w.by_external_id[external] = *which;
    touch_threads_of(w, *which, now);
    w.tell({"contact.lead.signed_up", record_kind::contact, *which});
    return true;
}

bool delete_contact(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (which) {
        take_away(w, *which, life::deleted, std::nullopt, now);
    }
    return which.has_value();
}

bool archive_contact(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (which) {
        take_away(w, *which, life::archived, std::nullopt, now);
    }
    return which.has_value();
}

bool unarchive_contact(world& w, time_point now)
{
    const auto which = static_cast<slot>(w.die.below(std::max<std::size_t>(1, w.contacts.size())));
    for (slot step = 0; step < w.contacts.size(); ++step) {
        const auto at = static_cast<slot>((which + step) % w.contacts.size());
        if (w.contacts.at(at).alive != life::archived) {
            continue;
        }
        bring_back(w, at, now);
        return true;
    }
    return false;
}

bool merge_some_contacts(world& w, time_point now)
{
    const auto lead = pick_live(w, w.contacts);
    const auto user = pick_live(w, w.contacts);
    if (!lead || !user || lead == user || !w.contacts.at(*lead).is_lead ||
        w.contacts.at(*user).is_lead) {
        return false;
    }
    merge_contacts(w, *lead, *user, now);
    return true;
}

// Adds or takes away one member of a list of slots, without a trace in updated_at.
template <class Member>
bool toggle(world& w, time_point now, Member member, slot value)
{
    const auto which = pick_live(w, w.contacts);
    if (which) {
        w.contacts.edit(*which, now, [&](contact& c) {
            if (std::erase(c.*member, value) == 0) {
                (c.*member).insert((c.*member).begin(), value);
            }
        });
    }
    return which.has_value();
}

bool change_tag(world& w, time_point now)
{
    const auto tag = static_cast<slot>(w.die.below(w.tags.size()));
    const auto which = w.tags[tag].exists ? pick_live(w, w.contacts) : std::nullopt;
    if (which) {
        contains(w.contacts.at(*which).tags, tag) ? untag_contact(w, *which, tag, now)
                                                  : tag_contact(w, *which, tag, now);
    }
    return which.has_value();
}

bool change_subscription(world& w, time_point now)
{
    const auto type = static_cast<slot>(w.die.below(w.subscription_types.size()));
    return toggle(w, now, &contact::subscriptions, type);
}

bool change_segment(world& w, time_point now)
{
    const auto segment = static_cast<slot>(w.die.below(w.segments.size()));
    return w.segments[segment].person_type != "company" &&
           toggle(w, now, &contact::segments, segment);
}

bool change_company(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    const auto company = pick_live(w, w.companies);
    if (!which || !company) {
        return false;
    }
    contains(w.contacts.at(*which).companies, *company) ? detach(w, *which, *company, now)
                                                        : attach(w, *which, *company, now);
    return true;
}

bool leave_company(world& w, time_point now)
{
    const auto which = pick_live(w, w.contacts);
    if (!which || w.contacts.at(*which).companies.empty()) {
        return false;
    }
    detach(w, *which, w.die.pick(w.contacts.at(*which).companies), now);
    return true;
}

bool add_company_note(world& w, time_point now)
{
    const auto which = pick_live(w, w.companies);
    if (which) {
        note made = make_note(w, w.die, 0, unix_seconds(now));
        made.company = which;
        w.notes.push_back(std::move(made));
        const auto n = static_cast<slot>(w.notes.size() - 1);
        w.companies.edit(*which, now, [n](company& c) { c.notes.insert(c.notes.begin(), n); });
    }
    return which.has_value();
}

bool add_note(world& w, time_point now)
{
    if (w.notes.size() % 4 == 3 && add_company_note(w, now)) {
        return true;
    }
    const auto which = pick_live(w, w.contacts);
    if (which) {
        w.notes.push_back(make_note(w, w.die, *which, unix_seconds(now)));
        const auto n = static_cast<slot>(w.notes.size() - 1);
        w.contacts.edit(*which, now, [n](contact& c) { c.notes.insert(c.notes.begin(), n); });
    }
    return which.has_value();
}

} // namespace

std::span<const change> contact_changes()
{
    static constexpr std::array all{
        change{24, create_contact},
        change{32, edit_contact},
        change{16, edit_contact_silently},
        change{8, identify_lead},
        change{8, delete_contact},
        change{8, archive_contact},
        change{4, unarchive_contact},
        change{8, merge_some_contacts},
        change{20, change_tag},
        change{8, change_company},
        change{8, leave_company},
        change{12, add_note},
        change{8, change_subscription},
        change{12, change_segment},
    };
    return all;
}

} // namespace intercom_sandbox
