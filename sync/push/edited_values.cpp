#include "sync/push/edited_values.hpp"

#include "sync/push/json_text.hpp"
#include "sync/seeded_bug.hpp"

#include <nlohmann/json.hpp>

namespace intercom_mirror {
namespace {

using json = nlohmann::json;

} // namespace

std::string values_to_create(const edited_row& row)
{
    const json values = parse_json(row.values);
    const json pending = parse_json(row.pending);
    json given = json::object();
    for (const auto& [name, before] : pending.items()) {
        const auto value = values.find(name);
        if (value != values.end() && !value->is_null()) {
            given[name] = *value;
        }
    }
    return given.dump();
}

std::string assumed_remote(const edited_row& row)
{
    json values = parse_json(row.values);
    const json pending = parse_json(row.pending);
    for (const auto& [name, before] : pending.items()) {
        values[name] = before;
    }
    return values.dump();
}

std::set<edited_field> fields_of(const edits_taken& edits, const column_claim& is_by_member)
{
    std::set<edited_field> all;
    for (const auto& edit : edits) {
        all.merge(fields_of(edit.fields, is_by_member));
    }
    return all;
}

row_versions versions_of(const edited_row& row, std::string_view remote)
{
    row_versions made;
    made.pending = row.pending;
    made.local = row.values;
    made.remote = remote;
    made.in_flight = row.in_flight;
    if (!SEEDED_BUG(late_effect_is_a_conflict)) {
        made.unanswered = row.unanswered;
    }
    for (const auto& one : row.decided) {
        made.decided[{one.column, one.member}] = {one.is_local, one.remote};
    }
    return made;
}

} // namespace intercom_mirror
