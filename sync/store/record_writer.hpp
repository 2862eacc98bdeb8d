#pragma once

#include "sync/store/gate.hpp"
#include "sync/store/session.hpp"
#include "sync/store/statements.hpp"
#include "sync/store/store.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace intercom_mirror {

// A resource's plan with the SQL made from it; lives as long as the store.
struct compiled_resource
{
    const record_plan* plan = nullptr;
    resource_statements sql;
};

// A readable record of a page.
struct page_record
{
    std::string_view bytes;
    record_head head;
    decoded_record decoded; // empty until needed
    bool is_new = false;    // no row of it was there
};

// How often each kind of drift was met since the process started, so that the table that counts
// them is written rarely.
using drift_counts =
    std::map<std::tuple<std::string, std::string, int, std::string>, std::uint64_t>;

// Writes documents into the tables of one resource, inside a transaction of the caller.
class record_writer
{
public:
    record_writer(session& connection, pqxx::transaction_base& transaction,
                  const compiled_resource& target, drift_counts& drifts)
        : session_(connection), transaction_(transaction), target_(target), drifts_(drifts)
    {
    }

    // `one_by_one`: after a statement failed for the page as a whole, so that only the record at
    // fault goes to the dead letters.
    page_outcome apply(const page_work& work, bool one_by_one);
    std::set<std::string> apply_children(std::span<const child_work> lists);
    void link_members(std::size_t table, std::string_view other_id,
                      std::span<const std::string> keys);
    void unlink_members(std::size_t table, std::string_view other_id,
                        std::span<const std::string> keys);
    std::vector<std::string> members(std::size_t table, std::string_view other_id,
                                     std::string_view after, std::size_t most);
    void apply_absence(const absence& gone);

    page_comparison compare(const page_work& work);
    std::vector<difference> compare_children(const child_work& work);

    void note_refetch(std::span<const std::string> ids,
                      std::span<const std::optional<std::uint64_t>> hashes, std::string_view part,
                      lane in, std::string_view reason);
    void drop_refetches(std::span<const refetch_entry> entries);
    void redecode(std::vector<std::pair<std::string, std::string>> raws); // key, raw

private:
    using records = std::span<page_record* const>;
    // The rows of one child table, of all records at hand.
    struct child_batch
    {
        std::vector<sent_row> rows;
        std::vector<std::string> complete_parents; // had rows before, and the set is complete
        std::vector<std::string> checked_parents;  // the list shown may not be all
        std::vector<std::int64_t> totals;
        std::vector<sent_row> shown;             // rows of checked parents
        std::vector<std::string> cut_parents;    // new, and with more rows than the list shows
        std::vector<std::string> unread_parents; // new, and their list has to be asked for

        void add(const child_rows& found);
    };

    std::string_view other_column(std::size_t table) const;
    const resource& described() const { return target_.plan->described(); }
    bool is_read_per_record(const child& of) const;
    std::vector<page_record> read(const page_work& work, page_outcome* outcome);
    std::unordered_map<std::string, stored_head> heads(const std::string& sql,
                                                       std::span<page_record* const> wanted);
    bool decode(page_record& record, const page_work& work, page_outcome* outcome);
    // What is not to be stored (erasure.hpp): records by their key, and, once they are decoded,
    // those that people who were forgotten take part in. Return how many.
    std::size_t leave_out_erased(std::vector<page_record*>& batch);
    std::size_t leave_out_people(std::vector<page_record*>& batch);
    std::set<std::string> erased_among(std::string_view resource, const std::set<std::string>& ids);
    void store_alone(const page_work& work, page_record& record, page_outcome& outcome);
    void forget_child_hashes(const std::string& key);
    // Return how many reads were noted.
    std::size_t store_rows(const page_work& work, records batch, write_mode mode);
    void store_main(const page_work& work, records batch, write_mode mode);
    std::size_t store_table(const page_work& work, records batch, std::size_t table,
                            write_mode mode);
    static std::optional<std::uint64_t> sighting_of(const page_work& work, std::string_view key);
    [[nodiscard]] std::uint64_t list_hash_after(const page_work& work,
                                                const page_record& record) const;
    child_batch gather(records batch, std::size_t table) const;
    std::set<std::string, std::less<>> lock_parents(std::span<const child_work> lists);
    child_rows decode_list(const child_work& list, std::vector<drift>& drifts) const;
    std::set<std::string> store_lists(std::span<const child_work* const> lists);
    void write_children(std::size_t table, const child_batch& batch, projection from,
                        write_mode mode);
    void remove_missing(std::size_t table, const child_batch& batch);
    std::vector<std::string> unfitting_parents(std::size_t table, const child_batch& batch);
    std::vector<difference> differences(records batch, projection from, bool with_surplus);
    [[nodiscard]] std::unordered_map<std::string, std::string>
    records_of_parents(records batch, std::size_t table) const;
    std::vector<difference> table_differences(std::size_t table, const child_batch& batch,
                                              projection from, bool with_surplus);
    parameters bind_rows(std::size_t table, projection from, std::span<const sent_row> rows);
    parameters bind_columns(const std::vector<std::size_t>& columns, std::size_t table,
                            std::span<const sent_row> rows) const;
    void bury(std::string_view bytes, std::string_view id, projection from,
              std::string_view reason);
    void note_drifts(const std::vector<drift>& found);

    session& session_;
    pqxx::transaction_base& transaction_;
    const compiled_resource& target_;
    drift_counts& drifts_;
};

} // namespace intercom_mirror
