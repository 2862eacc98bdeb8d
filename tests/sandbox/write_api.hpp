#pragma once

#include "tests/sandbox/agenda.hpp"
#include "tests/sandbox/api.hpp"
#include "tests/sandbox/attributes.hpp"
#include "tests/sandbox/body.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/patch.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// The operations that change the workspace. Each turns a call into an answer, or throws `refusal`,
// and then has changed nothing.
class write_api
{
public:
    write_api(world& w, agenda& later) : world_(w), later_(later), die_(spread(w.settings.seed, 11))
    {
    }

    struct operation
    {
        std::string_view method;
        std::string_view path; // segments, {} for an id
        response (write_api::*handle)(const call&);
        version_number since = 0;
        version_number until = 9999;
        std::string_view parameters = {}; // of the query, separated by blanks
    };

    // The operation for a request, with the ids in its path; null when there is none.
    static const operation* find(std::string_view method, const std::vector<std::string>& path,
                                 std::vector<std::string>& ids);
    static std::string label(const operation& o)
    {
        return std::string(o.method) + " /" + std::string(o.path);
    }
    response handle(const operation& o, const call& c);
    // What the last call changed.
    std::vector<effect> take_effects() { return std::exchange(effects_, {}); }

private:
    static std::span<const operation> operations();

    // write_contacts.cpp
    response create_contact(const call& c);
    response update_contact(const call& c);
    response delete_contact(const call& c);
    response archive_contact(const call& c);
    response unarchive_contact(const call& c);
    response block_contact(const call& c);
    response merge_contact(const call& c);
    patch<contact> read_contact(const fields& body);
    slot create_contact_of(const fields& body, time_point now);
    void change_contact(slot which, const patch<contact>& changes, time_point now);
    // Refuses what another contact of that role already has.
    void check_unique(const contact& wanted, std::optional<slot> except) const;
    slot make_contact(contact wanted, time_point now);
    contact blank_contact(bool is_lead, time_point now);

    // write_links.cpp
    response attach_company(const call& c);
    response detach_company(const call& c);
    response add_contact_tag(const call& c);
    response remove_contact_tag(const call& c);
    response subscribe(const call& c);
    response unsubscribe(const call& c);
    response add_contact_note(const call& c);
    response add_company_note(const call& c);

    // write_companies.cpp
    response upsert_company(const call& c);
    response update_company(const call& c);
    response delete_company(const call& c);
    patch<company> read_company(const fields& body, time_point now);
    slot save_company(const fields& body, time_point now);
    void change_company(slot which, const patch<company>& changes, time_point now);
    void delete_company_later(slot which, time_point now);

    // write_tags.cpp
    response save_tag(const call& c);
    response delete_tag(const call& c);

    // write_conversations.cpp
    response create_conversation(const call& c);
    response send_message(const call& c);
    response update_conversation(const call& c);
    response delete_conversation(const call& c);
    response redact_conversation(const call& c);
    response merge_conversation(const call& c);
    response run_assignment_rules(const call& c);
    [[nodiscard]] response conversation_answer(const call& c, slot which) const;
    slot start_conversation(slot who, author by, std::string html, seconds created_at,
                            time_point now);
    // When it is said to have been created: now, if nothing is said. Not in the future.
    static seconds creation_time(const call& c, const fields& body);
    static unsigned count_attachments(const fields& body);
    // A company of one of the thread's contacts.
    [[nodiscard]] std::optional<std::optional<slot>> read_company_id(const fields& body,
                                                                     const thread& of) const;

    // write_replies.cpp
    struct spoken
    {
        std::string type;
        bool by_admin = false;
        author by;
        slot who = 0; // the contact, if it is one
        std::optional<std::string> body;
        unsigned attachments = 0;
        seconds created_at = 0;
        bool wakes = true;
        bool is_cross_posted = false;
    };
    struct assignee
    {
        bool is_team = false;
        std::optional<slot> who; // nobody, by 0
    };
    response reply_to_conversation(const call& c);
    response manage_conversation(const call& c);
    response attach_customer(const call& c);
    response detach_customer(const call& c);
    response tag_conversation(const call& c);
    response untag_conversation(const call& c);
    response tag_ticket(const call& c);
    response untag_ticket(const call& c);
    template <class Record>
    response tag_thread(const call& c, shelf<Record>& all, slot which, std::string_view resource);
    template <class Record>
    response untag_thread(const call& c, shelf<Record>& all, slot which, std::string_view resource);
    spoken read_reply(const call& c, bool is_ticket);
    part& say(thread& in, const spoken& said, std::string type, time_point now);
    [[nodiscard]] assignee read_assignee(const fields& body) const;
    void wake_at(slot which, seconds when);
    [[nodiscard]] std::string customers_of(const conversation& r) const;
    // By intercom_user_id, user_id or email.
    [[nodiscard]] slot replying_contact(const call& c, const fields& body) const;

    // write_tickets.cpp
    struct ticket_order
    {
        ticket wanted;
        std::optional<slot> who; // nobody has the address yet
        std::string email = {};
        std::optional<slot> linked = std::nullopt; // conversation
    };
    response create_ticket(const call& c);
    response enqueue_ticket(const call& c);
    response update_ticket(const call& c);
    response reply_to_ticket(const call& c);
    response delete_ticket(const call& c);
    [[nodiscard]] response ticket_answer(const call& c, slot which) const;
    ticket_order read_ticket(const call& c);
    slot make_ticket(ticket_order order, time_point now);
    void assign_to(ticket& t, const std::string& id) const;
    void set_state(ticket& t, slot state, const author& by, time_point now);
    void settle_parts(ticket& t, std::size_t from) const;
    void tell_ticket_changes(slot which, const ticket& before);
    void cross_post(const ticket& from, const spoken& said, time_point now);
    [[nodiscard]] slot first_state(std::string_view category) const;

    // write_ticket_links.cpp
    response change_ticket_type(const call& c);
    response link_conversation(const call& c);
    response unlink_conversation(const call& c);
    response convert_conversation(const call& c);
    [[nodiscard]] slot tracker_of(const call& c, std::string_view doing) const;

    // write_ticket_types.cpp
    response create_ticket_type(const call& c);
    response update_ticket_type(const call& c);
    response create_ticket_type_attribute(const call& c);
    response update_ticket_type_attribute(const call& c);

    // write_data_attributes.cpp
    response create_data_attribute(const call& c);
    response update_data_attribute(const call& c);

    // write_people.cpp
    response set_away(const call& c);
    response submit_event(const call& c);
    response summarise_events(const call& c);
    response update_visitor(const call& c);
    response convert_visitor(const call& c);
    [[nodiscard]] std::optional<slot> visitor_named(const std::string& id_or_user_id) const;
    slot convert_visitor_to(slot which, contact fresh, time_point now);

    // write_jobs.cpp
    response request_export(const call& c);
    response cancel_export(const call& c);
    response switch_phone(const call& c);

    // write_bulk.cpp
    response create_contacts(const call& c);
    response update_contacts(const call& c);
    response delete_contacts(const call& c);
    response save_companies(const call& c);
    response update_companies(const call& c);
    response delete_companies(const call& c);
    // Has `change` carried out for each of the named items, later; one that cannot be is counted.
    response enqueue(const call& c, std::string_view what, bool needs_id,
                     std::function<void(const fields&, time_point)> change);
    void tag_as_told(slot contact, const fields& item, time_point now);

    // write_conversation_attributes.cpp
    response create_conversation_attribute(const call& c);
    response update_conversation_attribute(const call& c);
    response archive_conversation_attribute(const call& c);
    response add_attribute_option(const call& c);
    response rename_attribute_option(const call& c);
    response remove_attribute_option(const call& c);
    [[nodiscard]] data_attribute& conversation_attribute_of(const call& c) const;

    // write_documents.cpp
    response create_article(const call& c);
    response update_article(const call& c);
    response delete_article(const call& c);
    response create_internal_article(const call& c);
    response update_internal_article(const call& c);
    response delete_internal_article(const call& c);
    response create_collection(const call& c);
    response update_collection(const call& c);
    response delete_collection(const call& c);
    response create_news_item(const call& c);
    response update_news_item(const call& c);
    response delete_news_item(const call& c);
    [[nodiscard]] patch<document> read_article(const fields& body) const;
    [[nodiscard]] patch<document> read_internal_article(const fields& body) const;
    [[nodiscard]] patch<document> read_collection(const fields& body) const;
    [[nodiscard]] patch<document> read_news_item(const call& c) const;
    void put_admin(patch<document>& changes, const fields& body, const std::string& name) const;
    response add_document(std::string_view kind, document fresh, const patch<document>& changes,
                          const call& c);
    response change_document(std::string_view kind, const patch<document>& changes, const call& c);
    response delete_document(std::string_view kind, std::string_view object, const call& c);
    [[nodiscard]] document& document_of(std::string_view kind, const call& c) const;

    // Whom and what a request names. What is not there is refused with 404.
    [[nodiscard]] slot contact_of(const call& c) const
    {
        return find_contact(world_, c.ids.front(), c.version);
    }
    // Archived ones too.
    [[nodiscard]] slot contact_anyhow(const call& c) const;
    [[nodiscard]] slot company_named(const std::string& id) const;
    [[nodiscard]] slot tag_named(const std::string& id, std::string_view code,
                                 std::string_view message) const;
    [[nodiscard]] slot admin_named(const std::string& id, std::string_view code,
                                   std::string_view message) const;
    [[nodiscard]] slot team_named(const std::string& id, std::string_view code,
                                  std::string_view message) const;
    [[nodiscard]] slot conversation_named(const std::string& id, std::string_view code,
                                          std::string_view message) const;
    [[nodiscard]] slot ticket_of(const call& c, std::string_view code = "ticket_not_found",
                                 std::string_view message = "Ticket not found") const;
    [[nodiscard]] slot ticket_type_named(const std::string& id) const;
    [[nodiscard]] slot state_named(const std::string& id) const;
    // A live contact with that address, rather a user than a lead.
    [[nodiscard]] std::optional<slot> find_by_email(const std::string& email) const;

    void note(std::string resource, std::string id, std::string how,
              std::vector<std::string> changed = {})
    {
        effects_.push_back(
            {std::move(resource), std::move(id), std::move(how), std::move(changed)});
    }
    [[nodiscard]] std::string tag_answer(slot tag, seconds applied_at, slot by) const;

    world& world_;
    agenda& later_;
    dice die_;
    std::vector<effect> effects_;
};

} // namespace intercom_sandbox
