#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

// What is enqueued is done this much later.
constexpr auto job_takes = std::chrono::seconds(3);

} // namespace

slot write_api::first_state(std::string_view category) const
{
    for (slot i = 0; i < world_.ticket_states.size(); ++i) {
        if (world_.ticket_states[i].category == category && !world_.ticket_states[i].archived) {
            return i;
        }
    }
    throw refusal{400, "parameter_invalid", "no ticket state of category " + std::string(category)};
}

slot write_api::ticket_of(const call& c, std::string_view code, std::string_view message) const
{
    const auto which = world_.tickets.find(c.ids.front());
    if (!which || world_.tickets.at(*which).alive != life::live) {
        throw refusal{404, std::string(code), std::string(message)};
    }
    return *which;
}

slot write_api::ticket_type_named(const std::string& id) const
{
    for (slot i = 0; i < world_.ticket_types.size(); ++i) {
        if (world_.ticket_types[i].id == id) {
            return i;
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

slot write_api::state_named(const std::string& id) const
{
    for (slot i = 0; i < world_.ticket_states.size(); ++i) {
        if (world_.ticket_states[i].id == id && !world_.ticket_states[i].archived) {
            return i;
        }
    }
    throw refusal{400, "ticket_state_id_invalid",
                  "Ticket state id is not valid or is not associated with the ticket type"};
}

// Nobody by 0; an admin or a team by its id, which share their numbers.
void write_api::assign_to(ticket& t, const std::string& id) const
{
    const auto find = [&id](const auto& list) -> std::optional<slot> {
        for (slot i = 0; i < list.size(); ++i) {
            if (list[i].id == id && list[i].exists) {
                return i;
            }
        }
        return std::nullopt;
    };
    const auto team = find(world_.teams);
    const auto admin = find(world_.admins);
    if (id == "0") {
        t.admin_assignee.reset();
        t.team_assignee.reset();
    } else if (team) {
        t.team_assignee = team;
    } else if (admin) {
        t.admin_assignee = admin;
    } else {
        throw refusal{404, "assignee_not_found", "Assignee not found"};
    }
}

void write_api::set_state(ticket& t, slot state, const author& by, time_point now)
{
    const std::string before = world_.ticket_states[t.state].category;
    t.previous_state = t.state;
    t.state = state;
    t.open = world_.ticket_states[state].category != "resolved";
    part& p = append_part(world_, t, "ticket_state_updated_by_admin", by, now);
    p.previous_state = before;
    p.by_api = true;
}

// The state in which a part leaves a ticket.
void write_api::settle_parts(ticket& t, std::size_t from) const
{
    for (std::size_t i = from; i < t.parts.size(); ++i) {
        t.parts[i].state = world_.ticket_states[t.state].category;
        if (t.parts[i].previous_state.empty()) {
            t.parts[i].previous_state = t.parts[i].state;
        }
    }
}

write_api::ticket_order write_api::read_ticket(const call& c)
{
    std::string known = "ticket_type_id contacts company_id ticket_attributes";
    known += c.version >= 211 ? " created_at" : "";
    known += c.version >= 213 ? " skip_notifications" : "";
    known += c.version >= 214 ? " conversation_to_link_id assignment" : "";
    const fields body(c.asked.body, known);
    body.require({"ticket_type_id", "contacts"});
    ticket_order order;
    ticket& t = order.wanted;
    t.type = ticket_type_named(*body.id("ticket_type_id"));
    const ticket_type& type = world_.ticket_types[t.type];
    if (type.archived) {
        throw refusal{400, "parameter_invalid", "The ticket type is archived"};
    }
    const auto people = *body.objects("contacts", "id external_id email");
    if (people.size() != 1) {
        throw refusal{400, "parameter_invalid", "exactly one contact is allowed"};
    }
    const fields& person = people.front();
    const int names = (person.has("id") ? 1 : 0) + (person.has("external_id") ? 1 : 0) +
                      (person.has("email") ? 1 : 0);
    if (names != 1) {
        throw refusal{400, "parameter_invalid",
                      "a contact is given by one of id, external_id or email"};
    }
    if (const auto id = person.id("id")) {
        order.who = find_contact(world_, *id, c.version);
    } else if (const auto external_id = person.id("external_id")) {
        const auto found = world_.by_external_id.find(*external_id);
        if (found == world_.by_external_id.end()) {
            throw refusal{404, "not_found", "User Not Found"};
        }
        order.who = found->second;
    } else {
        order.email = lower_case(trimmed(*person.text("email")));
        order.who = find_by_email(order.email);
    }
    if (order.who) {
        t.contacts = {*order.who};
    }
    if (c.version >= 212) {
        t.company = read_company_id(body, t).value_or(std::nullopt);
    } else if (const auto company_id = body.id("company_id")) {
        for (slot i = 0; i < world_.companies.size() && !t.company; ++i) {
            const company& r = world_.companies.at(i);
            t.company = r.alive == life::live && r.company_id == *company_id ? std::optional(i)
                                                                             : std::nullopt;
        }
        if (!t.company) {
            throw refusal{404, "company_not_found", "Company Not Found"};
        }
    }
    for (const auto& one : read_ticket_attributes(type, body, "ticket_attributes")) {
        apply(t.custom, one);
    }
    for (const auto& a : type.attributes) {
        const bool is_given =
            std::any_of(t.custom.begin(), t.custom.end(),
                        [&a](const auto& value) { return value.first == a.name; });
        if (a.required && !a.archived && !is_given) {
            throw refusal{400, "parameter_invalid", "Missing required ticket attributes"};
        }
    }
    if (const auto assignment = body.object("assignment", "admin_assignee_id team_assignee_id")) {
        const auto admin = assignment->id("admin_assignee_id");
        const auto team = assignment->id("team_assignee_id");
        if (admin && *admin != "0") {
            t.admin_assignee = admin_named(*admin, "assignee_not_found", "Assignee not found");
        }
        if (team && *team != "0") {
            t.team_assignee = team_named(*team, "assignee_not_found", "Assignee not found");
        }
    }
    if (const auto id = body.id("conversation_to_link_id")) {
        order.linked = conversation_named(*id, "conversation_not_found", "Conversation not found");
        if (type.is_customers()) {
            throw refusal{400, "parameter_invalid",
                          "A conversation cannot be linked to a customer ticket"};
        }
    }
    t.created_at = t.updated_at = creation_time(c, body);
    t.state = first_state("submitted");
    t.is_shared = type.is_customers();
    std::ignore = body.boolean("skip_notifications");
    return order;
}

slot write_api::make_ticket(ticket_order order, time_point now)
{
    ticket& t = order.wanted;
    if (!order.who) {
        contact fresh = blank_contact(false, now);
        fresh.email = order.email;
        t.contacts = {make_contact(std::move(fresh), now)};
    }
    if (t.id.empty()) {
        t.id = world_.fresh_number();
    }
    t.ticket_id = t.id.substr(t.id.size() - std::min<std::size_t>(t.id.size(), 5));
    t.details = 1; // odd, as of all tickets, and nothing rare about it
    t.open = true;
    const seconds moved = t.updated_at;
    part& p = append_part(world_, t, "ticket_state_updated_by_admin",
                          author_of(world_.admins.front()), now);
    p.created_at = p.updated_at = t.created_at;
    p.by_api = true;
    t.updated_at = moved;
    settle_parts(t, 0);
    const slot which = world_.tickets.add(std::move(t), now);
    if (order.linked) {
        link(world_, *order.linked, which, now);
    }
    world_.tell({"ticket.created", record_kind::ticket, which});
    note("tickets", world_.tickets.at(which).id, "created");
    return which;
}

response write_api::ticket_answer(const call& c, slot which) const
{
    return json_response(200, c.show.of(world_.tickets.at(which)));
}

response write_api::create_ticket(const call& c)
{
    return ticket_answer(c, make_ticket(read_ticket(c), c.now));
}

response write_api::enqueue_ticket(const call& c)
{
    const ticket_order order = read_ticket(c);
    const std::string id = "job_" + world_.fresh_number();
    world_.jobs.push_back({id, "pending", ""});
    const std::size_t index = world_.jobs.size() - 1;
    later_.at(c.now + job_takes, [this, order, index](time_point then) {
        try {
            const slot which = make_ticket(order, then);
            world_.jobs[index].resource_id = world_.tickets.at(which).id;
            world_.jobs[index].status = "success";
        } catch (const refusal&) {
            world_.jobs[index].status = "failed";
        }
    });
    note("jobs", id, "created");
    return json_response(200, c.show.of(world_.jobs[index], c.origin));
}

response write_api::update_ticket(const call& c)
{
    const slot which = ticket_of(c, "ticket_not_found", "Ticket not found");
    std::string known = "ticket_attributes open is_shared snoozed_until";
    known += c.version <= 211 ? " state" : " ticket_state_id company_id";
    known += c.version <= 213 ? " assignment" : " admin_id assignee_id";
    known += c.version >= 213 ? " skip_notifications" : "";
    const fields body(c.asked.body, known);
    const ticket before = world_.tickets.at(which);

    std::optional<slot> state;
    if (const auto category =
            body.choice("state", {"in_progress", "waiting_on_customer", "resolved"})) {
        state = first_state(*category);
    }
    if (const auto id = body.id("ticket_state_id")) {
        state = state_named(*id);
    }
    const auto assignment = body.object("assignment", "admin_id assignee_id");
    const fields& assigning = assignment ? *assignment : body;
    const auto admin = assigning.id("admin_id");
    const auto assignee = assigning.id("assignee_id");
    const author by =
        admin ? author_of(
                    world_.admins[admin_named(*admin, "assignee_not_found", "Assignee not found")])
              : author_of(world_.admins.front());
    ticket assigned = before;
    if (assignee) {
        assign_to(assigned, *assignee);
    }
    const auto attributes =
        read_ticket_attributes(world_.ticket_types[before.type], body, "ticket_attributes");
    const auto company = read_company_id(body, before);
    const auto is_open = body.boolean("open");
    const auto is_shared = body.boolean("is_shared");
    const auto snoozed_until = body.time("snoozed_until");
    std::ignore = body.boolean("skip_notifications");

    std::vector<std::string> changed;
    const auto carry_out = [&](ticket& t) {
        const std::size_t parts = t.parts.size();
        for (const auto& one : attributes) {
            if (apply(t.custom, one)) {
                changed.push_back("ticket_attributes." + one.name);
                append_part(world_, t, "ticket_attribute_updated_by_admin", admin ? by : the_bot(),
                            c.now)
                    .by_api = true;
            }
        }
        if (state && *state != t.state) {
            changed.emplace_back("ticket_state");
            set_state(t, *state, by, c.now);
        }
        if (t.admin_assignee != assigned.admin_assignee ||
            t.team_assignee != assigned.team_assignee) {
            const bool is_team = t.team_assignee != assigned.team_assignee;
            changed.emplace_back(is_team ? "team_assignee_id" : "admin_assignee_id");
            t.admin_assignee = assigned.admin_assignee;
            t.team_assignee = assigned.team_assignee;
            part& p = append_part(world_, t, "assignment", by, c.now);
            p.by_api = true;
            if (*assignee != "0") {
                p.assigned_to = {is_team ? "team" : "admin", *assignee};
            }
        }
        if (is_open && *is_open != t.open) {
            changed.emplace_back("open");
            t.open = *is_open;
            append_part(world_, t, t.open ? "open" : "close", by, c.now).by_api = true;
        }
        if (is_open && !*is_open && t.snoozed_until) {
            changed.emplace_back("snoozed_until");
            t.snoozed_until.reset();
        }
        if (snoozed_until && t.snoozed_until != snoozed_until) {
            changed.emplace_back("snoozed_until");
            t.snoozed_until = snoozed_until;
            append_part(world_, t, "snoozed", by, c.now).by_api = true;
        }
        if (is_shared && *is_shared != t.is_shared) {
            changed.emplace_back("is_shared");
            t.is_shared = *is_shared;
        }
        if (company && *company != t.company) {
            changed.emplace_back("company_id");
            t.company = *company;
        }
        settle_parts(t, parts);
    };
    world_.tickets.edit(which, c.now, carry_out);
    tell_ticket_changes(which, before);
    note("tickets", before.id, "updated", changed);
    return ticket_answer(c, which);
}

void write_api::tell_ticket_changes(slot which, const ticket& before)
{
    const ticket& after = world_.tickets.at(which);
    const auto tell = [&](const char* topic) { world_.tell({topic, record_kind::ticket, which}); };
    if (after.custom != before.custom) {
        tell("ticket.attribute.updated");
    }
    if (after.state != before.state) {
        tell("ticket.state.updated");
    }
    if (after.admin_assignee != before.admin_assignee && after.admin_assignee) {
        tell("ticket.admin.assigned");
    }
    if (after.team_assignee != before.team_assignee && after.team_assignee) {
        tell("ticket.team.assigned");
    }
    if (before.open && !after.open) {
        tell("ticket.closed");
    }
}

response write_api::reply_to_ticket(const call& c)
{
    const slot which = ticket_of(c, "not_found", "Resource Not Found");
    const spoken said = read_reply(c, true);
    const ticket& before = world_.tickets.at(which);
    const bool is_back_office = !world_.ticket_types[before.type].is_customers();
    if (!said.by_admin && is_back_office) {
        throw refusal{400, "parameter_mismatch",
                      "User replies are not allowed on Backoffice tickets"};
    }
    if (!said.by_admin && !contains(before.contacts, said.who)) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    if (said.is_cross_posted && (said.type != "note" || !is_back_office)) {
        throw refusal{400, "parameter_invalid", "cross_post is for notes on back-office tickets"};
    }
    world_.tickets.edit(which, c.now, [&](ticket& t) {
        const std::size_t parts = t.parts.size();
        say(t, said, said.type, c.now);
        settle_parts(t, parts);
    });
    tell_of_part(world_, record_kind::ticket, which);
    const ticket& after = world_.tickets.at(which);
    note("tickets", after.id, "replied", {after.parts.back().id});
    if (said.is_cross_posted) {
        cross_post(after, said, c.now);
    }
    return json_response(200, c.show.ticket_part(world_.tickets.at(which).parts.back()));
}

void write_api::cross_post(const ticket& from, const spoken& said, time_point now)
{
    const auto links = from.linked;
    for (const auto& [type, id] : links) {
        const auto which = world_.conversations.find(id);
        if (type != "conversation" || !which) {
            continue;
        }
        world_.conversations.edit(
            *which, now, [&](conversation& r) { say(r, said, "note", now).state = r.state; });
        tell_of_part(world_, record_kind::conversation, *which);
        note("conversations", id, "replied", {world_.conversations.at(*which).parts.back().id});
    }
}

response write_api::delete_ticket(const call& c)
{
    const slot which = ticket_of(c, "ticket_not_found", "Ticket not found");
    delete_thread(world_, std::nullopt, which, c.now);
    note("tickets", c.ids.front(), "deleted");
    return json_response(200, members()
                                  .text("id", c.ids.front())
                                  .text("object", "ticket")
                                  .boolean("deleted", true)
                                  .object());
}

} // namespace intercom_sandbox
