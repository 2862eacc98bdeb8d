#pragma once

#include "sync/pull/id_set.hpp"
#include "sync/pull/page_reader.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace intercom_mirror {

// Reads the lists of one resource into the database: once completely, then what changed, now and
// then completely again. What cannot be settled from lists it notes for the refetcher.
class puller
{
public:
    // `queued` is called when reads were noted.
    puller(services& with, const record_plan& plan, std::function<void()> queued);

    // The first mirror: every record there is. Goes on where an earlier attempt ended.
    boost::asio::awaitable<void> mirror();
    // What changed since the last poll.
    boost::asio::awaitable<void> poll();
    // Reads everything again and finds what is gone.
    boost::asio::awaitable<void> sweep();
    // Reads a range again, with what lists do not tell, and judges no absence; goes on where an
    // earlier attempt ended. A resource that cannot be searched is read whole. Ends early when the
    // request is cancelled.
    boost::asio::awaitable<void> backfill(const backfill_request& asked);

    [[nodiscard]] const record_plan& plan() const { return plan_; }
    struct counts
    {
        std::uint64_t records = 0;  // seen in the walk under way
        std::uint64_t expected = 0; // of them, when known
        std::uint64_t applied = 0;  // rows written since the start
    };
    [[nodiscard]] const counts& progress() const { return progress_; }

    // How long to wait between two polls: lists that can only be read whole are read less often
    // the longer they are.
    [[nodiscard]] duration poll_interval() const;

private:
    enum class kind { first, poll, sweep, backfill };

    struct walk
    {
        kind is = kind::first;
        std::string stream;
        time_slice whole;         // what it walks over
        std::int64_t request = 0; // of a backfill
        wall_time started_at;
        std::deque<time_slice> waiting;
        int next_number = 0;
        std::uint64_t slice_target = 0;
        run_record told;
    };

    boost::asio::awaitable<void> walk_everything(kind which);
    boost::asio::awaitable<void> read_range(std::int64_t request);
    boost::asio::awaitable<void> walk_range(const backfill_request& asked);
    boost::asio::awaitable<void> watch_request(std::int64_t request);
    boost::asio::awaitable<void> take_backfill_turn();
    [[nodiscard]] time_slice slice_of(const backfill_request& asked) const;
    boost::asio::awaitable<wall_time> walk_slices(walk& all);
    boost::asio::awaitable<void> plan_slices(walk& all);
    boost::asio::awaitable<void> walk_some(walk& all);
    boost::asio::awaitable<void> walk_slice(walk& all, time_slice slice);
    boost::asio::awaitable<void> take_sweep_turn();
    boost::asio::awaitable<bool> split(walk& all, const time_slice& slice, std::uint64_t total,
                                       const fetched_page& first);
    boost::asio::awaitable<void> prove_filter(walk& all);
    boost::asio::awaitable<wall_time> walk_listings(kind which, run_record& told, bool is_fallback);
    // How a poll shortens the walk of a list.
    struct shortcut
    {
        std::optional<std::int64_t> since; // the list leaves out what is older, unix seconds
        std::optional<std::int64_t> until_older_than; // it comes newest first, and ends there
    };
    boost::asio::awaitable<shortcut> shortcut_of_poll(const listing& from);
    // Whether the whole list was seen.
    struct listing_walk
    {
        wall_time started_at;
        bool is_whole = true;
    };
    boost::asio::awaitable<listing_walk> walk_listing(const listing& from, run_record& told,
                                                      kind which, const shortcut& by, id_set& seen);
    // `part`: a child table, empty for the record itself.
    boost::asio::awaitable<void> note_whole_table(std::string_view part);
    boost::asio::awaitable<void> hold_unseen(const time_slice& slice, const id_set& seen);
    boost::asio::awaitable<void> judge_absent(bool is_sweep);
    boost::asio::awaitable<void> note_memberships(kind which);
    boost::asio::awaitable<std::optional<wall_time>> poll_search(run_record& told);
    boost::asio::awaitable<void> complete_crowded();
    boost::asio::awaitable<std::optional<std::uint64_t>>
    total_of(page_source source, std::optional<std::int64_t>* created_at,
             std::optional<wall_time>* date);
    boost::asio::awaitable<page_outcome> apply(const fetched_page& page, kind which,
                                               std::optional<checkpoint> progress);
    boost::asio::awaitable<void> note_deletions(run_record& told);
    boost::asio::awaitable<void> walk_deletions(run_record& told);
    boost::asio::awaitable<void> note_unsettled();
    // Whether the search finds everything, or at least what polls are about.
    [[nodiscard]] bool walks_by_search() const
    {
        return polls_by_search() && plan_.described().searching.is_complete;
    }
    [[nodiscard]] bool polls_by_search() const
    {
        return plan_.described().searching.exists(plan_.version());
    }
    [[nodiscard]] std::string zone() const;
    [[nodiscard]] std::optional<std::int64_t> since() const;
    [[nodiscard]] std::string name() const { return std::string(plan_.described().name); }

    services& with_;
    const record_plan& plan_;
    std::function<void()> queued_;
    std::uint64_t last_listing_pages_ = 1;
    std::uint64_t unreadable_ = 0; // records of pages, since the start
    bool can_sort_ = true;
    bool can_search_ = true; // by a search that polls alone use
    bool is_deletion_trouble_told_ = false;
    counts progress_;
};

} // namespace intercom_mirror
