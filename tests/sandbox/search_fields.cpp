#include "tests/sandbox/search_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace intercom_sandbox {
namespace {

using texts = std::vector<std::string>;

template <class Record, class Read>
search_field<Record> text(Read read, bool is_exact = false)
{
    search_field<Record> f;
    f.is_exact = is_exact;
    f.texts = read;
    return f;
}

template <class Record, class Read>
search_field<Record> number(Read read, field_kind kind = field_kind::number, int order = -1)
{
    search_field<Record> f;
    f.kind = kind;
    f.number = read;
    f.order = order;
    return f;
}

template <class Record, class Read>
search_field<Record> date(Read read, int order = -1)
{
    return number<Record>(read, field_kind::date, order);
}

template <class Record, class Read>
search_field<Record> boolean(Read read)
{
    search_field<Record> f;
    f.kind = field_kind::boolean;
    f.boolean = read;
    return f;
}

texts some(const std::optional<std::string>& value)
{
    return value ? texts{*value} : texts{};
}

std::optional<std::int64_t> as_number(const std::string& text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

template <class List>
std::optional<std::int64_t> assignee_number(const std::optional<slot>& who, const List& from)
{
    return who ? as_number(from[*who].id) : std::optional<std::int64_t>(0);
}

// The JSON text of a value of `name`, or empty.
std::string_view value_of(const attribute_values& values, std::string_view name)
{
    for (const auto& [key, json] : values) {
        if (key == name) {
            return json;
        }
    }
    return {};
}

template <class Record>
search_field<Record> attribute_field(std::string name, std::string_view data_type)
{
    const auto read_number = [name](const Record& r) {
        return as_number(std::string(value_of(r.custom, name)));
    };
    if (data_type == "date" || data_type == "datetime") {
        return date<Record>(read_number);
    }
    if (data_type == "integer" || data_type == "float") {
        return number<Record>(read_number);
    }
    if (data_type == "boolean") {
        return boolean<Record>([name](const Record& r) -> std::optional<bool> {
            const std::string_view json = value_of(r.custom, name);
            return json.empty() ? std::nullopt : std::optional(json == "true");
        });
    }
    return text<Record>([name](const Record& r) {
        const std::string_view json = value_of(r.custom, name);
        return json.size() >= 2 && json.front() == '"'
                   ? texts{std::string(json.substr(1, json.size() - 2))}
                   : texts{};
    });
}

template <class Record>
texts contact_ids(const world& w, const Record& r)
{
    texts ids;
    for (const slot c : r.contacts) {
        ids.push_back(w.contacts.at(c).id);
    }
    return ids;
}

template <class Record>
texts teammate_ids(const Record& r)
{
    texts ids;
    for (const part& p : r.parts) {
        if (p.by.type == "admin") {
            ids.push_back(p.by.id);
        }
    }
    return ids;
}

template <class Record>
std::optional<search_field<Record>> find_thread_field(const world& w, std::string_view name)
{
    using field = search_field<Record>;
    if (name == "id") {
        return text<Record>([](const Record& r) { return texts{r.id}; }, true);
    }
    if (name == "created_at") {
        return date<Record>([](const Record& r) { return std::optional(r.created_at); }, 0);
    }
    if (name == "updated_at") {
        return date<Record>([](const Record& r) { return std::optional(r.updated_at); }, 1);
    }
    if (name == "snoozed_until") {
        return date<Record>([](const Record& r) { return r.snoozed_until; });
    }
    if (name == "open") {
        return boolean<Record>([](const Record& r) { return std::optional(r.open); });
    }
    if (name == "contact_ids") {
        return text<Record>([&w](const Record& r) { return contact_ids(w, r); }, true);
    }
    if (name == "teammate_ids") {
        return text<Record>([](const Record& r) { return teammate_ids(r); }, true);
    }
    return std::optional<field>();
}

// Documented fields nobody fills here: known, but never present.
bool is_blank_field(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

std::optional<search_field<contact>> find_field(const world& w, const shelf<contact>&,
                                                std::string_view name)
{
    using r = const contact&;
    static constexpr std::string_view custom = "custom_attributes.";
    if (name == "created_at") {
        return date<contact>([](r c) { return std::optional(c.created_at); }, 0);
    }
    if (name == "updated_at") {
        return date<contact>([](r c) { return std::optional(c.updated_at); }, 1);
    }
    if (name == "signed_up_at") {
        return date<contact>([](r c) { return c.signed_up_at; });
    }
    if (name == "last_seen_at") {
        return date<contact>([](r c) { return c.last_seen_at; });
    }
    if (name == "last_replied_at") {
        return date<contact>([](r c) { return c.last_replied_at; });
    }
    if (name == "last_contacted_at") {
        return date<contact>([](r c) { return c.last_contacted_at; });
    }
    if (name == "id") {
        return text<contact>([](r c) { return texts{c.id}; }, true);
    }
    if (name == "external_id") {
        return text<contact>([](r c) { return some(c.external_id); }, true);
    }
    if (name == "role") {
        return text<contact>([](r c) { return texts{c.is_lead ? "lead" : "user"}; });
    }
    if (name == "email") {
        return text<contact>([](r c) { return c.email.empty() ? texts{} : texts{c.email}; });
    }
    if (name == "email_domain") {
        return text<contact>([](r c) {
            const auto at = c.email.find('@');
            return at == c.email.npos ? texts{} : texts{c.email.substr(at + 1)};
        });
    }
    if (name == "name") {
        return text<contact>([](r c) { return some(c.name); });
    }
    if (name == "phone") {
        return text<contact>([](r c) { return some(c.phone); });
    }
    if (name == "owner_id") {
        return number<contact>(
            [&w](r c) { return c.owner ? as_number(w.admins[*c.owner].id) : std::nullopt; });
    }
    if (name == "unsubscribed_from_emails") {
        return boolean<contact>([](r c) { return std::optional(c.unsubscribed); });
    }
    if (name == "has_hard_bounced") {
        return boolean<contact>([](r c) { return std::optional(c.bounced); });
    }
    if (name == "marked_email_as_spam") {
        return boolean<contact>([](r c) { return std::optional(c.spam); });
    }
    if (name == "tag_id") {
        auto f = text<contact>(
            [&w](r c) {
                texts ids;
                for (const slot t : c.tags) {
                    ids.push_back(w.tags[t].id);
                }
                return ids;
            },
            true);
        f.is_tag = true;
        return f;
    }
    if (name == "segment_id") {
        return text<contact>(
            [&w](r c) {
                texts ids;
                for (const slot s : c.segments) {
                    ids.push_back(w.segments[s].id);
                }
                return ids;
            },
            true);
    }
    if (name.starts_with(custom)) {
        for (const auto& a : w.attributes) {
            if (a.model == "contact" && a.full_name == name && !a.id.empty()) {
                return attribute_field<contact>(a.name, a.data_type);
            }
        }
        return std::nullopt;
    }
    if (is_blank_field(name, {"last_email_opened_at", "last_email_clicked_at", "ios_last_seen_at",
                              "android_last_seen_at"})) {
        return date<contact>([](r) { return std::optional<std::int64_t>(); });
    }
    if (is_blank_field(name, {"avatar", "language_override", "browser", "browser_language", "os",
                              "location.country", "location.region", "location.city",
                              "ios_app_version", "ios_device", "ios_os_version", "ios_app_name",
                              "ios_sdk_version", "android_app_version", "android_device",
                              "android_app_name", "andoid_sdk_version"})) {
        return text<contact>([](r) { return texts{}; });
    }
    return std::nullopt;
}

std::optional<search_field<company>> find_field(const world& w, const shelf<company>&,
                                                std::string_view name)
{
    using r = const company&;
    static constexpr std::string_view custom = "custom_attributes.";
    if (name == "created_at") {
        return date<company>([](r c) { return std::optional(c.created_at); }, 0);
    }
    if (name == "updated_at") {
        return date<company>([](r c) { return std::optional(c.updated_at); });
    }
    if (name == "remote_created_at") {
        return date<company>([](r c) { return c.remote_created_at; });
    }
    if (name == "last_request_at") {
        return date<company>([](r c) { return c.last_request_at; }, 1);
    }
    if (name == "company_id") {
        return text<company>([](r c) { return texts{c.company_id}; }, true);
    }
    if (name == "name") {
        return text<company>([](r c) { return texts{c.name}; });
    }
    if (name == "monthly_spend") {
        return number<company>([](r c) { return std::optional(c.monthly_spend); });
    }
    if (name == "session_count") {
        return number<company>([](r c) { return std::optional(c.session_count); });
    }
    if (name == "user_count") {
        return number<company>([](r c) { return std::optional(c.user_count); });
    }
    if (name == "tag_id") {
        auto f = text<company>(
            [&w](r c) {
                texts ids;
                for (const slot t : c.tags) {
                    ids.push_back(w.tags[t].id);
                }
                return ids;
            },
            true);
        f.is_tag = true;
        return f;
    }
    for (const auto& a : w.attributes) {
        if (name.starts_with(custom) && a.model == "company" && a.full_name == name) {
            return attribute_field<company>(a.name, a.data_type);
        }
    }
    return std::nullopt;
}

std::optional<search_field<conversation>> find_field(const world& w, const shelf<conversation>&,
                                                     std::string_view name)
{
    using r = const conversation&;
    if (auto common = find_thread_field<conversation>(w, name)) {
        return common;
    }
    if (name == "waiting_since") {
        return date<conversation>([](r c) { return c.waiting_since; });
    }
    if (name == "read") {
        return boolean<conversation>([](r c) { return std::optional(c.read); });
    }
    if (name == "ai_agent_participated") {
        return boolean<conversation>([](r c) { return std::optional(c.has_agent); });
    }
    if (name == "state") {
        return text<conversation>([](r c) { return texts{c.state}; });
    }
    if (name == "priority") {
        return text<conversation>(
            [](r c) { return texts{c.has_priority ? "priority" : "not_priority"}; });
    }
    if (name == "admin_assignee_id") {
        return number<conversation>(
            [&w](r c) { return assignee_number(c.admin_assignee, w.admins); });
    }
    if (name == "team_assignee_id") {
        return number<conversation>(
            [&w](r c) { return assignee_number(c.team_assignee, w.teams); });
    }
    if (name == "tag_ids") {
        return text<conversation>(
            [&w](r c) {
                texts ids;
                for (const auto& t : c.tags) {
                    ids.push_back(w.tags[t.which].id);
                }
                return ids;
            },
            true);
    }
    if (name == "source.type") {
        return text<conversation>([](r c) { return texts{c.source_type}; });
    }
    if (name == "source.id") {
        return text<conversation>([](r c) { return texts{c.source_id}; }, true);
    }
    if (name == "source.delivered_as") {
        return text<conversation>([](r c) { return texts{c.delivered_as}; });
    }
    if (name == "source.subject") {
        return text<conversation>([](r c) { return texts{c.subject}; });
    }
    if (name == "source.body") {
        return text<conversation>([](r c) { return texts{c.body}; });
    }
    if (name == "source.author.id") {
        return text<conversation>([](r c) { return texts{c.by.id}; }, true);
    }
    if (name == "source.author.email") {
        return text<conversation>([](r c) { return texts{c.by.email}; });
    }
    if (name == "statistics.count_conversation_parts") {
        return number<conversation>(
            [](r c) { return std::optional(static_cast<std::int64_t>(c.parts.size())); });
    }
    if (name == "conversation_rating.score") {
        return number<conversation>(
            [](r c) { return c.rated ? std::optional(c.rated->score) : std::nullopt; });
    }
    return std::nullopt;
}

std::optional<search_field<ticket>> find_field(const world& w, const shelf<ticket>&,
                                               std::string_view name)
{
    using r = const ticket&;
    static constexpr std::string_view attribute = "ticket_attribute.";
    if (auto common = find_thread_field<ticket>(w, name)) {
        return common;
    }
    if (name == "title" || name == "description") {
        const std::string key = "_default_" + std::string(name) + "_";
        return attribute_field<ticket>(key, "string");
    }
    if (name == "category") {
        return text<ticket>([&w](r t) {
            const std::string& category = w.ticket_types[t.type].category;
            return texts{category == "Customer"      ? "request"
                         : category == "Back-office" ? "task"
                                                     : "tracker"};
        });
    }
    if (name == "ticket_type_id") {
        return text<ticket>([&w](r t) { return texts{w.ticket_types[t.type].id}; }, true);
    }
    if (name == "state") {
        return text<ticket>([&w](r t) { return texts{w.ticket_states[t.state].category}; });
    }
    if (name == "admin_assignee_id") {
        return text<ticket>(
            [&w](r t) { return texts{t.admin_assignee ? w.admins[*t.admin_assignee].id : "0"}; },
            true);
    }
    if (name == "team_assignee_id") {
        return text<ticket>(
            [&w](r t) { return texts{t.team_assignee ? w.teams[*t.team_assignee].id : "0"}; },
            true);
    }
    if (name.starts_with(attribute)) {
        for (const auto& type : w.ticket_types) {
            for (const auto& a : type.attributes) {
                if (a.id == name.substr(attribute.size())) {
                    return attribute_field<ticket>(a.name, a.data_type);
                }
            }
        }
    }
    return std::nullopt;
}

} // namespace intercom_sandbox
