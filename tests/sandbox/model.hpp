#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a workspace holds. Records are values: a change makes a new version, and the search index
// may go on showing the old one for a while.
namespace intercom_sandbox {

using seconds = std::int64_t; // Unix time
using slot = std::uint32_t;   // position in the list of records of one kind; never reused

enum class life : std::uint8_t { live, archived, deleted, merged };

struct admin
{
    std::string id;
    std::string name;
    std::string email;
    bool is_away = false;
    bool reassigns = false; // new conversations, while away
    bool has_seat = true;
    bool exists = true;
};

struct team
{
    std::string id;
    std::string name;
    std::vector<slot> admins;
    std::string distribution; // "round_robin", "load_balanced", "manual"
    bool exists = true;
};

struct tag
{
    std::string id;
    std::string name;
    bool exists = true;
};

struct segment
{
    std::string id;
    std::string name;
    seconds created_at = 0;
    seconds updated_at = 0;
    std::string person_type; // "contact", "user"; "company" for companies' segments
    bool exists = true;
};

struct data_attribute
{
    std::string id; // empty for the built-in ones, which have none
    std::string model;
    std::string name;
    std::string full_name;
    std::string label;
    std::string description;
    std::string data_type;
    std::vector<std::string> choices;
    seconds created_at = 0;
    seconds updated_at = 0;
    bool archived = false;
    bool is_messenger_writable = false;
    // What the ids of the choices are made of: their first labels, once one was renamed.
    std::vector<std::string> choice_keys = {};

    [[nodiscard]] const std::string& key_of(std::size_t choice) const
    {
        return choice_keys.empty() ? choices[choice] : choice_keys[choice];
    }
};

// Served by /conversations/attributes from version 2.16 on.
inline bool has_own_api(const data_attribute& a)
{
    return a.model == "conversation" && !a.id.empty();
}

struct subscription_type
{
    std::string id;
    std::string state;        // "live", "draft", "archived"
    std::string consent_type; // "opt_in", "opt_out"
    std::string name;
    std::string content_type;
};

struct ticket_type_attribute
{
    std::string id;
    std::string name;
    std::string data_type; // "string", "list", "integer", "decimal", "boolean", "datetime", "files"
    bool required = false;
    bool archived = false;
    std::vector<std::string> choices;
    std::string description = {};
    bool required_of_contacts = false;
    bool visible_on_create = true;
    bool visible_to_contacts = true;
    bool is_multiline = false;
};

struct ticket_type
{
    std::string id;
    std::string name;
    std::string category; // "Customer", "Back-office", "Tracker"
    std::string icon;
    bool archived = false;
    seconds created_at = 0;
    seconds updated_at = 0;
    std::vector<ticket_type_attribute> attributes;
    std::string description = {}; // empty: one made of the name
    bool is_internal = false;

    [[nodiscard]] bool is_customers() const { return category == "Customer"; }
};

struct ticket_state
{
    std::string id;
    std::string category; // "submitted", "in_progress", "waiting_on_customer", "resolved"
    std::string internal_label;
    std::string external_label;
    bool archived = false;
};

// A value of a custom attribute: the attribute's name and its JSON text.
using attribute_values = std::vector<std::pair<std::string, std::string>>;

// A record as it was served once, for the next time: in lists, compressed (see gzip_page), and
// compressed as GET by id shows it where that is more.
struct kept_form
{
    std::string text;
    std::string packed;
    std::string packed_alone;
};

struct contact
{
    std::string id;
    std::uint32_t version = 0;
    life alive = life::live;
    std::optional<slot> merged_into;
    std::optional<std::string> external_id;
    bool is_lead = false;
    std::string email;
    std::optional<std::string> phone;
    std::optional<std::string> name;
    std::optional<slot> owner;
    seconds created_at = 0;
    seconds updated_at = 0;
    std::optional<seconds> signed_up_at;
    std::optional<seconds> last_seen_at;
    std::optional<seconds> last_replied_at;
    std::optional<seconds> last_contacted_at;
    bool unsubscribed = false;
    bool bounced = false;
    bool spam = false;
    std::uint64_t details = 0; // seed of device, place, campaign and profile members
    attribute_values custom;
    // Newest first, all of them: what is new shows among the ten of a truncated list.
    std::vector<slot> tags;
    std::vector<slot> companies;
    std::vector<slot> segments;
    std::vector<slot> notes;
    // Explicit choices: out of a type that is on by default, into one that is not.
    std::vector<slot> subscriptions;
    // Written through the API; without them, what `details` says.
    std::optional<std::string> avatar;
    std::optional<std::string> language;
    bool is_blocked = false; // as well as archived

    mutable kept_form kept;
};

struct company
{
    std::string id;
    std::uint32_t version = 0;
    life alive = life::live;
    std::string company_id;
    std::string name;
    std::optional<std::string> plan;
    std::optional<seconds> remote_created_at;
    seconds created_at = 0;
    seconds updated_at = 0;
    std::optional<seconds> last_request_at;
    std::optional<std::int64_t> size;
    std::optional<std::string> website;
    std::optional<std::string> industry;
    std::int64_t monthly_spend = 0;
    std::int64_t session_count = 0;
    std::int64_t user_count = 0;
    attribute_values custom;
    std::vector<slot> tags;
    std::vector<slot> segments;
    std::vector<slot> notes; // the newest first

    mutable kept_form kept;
};

struct author
{
    std::string type; // "admin", "user", "lead", "bot", "team"
    std::string id;
    std::string name;
    std::string email;
};

struct note
{
    std::string id;
    slot contact = 0;
    author by;
    seconds created_at = 0;
    std::string body;
    std::optional<slot> company = std::nullopt; // of a company's note, which has no contact
};

struct data_event
{
    std::string id;
    std::string name;
    seconds created_at = 0;
    std::string metadata; // JSON
};

struct event_summary
{
    std::string name;
    seconds first = 0;
    seconds last = 0;
    std::int64_t count = 0;
};

struct part
{
    std::string id;
    std::string type;
    std::optional<std::string> body;
    seconds created_at = 0;
    seconds updated_at = 0;
    author by;
    std::optional<std::pair<std::string, std::string>> assigned_to; // type, id
    bool redacted = false;
    std::string state;          // conversations: "open" …; tickets: the state after the part
    std::string previous_state; // tickets
    unsigned attachments = 0;
    std::uint64_t details = 0; // seed of the rarer members
    bool by_api = false;
};

struct applied_tag
{
    slot which = 0;
    seconds at = 0;
    slot by = 0;
};

struct rating
{
    std::int64_t score = 0;
    std::optional<std::string> remark;
    seconds created_at = 0;
    seconds updated_at = 0;
    slot contact = 0;
    slot admin = 0;
};

// The two kinds of threads have most of their content in common.
struct thread
{
    std::string id;
    std::uint32_t version = 0;
    life alive = life::live;
    seconds created_at = 0;
    seconds updated_at = 0;
    std::optional<seconds> snoozed_until;
    bool open = true;
    std::vector<slot> contacts;
    std::optional<slot> admin_assignee;
    std::optional<slot> team_assignee;
    std::vector<part> parts;                                 // oldest first, all of them
    std::vector<std::pair<std::string, std::string>> linked; // type, id
    attribute_values custom;
    std::uint64_t details = 0;

    mutable kept_form kept;
};

struct conversation : thread
{
    std::optional<std::string> title;
    std::optional<seconds> waiting_since;
    bool read = false;
    std::string state = "open"; // "open", "closed", "snoozed"
    bool has_priority = false;
    std::string priority; // the level, once it was written through the API
    std::string source_type;
    std::string source_id;
    std::string delivered_as;
    std::string subject;
    std::string body;
    author by;
    bool source_redacted = false;
    unsigned attachments = 0;
    std::vector<applied_tag> tags;
    std::optional<rating> rated;
    std::optional<std::string> sla_name;
    std::string sla_status;
    bool has_statistics = true;
    bool has_agent = false;
    std::optional<slot> ticket; // the ticket this conversation belongs to
    std::optional<slot> company;
    bool is_merged = false; // into another one
};

struct ticket : thread
{
    std::string ticket_id; // the number people see
    slot type = 0;
    slot state = 0;
    std::optional<slot> previous_state;
    bool is_shared = false;
    // Written, but shown by no document of the API.
    std::optional<slot> company;
    std::vector<applied_tag> tags;
};

// Somebody the Messenger has seen and nobody knows yet.
struct visitor
{
    std::string id;
    std::string user_id;
    std::optional<std::string> name;
    std::string pseudonym;
    seconds created_at = 0;
    seconds updated_at = 0;
    attribute_values custom;
    bool exists = true;
};

// What the API carries out after it has answered.
struct job
{
    std::string id;
    std::string status; // "pending", "success", "failure"
    std::string resource_id;
};

// Items written together, later.
struct bulk_job
{
    struct task
    {
        std::string id;
        std::size_t items = 0;
        std::string state = "pending";
        seconds created_at = 0;
        std::optional<seconds> completed_at = std::nullopt;
    };
    std::string id;
    std::string what; // "contacts", "companies"
    std::string state = "running";
    seconds created_at = 0;
    std::optional<seconds> completed_at = std::nullopt;
    std::vector<task> tasks = {};
};

struct data_export
{
    std::string id;
    std::string status; // "pending", "in_progress", "completed", "canceled"
    std::string origin; // scheme and host of its address
    std::optional<seconds> expires_at = std::nullopt;
};

enum class record_kind : std::uint8_t { contact, company, conversation, ticket, admin };

// Something that happened, for webhooks.
struct event
{
    std::string topic;
    record_kind of = record_kind::contact;
    slot which = 0;
    std::optional<slot> other = std::nullopt; // the tag, or the contact, that it is also about
};

struct removal
{
    std::string resource;
    std::string id;
    std::string how;
    std::string into;
    seconds at = 0;
};

} // namespace intercom_sandbox
