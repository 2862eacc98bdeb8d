#pragma once

#include "tests/sandbox/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What can happen to records, with everything that refers to them kept coherent, and everybody told
// who listens (world::tell). Random changes and the API's writes come here alike.
namespace intercom_sandbox {

template <class Value>
bool contains(const std::vector<Value>& list, const Value& value)
{
    for (const auto& one : list) {
        if (one == value) {
            return true;
        }
    }
    return false;
}

// "contact.user.updated" of "updated"
std::string contact_topic(const contact& c, std::string_view what);

// Who does what nobody did.
author the_bot();

slot add_contact(world& w, contact c, time_point now);
// Both sides of a contact's membership; the company's user_count follows.
void attach(world& w, slot contact, slot company, time_point now);
void detach(world& w, slot contact, slot company, time_point now);
// Takes a contact out of what refers to live ones; its own lists stay as they were.
void take_away(world& w, slot contact, life how, std::optional<slot> into, time_point now);
// An archived contact that is deleted for good.
void forget_archived(world& w, slot contact, time_point now);
void bring_back(world& w, slot contact, time_point now);
// The lead vanishes; the user inherits tags, companies and notes.
void merge_contacts(world& w, slot lead, slot user, time_point now);
void tag_contact(world& w, slot contact, slot tag, time_point now);
void untag_contact(world& w, slot contact, slot tag, time_point now);

slot add_company(world& w, company c, time_point now);
void empty_company(world& w, slot company, time_point now);
void delete_company(world& w, slot company, time_point now);

void rename_tag(world& w, slot tag, std::string name, time_point now);
void delete_tag(world& w, slot tag, time_point now);

// A part without a body, by `by`, that moves the thread's updated_at; already at its end.
part& append_part(world& w, thread& t, std::string type, author by, time_point now);
// What a thread's newest part tells.
void tell_of_part(world& w, record_kind of, slot thread);
// The two ends of a link.
void link(world& w, slot conversation, slot ticket, time_point now);
void unlink(world& w, slot conversation, slot ticket, time_point now);
// A ticket and the conversation behind it go together.
void delete_thread(world& w, std::optional<slot> conversation, std::optional<slot> ticket,
                   time_point now);

// Writes records anew that show something which changed elsewhere.
void touch_threads_of(world& w, slot contact, time_point now);
void touch_tickets_of_type(world& w, slot type, time_point now);

} // namespace intercom_sandbox
