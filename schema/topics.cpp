#include "schema/topics.hpp"

namespace intercom_mirror {
namespace {

using enum told_change;

// Source: the lists of topics in Intercom's "Webhook models", versions 2.5 to 2.16 and Preview.
// Topics about a pair (a contact and its tag, a company and its contact) send an object with both
// as members; deletions send nothing but what identifies the record.
constexpr std::string_view itself = "id";
constexpr std::string_view contact = "contact.id|user.id|id";
constexpr std::string_view company = "company.id|id"; // a company's company_id is your own id
constexpr std::string_view conversation = "conversation.id|conversation_id|id";
constexpr std::string_view ticket = "ticket.id|id"; // a ticket's ticket_id is a number for people
// Of a pair, this side alone: without it, `id` would be the other one's.
constexpr std::string_view contact_of_pair = "contact.id|user.id";

constexpr topic all[] = {
    {"contact.user.created", "contacts", contact},
    {"contact.lead.created", "contacts", contact},
    {"contact.user.updated", "contacts", contact},
    {"contact.lead.updated", "contacts", contact},
    {"contact.email.updated", "contacts", contact},
    {"contact.lead.added_email", "contacts", contact},
    {"contact.lead.signed_up", "contacts", contact},
    {"contact.added_email", "contacts", contact},
    {"contact.signed_up", "contacts", contact},
    {"contact.unarchive", "contacts", contact},
    {"contact.unarchived", "contacts", contact},
    {"contact.subscribed", "contacts", contact},
    {"contact.unsubscribed", "contacts", contact},
    {"granular.subscribe", "contacts", contact},
    {"granular.unsubscribe", "contacts", contact},
    {"contact.user.tag.created", "contacts", contact},
    {"contact.user.tag.deleted", "contacts", contact},
    {"contact.lead.tag.created", "contacts", contact},
    {"contact.lead.tag.deleted", "contacts", contact},
    {"contact.tag.created", "contacts", contact},
    {"contact.tag.deleted", "contacts", contact},
    {"visitor.signed_up", "contacts", contact},
    {"contact.archived", "contacts", contact, removed},
    {"contact.archive", "contacts", contact, removed},
    {"contact.deleted", "contacts", contact, removed},
    {"contact.user.deleted", "contacts", contact, removed},
    {"contact.lead.deleted", "contacts", contact, removed},
    {"contact.merged", "contacts", contact, merged},
    {"contact.merged", "contacts", "merged_contact.id|merged_contact_id|lead.id|from.id", merged},

    {"company.created", "companies", company},
    {"company.updated", "companies", company},
    {"company.deleted", "companies", company, removed},
    {"company.contact.attached", "companies", company},
    {"company.contact.attached", "contacts", contact_of_pair},
    {"company.contact.detached", "companies", company},
    {"company.contact.detached", "contacts", contact_of_pair},

    {"conversation.user.created", "conversations", conversation},
    {"conversation.user.replied", "conversations", conversation},
    {"conversation.admin.replied", "conversations", conversation},
    {"conversation.admin.replied.translated", "conversations", conversation},
    {"conversation.admin.single.created", "conversations", conversation},
    {"conversation.admin.assigned", "conversations", conversation},
    {"conversation.admin.open.assigned", "conversations", conversation},
    {"conversation.admin.noted", "conversations", conversation},
    {"conversation.admin.closed", "conversations", conversation},
    {"conversation.admin.opened", "conversations", conversation},
    {"conversation.admin.snoozed", "conversations", conversation},
    {"conversation.admin.unsnoozed", "conversations", conversation},
    {"conversation.read", "conversations", conversation},
    {"conversation.priority.updated", "conversations", conversation},
    {"conversation.rating.added", "conversations", conversation},
    {"conversation.contact.attached", "conversations", conversation},
    {"conversation.contact.detached", "conversations", conversation},
    {"conversation_part.redacted", "conversations", conversation},
    {"conversation_part.tag.created", "conversations", conversation},
    {"conversation.deleted", "conversations", conversation, removed},

    {"ticket.created", "tickets", ticket},
    {"ticket.state.updated", "tickets", ticket},
    {"ticket.note.created", "tickets", ticket},
    {"ticket.admin.assigned", "tickets", ticket},
    {"ticket.team.assigned", "tickets", ticket},
    {"ticket.contact.attached", "tickets", ticket},
    {"ticket.contact.detached", "tickets", ticket},
    {"ticket.attribute.updated", "tickets", ticket},
    {"ticket.admin.replied", "tickets", ticket},
    {"ticket.admin.replied.translated", "tickets", ticket},
    {"ticket.contact.replied", "tickets", ticket},
    {"ticket.closed", "tickets", ticket},
    {"ticket.rating.provided", "tickets", ticket},

    {"admin.added_to_workspace", "admins", itself},
    {"admin.away_mode_updated", "admins", itself},
    {"admin.removed_from_workspace", "admins", itself, removed},
};

} // namespace

std::string_view to_string(told_change change)
{
    switch (change) {
    case written:
        return "written";
    case removed:
        return "removed";
    case merged:
        break;
    }
    return "merged";
}

std::span<const topic> topics()
{
    return all;
}

} // namespace intercom_mirror
