#include "sync/push/merge.hpp"

#include "sync/push/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

namespace intercom_mirror {
namespace {

using json = nlohmann::json;

json parse(std::string_view text)
{
    return text.empty() ? json::object() : parse_json(text);
}

bool is_nothing(const json& value)
{
    return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

bool are_same(const json& a, const json& b)
{
    return a == b || (is_nothing(a) && is_nothing(b));
}

std::string normalised(const std::string& text)
{
    const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
    const auto begin = std::find_if_not(text.begin(), text.end(), is_space);
    const auto end = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
    std::string made = begin < end ? std::string(begin, end) : std::string();
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) {
        return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
    });
    return made;
}

// Intercom trims texts and writes addresses in lower case; of a time it keeps whole seconds.
bool is_stored_form(const json& stored, const json& sent)
{
    if (are_same(stored, sent)) {
        return true;
    }
    if (stored.is_number() && sent.is_number_float()) {
        return stored == json(static_cast<std::int64_t>(sent.get<double>()));
    }
    const auto text = [](const json& value) {
        return value.is_string() ? normalised(value.get_ref<const std::string&>()) : std::string();
    };
    return (stored.is_string() || is_nothing(stored)) && (sent.is_string() || is_nothing(sent)) &&
           text(stored) == text(sent);
}

// A field's value in an object; absent is null.
json value_of(const json& row, const edited_field& field)
{
    const auto column = row.is_object() ? row.find(field.column) : row.end();
    if (!row.is_object() || column == row.end()) {
        return nullptr;
    }
    if (field.member.empty()) {
        return *column;
    }
    if (!column->is_object()) {
        return nullptr;
    }
    const auto member = column->find(field.member);
    return member == column->end() ? json(nullptr) : *member;
}

bool has(const json& row, const edited_field& field)
{
    return row.is_object() && row.contains(field.column) &&
           (field.member.empty() ||
            (row[field.column].is_object() && row[field.column].contains(field.member)));
}

void put(json& row, const edited_field& field, json value)
{
    if (field.member.empty()) {
        row[field.column] = std::move(value);
        return;
    }
    auto& document = row[field.column];
    if (!document.is_object()) {
        document = json::object();
    }
    document[field.member] = std::move(value);
}

void remove(json& row, const edited_field& field)
{
    const auto column = row.find(field.column);
    if (column == row.end()) {
        return;
    }
    if (!field.member.empty() && column->is_object()) {
        column->erase(field.member);
        if (!column->empty()) {
            return;
        }
    }
    row.erase(column);
}

std::set<edited_field> names_in(const json& row, const column_claim& is_by_member)
{
    std::set<edited_field> found;
    for (const auto& [name, value] : row.items()) {
        if (is_by_member(name) && value.is_object()) {
            for (const auto& member : value.items()) {
                found.insert({name, member.key()});
            }
        } else {
            found.insert({name, ""});
        }
    }
    return found;
}

} // namespace

row_merge merge_row(const row_versions& versions, const column_claim& is_by_member,
                    const policy_choice& policy)
{
    const json local = parse(versions.local);
    const json remote = parse(versions.remote);
    const json in_flight = parse(versions.in_flight);
    std::vector<json> unanswered;
    for (const auto& one : versions.unanswered) {
        unanswered.push_back(parse(one));
    }
    json pending = parse(versions.pending);
    json patch = json::object();
    row_merge made;
    for (const auto& field : names_in(pending, is_by_member)) {
        if (versions.left_alone.contains(field)) {
            continue;
        }
        json base = value_of(pending, field);
        const json mine = value_of(local, field);
        const json theirs = value_of(remote, field);
        const bool is_flying = has(in_flight, field);
        const bool has_landed = is_flying && is_stored_form(theirs, value_of(in_flight, field));
        const bool is_late = std::ranges::any_of(unanswered, [&](const json& sent) {
            return has(sent, field) && is_stored_form(theirs, value_of(sent, field));
        });
        if (are_same(mine, theirs) || (has_landed && are_same(mine, value_of(in_flight, field)))) {
            made.arrived.insert(field);
            remove(pending, field);
            continue;
        }
        if (has_landed || is_late) {
            base = theirs;
            put(pending, field, theirs);
        }
        if (are_same(mine, base)) {
            made.taken_back.insert(field);
            remove(pending, field);
            continue;
        }
        bool is_local_choice = are_same(theirs, base);
        if (!is_local_choice) {
            const auto decided = versions.decided.find(field);
            const bool is_decided =
                decided != versions.decided.end() &&
                (!decided->second.is_local || are_same(parse_json(decided->second.remote), theirs));
            if (is_decided) {
                is_local_choice = decided->second.is_local;
            } else {
                const auto chosen = policy(field.column);
                made.conflicts.push_back({field, base.dump(), mine.dump(), theirs.dump(), chosen});
                if (chosen == conflict_policy::manual) {
                    made.undecided.insert(field);
                    continue;
                }
                is_local_choice = chosen == conflict_policy::local_wins;
            }
            if (!is_local_choice) {
                made.lost.insert(field);
                remove(pending, field);
                continue;
            }
            put(pending, field, theirs);
        }
        made.to_send.insert(field);
        put(patch, field, mine);
    }
    made.patch = patch.dump();
    made.pending = pending.dump();
    return made;
}

std::string pending_after_answer(std::string_view pending, std::string_view local,
                                 std::string_view sent, std::string_view answered,
                                 const column_claim& is_by_member)
{
    json left = parse(pending);
    const json row = parse(local);
    const json values = parse(sent);
    const json told = parse(answered);
    for (const auto& field : names_in(values, is_by_member)) {
        const auto value = value_of(values, field);
        if (!has(left, field)) {
            continue;
        }
        if (are_same(value_of(row, field), value)) {
            remove(left, field);
        } else {
            put(left, field, told.contains(field.column) ? value_of(told, field) : value);
        }
    }
    return left.dump();
}

std::string pending_after_refusal(std::string_view pending, std::string_view local,
                                  std::string_view sent, const column_claim& is_by_member)
{
    json left = parse(pending);
    const json row = parse(local);
    const json values = parse(sent);
    for (const auto& field : names_in(values, is_by_member)) {
        if (are_same(value_of(row, field), value_of(values, field))) {
            remove(left, field);
        }
    }
    return left.dump();
}

std::string pending_with(std::string_view pending, const std::set<edited_field>& fields,
                         std::string_view row)
{
    json all = parse(pending);
    const json values = parse(row);
    for (const auto& field : fields) {
        if (!has(all, field)) {
            put(all, field, value_of(values, field));
        }
    }
    return all.dump();
}

std::string pending_without(std::string_view pending, const std::set<edited_field>& fields)
{
    json left = parse(pending);
    for (const auto& field : fields) {
        remove(left, field);
    }
    return left.dump();
}

std::set<edited_field> fields_of(std::string_view fields, const column_claim& is_by_member)
{
    return names_in(parse(fields), is_by_member);
}

bool are_same_values(std::string_view a, std::string_view b)
{
    return are_same(parse_json(a), parse_json(b));
}

conflict_policy policy_for(const push_options& options, std::string_view table,
                           std::string_view column)
{
    const auto own = options.policies.find(std::string(table) + "." + std::string(column));
    if (own != options.policies.end()) {
        return own->second;
    }
    const auto general = options.policies.find(table);
    return general != options.policies.end() ? general->second : options.policy;
}

} // namespace intercom_mirror
