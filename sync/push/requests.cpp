#include "sync/push/requests.hpp"

#include "schema/tables.hpp"
#include "sync/intercom/url_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace intercom_mirror {
namespace {

using json = nlohmann::json;

bool is_create(std::string_view operation)
{
    return operation == "create" || operation == "attach";
}

std::string_view before(std::string_view text, char mark)
{
    return text.substr(0, std::min(text.find(mark), text.size()));
}

std::string_view after(std::string_view text, char mark)
{
    const auto at = text.find(mark);
    return at == text.npos ? std::string_view() : text.substr(at + 1);
}

bool is_constant(std::string_view value)
{
    return value.starts_with('=') || value.starts_with(':') || value.starts_with('@') ||
           value.starts_with('*');
}

bool names_column(std::string_view list, std::string_view name)
{
    const auto names = split_names(list);
    return std::ranges::find(names, name) != names.end();
}

std::string text_of(const json& value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

json as_number(const json& value)
{
    if (!value.is_string()) {
        return value;
    }
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? json(number) : value;
}

// "customer.intercom_user_id", "companies[].id": objects come into being on the way. `index` is
// the element of the list.
void put(json& body, std::string_view place, json value, std::size_t index = 0)
{
    json* at = &body;
    while (!place.empty()) {
        auto name = before(place, '.');
        place = after(place, '.');
        const bool is_list = name.ends_with("[]");
        if (is_list) {
            name.remove_suffix(2);
        }
        at = &(*at)[std::string(name)];
        if (is_list) {
            at = &(*at)[index];
        }
    }
    *at = std::move(value);
}

// Where a column stands in what Intercom serves, and so in what it takes; empty where that is no
// single place.
std::string_view place_of(const column& of)
{
    const auto path = before(of.path, '|');
    const bool is_no_place = path.empty() || path == "." || path == "#" || path.starts_with('=') ||
                             path.starts_with('^') || path.find('&') != path.npos;
    return is_no_place ? std::string_view() : path;
}

class request_writer
{
public:
    request_writer(const written_table& table, std::string_view operation, const edited_row& row,
                   std::string_view patch, const request_setting& setting)
        : table_(table), operation_(operation), row_(json::parse(row.values)),
          references_(json::parse(row.references)), lists_(json::parse(row.lists)),
          patch_(patch.empty() ? json::object() : json::parse(patch)), setting_(setting)
    {
    }

    std::vector<outgoing_request> write()
    {
        std::vector<outgoing_request> all;
        bool is_of_this_version = false;
        for (const auto& each : table_.requests(operation_)) {
            if (!each.versions.holds(setting_.version)) {
                continue;
            }
            is_of_this_version = true;
            if (!goes_out(each)) {
                continue;
            }
            auto made = write(each);
            if (operation_ != "update" || made.carried != "{}") {
                all.push_back(std::move(made));
            }
        }
        if (!is_of_this_version) {
            throw unsendable(fmt::format("version {} of the API has no request for it",
                                         to_string(setting_.version)),
                             false);
        }
        if (all.empty() && operation_ != "update") {
            throw unsendable("the catalogue has no request for these values", false);
        }
        return all;
    }

private:
    [[nodiscard]] json value_of(std::string_view name) const
    {
        const auto found = row_.find(std::string(name));
        return found == row_.end() ? json(nullptr) : *found;
    }

    [[nodiscard]] const column* find_column(std::string_view name) const
    {
        const auto found = std::ranges::find(table_.columns, name, &column::name);
        return found == table_.columns.end() ? nullptr : &*found;
    }

    // Whether another request of the list carries the column.
    [[nodiscard]] bool is_of_another(const write_request& request, std::string_view name) const
    {
        return std::ranges::any_of(table_.requests(operation_), [&](const write_request& other) {
            return &other != &request && other.versions.holds(setting_.version) &&
                   !other.columns.empty() && names_column(other.columns, name);
        });
    }

    [[nodiscard]] bool may_carry(const write_request& request, std::string_view name) const
    {
        return request.columns.empty() ? !is_of_another(request, name)
                                       : names_column(request.columns, name);
    }

    [[nodiscard]] bool goes_out(const write_request& request) const
    {
        if (!request.when.empty() &&
            text_of(value_of(before(request.when, '='))) != after(request.when, '=')) {
            return false;
        }
        if (operation_ != "update") {
            return true;
        }
        return std::ranges::any_of(
            patch_.items(), [&](const auto& field) { return may_carry(request, field.key()); });
    }

    outgoing_request write(const write_request& request)
    {
        json body = json::object();
        json carried = json::object();
        write_columns(request, body, carried);
        for (const auto& member : request.body) {
            if (member.versions.holds(setting_.version)) {
                write_member(request, member, body, carried);
            }
        }
        outgoing_request made;
        made.method = request.method;
        made.target = target_of(request.target);
        made.endpoint = fmt::format("{} {}", request.method, request.target);
        made.body = body.empty() ? std::string() : body.dump();
        made.carried = carried.dump();
        return made;
    }

    // Columns that no member of the body places.
    void write_columns(const write_request& request, json& body, json& carried) const
    {
        for (const auto& [name, value] : patch_.items()) {
            const bool is_placed = std::ranges::any_of(request.body, [&](const auto& member) {
                return before(member.value, '.') == name;
            });
            if (name == before(request.when, '=')) {
                carried[name] = value; // the request itself says it
                continue;
            }
            const auto* of = find_column(name);
            if (is_placed || of == nullptr || !may_carry(request, name) ||
                !of->versions.holds(setting_.version)) {
                continue;
            }
            const auto place = place_of(*of);
            if (!place.empty() && table_.how != nullptr) {
                give(body, place, value, *of);
                carried[name] = value;
            }
        }
    }

    // Documents join what columns of their own have put inside them already.
    void give(json& body, std::string_view place, const json& value, const column& of) const
    {
        if (of.by_member && value.is_object()) {
            for (const auto& [member, inner] : value.items()) {
                body[std::string(place)][member] = inner;
            }
            return;
        }
        put(body, place, as_sent(value, of));
    }

    static json as_sent(const json& value, const column& of)
    {
        if (of.type == column_type::timestamp && value.is_number_float()) {
            return static_cast<std::int64_t>(value.get<double>());
        }
        return value;
    }

    void write_member(const write_request& request, const body_member& member, json& body,
                      json& carried) const
    {
        if (member.value.starts_with('=')) {
            put(body, member.place, std::string(member.value.substr(1)));
        } else if (member.value.starts_with(':')) {
            put(body, member.place, json::parse(member.value.substr(1)));
        } else if (member.value == "@admin") {
            put(body, member.place, admin());
        } else if (member.value.starts_with('*')) {
            const auto list = lists_.find(std::string(before(member.value.substr(1), '.')));
            std::size_t index = 0;
            for (const auto& id : list == lists_.end() ? json::array() : *list) {
                put(body, member.place, member.is_number ? as_number(id) : id, index++);
            }
        } else {
            write_value(request, member, body, carried);
        }
    }

    void write_value(const write_request& request, const body_member& member, json& body,
                     json& carried) const
    {
        const std::string name(before(member.value, '.'));
        const std::string inner(after(member.value, '.'));
        const bool is_changed = patch_.contains(name);
        // An update carries what has changed, and what its request cannot do without.
        const bool is_asked_for = operation_ != "update" || is_changed ||
                                  (!request.columns.empty() && names_column(request.columns, name));
        if (!is_asked_for || (operation_ == "create" && !may_carry(request, name))) {
            return;
        }
        const auto* of = find_column(name);
        json value = is_changed ? patch_[name] : value_of(name);
        if (is_changed) {
            carried[name] = value;
        }
        if (!inner.empty()) {
            const auto& from = references_.contains(name) ? references_[name] : value;
            value = from.is_object() && from.contains(inner) ? from[inner] : json(nullptr);
        }
        if (value.is_null() && !member.when_null.empty()) {
            value = std::string(member.when_null);
        } else if (value.is_null() && (operation_ != "update" || !inner.empty())) {
            return;
        } else if (of != nullptr) {
            value = as_sent(value, *of);
        }
        put(body, member.place, member.is_number ? as_number(value) : value);
    }

    // The row's author, where it may name one; else whom the configuration names.
    [[nodiscard]] json admin() const
    {
        for (const auto& each : table_.columns) {
            if (each.insert_only && names_admins(each.refers_to)) {
                const auto author = value_of(each.name);
                if (author.is_string()) {
                    return author;
                }
            }
        }
        if (setting_.acting_admin.empty()) {
            throw unsendable("intercom.acting_admin_id is not set: Intercom wants to know in whose "
                             "name it is done",
                             true);
        }
        return setting_.acting_admin;
    }

    static bool names_admins(std::string_view resources)
    {
        while (!resources.empty()) {
            if (before(resources, '|') == "admins") {
                return true;
            }
            resources = after(resources, '|');
        }
        return false;
    }

    [[nodiscard]] std::string target_of(std::string_view pattern) const
    {
        std::string target;
        while (!pattern.empty()) {
            const auto open = std::min(pattern.find('{'), pattern.size());
            target += pattern.substr(0, open);
            pattern.remove_prefix(open);
            if (pattern.empty()) {
                break;
            }
            const auto name = before(pattern.substr(1), '}');
            const auto value = value_of(name);
            if (value.is_null()) {
                throw unsendable(fmt::format("{} is not known, and the request needs it", name),
                                 false);
            }
            target += percent_encode(text_of(value));
            pattern.remove_prefix(name.size() + 2);
        }
        return target;
    }

    const written_table& table_;
    std::string_view operation_;
    json row_;
    json references_;
    json lists_;
    json patch_;
    const request_setting& setting_;
};

outgoing_request request_of_function(const function& called, std::string_view given,
                                     const request_setting& setting)
{
    const json values = json::parse(given);
    if (!called.request.versions.holds(setting.version)) {
        throw unsendable(
            fmt::format("version {} of the API has no request for it", to_string(setting.version)),
            false);
    }
    json body = json::object();
    std::string query;
    for (const auto& member : called.request.body) {
        if (member.value.starts_with('=')) {
            put(body, member.place, std::string(member.value.substr(1)));
        }
    }
    for (const auto& each : called.parameters) {
        const auto found = values.find(std::string(each.name));
        if (found == values.end() || found->is_null() || each.place.empty() ||
            !each.versions.holds(setting.version)) {
            continue;
        }
        if (each.place.starts_with('?')) {
            query += fmt::format("{}{}={}", query.empty() ? '?' : '&', each.place.substr(1),
                                 percent_encode(text_of(*found)));
            continue;
        }
        json value = each.is_number ? as_number(*found) : *found;
        if (each.type == column_type::timestamp && value.is_number_float()) {
            value = static_cast<std::int64_t>(value.get<double>());
        }
        put(body, each.place, std::move(value));
    }
    outgoing_request made;
    made.method = called.request.method;
    made.endpoint = fmt::format("{} {}", called.request.method, called.request.target);
    for (std::string_view rest = called.request.target; !rest.empty();) {
        const auto open = std::min(rest.find('{'), rest.size());
        made.target += rest.substr(0, open);
        rest.remove_prefix(open);
        if (!rest.empty()) {
            const auto name = before(rest.substr(1), '}');
            const auto found = values.find(std::string(name));
            if (found == values.end() || found->is_null()) {
                throw unsendable(fmt::format("{} was not given", name), false);
            }
            made.target += percent_encode(text_of(*found));
            rest.remove_prefix(name.size() + 2);
        }
    }
    made.target += query;
    made.body = body.empty() ? std::string() : body.dump();
    made.carried = std::string(given);
    return made;
}

const child* find_child(std::span<const child> among, std::string_view table)
{
    for (const auto& each : among) {
        if (each.table == table && each.editable) {
            return &each;
        }
    }
    return nullptr;
}

} // namespace

std::span<const write_request> written_table::requests(std::string_view operation) const
{
    if (how == nullptr) {
        return {};
    }
    return is_create(operation) ? how->create : operation == "update" ? how->update : how->remove;
}

bool written_table::is_by_member(std::string_view column_name) const
{
    const auto found = std::ranges::find(columns, column_name, &column::name);
    return found != columns.end() && found->by_member;
}

related_rows written_table::related(std::string_view operation) const
{
    related_rows made;
    for (const auto& request : requests(operation)) {
        for (const auto& member : request.body) {
            const auto name = before(member.value, '.');
            const auto inner = after(member.value, '.');
            if (member.value.starts_with('*')) {
                made.lists.emplace_back(name.substr(1), inner);
                continue;
            }
            const auto found = std::ranges::find(columns, name, &column::name);
            if (!inner.empty() && !is_constant(member.value) && found != columns.end() &&
                !found->refers_to.empty()) {
                made.references.emplace_back(
                    std::string(name),
                    std::pair(std::string(found->refers_to), std::string(inner)));
            }
        }
    }
    return made;
}

std::optional<written_table> find_written(std::span<const resource* const> resources,
                                          std::span<const function> functions,
                                          const outbox_edit& edit)
{
    const auto called = std::ranges::find(functions, edit.operation, &function::name);
    if (called != functions.end()) {
        written_table made;
        made.called = &*called;
        const auto of = std::ranges::find_if(
            resources, [&](const resource* each) { return each->name == edit.entity; });
        made.of = of == resources.end() ? nullptr : *of;
        return made;
    }
    const auto of = std::ranges::find_if(
        resources, [&](const resource* each) { return each->name == edit.entity; });
    if (of == resources.end()) {
        return std::nullopt;
    }
    written_table made;
    made.of = *of;
    if (edit.table == edit.entity) {
        made.columns = (*of)->columns;
        made.how = &(*of)->write;
    } else {
        made.in = find_child((*of)->children, edit.table);
        if (made.in == nullptr) {
            return std::nullopt;
        }
        made.columns = made.in->columns;
        made.how = &made.in->write;
    }
    if (made.requests(edit.operation).empty()) {
        return std::nullopt;
    }
    return made;
}

std::vector<outgoing_request> requests_for(const written_table& table, std::string_view operation,
                                           const edited_row& row, std::string_view patch,
                                           const request_setting& setting)
{
    if (table.called != nullptr) {
        return {request_of_function(*table.called, row.values, setting)};
    }
    return request_writer(table, operation, row, patch, setting).write();
}

} // namespace intercom_mirror
