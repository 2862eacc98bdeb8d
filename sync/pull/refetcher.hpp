#pragma once

#include "sync/condition.hpp"
#include "sync/pull/page_reader.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace intercom_mirror {

// Works off the queue of one resource's records and child lists that have to be read alone: many
// requests side by side, each record at most once at a time, answers stored in batches. The queue
// itself is a table, so nothing in it is lost.
class refetcher
{
public:
    refetcher(services& with, const record_plan& plan);

    // Reads until cancelled, or until nothing is due any more after stop_when_drained().
    boost::asio::awaitable<void> run();
    void stop_when_drained();
    // Something was noted.
    void nudge();

    // Since the start: answers stored, and rows that changed by them.
    [[nodiscard]] std::uint64_t stored() const { return stored_; }
    [[nodiscard]] std::uint64_t applied() const { return applied_; }

private:
    struct fetched
    {
        refetch_entry entry;
        std::string body;
        [[nodiscard]] std::size_t bytes() const { return body.size(); }
    };
    // A child list of one record, which fills one table or several.
    struct fetched_list
    {
        refetch_entry entry;
        std::vector<std::size_t> tables;
        std::vector<std::unique_ptr<fetched_page>> pages;
        [[nodiscard]] std::size_t bytes() const;
    };
    using claim = std::pair<std::string, std::string>; // id, part

    boost::asio::awaitable<void> feed();
    boost::asio::awaitable<void> take_hints();
    bool enqueue(refetch_entry entry);
    bool is_resting(const refetch_entry& entry);
    boost::asio::awaitable<void> fetch_some();
    boost::asio::awaitable<void> store_some();
    boost::asio::awaitable<void> fetch(refetch_entry entry);
    boost::asio::awaitable<void> fetch_record(refetch_entry entry);
    boost::asio::awaitable<void> fetch_children(refetch_entry entry);
    boost::asio::awaitable<void> fetch_members(refetch_entry entry, std::size_t table);
    boost::asio::awaitable<void> settle_absence(refetch_entry entry, deletion how,
                                                std::string into);
    boost::asio::awaitable<void> store_batch(std::vector<fetched> batch);
    boost::asio::awaitable<void> store_lists(std::vector<fetched_list> batch);
    boost::asio::awaitable<void> retry_later(const refetch_entry& entry, const std::string& why);
    void finish(const refetch_entry& entry);

    services& with_;
    const record_plan& plan_;
    condition changed_;
    std::deque<refetch_entry> waiting_; // in the order of lanes
    std::set<claim> claimed_;           // waiting, under way, or answered and not yet stored
    std::vector<fetched> answered_;
    std::vector<fetched_list> answered_lists_;
    std::size_t answered_bytes_ = 0; // of both
    instant hints_at_;               // when the table is looked at for hints again
    std::map<claim, instant> rests_; // what a hint made be read lately, and until when it rests
    std::uint64_t stored_ = 0;
    std::uint64_t applied_ = 0;
    bool is_forever_ = true;
    bool is_over_ = false;
    bool is_nudged_ = false;
};

} // namespace intercom_mirror
