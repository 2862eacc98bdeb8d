#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// What webhooks tell of, as data: which record of which resource a notification is about. A
// notification is a hint that the record be read; what it carries is never stored.
namespace intercom_mirror {

enum class told_change : std::uint8_t {
    written, // created, or changed in any way
    removed, // deleted or archived: to be confirmed by reading it
    merged   // became part of another record
};

std::string_view to_string(told_change change);

// One record that notifications of a topic are about. A topic may have several.
struct topic
{
    std::string_view name;     // "contact.user.created"
    std::string_view resource; // "contacts"
    // Where its id stands in the notification's `data.item`: paths of member names, alternatives
    // separated by '|', as in a column's path. Some topics send the record itself, others an object
    // that holds it.
    std::string_view id;
    told_change change = told_change::written;
};

// Topics that are not here (ping, statistics, resources without webhooks) are taken note of and
// cause nothing: polls find what they tell of.
std::span<const topic> topics();

} // namespace intercom_mirror
