#include "tests/sandbox/api.hpp"
#include "tests/sandbox/documents.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <algorithm>
#include <charconv>
#include <map>

// What contacts did, one by one for 90 days, and counted.
namespace intercom_sandbox {
namespace {

constexpr seconds listed_for = 90 * 86400;

std::size_t number_in(const call& c, std::string_view name, std::size_t otherwise)
{
    const auto text = c.target.parameter(name);
    if (!text) {
        return otherwise;
    }
    std::size_t value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc() || read.ptr != text->data() + text->size()) {
        throw refusal{400, "parameter_invalid", std::string(name) + " must be a number"};
    }
    return value;
}

} // namespace

// The contact meant by one of three parameters.
slot api::contact_of_events(const call& c) const
{
    if (c.target.parameter("type") != "user") {
        throw refusal{400, "parameter_invalid", "type must be user"};
    }
    const auto id = c.target.parameter("intercom_user_id");
    const auto external = c.target.parameter("user_id");
    if (id.has_value() == external.has_value()) {
        throw refusal{400, "parameter_missing", "either intercom_user_id or user_id is expected"};
    }
    std::optional<slot> which;
    if (id) {
        which = world_.contacts.find(*id);
    } else if (const auto found = world_.by_external_id.find(*external);
               found != world_.by_external_id.end()) {
        which = found->second;
    }
    if (!which || world_.contacts.at(*which).alive != life::live) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    return *which;
}

// The link to the next page comes with every page that has events, the last one, too.
response api::events(const call& c)
{
    const slot which = contact_of_events(c);
    const contact& who = world_.contacts.at(which);
    if (c.target.parameter("summary") == "true") {
        elements all;
        for (const auto& one : summaries_of(world_, which)) {
            all.add(c.show.of(one));
        }
        return json_response(200, members()
                                      .text("type", "event.summary")
                                      .text("email", who.email)
                                      .text("intercom_user_id", who.id)
                                      .text("user_id", who.external_id)
                                      .raw("events", all.array())
                                      .object());
    }
    const std::size_t per_page = std::clamp<std::size_t>(number_in(c, "per_page", 50), 1, 50);
    const std::size_t before = number_in(c, "before", std::numeric_limits<std::size_t>::max());
    elements page;
    std::size_t last = 0;
    const auto found = listed_events(world_, which, unix_seconds(c.now));
    for (std::size_t i = found.size(); i > 0 && page.count() < per_page; --i) {
        if (i - 1 < before) {
            last = i - 1;
            page.add(c.show.of(*found[i - 1], who));
        }
    }
    members pages;
    if (page.count() > 0) {
        pages.text("next", c.origin + "/events?type=user&intercom_user_id=" + who.id +
                               "&before=" + std::to_string(last));
    }
    return json_response(200, members()
                                  .text("type", "event.list")
                                  .raw("events", page.array())
                                  .raw("pages", pages.object())
                                  .object());
}

response api::handling_events(const call& c)
{
    const auto which = world_.conversations.find(c.ids.front());
    if (!which || world_.conversations.at(*which).alive != life::live) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    elements all;
    for (const auto& one : handling_of(world_.conversations.at(*which))) {
        all.add(c.show.of(one));
    }
    return json_response(200, members().raw("handling_events", all.array()).object());
}

// Some teammates take a break after what they wrote.
std::vector<handling_event> handling_of(const conversation& c)
{
    constexpr seconds pause = 600;
    std::vector<handling_event> all;
    for (const part& p : c.parts) {
        const bool is_later = all.empty() || p.created_at > all.back().at;
        if (p.by.type == "admin" && p.details % 4 == 0 && is_later) {
            all.push_back({"paused", p.created_at, p.by});
            all.push_back({"resumed", p.created_at + pause, p.by});
        }
    }
    return all;
}

std::vector<event_summary> summaries_of(const world& w, slot which)
{
    std::map<std::string, event_summary> by_name;
    const auto found = w.events.find(which);
    if (found != w.events.end()) {
        for (const data_event& one : found->second) {
            event_summary& sum = by_name[one.name];
            sum.name = one.name;
            sum.first = sum.count == 0 ? one.created_at : std::min(sum.first, one.created_at);
            sum.last = sum.count == 0 ? one.created_at : std::max(sum.last, one.created_at);
            ++sum.count;
        }
    }
    std::vector<event_summary> all;
    for (auto& [name, sum] : by_name) {
        all.push_back(std::move(sum));
    }
    return all;
}

std::vector<const data_event*> listed_events(const world& w, slot which, seconds now)
{
    std::vector<const data_event*> all;
    const auto found = w.events.find(which);
    if (found != w.events.end()) {
        for (const data_event& one : found->second) {
            if (one.created_at >= now - listed_for) {
                all.push_back(&one);
            }
        }
    }
    return all;
}

std::string renderer::of(const event_summary& s) const
{
    return members(style_of(s.name, 0))
        .text("name", s.name)
        .text("first", iso_time(s.first))
        .text("last", iso_time(s.last))
        .number("count", s.count)
        .text("description", "About " + s.name)
        .object();
}

std::string renderer::of(const data_event& e, const contact& who) const
{
    return members(style_of(e.id, 0))
        .text("type", "event")
        .text("id", e.id)
        .text("event_name", e.name)
        .number("created_at", e.created_at)
        .text("intercom_user_id", who.id)
        .text("user_id", who.external_id)
        .text("email", who.email)
        .raw("metadata", e.metadata)
        .object();
}

std::string renderer::of(const handling_event& e) const
{
    members m(style_of(e.by.id + std::to_string(e.at), 0));
    m.raw("teammate", members()
                          .text("type", "admin")
                          .raw("id", e.by.id)
                          .text("name", e.by.name)
                          .text("email", e.by.email)
                          .object());
    m.text("type", e.kind).text("timestamp", iso_time(e.at));
    if (e.kind == "paused") {
        m.text("reason", e.at % 2 == 0 ? "Paused" : "Away");
    }
    return m.object();
}

data_event make_event(world& w, dice& die, seconds at)
{
    static constexpr std::array<std::string_view, 5> names{
        "placed-order", "invited-friend", "logged in 🚪", "opened/settings", "upgraded \"plan\""};
    data_event e;
    e.id = uuid(spread(w.fresh_number()), w.settings.seed);
    e.name = die.pick(names);
    e.created_at = at;
    e.metadata = die.chance(0.3) ? "{}"
                                 : members()
                                       .text("code", sentence(die, w.settings.nasty))
                                       .number("amount", die.between(0, 1000))
                                       .object();
    return e;
}

void populate_events(world& w, dice& die, seconds start)
{
    for (slot which = 0; which < w.contacts.size(); ++which) {
        if (!die.chance(0.2)) {
            continue;
        }
        const std::size_t count = die.chance(0.1) ? 60 + die.below(80) : 1 + die.below(5);
        std::vector<seconds> moments;
        for (std::size_t i = 0; i < count; ++i) {
            moments.push_back(start - 60 - die.between(0, 120 * 86400));
        }
        std::sort(moments.begin(), moments.end());
        for (const seconds at : moments) {
            w.events[which].push_back(make_event(w, die, at));
        }
    }
}

} // namespace intercom_sandbox
