#include "tests/sandbox/api.hpp"

#include <algorithm>

// The small lists, served whole.
namespace intercom_sandbox {
namespace {

std::string list_of(std::string_view type, std::string_view key, const elements& data)
{
    return members().text("type", type).raw(key, data.array()).object();
}

// The element with that id, if it exists.
template <class List>
const auto& named(const List& list, const std::string& id, std::string_view code,
                  std::string_view message)
{
    for (const auto& one : list) {
        if (one.id == id && one.exists) {
            return one;
        }
    }
    throw refusal{404, std::string(code), std::string(message)};
}

} // namespace

response api::me(const call& c)
{
    return json_response(200, c.show.me());
}

response api::admins(const call& c)
{
    elements data;
    for (const auto& a : world_.admins) {
        if (a.exists) {
            data.add(c.show.of(a));
        }
    }
    return json_response(200, list_of("admin.list", "admins", data));
}

response api::one_admin(const call& c)
{
    return json_response(
        200, c.show.of(named(world_.admins, c.ids.front(), "admin_not_found", "Admin not found")));
}

response api::teams(const call& c)
{
    elements data;
    for (const auto& t : world_.teams) {
        if (t.exists) {
            data.add(c.show.of(t));
        }
    }
    return json_response(200, list_of("team.list", "teams", data));
}

response api::one_team(const call& c)
{
    return json_response(
        200, c.show.of(named(world_.teams, c.ids.front(), "team_not_found", "Team not found")));
}

response api::tags(const call& c)
{
    elements data;
    for (const auto& t : world_.tags) {
        if (t.exists) {
            data.add(c.show.of(t));
        }
    }
    return json_response(200, list_of("list", "data", data));
}

response api::one_tag(const call& c)
{
    return json_response(
        200, c.show.of(named(world_.tags, c.ids.front(), "not_found", "Resource Not Found")));
}

// Segments of people, or with type=company those of companies.
response api::segments(const call& c)
{
    const auto type = c.target.parameter("type");
    if (type && *type != "company") {
        throw refusal{400, "parameter_invalid", "type must be company"};
    }
    const bool counts = c.target.parameter("include_count") == "true";
    elements data;
    for (slot s = 0; s < world_.segments.size(); ++s) {
        const segment& one = world_.segments[s];
        if (!one.exists || (one.person_type == "company") != type.has_value()) {
            continue;
        }
        std::optional<std::int64_t> count;
        if (counts) {
            count = 0;
            const auto belongs = [s](const auto& r) {
                return r.alive == life::live &&
                       std::find(r.segments.begin(), r.segments.end(), s) != r.segments.end();
            };
            for (slot i = 0; i < world_.contacts.size(); ++i) {
                *count += belongs(world_.contacts.at(i)) ? 1 : 0;
            }
            for (slot i = 0; i < world_.companies.size(); ++i) {
                *count += belongs(world_.companies.at(i)) ? 1 : 0;
            }
        }
        data.add(c.show.of(one, count));
    }
    return json_response(200, list_of("segment.list", "segments", data));
}

response api::one_segment(const call& c)
{
    return json_response(
        200, c.show.of(named(world_.segments, c.ids.front(), "not_found", "Resource Not Found")));
}

response api::data_attributes(const call& c)
{
    const auto model = c.target.parameter("model");
    if (model && *model != "contact" && *model != "company" && *model != "conversation") {
        throw refusal{400, "parameter_invalid", "unknown model"};
    }
    if (model == "conversation" && c.version >= 216) {
        throw refusal{422, "parameter_invalid", "conversation attributes moved"};
    }
    const bool with_archived = c.target.parameter("include_archived") == "true";
    elements data;
    for (const auto& a : world_.attributes) {
        const bool is_wanted =
            model ? a.model == *model : c.version < 216 || a.model != "conversation";
        if (is_wanted && (with_archived || !a.archived)) {
            data.add(c.show.of(a));
        }
    }
    return json_response(200, list_of("list", "data", data));
}

response api::subscription_types(const call& c)
{
    elements data;
    for (const auto& s : world_.subscription_types) {
        data.add(c.show.of(s));
    }
    return json_response(200, list_of("list", "data", data));
}

response api::ticket_types(const call& c)
{
    elements data;
    for (const auto& t : world_.ticket_types) {
        data.add(c.show.of(t));
    }
    // 2.10 keeps to its schema here, whose examples say `data`.
    return json_response(200, list_of("list", c.version == 210 ? "ticket_types" : "data", data));
}

response api::one_ticket_type(const call& c)
{
    for (const auto& t : world_.ticket_types) {
        if (t.id == c.ids.front()) {
            return json_response(200, c.show.of(t));
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

response api::ticket_states(const call& c)
{
    elements data;
    for (const auto& s : world_.ticket_states) {
        data.add(c.show.of(s));
    }
    return json_response(200, list_of("list", "data", data));
}

response api::one_note(const call& c)
{
    for (const auto& n : world_.notes) {
        const life owner =
            n.company ? world_.companies.at(*n.company).alive : world_.contacts.at(n.contact).alive;
        if (n.id == c.ids.front() && owner == life::live) {
            return json_response(200, c.show.of(n));
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

} // namespace intercom_sandbox
