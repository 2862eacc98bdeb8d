// The half of record_writer that only looks: what differs between documents and rows.
#include "sync/record/sanitise.hpp"
#include "sync/store/record_writer.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>

namespace intercom_mirror {
namespace {

// A row of a differences statement: owner, name, places as an array or NULL.
void add_places(std::vector<difference>& all, const pqxx::row& found, std::string_view table)
{
    difference one;
    one.key = found[0].c_str();
    one.table = table;
    if (found[2].is_null()) {
        one.place = found[1].c_str();
        one.problem = "missing here";
        all.push_back(std::move(one));
        return;
    }
    auto places = found[2].as_array();
    for (auto next = places.get_next(); next.first != pqxx::array_parser::done;
         next = places.get_next()) {
        if (next.first != pqxx::array_parser::string_value) {
            continue;
        }
        difference placed = one;
        const bool is_tombstone = next.second == "deleted_at";
        placed.place = placed.key == found[1].c_str()
                           ? next.second
                           : fmt::format("{} of {}", next.second, found[1].c_str());
        placed.problem = is_tombstone ? "deleted here" : "differs";
        all.push_back(std::move(placed));
    }
}

} // namespace

std::vector<difference> record_writer::table_differences(std::size_t table,
                                                         const child_batch& batch, projection from,
                                                         bool with_surplus)
{
    std::vector<difference> all;
    const auto& sql = target_.sql.tables[table];
    const auto& plan = target_.plan->tables()[table];
    const bool is_list = from == projection::list;
    if (!batch.rows.empty()) {
        for (const auto& found : session_.run(
                 transaction_, is_list ? sql.differences_from_list : sql.differences_from_get,
                 bind_rows(table, from, batch.rows))) {
            add_places(all, found, plan.name);
        }
    }
    if (with_surplus && !batch.complete_parents.empty()) {
        parameters given;
        auto& parents = given.arrays.emplace_back(sent_type::text);
        for (const auto& parent : batch.complete_parents) {
            parents.add(std::string_view(parent));
        }
        auto keys = bind_columns(sql.key_columns, table, batch.rows);
        std::move(keys.arrays.begin(), keys.arrays.end(), std::back_inserter(given.arrays));
        for (const auto& found : session_.run(transaction_, sql.surplus, std::move(given))) {
            all.push_back({found[0].c_str(), std::string(plan.name), found[1].c_str(),
                           "missing in Intercom"});
        }
    }
    for (auto& key : unfitting_parents(table, batch)) {
        all.push_back({std::move(key), std::string(plan.name), "", "incomplete"});
    }
    return all;
}

// A grandchild's owner is a child: which record that one belongs to. Empty for children.
std::unordered_map<std::string, std::string>
record_writer::records_of_parents(records batch, std::size_t table) const
{
    std::unordered_map<std::string, std::string> owners;
    const auto parent = target_.plan->tables()[table].parent;
    if (parent == 0) {
        return owners;
    }
    const auto key = target_.sql.tables[parent].key_columns.front();
    for (const auto* record : batch) {
        for (const auto& child : record->decoded.children.at(parent).rows) {
            owners.emplace(child[key].text, record->head.key);
        }
    }
    return owners;
}

std::vector<difference> record_writer::differences(records batch, projection from,
                                                   bool with_surplus)
{
    child_batch main;
    for (const auto* record : batch) {
        main.rows.push_back({&record->decoded.main, {}, {}, {}});
    }
    auto all = table_differences(0, main, from, false);
    for (std::size_t table = 1; table < target_.plan->tables().size(); ++table) {
        const auto owners = records_of_parents(batch, table);
        const auto children = gather(batch, table);
        for (auto& found : table_differences(table, children, from, with_surplus)) {
            const auto owner = owners.find(found.key);
            if (owner != owners.end()) {
                found.key = owner->second;
            }
            all.push_back(std::move(found));
        }
    }
    return all;
}

page_comparison record_writer::compare(const page_work& work)
{
    page_comparison result;
    auto page = read(work, nullptr);
    std::vector<page_record*> batch;
    for (auto& record : page) {
        result.keys.push_back(record.head.key);
        if (decode(record, work, nullptr)) {
            batch.push_back(&record);
        }
    }
    leave_out_erased(batch);
    if (batch.empty()) {
        return result;
    }
    result.found = differences(batch, work.from, true);
    for (std::size_t i = 1; i < target_.plan->tables().size(); ++i) {
        const auto& table = target_.plan->tables()[i];
        const auto rule = table.described->complete.rule;
        for (const auto* record : batch) {
            const auto& children = record->decoded.children[i];
            const bool is_stub = rule == completion_rule::when_counted &&
                                 children.total.value_or(children.rows.size()) != 0;
            const bool is_cut = rule == completion_rule::when_truncated && !children.is_complete;
            if ((children.is_present && (is_stub || is_cut)) ||
                is_read_per_record(*table.described)) {
                result.to_complete.emplace_back(record->head.key, table.name);
            }
        }
    }
    return result;
}

std::vector<difference> record_writer::compare_children(const child_work& work)
{
    std::vector<drift> drifts;
    const auto found = decode_list(work, drifts);
    child_batch all;
    all.complete_parents.push_back(work.parent_key);
    all.add(found);
    const bool with_surplus = !target_.plan->tables()[work.table].described->keeps_unlisted;
    return table_differences(work.table, all, projection::get, with_surplus);
}

} // namespace intercom_mirror
