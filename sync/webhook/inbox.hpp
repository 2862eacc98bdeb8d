#pragma once

#include "sync/clock.hpp"
#include "sync/condition.hpp"
#include "sync/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace intercom_mirror {

struct inbox_statistics
{
    std::uint64_t commits = 0;
    std::uint64_t accepted = 0;   // notifications committed
    std::uint64_t duplicates = 0; // of them, known before
    std::size_t waiting = 0;      // for the next commit
};

// Where notifications become permanent before they are acknowledged. What arrives within a few
// milliseconds is committed together. Needs no lease.
class inbox
{
public:
    // `db`: a connection of its own, whose outages show.
    inbox(database& db, clock& time);

    // Commits what is appended, until cancelled.
    boost::asio::awaitable<void> run();

    // Returns when the notification is committed. Throws store_unavailable when it is not, or not
    // in time (it may still be, then: Intercom sends it again).
    boost::asio::awaitable<void> append(inbox_entry entry);

    [[nodiscard]] inbox_statistics statistics() const;

private:
    struct group;

    boost::asio::awaitable<void> commit();

    database& db_;
    clock& time_;
    condition arrived_;
    std::shared_ptr<group> next_; // collects; never null, nor is the other one
    std::shared_ptr<group> under_way_;
    inbox_statistics seen_;
};

} // namespace intercom_mirror
