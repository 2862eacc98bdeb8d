#include "schema/operations.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

std::string_view purpose_of(const listing& each)
{
    return each.is_complete ? "all records" : "all records, where it knows them all";
}

std::string_view purpose_of_reading(const resource& each)
{
    if (each.listings.empty() && each.searching.target.empty()) {
        return "each record that is known, in sweeps";
    }
    return each.list_is_poorer ? "what the lists leave out of a changed record"
                               : "a record that is in doubt";
}

std::string purpose_of(const completion& complete)
{
    switch (complete.rule) {
    case completion_rule::never:
        return {};
    case completion_rule::when_truncated:
        return "the whole list, where the record shows part of it";
    case completion_rule::when_counted:
        return "the list, where its count says that it changed";
    case completion_rule::per_other_side:
        return "who belongs to each of the " + std::string(complete.other_resource);
    case completion_rule::per_record:
        return "the list of each record, when it is new and in sweeps";
    }
    return {};
}

class operation_list
{
public:
    void add(const resource& from)
    {
        const std::string table(from.name);
        for (const listing& each : from.listings) {
            found_.push_back({std::string(each.method) + " " + std::string(each.target), table,
                              std::string(purpose_of(each)), each.versions});
        }
        if (!from.searching.target.empty()) {
            found_.push_back({"POST " + std::string(from.searching.target), table,
                              from.searching.is_complete
                                  ? "records created or changed in a span of time"
                                  : "records changed lately, where it knows them all",
                              from.searching.versions});
        }
        if (!from.deletions.target.empty()) {
            found_.push_back({"GET " + std::string(from.deletions.target), table,
                              "records deleted lately, which are then read alone",
                              from.deletions.versions});
        }
        if (!from.get_target.empty()) {
            found_.push_back({"GET " + std::string(from.get_target), table,
                              std::string(purpose_of_reading(from)), from.versions});
        }
        for (const child& each : from.children) {
            add(from, each);
        }
    }

    std::vector<operation> finish() && { return std::move(found_); }

private:
    // Several children of one record may be completed by the same request.
    void note(operation made)
    {
        if (std::ranges::find(found_, made) == found_.end()) {
            found_.push_back(std::move(made));
        }
    }

    void add(const resource& from, const child& each)
    {
        const completion& complete = each.complete;
        if (complete.rule != completion_rule::never) {
            const bool by_search = complete.by == paging::search;
            const auto target = !complete.target.empty() ? complete.target
                                : by_search              ? from.searching.target
                                                         : from.get_target;
            note({(by_search ? "POST " : "GET ") + std::string(target), std::string(each.table),
                  purpose_of(complete), each.versions});
        }
        for (const child& inner : each.children) {
            add(from, inner);
        }
    }

    std::vector<operation> found_;
};

class change_list
{
public:
    void add(const resource& from)
    {
        const std::string table(from.name);
        note(from.write.create, "INSERT INTO " + table);
        for (const write_request& each : from.write.update) {
            note({&each, 1}, "UPDATE " + table + columns_of(each));
        }
        for (const child& each : from.children) {
            add(each);
        }
    }

    void add(const function& from)
    {
        std::string given;
        for (const parameter& each : from.parameters) {
            given += (given.empty() ? "" : ", ") + std::string(each.name);
        }
        note({&from.request, 1}, "SELECT " + std::string(from.name) + "(" + given + ")");
    }

    std::vector<change> finish() && { return std::move(found_); }

private:
    // " SET state = 'closed'", or nothing where it carries whatever has changed.
    static std::string columns_of(const write_request& request)
    {
        if (request.columns.empty()) {
            return "";
        }
        if (request.when.empty()) {
            return " SET " + std::string(request.columns);
        }
        const auto equals = request.when.find('=');
        return " SET " + std::string(request.when.substr(0, equals)) + " = '" +
               std::string(request.when.substr(equals + 1)) + "'";
    }

    void add(const child& from)
    {
        if (!from.editable) {
            return;
        }
        const std::string table(from.table);
        const auto whose =
            from.kind == child_kind::records ? " (" + std::string(from.parent_column) + ", …)" : "";
        note(from.write.create, "INSERT INTO " + table + whose);
        for (const write_request& each : from.write.update) {
            note({&each, 1}, "UPDATE " + table + columns_of(each));
        }
        note(from.write.remove, "DELETE FROM " + table);
    }

    // The same request may be shaped differently for some versions, or for some values.
    void note(std::span<const write_request> requests, const std::string& sql)
    {
        for (const write_request& each : requests) {
            const std::string request = std::string(each.method) + " " + std::string(each.target);
            const auto known = std::ranges::find_if(found_, [&](const change& one) {
                return one.request == request && one.sql == sql;
            });
            if (known == found_.end()) {
                found_.push_back({request, sql, each.versions});
            } else {
                known->versions.first = std::min(known->versions.first, each.versions.first);
                known->versions.last = std::max(known->versions.last, each.versions.last);
            }
        }
    }

    std::vector<change> found_;
};

std::string text_of(const version_range& versions)
{
    std::string text =
        versions.first == oldest_version ? std::string() : "from " + to_string(versions.first);
    if (versions.first == preview_version) {
        return "Preview";
    }
    if (versions.last != preview_version) {
        text += (text.empty() ? "up to " : " to ") + to_string(versions.last);
    }
    return text.empty() ? "all" : text;
}

// A line of the table: a documented operation with one of the tables it feeds.
struct line
{
    std::string request;
    std::string since;
    std::string until; // empty: up to the newest version
    std::string table; // empty: nothing is read
    std::string purpose;
};

std::vector<line> lines_of(std::span<const resource* const> resources)
{
    const auto made = operations_of(resources);
    std::vector<line> lines;
    for (const documented_operation& each : documented_operations()) {
        const auto& [first, last] = each.versions;
        const line blank{std::string(each.request), to_string(first),
                         last == preview_version ? "" : to_string(last), "",
                         std::string(each.why_unused)};
        const auto before = lines.size();
        for (const operation& one : made) {
            if (is_made_by(each, one)) {
                lines.push_back(blank);
                lines.back().request = one.request;
                lines.back().table = one.table;
                lines.back().purpose = one.purpose;
            }
        }
        if (lines.size() == before) {
            lines.push_back(blank);
        }
    }
    return lines;
}

} // namespace

std::vector<operation> operations_of(std::span<const resource* const> resources)
{
    operation_list list;
    for (const resource* each : resources) {
        list.add(*each);
    }
    return std::move(list).finish();
}

std::vector<change> changes_of(std::span<const resource* const> resources,
                               std::span<const function> functions)
{
    change_list list;
    for (const resource* each : resources) {
        list.add(*each);
    }
    for (const function& each : functions) {
        list.add(each);
    }
    return std::move(list).finish();
}

bool is_made_by(const documented_operation& documented, const operation& made)
{
    return std::string_view(made.request).substr(0, made.request.find('?')) == documented.request;
}

std::string operations_markdown(std::span<const resource* const> resources)
{
    std::string text =
        "# Operations of the API\n\nWhat Intercom's API offers for reading, since "
        "which version, and the table that the mirror fills with it; or why it "
        "reads nothing by it.\n\n| Request | Since | Table | For |\n|---|---|---|---|\n";
    for (const line& each : lines_of(resources)) {
        const std::string table = each.table.empty() ? "" : "`" + each.table + "`";
        const std::string until = each.until.empty() ? "" : " to " + each.until;
        text += "| `" + each.request + "` | " + each.since + until + " | " + table + " | " +
                each.purpose + " |\n";
    }
    return text;
}

std::string changes_markdown(std::span<const change> changes)
{
    std::string text = "| SQL | Request | Versions |\n|---|---|---|\n";
    for (const change& each : changes) {
        text +=
            "| `" + each.sql + "` | `" + each.request + "` | " + text_of(each.versions) + " |\n";
    }
    return text;
}

std::string operations_json(std::span<const resource* const> resources,
                            std::span<const function> functions)
{
    nlohmann::ordered_json reads = nlohmann::ordered_json::array();
    for (const line& each : lines_of(resources)) {
        reads.push_back({{"request", each.request},
                         {"since", each.since},
                         {"until", each.until},
                         {"table", each.table},
                         {"purpose", each.purpose}});
    }
    nlohmann::ordered_json changes = nlohmann::ordered_json::array();
    for (const change& each : changes_of(resources, functions)) {
        changes.push_back(
            {{"request", each.request}, {"sql", each.sql}, {"versions", text_of(each.versions)}});
    }
    return nlohmann::ordered_json{{"reads", reads}, {"changes", changes}}.dump(2) + "\n";
}

} // namespace intercom_mirror
