#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

constexpr std::size_t digits_max = 15; // E.164

std::string read_email(const std::string& text)
{
    std::string email = lower_case(trimmed(text));
    const auto at = email.find('@');
    const bool is_one = at != email.npos && at > 0 && at + 1 < email.size() &&
                        email.find('@', at + 1) == email.npos && email.find(' ') == email.npos;
    if (!email.empty() && !is_one) {
        throw refusal{400, "parameter_invalid", "email is not an e-mail address"};
    }
    return email;
}

// Digits after a plus sign, whatever stood between them.
std::string read_phone(const std::string& text)
{
    std::string phone;
    for (const char c : trimmed(text)) {
        if (c >= '0' && c <= '9') {
            phone += c;
        } else if (c == '+' ? !phone.empty()
                            : std::string_view(" ()-./").find(c) == std::string::npos) {
            throw refusal{400, "parameter_invalid", "phone is not a phone number"};
        }
    }
    if (phone.starts_with("00")) {
        phone.erase(0, 2);
    }
    if (phone.empty() || phone.size() > digits_max) {
        throw refusal{400, "parameter_invalid", "phone is not a phone number"};
    }
    return "+" + phone;
}

// A text of blanks is none.
std::optional<std::string> or_none(const std::string& text)
{
    const std::string value = trimmed(text);
    return value.empty() ? std::nullopt : std::optional(value);
}

std::string removal_answer(const contact& r, std::string_view what, bool is)
{
    return members()
        .text("type", "contact")
        .text("id", r.id)
        .text("external_id", r.external_id)
        .boolean(what, is)
        .object();
}

std::string known_members(version_number version)
{
    std::string known =
        "role external_id email phone name avatar signed_up_at last_seen_at owner_id "
        "unsubscribed_from_emails custom_attributes";
    known += version >= 216 ? " email_verified" : "";
    known += version == preview ? " language_override" : "";
    return known;
}

} // namespace

patch<contact> write_api::read_contact(const fields& body)
{
    patch<contact> changes;
    if (const auto role = body.choice("role", {"user", "lead"})) {
        changes.put("role", &contact::is_lead, *role == "lead");
    }
    if (const auto email = body.text("email")) {
        changes.put("email", &contact::email, read_email(*email));
    }
    if (body.has("email_verified") && !body.has("email")) {
        throw refusal{400, "parameter_invalid", "email_verified goes with email only"};
    }
    std::ignore = body.nullable_boolean("email_verified");
    if (const auto external_id = body.id("external_id")) {
        changes.put("external_id", &contact::external_id, or_none(*external_id));
    }
    if (const auto name = body.nullable_text("name")) {
        changes.put("name", &contact::name, *name ? or_none(**name) : std::nullopt);
    }
    if (const auto phone = body.nullable_text("phone")) {
        const auto given = *phone ? or_none(**phone) : std::nullopt;
        changes.put("phone", &contact::phone,
                    given ? std::optional(read_phone(*given)) : std::nullopt);
    }
    if (const auto avatar = body.nullable_text("avatar")) {
        changes.put("avatar", &contact::avatar, avatar->value_or(""));
    }
    if (const auto language = body.nullable_text("language_override")) {
        changes.put("language_override", &contact::language, language->value_or(""));
    }
    changes.set("signed_up_at", &contact::signed_up_at, body.nullable_time("signed_up_at"));
    changes.set("last_seen_at", &contact::last_seen_at, body.nullable_time("last_seen_at"));
    if (const auto owner = body.nullable_id("owner_id")) {
        const bool is_nobody = !*owner || **owner == "0";
        std::optional<slot> admin;
        if (!is_nobody) {
            admin = admin_named(**owner, "admin_not_found", "Admin not found");
        }
        changes.put("owner_id", &contact::owner, admin);
    }
    if (const auto is_out = body.nullable_boolean("unsubscribed_from_emails")) {
        changes.put("unsubscribed_from_emails", &contact::unsubscribed, is_out->value_or(false));
    }
    for (const auto& one : read_attributes(world_, body, "custom_attributes", "contact")) {
        changes.add("custom_attributes." + one.name,
                    [one](contact& r) { return apply(r.custom, one); });
    }
    return changes;
}

void write_api::check_unique(const contact& wanted, std::optional<slot> except) const
{
    for (slot i = 0; i < world_.contacts.size(); ++i) {
        const contact& r = world_.contacts.at(i);
        const bool has_id = wanted.external_id && r.external_id == wanted.external_id;
        const bool has_email = !wanted.email.empty() && r.is_lead == wanted.is_lead &&
                               lower_case(r.email) == wanted.email;
        if (i == except || (!has_id && !has_email) ||
            (r.alive != life::live && r.alive != life::archived)) {
            continue;
        }
        if (r.is_blocked) {
            throw refusal{400, "not_restorable", "This user was blocked and cannot be created"};
        }
        throw refusal{409, "conflict",
                      (r.alive == life::archived
                           ? "An archived contact matching those details already exists with id="
                           : "A contact matching those details already exists with id=") +
                          r.id};
    }
}

contact write_api::blank_contact(bool is_lead, time_point now)
{
    contact fresh;
    fresh.created_at = fresh.updated_at = unix_seconds(now);
    fresh.id = hex_id(die_, fresh.created_at);
    fresh.details = die_.roll();
    fresh.is_lead = is_lead;
    fresh.avatar = fresh.language = "";
    return fresh;
}

slot write_api::make_contact(contact wanted, time_point now)
{
    check_unique(wanted, std::nullopt);
    const slot which = add_contact(world_, std::move(wanted), now);
    note("contacts", world_.contacts.at(which).id, "created");
    return which;
}

slot write_api::create_contact_of(const fields& body, time_point now)
{
    if (!body.has("email") && !body.has("external_id") && !body.has("role")) {
        throw refusal{400, "parameter_not_found", "one of email, external_id or role is required"};
    }
    const auto changes = read_contact(body);
    contact fresh = blank_contact(false, now);
    changes.apply(fresh);
    return make_contact(std::move(fresh), now);
}

response write_api::create_contact(const call& c)
{
    const fields body(c.asked.body, known_members(c.version));
    return json_response(200, c.show.of(world_.contacts.at(create_contact_of(body, c.now))));
}

void write_api::change_contact(slot which, const patch<contact>& changes, time_point now)
{
    const contact before = world_.contacts.at(which);
    contact after = before;
    const auto changed = changes.apply(after);
    if (after.is_lead && !before.is_lead) {
        throw refusal{400, "parameter_invalid", "a user cannot become a lead"};
    }
    if (after.email != before.email || after.external_id != before.external_id ||
        after.is_lead != before.is_lead) {
        check_unique(after, which);
    }
    note("contacts", before.id, "updated", changed);
    if (changed.empty()) {
        return;
    }
    world_.contacts.edit(which, now, [&](contact& r) {
        changes.apply(r);
        r.updated_at = std::max(r.updated_at, unix_seconds(now));
    });
    if (before.external_id != after.external_id) {
        if (before.external_id) {
            world_.by_external_id.erase(*before.external_id);
        }
        if (after.external_id) {
            world_.by_external_id[*after.external_id] = which;
        }
    }
    if (before.external_id != after.external_id || before.is_lead != after.is_lead) {
        touch_threads_of(world_, which, now);
    }
    world_.tell({contact_topic(after, "updated"), record_kind::contact, which});
    if (before.email != after.email) {
        world_.tell({after.is_lead ? "contact.lead.added_email" : "contact.email.updated",
                     record_kind::contact, which});
    }
    if (before.is_lead != after.is_lead) {
        world_.tell({"contact.lead.signed_up", record_kind::contact, which});
    }
}

response write_api::update_contact(const call& c)
{
    const slot which = contact_of(c);
    const fields body(c.asked.body, known_members(c.version));
    change_contact(which, read_contact(body), c.now);
    return json_response(200, c.show.of(world_.contacts.at(which)));
}

response write_api::delete_contact(const call& c)
{
    const slot which = contact_anyhow(c);
    if (world_.contacts.at(which).alive == life::archived) {
        forget_archived(world_, which, c.now);
    } else {
        take_away(world_, which, life::deleted, std::nullopt, c.now);
    }
    const contact& r = world_.contacts.at(which);
    note("contacts", r.id, "deleted");
    return json_response(200, removal_answer(r, "deleted", true));
}

response write_api::archive_contact(const call& c)
{
    const slot which = contact_anyhow(c);
    if (world_.contacts.at(which).alive == life::live) {
        take_away(world_, which, life::archived, std::nullopt, c.now);
    }
    const contact& r = world_.contacts.at(which);
    note("contacts", r.id, "archived");
    return json_response(200, removal_answer(r, "archived", true));
}

response write_api::unarchive_contact(const call& c)
{
    const slot which = contact_anyhow(c);
    const contact& before = world_.contacts.at(which);
    if (before.is_blocked) {
        throw refusal{400, "not_restorable", "This user was blocked"};
    }
    if (before.alive == life::archived) {
        check_unique(before, which);
        bring_back(world_, which, c.now);
    }
    const contact& r = world_.contacts.at(which);
    note("contacts", r.id, "unarchived");
    return json_response(200, removal_answer(r, "archived", false));
}

// The conversations of the contact are put away with it: what is left of them is closed.
response write_api::block_contact(const call& c)
{
    const slot which = contact_anyhow(c);
    for (slot i = 0; i < world_.conversations.size(); ++i) {
        const conversation& r = world_.conversations.at(i);
        if (r.alive != life::live || r.state == "closed" || r.contacts != std::vector{which}) {
            continue;
        }
        world_.conversations.edit(i, c.now, [&](conversation& open) {
            open.state = "closed";
            open.open = false;
            open.snoozed_until.reset();
            part& closing =
                append_part(world_, open, "close", author_of(world_.admins.front()), c.now);
            closing.state = "closed";
        });
        note("conversations", world_.conversations.at(i).id, "updated", {"state"});
        tell_of_part(world_, record_kind::conversation, i);
    }
    world_.contacts.edit(which, c.now, [](contact& r) { r.is_blocked = true; });
    if (world_.contacts.at(which).alive == life::live) {
        take_away(world_, which, life::archived, std::nullopt, c.now);
    }
    const contact& r = world_.contacts.at(which);
    note("contacts", r.id, "blocked");
    return json_response(200, removal_answer(r, "blocked", true));
}

response write_api::merge_contact(const call& c)
{
    const bool is_checked = c.version >= 216;
    const fields body(c.asked.body,
                      std::string("from into") + (is_checked ? " skip_duplicate_validation" : ""));
    body.require({"from", "into"});
    const slot from = find_contact(world_, *body.id("from"), c.version);
    const slot into = find_contact(world_, *body.id("into"), c.version);
    const contact& lead = world_.contacts.at(from);
    const contact& user = world_.contacts.at(into);
    if (!lead.is_lead || user.is_lead) {
        throw refusal{400, "invalid_merge", "A lead can be merged into a user only"};
    }
    const bool are_twins =
        (!lead.email.empty() && lower_case(lead.email) == lower_case(user.email)) ||
        (lead.phone && lead.phone == user.phone);
    if (is_checked && !are_twins && !body.boolean("skip_duplicate_validation").value_or(false)) {
        throw refusal{400, "invalid_merge",
                      "Contacts can only be merged when they are duplicates (matching email or "
                      "phone). Pass skip_duplicate_validation=true to override this check."};
    }
    merge_contacts(world_, from, into, c.now);
    note("contacts", world_.contacts.at(from).id, "merged");
    note("contacts", world_.contacts.at(into).id, "updated");
    return json_response(200, c.show.of(world_.contacts.at(into)));
}

} // namespace intercom_sandbox
