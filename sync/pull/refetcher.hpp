#pragma once

#include "sync/notifier.hpp"
#include "sync/pull/page_reader.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <deque>
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
    refetcher(services& with, const record_plan& plan, const boost::asio::any_io_executor& executor);

    // Reads until cancelled.
    boost::asio::awaitable<void> run();
    // Reads until nothing is due any more.
    boost::asio::awaitable<void> drain();
    // Something was noted.
    void nudge();

private:
    struct fetched
    {
        refetch_entry entry;
        std::string body;
    };
    using claim = std::pair<std::string, std::string>; // id, part

    boost::asio::awaitable<void> work_until(bool is_forever);
    boost::asio::awaitable<void> feed(bool is_forever);
    boost::asio::awaitable<void> fetch_some();
    boost::asio::awaitable<void> store_some();
    boost::asio::awaitable<void> fetch(refetch_entry entry);
    boost::asio::awaitable<void> fetch_record(refetch_entry entry);
    boost::asio::awaitable<void> fetch_children(refetch_entry entry);
    boost::asio::awaitable<void> settle_absence(refetch_entry entry, deletion how, std::string into);
    boost::asio::awaitable<void> store_batch(std::vector<fetched> batch);
    boost::asio::awaitable<void> retry_later(const refetch_entry& entry, const std::string& why);
    void finish(const refetch_entry& entry);
    [[nodiscard]] std::string target_for(std::string_view pattern, std::string_view id) const;

    services& with_;
    const record_plan& plan_;
    notifier changed_;
    std::deque<refetch_entry> waiting_;
    std::set<claim> claimed_; // waiting, under way, or answered and not yet stored
    std::vector<fetched> answered_;
    std::size_t answered_bytes_ = 0;
    std::size_t under_way_ = 0;
    bool is_over_ = false;
    bool is_nudged_ = false;
};

} // namespace intercom_mirror
