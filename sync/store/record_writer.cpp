#include "sync/store/record_writer.hpp"

#include "sync/record/sanitise.hpp"
#include "sync/seeded_bug.hpp"
#include "sync/store/control.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <array>
#include <bit>
#include <deque>

namespace intercom_mirror {
namespace {

std::string_view name_of(deletion how)
{
    switch (how) {
    case deletion::deleted:
        return "deleted";
    case deletion::archived:
        return "archived";
    case deletion::merged:
        return "merged";
    case deletion::gone:
    case deletion::none:
        break;
    }
    return "gone";
}

std::string_view name_of(drift::problem problem)
{
    switch (problem) {
    case drift::problem::wrong_type:
        return "wrong type";
    case drift::problem::out_of_range:
        return "out of range";
    case drift::problem::unknown_member:
        break;
    }
    return "unknown member";
}

std::optional<std::uint64_t> as_hash(const pqxx::field& field)
{
    if (field.is_null()) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(field.as<std::int64_t>());
}

parameters members_of(std::string_view other_id, std::span<const std::string> keys)
{
    parameters given;
    auto& all = given.arrays.emplace_back(sent_type::text);
    for (const auto& key : keys) {
        all.add(std::string_view(key));
    }
    given.texts.emplace_back(other_id);
    return given;
}

std::size_t column_named(const table_plan& table, std::string_view name)
{
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const column& c) { return c.name == name; });
    return static_cast<std::size_t>(found - table.columns.begin());
}

} // namespace

std::vector<page_record> record_writer::read(const page_work& work, page_outcome* outcome)
{
    std::vector<page_record> readable;
    readable.reserve(work.records.size());
    std::unordered_map<std::string, std::size_t> by_key;
    for (const auto bytes : work.records) {
        page_record record;
        record.bytes = bytes;
        try {
            record.head = target_.plan->scan(bytes);
        } catch (const malformed_record& malformed) {
            if (outcome != nullptr) {
                ++outcome->dead;
                bury(bytes, "", work.from, malformed.what());
            }
            continue;
        }
        // The same record twice in a page: the newer one counts, at a tie the later.
        const auto [earlier, is_first] = by_key.try_emplace(record.head.key, readable.size());
        if (is_first) {
            readable.push_back(std::move(record));
        } else if (record.head.updated_at >= readable[earlier->second].head.updated_at) {
            readable[earlier->second] = std::move(record);
        }
    }
    return readable;
}

std::unordered_map<std::string, stored_head>
record_writer::heads(const std::string& sql, std::span<page_record* const> wanted)
{
    std::unordered_map<std::string, stored_head> found;
    if (wanted.empty()) {
        return found;
    }
    array_parameter keys(sent_type::text);
    for (const auto* record : wanted) {
        keys.add(std::string_view(record->head.key));
    }
    parameters given;
    given.arrays.push_back(std::move(keys));
    for (const auto& stored : session_.run(transaction_, sql, std::move(given))) {
        stored_head head;
        head.list_hash = as_hash(stored[1]);
        head.get_hash = as_hash(stored[2]);
        if (!stored[3].is_null()) {
            head.updated_at = stored[3].as<std::int64_t>();
        }
        head.is_deleted = stored[4].as<bool>();
        found.emplace(stored[0].c_str(), head);
    }
    return found;
}

bool record_writer::decode(page_record& record, const page_work& work, page_outcome* outcome)
{
    try {
        std::string buffer;
        record.decoded = target_.plan->decode(sanitise(record.bytes, buffer), work.from);
    } catch (const malformed_record& malformed) {
        if (outcome != nullptr) {
            ++outcome->dead;
            bury(record.bytes, record.head.key, work.from, malformed.what());
        }
        return false;
    }
    if (outcome != nullptr) {
        note_drifts(record.decoded.drifts);
    }
    if (work.since) {
        const auto created = column_named(target_.plan->tables()[0], "created_at");
        if (created < record.decoded.main.size()) {
            const auto& at = record.decoded.main[created];
            return at.is == cell::kind::null || at.number >= *work.since;
        }
    }
    return true;
}

page_outcome record_writer::apply(const page_work& work, bool one_by_one)
{
    page_outcome outcome;
    auto page = read(work, &outcome);
    outcome.records = page.size();
    outcome.unreadable = outcome.dead;
    std::optional<std::int64_t> previous;
    std::vector<page_record*> all;
    for (auto& record : page) {
        outcome.keys.push_back(record.head.key);
        all.push_back(&record);
        const auto at = record.head.updated_at;
        if (at) {
            outcome.newest = std::max(outcome.newest.value_or(*at), *at);
            outcome.oldest = std::min(outcome.oldest.value_or(*at), *at);
            outcome.is_descending = outcome.is_descending && (!previous || *previous >= *at);
            previous = at;
        }
    }
    std::sort(all.begin(), all.end(),
              [](const page_record* a, const page_record* b) { return a->head.key < b->head.key; });
    const auto erased = leave_out_erased(all);

    // Most sightings change nothing: they cost this one look.
    const auto seen = heads(target_.sql.heads, all);
    const auto is_caused = [&](const page_record* record, std::string_view reason) {
        return std::any_of(work.causes.begin(), work.causes.end(), [&](const refetch_entry& entry) {
            return entry.reason == reason && entry.id == record->head.key;
        });
    };
    const auto is_applied_anyway = [&](const page_record* record) {
        return is_caused(record, repair_reason) || is_caused(record, edited_reason);
    };
    const auto is_settled = [&](const page_record* record) {
        const auto found = seen.find(record->head.key);
        if (found == seen.end() || is_applied_anyway(record) || work.rereads) {
            return false;
        }
        const auto said = judge(described(), work.from, record->head.hash, record->head.updated_at,
                                found->second, work.is_sweep);
        return said == verdict::unchanged || said == verdict::ignore;
    };
    std::vector<page_record*> changed;
    std::remove_copy_if(all.begin(), all.end(), std::back_inserter(changed), is_settled);
    outcome.unchanged = erased + all.size() - changed.size();

    std::vector<page_record*> known;
    std::copy_if(changed.begin(), changed.end(), std::back_inserter(known),
                 [&](const page_record* record) { return seen.count(record->head.key) != 0; });
    const auto locked = heads(target_.sql.lock_heads, known);

    std::vector<page_record*> to_apply;
    std::vector<page_record*> to_compare;
    std::vector<std::string> to_read;
    std::vector<std::optional<std::uint64_t>> to_read_hashes;
    const auto read_alone = [&](const page_record& record) {
        to_read.push_back(record.head.key);
        to_read_hashes.emplace_back(work.from == projection::list ? std::optional(record.head.hash)
                                                                  : std::nullopt);
    };
    for (auto* record : changed) {
        const auto found = locked.find(record->head.key);
        const auto stored = found == locked.end() ? std::nullopt : std::optional(found->second);
        record->is_new = !stored;
        auto said = judge(described(), work.from, record->head.hash, record->head.updated_at,
                          stored, work.is_sweep);
        if (is_applied_anyway(record) && (said == verdict::unchanged || said == verdict::compare)) {
            said = verdict::apply;
        }
        if (work.rereads) {
            said = verdict::read_alone;
        }
        if (is_caused(record, repair_reason)) {
            forget_child_hashes(record->head.key);
        }
        switch (said) {
        case verdict::unchanged:
        case verdict::ignore:
            ++outcome.unchanged;
            break;
        case verdict::apply:
            if (decode(*record, work, &outcome)) {
                to_apply.push_back(record);
            }
            break;
        case verdict::compare:
            if (decode(*record, work, &outcome)) {
                to_compare.push_back(record);
            }
            break;
        case verdict::read_alone:
            read_alone(*record);
            break;
        }
    }

    if (!to_compare.empty()) {
        std::vector<std::string> differing;
        for (const auto& found : differences(to_compare, work.from, true)) {
            differing.push_back(found.key);
        }
        std::sort(differing.begin(), differing.end());
        parameters same;
        same.arrays.emplace_back(sent_type::text);
        same.arrays.emplace_back(sent_type::bigint);
        same.arrays.emplace_back(sent_type::json);
        for (auto* record : to_compare) {
            if (!std::binary_search(differing.begin(), differing.end(), record->head.key)) {
                ++outcome.unchanged;
                const auto before = locked.at(record->head.key).list_hash;
                const bool is_list = work.from == projection::list;
                const auto now =
                    is_list ? agreed(record->head.hash) : list_hash_after(work, *record);
                const bool is_kept = is_list
                                         ? before && is_same_sighting(*before, now)
                                         : before == now || !sighting_of(work, record->head.key);
                if (!is_kept) {
                    same.arrays[0].add(std::string_view(record->head.key));
                    same.arrays[1].add(static_cast<std::int64_t>(now));
                    // What has no column may have changed, and is found in `raw` alone.
                    same.arrays[2].add(is_list && !described().list_is_poorer
                                           ? sent_value(std::string_view(record->decoded.raw))
                                           : sent_value());
                }
            } else if (described().get_target.empty() || work.from == projection::get) {
                to_apply.push_back(record);
            } else {
                read_alone(*record);
            }
        }
        if (same.arrays[0].size() != 0) {
            session_.run(transaction_, target_.sql.set_list_hash, std::move(same));
        }
    }

    outcome.unchanged += leave_out_people(to_apply);
    if (!one_by_one) {
        std::vector<page_record*> fresh;
        std::vector<page_record*> old;
        std::partition_copy(to_apply.begin(), to_apply.end(), std::back_inserter(fresh),
                            std::back_inserter(old),
                            [](const page_record* record) { return record->is_new; });
        outcome.queued += store_rows(work, fresh, write_mode::insert);
        outcome.queued += store_rows(work, old, write_mode::upsert);
        outcome.applied = to_apply.size();
    } else {
        for (auto* record : to_apply) {
            store_alone(work, *record, outcome);
        }
    }
    note_refetch(to_read, to_read_hashes, "", work.in, work.rereads ? "backfill" : "changed");
    outcome.queued += to_read.size();
    return outcome;
}

void record_writer::store_alone(const page_work& work, page_record& record, page_outcome& outcome)
{
    // A savepoint by hand: libpqxx begins its subtransactions only with the first plain exec().
    transaction_.exec("SAVEPOINT one_record");
    try {
        const std::array one{&record};
        const auto noted = store_rows(work, one, write_mode::upsert);
        transaction_.exec("RELEASE SAVEPOINT one_record");
        outcome.queued += noted;
        ++outcome.applied;
    } catch (const pqxx::sql_error& refused) {
        // Bad data, a violated constraint, or more than the server can hold in a row.
        const auto kind = refused.sqlstate().substr(0, 2);
        if (kind != "22" && kind != "23" && kind != "54") {
            throw;
        }
        transaction_.exec("ROLLBACK TO SAVEPOINT one_record");
        ++outcome.dead;
        bury(record.bytes, record.head.key, work.from,
             fmt::format("PostgreSQL refuses the row (SQLSTATE {})", refused.sqlstate()));
    }
}

// So that rows which look unchanged by their hash are written all the same.
void record_writer::forget_child_hashes(const std::string& key)
{
    for (std::size_t i = 1; i < target_.plan->tables().size(); ++i) {
        const auto& table = target_.plan->tables()[i];
        if (table.has_raw) {
            transaction_.exec_params(fmt::format("UPDATE {} SET _hash_list = NULL WHERE {} = $1",
                                                 table.name,
                                                 table.columns[table.parent_column].name),
                                     key);
        }
    }
}

std::size_t record_writer::store_rows(const page_work& work, records batch, write_mode mode)
{
    if (batch.empty()) {
        return 0;
    }
    store_main(work, batch, mode);
    std::size_t noted = 0;
    for (std::size_t table = 1; table < target_.plan->tables().size(); ++table) {
        noted += store_table(work, batch, table, mode);
    }
    return noted;
}

parameters record_writer::bind_rows(std::size_t table, projection from,
                                    std::span<const sent_row> rows)
{
    const auto& plan = target_.plan->tables()[table];
    parameters given;
    given.arrays.push_back(row_parameter(session_.rows_of(transaction_, plan.name), plan,
                                         target_.sql.tables[table].columns_of(from), rows));
    return given;
}

parameters record_writer::bind_columns(const std::vector<std::size_t>& columns, std::size_t table,
                                       std::span<const sent_row> rows) const
{
    parameters given;
    for (const auto i : columns) {
        auto& array =
            given.arrays.emplace_back(sent_type_of(target_.plan->tables()[table].columns[i].type));
        for (const auto& one : rows) {
            array.add((*one.cells)[i]);
        }
    }
    return given;
}

void record_writer::store_main(const page_work& work, records batch, write_mode mode)
{
    const bool is_list = work.from == projection::list;
    std::vector<sent_row> rows;
    for (const auto* record : batch) {
        sent_row one;
        one.cells = &record->decoded.main;
        one.raw = std::string_view(record->decoded.raw);
        one.list_hash = static_cast<std::int64_t>(is_list ? agreed(record->head.hash)
                                                          : list_hash_after(work, *record));
        if (!is_list) {
            // A hash of the other projection described content that is no longer here.
            one.get_hash = static_cast<std::int64_t>(record->head.hash);
        }
        rows.push_back(one);
    }
    session_.run(transaction_, target_.sql.tables[0].write(work.from, mode),
                 bind_rows(0, work.from, rows));
}

std::optional<std::uint64_t> record_writer::sighting_of(const page_work& work, std::string_view key)
{
    const auto cause = std::find_if(work.causes.begin(), work.causes.end(),
                                    [&](const refetch_entry& entry) { return entry.id == key; });
    return cause == work.causes.end() ? std::nullopt : cause->list_hash;
}

// The hash of lists that goes with a record read alone: of the sighting that caused the read, else
// of the one to be expected.
std::uint64_t record_writer::list_hash_after(const page_work& work, const page_record& record) const
{
    const auto expected = target_.plan->hash_as_listed(record.bytes);
    const auto sighting = sighting_of(work, record.head.key);
    return !sighting || is_same_sighting(*sighting, expected) ? agreed(expected)
                                                              : contradicted(*sighting);
}

void record_writer::child_batch::add(const child_rows& found)
{
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        sent_row one;
        one.cells = &found.rows[i];
        if (!found.raws.empty()) {
            one.raw = std::string_view(found.raws[i]);
            one.list_hash = static_cast<std::int64_t>(found.hashes[i]);
        }
        rows.push_back(one);
    }
}

record_writer::child_batch record_writer::gather(records batch, std::size_t table) const
{
    const auto& plan = target_.plan->tables()[table];
    const auto rule = plan.described->complete.rule;
    child_batch all;
    for (const auto* record : batch) {
        if (is_read_per_record(*plan.described) && record->is_new) {
            all.unread_parents.push_back(record->head.key);
        }
        const auto& children = record->decoded.children.at(table);
        if (!children.is_present) {
            continue;
        }
        const bool is_top = plan.parent == 0;
        if (is_top && (rule == completion_rule::when_counted ||
                       (rule == completion_rule::when_truncated && !children.is_complete))) {
            const auto total = children.total.value_or(children.rows.size());
            if (record->is_new) {
                // Only what is shown is there.
                const auto stored =
                    rule == completion_rule::when_counted ? 0 : children.rows.size();
                if (total != stored) {
                    all.cut_parents.push_back(record->head.key);
                }
            } else {
                all.checked_parents.push_back(record->head.key);
                all.totals.push_back(static_cast<std::int64_t>(total));
                for (const auto& one : children.rows) {
                    all.shown.push_back({&one, {}, {}, {}});
                }
            }
        }
        if (rule == completion_rule::when_counted) {
            continue; // what is shown inline is a stub
        }
        const bool is_whole = children.is_complete || SEEDED_BUG(cut_list_is_whole);
        if (is_whole && !record->is_new) {
            if (is_top) {
                all.complete_parents.push_back(record->head.key);
            } else {
                const auto& parents = record->decoded.children.at(plan.parent).rows;
                const auto key = target_.sql.tables[plan.parent].key_columns.front();
                for (const auto& parent : parents) {
                    all.complete_parents.push_back(parent[key].text);
                }
            }
        }
        all.add(children);
    }
    return all;
}

void record_writer::write_children(std::size_t table, const child_batch& batch, projection from,
                                   write_mode mode)
{
    if (batch.rows.empty()) {
        return;
    }
    session_.run(transaction_, target_.sql.tables[table].write(from, mode),
                 bind_rows(table, from, batch.rows));
}

void record_writer::remove_missing(std::size_t table, const child_batch& batch)
{
    if (batch.complete_parents.empty() || target_.plan->tables()[table].described->keeps_unlisted ||
        SEEDED_BUG(links_are_only_added)) {
        return;
    }
    const auto& sql = target_.sql.tables[table];
    parameters given;
    auto& parents = given.arrays.emplace_back(sent_type::text);
    for (const auto& parent : batch.complete_parents) {
        parents.add(std::string_view(parent));
    }
    auto keys = bind_columns(sql.key_columns, table, batch.rows);
    std::move(keys.arrays.begin(), keys.arrays.end(), std::back_inserter(given.arrays));
    session_.run(transaction_, sql.remove_missing, std::move(given));
}

std::vector<std::string> record_writer::unfitting_parents(std::size_t table,
                                                          const child_batch& batch)
{
    std::vector<std::string> unfitting;
    if (batch.checked_parents.empty()) {
        return unfitting;
    }
    const auto& sql = target_.sql.tables[table];
    parameters given;
    given.arrays.emplace_back(sent_type::text);
    given.arrays.emplace_back(sent_type::bigint);
    for (std::size_t i = 0; i < batch.checked_parents.size(); ++i) {
        given.arrays[0].add(std::string_view(batch.checked_parents[i]));
        given.arrays[1].add(batch.totals[i]);
    }
    auto shown = bind_columns(sql.inline_columns, table, batch.shown);
    std::move(shown.arrays.begin(), shown.arrays.end(), std::back_inserter(given.arrays));
    for (const auto& found : session_.run(transaction_, sql.unfitting_parents, std::move(given))) {
        unfitting.emplace_back(found[0].c_str());
    }
    return unfitting;
}

// Lists that nothing tells of, where the API version has them.
bool record_writer::is_read_per_record(const child& of) const
{
    return of.complete.rule == completion_rule::per_record &&
           of.versions.holds(target_.plan->version());
}

std::size_t record_writer::store_table(const page_work& work, records batch, std::size_t table,
                                       write_mode mode)
{
    const auto all = gather(batch, table);
    remove_missing(table, all);
    write_children(table, all, work.from, mode);
    if (SEEDED_BUG(cut_list_is_whole)) {
        return 0;
    }
    const auto name = target_.plan->tables()[table].name;
    const auto in = work.in == lane::backfill ? lane::backfill : lane::completion;
    auto unfitting = unfitting_parents(table, all);
    unfitting.insert(unfitting.end(), all.cut_parents.begin(), all.cut_parents.end());
    note_refetch(unfitting, {}, name, in, "list is cut short");
    note_refetch(all.unread_parents, {}, name, in, "new");
    return unfitting.size() + all.unread_parents.size();
}

std::set<std::string> record_writer::apply_children(std::span<const child_work> lists)
{
    // The parents first, as every writer of a set does: two sets of one parent never interleave.
    const auto present = lock_parents(lists);
    std::map<std::size_t, std::vector<const child_work*>> by_table;
    for (const auto& list : lists) {
        const bool is_present = present.count(list.parent_key) != 0;
        if (is_present) {
            by_table[list.table].push_back(&list);
        }
        if (list.cause) {
            if (is_present && list.cause->reason == repair_reason) {
                forget_child_hashes(list.parent_key);
            }
        }
    }
    std::set<std::string> cut;
    for (const auto& [table, of_table] : by_table) {
        cut.merge(store_lists(of_table));
    }
    std::vector<refetch_entry> causes;
    for (const auto& list : lists) {
        if (list.is_last_attempt) {
            cut.erase(list.parent_key);
        }
        if (list.cause && cut.count(list.parent_key) == 0) {
            causes.push_back(*list.cause);
        }
    }
    drop_refetches(causes);
    return cut;
}

std::set<std::string, std::less<>> record_writer::lock_parents(std::span<const child_work> lists)
{
    parameters given;
    auto& keys = given.arrays.emplace_back(sent_type::text);
    for (const auto& list : lists) {
        keys.add(std::string_view(list.parent_key));
    }
    std::set<std::string, std::less<>> present;
    for (const auto& found : session_.run(transaction_, target_.sql.lock_heads, std::move(given))) {
        present.emplace(found[0].c_str());
    }
    return present;
}

child_rows record_writer::decode_list(const child_work& list, std::vector<drift>& drifts) const
{
    std::deque<std::string> buffers;
    std::vector<std::string_view> clean;
    for (const auto element : list.elements) {
        clean.push_back(sanitise(element, buffers.emplace_back()));
    }
    return target_.plan->decode_children(list.table, list.parent_key, clean, drifts);
}

// All of one table. Returns the parents whose lists hold what cannot be read: their rows are taken
// for what they are, and nothing for being absent.
std::set<std::string> record_writer::store_lists(std::span<const child_work* const> lists)
{
    const auto table = lists.front()->table;
    std::vector<child_rows> decoded;
    std::vector<drift> drifts;
    std::set<std::string> cut;
    child_batch all;
    for (const auto* list : lists) {
        decoded.push_back(decode_list(*list, drifts));
        if (decoded.back().is_complete || SEEDED_BUG(cut_list_is_whole)) {
            all.complete_parents.push_back(list->parent_key);
        } else {
            cut.insert(list->parent_key);
        }
    }
    note_drifts(drifts);
    for (const auto& found : decoded) {
        all.add(found);
    }
    remove_missing(table, all);
    write_children(table, all, projection::get, write_mode::upsert);
    return cut;
}

// A link's second id: the column of its key that is not the parent.
std::string_view record_writer::other_column(std::size_t table) const
{
    const auto& keys = target_.sql.tables[table].key_columns;
    const auto& plan = target_.plan->tables()[table];
    return plan.columns[keys.front() == plan.parent_column ? keys.back() : keys.front()].name;
}

void record_writer::link_members(std::size_t table, std::string_view other_id,
                                 std::span<const std::string> keys)
{
    const auto& plan = target_.plan->tables()[table];
    session_.run(transaction_,
                 fmt::format("INSERT INTO {0} ({2}, {1})\nSELECT s.key, $2 FROM unnest($1::text[])"
                             " AS s(key), LATERAL (SELECT FROM {3} AS p WHERE p.{4} = s.key OFFSET"
                             " 0) AS p\n ORDER BY s.key\nON CONFLICT DO NOTHING",
                             plan.name, other_column(table), plan.columns[plan.parent_column].name,
                             target_.plan->tables()[0].name, described().key),
                 members_of(other_id, keys));
}

void record_writer::unlink_members(std::size_t table, std::string_view other_id,
                                   std::span<const std::string> keys)
{
    const auto& plan = target_.plan->tables()[table];
    session_.run(transaction_,
                 fmt::format("DELETE FROM {} AS t WHERE t.{} = $2 AND t.{} = ANY ($1::text[])",
                             plan.name, other_column(table), plan.columns[plan.parent_column].name),
                 members_of(other_id, keys));
}

std::vector<std::string> record_writer::members(std::size_t table, std::string_view other_id,
                                                std::string_view after, std::size_t most)
{
    const auto& plan = target_.plan->tables()[table];
    parameters given;
    given.texts = {std::string(other_id), std::string(after), std::to_string(most)};
    std::vector<std::string> found;
    for (const auto& row : session_.run(
             transaction_,
             fmt::format("SELECT t.{0} FROM {1} AS t WHERE t.{2} = $1 AND t.{0} > $2"
                         " ORDER BY t.{0} LIMIT $3::bigint",
                         plan.columns[plan.parent_column].name, plan.name, other_column(table)),
             std::move(given))) {
        found.emplace_back(row[0].c_str());
    }
    return found;
}

void record_writer::apply_absence(const absence& gone)
{
    parameters given;
    given.texts = {gone.key, std::string(name_of(gone.how))};
    session_.run(transaction_, target_.sql.tombstone, std::move(given));
    if (!gone.merged_into.empty()) {
        transaction_.exec_params(
            "INSERT INTO id_alias (resource, old_id, new_id) VALUES ($1, $2, $3)"
            " ON CONFLICT (resource, old_id) DO UPDATE SET new_id = excluded.new_id",
            std::string(described().name), gone.key, gone.merged_into);
        const std::vector<std::string> survivor{gone.merged_into};
        note_refetch(survivor, {}, "", lane::hints, "merged");
    }
    if (gone.cause) {
        drop_refetches({&*gone.cause, 1});
    }
}

void record_writer::note_refetch(std::span<const std::string> ids,
                                 std::span<const std::optional<std::uint64_t>> hashes,
                                 std::string_view part, lane in, std::string_view reason)
{
    control::note_refetch(session_, transaction_, described().name, ids, hashes, part, in, reason,
                          false);
}

void record_writer::drop_refetches(std::span<const refetch_entry> entries)
{
    control::drop_refetches(session_, transaction_, described().name, entries);
}

void record_writer::bury(std::string_view bytes, std::string_view id, projection from,
                         std::string_view reason)
{
    transaction_.exec_params(
        "INSERT INTO dead_letter AS t (resource, record_id, projection, reason, bytes)"
        " VALUES ($1, nullif($2, ''), $3, $4, $5)"
        " ON CONFLICT (resource, digest) DO UPDATE SET times_seen = t.times_seen + 1",
        std::string(described().name), std::string(id), from == projection::list ? "list" : "get",
        std::string(reason), pqxx::binarystring(std::string(bytes)));
}

void record_writer::note_drifts(const std::vector<drift>& found)
{
    for (const auto& one : found) {
        auto& count = drifts_[{std::string(described().name), one.path, static_cast<int>(one.what),
                               std::string(one.found)}];
        ++count;
        if (!std::has_single_bit(count)) {
            continue;
        }
        transaction_.exec_params(
            "INSERT INTO field_drift AS t (resource, path, problem, found, times_seen)"
            " VALUES ($1, $2, $3, $4, $5::bigint) ON CONFLICT (resource, path, problem, found)"
            " DO UPDATE SET times_seen = greatest(t.times_seen, excluded.times_seen), last_seen = "
            "now()",
            std::string(described().name), one.path, std::string(name_of(one.what)),
            std::string(one.found), count);
    }
}

void record_writer::redecode(std::vector<std::pair<std::string, std::string>> raws)
{
    std::vector<page_record> page(raws.size());
    std::vector<page_record*> batch;
    page_work work;
    work.plan = target_.plan;
    // What only a GET carries cannot be told from what `raw` lacks, so those columns stay.
    work.from = projection::list;
    for (std::size_t i = 0; i < raws.size(); ++i) {
        page[i].bytes = raws[i].second;
        page[i].head.key = raws[i].first;
        if (decode(page[i], work, nullptr)) {
            batch.push_back(&page[i]);
        }
    }
    if (batch.empty()) {
        return;
    }
    std::vector<sent_row> rows;
    for (const auto* record : batch) {
        rows.push_back({&record->decoded.main, std::string_view(record->decoded.raw), {}, {}});
    }
    session_.run(transaction_, target_.sql.tables[0].upsert_from_list,
                 bind_rows(0, projection::list, rows));
}

} // namespace intercom_mirror
