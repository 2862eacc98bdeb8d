#pragma once

#include "tests/sandbox/dice.hpp"
#include "tests/sandbox/documents.hpp"
#include "tests/sandbox/model.hpp"
#include "tests/sandbox/shelf.hpp"
#include "tests/sandbox/workspace.hpp"
#include "tests/sandbox/zone.hpp"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace intercom_sandbox {

// The state of a workspace. Lists of small things only grow: what is gone stays in its slot.
struct world
{
    world(const options& wanted, time_point begins);

    options settings;
    zone calendar;
    dice die; // of mutations; the initial population has its own
    std::string workspace_id;
    seconds created_at = 0;
    seconds start = 0; // the initial population lies before

    std::vector<admin> admins;
    std::vector<team> teams;
    std::vector<tag> tags;
    std::vector<segment> segments;
    std::vector<data_attribute> attributes;
    std::vector<subscription_type> subscription_types;
    std::vector<ticket_type> ticket_types;
    std::vector<ticket_state> ticket_states;
    std::vector<note> notes;
    document_shelves documents;
    std::map<slot, std::vector<data_event>> events; // of contacts, oldest first

    shelf<contact> contacts;
    shelf<company> companies;
    shelf<conversation> conversations;
    shelf<ticket> tickets;

    // The live contacts of each company, in the order they joined; as long as `companies`.
    std::vector<std::vector<slot>> users_of;
    std::unordered_map<std::string, slot> by_external_id; // live contacts

    std::vector<visitor> visitors;
    std::vector<job> jobs;
    std::vector<bulk_job> bulk_jobs;
    std::vector<data_export> exports;

    std::vector<removal> removed;
    std::vector<event> told; // since webhooks last looked
    bool is_listened_to = false;
    std::uint64_t next_number = 0; // for ids of everything numbered

    std::string fresh_number() { return std::to_string(++next_number); }
    void tell(event one)
    {
        if (is_listened_to) {
            told.push_back(std::move(one));
        }
    }
    void catch_up(time_point now);
};

inline seconds unix_seconds(time_point t)
{
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

// The initial population (generate.cpp, generate_threads.cpp).
void populate(world& w, dice& die, seconds start);
void populate_small_lists(world& w, dice& die, seconds start);
void populate_threads(world& w, dice& die, seconds start);

// One new record, coherent with what is there, not yet on its shelf; all in generate*.cpp.
contact make_contact(world& w, dice& die, seconds created_at);
company make_company(world& w, dice& die, seconds created_at);
conversation make_conversation(world& w, dice& die, seconds created_at, unsigned parts);
ticket make_ticket(world& w, dice& die, seconds created_at, unsigned parts);
note make_note(world& w, dice& die, slot contact, seconds created_at);
// A part for a thread, of a kind that changes nothing but the thread's parts.
part make_part(world& w, dice& die, const thread& in, seconds at);
data_event make_event(world& w, dice& die, seconds at);
void populate_events(world& w, dice& die, seconds start);
// By name.
std::vector<event_summary> summaries_of(const world& w, slot contact);
// Those young enough to be listed, oldest first.
std::vector<const data_event*> listed_events(const world& w, slot contact, seconds now);

// When teammates paused and resumed their work on a conversation.
struct handling_event
{
    std::string kind; // "paused", "resumed"
    seconds at = 0;
    author by;
};
std::vector<handling_event> handling_of(const conversation& c);
author author_of(const admin& a);
author author_of(const contact& c);
attribute_values make_attribute_values(const world& w, dice& die, std::string_view model);

} // namespace intercom_sandbox
