#include "schema/dictionary.hpp"

#include "schema/tables.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace intercom_mirror {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view introduction = R"(# Tables

Every table and column of the mirror. This page is made from the catalogue in `schema/`, by
`intercom-mirror docs tables`.

* **API** is where the value stands in what Intercom serves; `[]` is each element of an array, `*`
  each member of an object. *or* separates places of which the first that is there and fits counts.
* **Since** is the first version of the API that has the value; before it the column is null.
* **Refers to**: the table whose key the value is. The row may be missing: Intercom, too, points to
  what was deleted.
* **Change** says what SQL may do where edits are sent to Intercom: *update*; *insert only*: given
  when the row is inserted; *row*: the row as a whole is inserted or deleted; *read-only*: Intercom
  alone sets it.

Ids are text, times `timestamptz`; what is not assigned to anybody is null. Deleted rows stay, with
`deleted_at` set: the views `live_contacts` and so on leave them out. Custom attributes are also
columns of the views `contact_attributes`, `company_attributes`, `conversation_attributes` and
`ticket_attributes_flat`.
)";

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string code(std::string_view text)
{
    return "`" + std::string(text) + "`";
}

std::string joined(const std::vector<std::string_view>& names)
{
    std::string all;
    for (const std::string_view name : names) {
        all += (all.empty() ? "" : ", ") + code(name);
    }
    return all;
}

// Finds the way from a resource to one of its children, outermost first.
bool find_way(std::span<const child> from, const child* to, std::vector<const child*>& way)
{
    for (const child& each : from) {
        way.push_back(&each);
        if (&each == to || find_way(each.children, to, way)) {
            return true;
        }
        way.pop_back();
    }
    return false;
}

// "conversation_parts.conversation_parts[].", the address of a list of its own, or empty.
std::string prefix_of(const column_source& source)
{
    std::vector<const child*> way;
    find_way(source.from->children, source.in, way);
    std::string prefix;
    for (const child* each : way) {
        const bool is_listed_apart = each->complete.rule == completion_rule::when_counted ||
                                     each->complete.rule == completion_rule::per_record;
        prefix += is_listed_apart ? "GET " + std::string(each->complete.target) + " "
                                  : std::string(split(each->path, '|').front());
        prefix += prefix.ends_with(".*") ? "." : "[].";
    }
    return prefix;
}

std::string place_of(const column_source& source)
{
    if (source.in != nullptr && source.in->path.empty()) {
        const completion& complete = source.in->complete;
        if (complete.rule == completion_rule::per_other_side) {
            return "search by " + code(complete.search_field);
        }
        if (complete.rule != completion_rule::per_record) {
            return "not served";
        }
    }
    if (source.described->path.empty()) {
        return "not served";
    }
    const std::string prefix = prefix_of(source);
    std::string place;
    for (const std::string_view path : split(source.described->path, '|')) {
        place += place.empty() ? "" : " or ";
        if (path.starts_with('=') && path.find('&') == path.npos) {
            place += "always " + code(path.substr(1));
        } else if (path == "#") {
            place += "place in " + code(prefix.substr(0, prefix.size() - 1));
        } else if (path == "@") {
            place += "name of the member " + code(prefix.substr(0, prefix.size() - 1));
        } else if (path == ".") {
            place += code(prefix.substr(0, prefix.size() - 1));
        } else {
            std::string members;
            for (const std::string_view member : split(path, '&')) {
                const bool is_constant = member.starts_with('=');
                members +=
                    (members.empty() ? "" : " and ") +
                    (is_constant ? code(member.substr(1)) : code(prefix + std::string(member)));
            }
            place += members;
        }
    }
    return place;
}

// All places, each once; with the resource where several have the table.
std::string place_of(const table_column& column)
{
    if (column.sources.empty()) {
        return "the key of what it stands in";
    }
    const bool is_shared = std::ranges::any_of(column.sources, [&](const column_source& source) {
        return source.from != column.sources.front().from;
    });
    std::vector<std::string> places;
    for (const column_source& source : column.sources) {
        std::string place = is_shared ? std::string(source.from->name) + ": " : std::string();
        place += place_of(source);
        if (std::ranges::find(places, place) == places.end()) {
            places.push_back(std::move(place));
        }
    }
    std::string all;
    for (const std::string& place : places) {
        all += (all.empty() ? "" : "; ") + place;
    }
    return all;
}

// "2.13", "2.13 to 2.15"; empty where every version has it.
std::string versions_of(const table_column& column)
{
    if (column.sources.empty()) {
        return {};
    }
    api_version first = preview_version;
    api_version last = oldest_version;
    for (const column_source& source : column.sources) {
        const version_range& own = source.described->versions;
        const version_range around = source.in == nullptr ? version_range() : source.in->versions;
        first = std::min(first, std::max({own.first, around.first, source.from->versions.first}));
        last = std::max(last, std::min({own.last, around.last, source.from->versions.last}));
    }
    std::string text = first == oldest_version ? std::string() : to_string(first);
    if (last != preview_version) {
        text += (text.empty() ? "" : " ") + ("to " + to_string(last));
    }
    return text;
}

bool is_key(const table& in, std::string_view column)
{
    return std::ranges::find(in.primary_key, column) != in.primary_key.end();
}

// "`admins`, `contacts`": whose rows the value may be the key of.
std::string referred_by(const table& in, const table_column& column)
{
    std::vector<std::string_view> tables;
    for (const table_parent& parent : in.parents) {
        if (parent.column == column.name) {
            tables.push_back(parent.table);
        }
    }
    for (const column_source& source : column.sources) {
        for (const std::string_view name : split(source.described->refers_to, '|')) {
            if (!name.empty() && std::ranges::find(tables, name) == tables.end()) {
                tables.push_back(name);
            }
        }
    }
    return joined(tables);
}

std::string_view change_of(const table& in, const table_column& column)
{
    const auto any_source = [](const table_column& of, const auto& claim) {
        return std::ranges::any_of(of.sources, claim);
    };
    if (any_source(column, [](const auto& source) { return source.described->editable; })) {
        return "update";
    }
    if (any_source(column, [](const auto& source) { return source.described->insert_only; })) {
        return "insert only";
    }
    const bool has_editable_rows = std::ranges::any_of(in.columns, [&](const auto& other) {
        return any_source(other, [](const column_source& source) {
            return source.in != nullptr && source.in->editable;
        });
    });
    if (has_editable_rows && !in.has_bookkeeping && is_key(in, column.name)) {
        return "row";
    }
    const bool is_parent = column.sources.empty();
    return has_editable_rows && is_parent ? "insert only" : "read-only";
}

bool is_bookkeeping(std::string_view name)
{
    return std::ranges::any_of(bookkeeping_columns(),
                               [&](const auto& known) { return known.name == name; });
}

// A cell of a Markdown table: '|' would end it.
std::string cell_text(std::string_view text)
{
    std::string escaped;
    for (const char character : text) {
        escaped += character == '|' ? "\\|" : std::string(1, character);
    }
    return escaped;
}

ordered_json describe(const table& each)
{
    ordered_json columns = ordered_json::array();
    for (const table_column& column : each.columns) {
        if (!is_bookkeeping(column.name)) {
            columns.push_back({{"name", column.name},
                               {"type", column.sql_type},
                               {"meaning", column.meaning},
                               {"api", place_of(column)},
                               {"since", versions_of(column)},
                               {"refers_to", referred_by(each, column)},
                               {"change", change_of(each, column)}});
        }
    }
    ordered_json only_in_raw = ordered_json::array();
    if (each.is_entity) {
        for (const unmapped& left : each.of->left_in_raw) {
            only_in_raw.push_back({{"path", left.path}, {"reason", left.reason}});
        }
    }
    return {{"name", each.name},
            {"meaning", each.meaning},
            {"key", each.primary_key},
            {"has_bookkeeping", each.has_bookkeeping},
            {"columns", std::move(columns)},
            {"only_in_raw", std::move(only_in_raw)}};
}

ordered_json describe_bookkeeping()
{
    ordered_json columns = ordered_json::array();
    for (const bookkeeping_column& column : bookkeeping_columns()) {
        columns.push_back(
            {{"name", column.name}, {"type", column.sql_type}, {"meaning", column.meaning}});
    }
    return columns;
}

} // namespace

std::string dictionary_json(std::span<const resource* const> resources)
{
    ordered_json tables = ordered_json::array();
    for (const table& each : tables_of(resources)) {
        tables.push_back(describe(each));
    }
    const ordered_json whole{{"bookkeeping", describe_bookkeeping()}, {"tables", tables}};
    return whole.dump(2) + "\n";
}

std::string dictionary_markdown(std::span<const resource* const> resources)
{
    std::string page(introduction);
    page += "\nTables marked with * have these columns, too:\n\n";
    page += "| Column | Type | Meaning |\n|---|---|---|\n";
    for (const ordered_json& column : describe_bookkeeping()) {
        page += "| " + code(column["name"].get<std::string>()) + " | " +
                column["type"].get<std::string>() + " | " + column["meaning"].get<std::string>() +
                " |\n";
    }
    for (const table& each : tables_of(resources)) {
        const ordered_json described = describe(each);
        page += "\n## " + std::string(each.name) + (each.has_bookkeeping ? " *" : "") + "\n\n";
        page += std::string(each.meaning) + " Key: " + joined(each.primary_key) + ".\n\n";
        page += "| Column | Type | Meaning | API | Since | Refers to | Change "
                "|\n|---|---|---|---|---|---|---|\n";
        for (const ordered_json& column : described["columns"]) {
            page += "| " + code(column["name"].get<std::string>());
            for (const char* part : {"type", "meaning", "api", "since", "refers_to", "change"}) {
                page += " | " + cell_text(column[part].get<std::string>());
            }
            page += " |\n";
        }
        if (!described["only_in_raw"].empty()) {
            page += "\nOnly in `raw`:\n\n";
            for (const ordered_json& left : described["only_in_raw"]) {
                page += "* " + code(left["path"].get<std::string>()) + ": " +
                        left["reason"].get<std::string>() + "\n";
            }
        }
    }
    return page;
}

} // namespace intercom_mirror
