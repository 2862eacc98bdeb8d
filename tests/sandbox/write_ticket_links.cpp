#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// What tickets have to do with conversations and with other types than their own.
namespace intercom_sandbox {
namespace {

constexpr std::size_t linked_max = 2'500;

} // namespace

// Attributes that both types have by name and kind go along.
response write_api::change_ticket_type(const call& c)
{
    const slot which = ticket_of(c, "not_found", "Resource Not Found");
    const fields body(c.asked.body, "ticket_type_id ticket_state_id ticket_attributes");
    body.require({"ticket_type_id", "ticket_state_id"});
    const ticket& before = world_.tickets.at(which);
    const slot type = ticket_type_named(*body.id("ticket_type_id"));
    const ticket_type& from = world_.ticket_types[before.type];
    const ticket_type& to = world_.ticket_types[type];
    if (type == before.type) {
        throw refusal{400, "parameter_invalid", "Cannot change to the same ticket type"};
    }
    if (from.category != to.category) {
        throw refusal{400, "parameter_invalid", "Ticket types must be of the same category"};
    }
    const std::string state_id = *body.id("ticket_state_id");
    const auto state =
        std::find_if(world_.ticket_states.begin(), world_.ticket_states.end(),
                     [&](const ticket_state& s) { return s.id == state_id && !s.archived; });
    if (state == world_.ticket_states.end()) {
        throw refusal{400, "parameter_invalid",
                      "Ticket custom state doesn't belong to the new ticket type"};
    }
    const auto attributes = read_ticket_attributes(to, body, "ticket_attributes");
    world_.tickets.edit(which, c.now, [&](ticket& t) {
        const std::size_t parts = t.parts.size();
        const auto stays = [&](const std::string& name) {
            for (const auto& a : from.attributes) {
                for (const auto& b : to.attributes) {
                    if (a.name == name && b.name == name && a.data_type == b.data_type) {
                        return true;
                    }
                }
            }
            return false;
        };
        std::erase_if(t.custom, [&](const auto& value) { return !stays(value.first); });
        for (const auto& one : attributes) {
            apply(t.custom, one);
        }
        t.type = type;
        const auto target = static_cast<slot>(state - world_.ticket_states.begin());
        set_state(t, target, author_of(world_.admins.front()), c.now);
        settle_parts(t, parts);
    });
    tell_of_part(world_, record_kind::ticket, which);
    note("tickets", c.ids.front(), "updated", {"ticket_type"});
    return ticket_answer(c, which);
}

slot write_api::tracker_of(const call& c, std::string_view doing) const
{
    const slot which = ticket_of(c, "ticket_not_found", "Ticket not found");
    if (world_.ticket_types[world_.tickets.at(which).type].category != "Tracker") {
        throw refusal{400, "invalid_ticket_type",
                      "Only tracker tickets support " + std::string(doing) + " conversations"};
    }
    return which;
}

response write_api::link_conversation(const call& c)
{
    const slot which = tracker_of(c, "linking");
    const fields body(c.asked.body, "conversation_id");
    if (!body.has("conversation_id") || body.is_null("conversation_id")) {
        throw refusal{400, "parameter_not_found", "conversation_id not specified"};
    }
    const slot other = conversation_named(*body.id("conversation_id"), "conversation_not_found",
                                          "Conversation not found");
    const conversation& linked = world_.conversations.at(other);
    for (const auto& [type, id] : linked.linked) {
        const auto tracker = type == "ticket" ? world_.tickets.find(id) : std::nullopt;
        if (tracker &&
            world_.ticket_types[world_.tickets.at(*tracker).type].category == "Tracker") {
            throw refusal{400, "already_linked_to_tracker",
                          "A conversation can only have one tracker ticket"};
        }
    }
    if (world_.tickets.at(which).linked.size() >= linked_max) {
        throw refusal{400, "linked_conversation_limit_exceeded",
                      "Ticket has reached the maximum number of conversations that can be linked"};
    }
    link(world_, other, which, c.now);
    note("tickets", c.ids.front(), "attached", {"linked_objects." + linked.id});
    return conversation_answer(c, other);
}

response write_api::unlink_conversation(const call& c)
{
    const slot which = tracker_of(c, "unlinking");
    const auto& links = world_.tickets.at(which).linked;
    const auto other = world_.conversations.find(c.ids[1]);
    const bool is_linked = std::any_of(links.begin(), links.end(), [&](const auto& one) {
        return one.first == "conversation" && one.second == c.ids[1];
    });
    if (!other || !is_linked) {
        throw refusal{404, "conversation_not_found", "Conversation is not linked to this ticket"};
    }
    unlink(world_, *other, which, c.now);
    note("tickets", c.ids.front(), "detached", {"linked_objects." + c.ids[1]});
    return conversation_answer(c, *other);
}

// The ticket has the conversation's id, and its contacts.
response write_api::convert_conversation(const call& c)
{
    const slot which = conversation_named(c.ids.front(), "not_found", "Resource Not Found");
    const fields body(c.asked.body, std::string("ticket_type_id attributes") +
                                        (c.version >= 216 ? " ticket_state_id" : ""));
    body.require({"ticket_type_id"});
    const conversation& from = world_.conversations.at(which);
    const slot type = ticket_type_named(*body.id("ticket_type_id"));
    if (!world_.ticket_types[type].is_customers()) {
        throw refusal{400, "parameter_invalid", "Ticket type is not a customer ticket type"};
    }
    if (from.ticket || world_.tickets.find(from.id)) {
        throw refusal{400, "parameter_invalid", "The conversation is a ticket already"};
    }
    ticket_order order;
    ticket& t = order.wanted;
    const auto state = body.id("ticket_state_id");
    t.state = state ? state_named(*state) : first_state("submitted");
    for (const auto& one : read_ticket_attributes(world_.ticket_types[type], body, "attributes")) {
        apply(t.custom, one);
    }
    t.id = from.id;
    t.type = type;
    t.contacts = from.contacts;
    t.admin_assignee = from.admin_assignee;
    t.team_assignee = from.team_assignee;
    t.created_at = from.created_at;
    t.updated_at = unix_seconds(c.now);
    t.is_shared = true;
    order.who = 0; // the contacts are known
    const slot made = make_ticket(std::move(order), c.now);
    world_.conversations.edit(which, c.now, [&](conversation& r) {
        r.ticket = made;
        r.updated_at = std::max(r.updated_at, unix_seconds(c.now));
    });
    note("conversations", c.ids.front(), "converted");
    return ticket_answer(c, made);
}

} // namespace intercom_sandbox
