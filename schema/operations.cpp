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
                              std::string(purpose_of(each))});
        }
        if (!from.searching.target.empty()) {
            found_.push_back({"POST " + std::string(from.searching.target), table,
                              from.searching.is_complete
                                  ? "records created or changed in a span of time"
                                  : "records changed lately, where it knows them all"});
        }
        if (!from.deletions.target.empty()) {
            found_.push_back({"GET " + std::string(from.deletions.target), table,
                              "records deleted lately, which are then read alone"});
        }
        if (!from.get_target.empty()) {
            found_.push_back({"GET " + std::string(from.get_target), table,
                              from.list_is_poorer ? "what the lists leave out of a changed record"
                                                  : "a record that is in doubt"});
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
                  purpose_of(complete)});
        }
        for (const child& inner : each.children) {
            add(from, inner);
        }
    }

    std::vector<operation> found_;
};

} // namespace

std::vector<operation> operations_of(std::span<const resource* const> resources)
{
    operation_list list;
    for (const resource* each : resources) {
        list.add(*each);
    }
    return std::move(list).finish();
}

std::string operations_markdown(std::span<const resource* const> resources)
{
    std::string text = "# Requests\n\nWhat the mirror asks Intercom for, and the table the answer "
                       "goes to.\n\n| Request | Table | For |\n|---|---|---|\n";
    for (const operation& each : operations_of(resources)) {
        text += "| `" + each.request + "` | `" + each.table + "` | " + each.purpose + " |\n";
    }
    return text;
}

std::string operations_json(std::span<const resource* const> resources)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const operation& each : operations_of(resources)) {
        list.push_back(
            {{"request", each.request}, {"table", each.table}, {"purpose", each.purpose}});
    }
    return list.dump(2) + "\n";
}

} // namespace intercom_mirror
