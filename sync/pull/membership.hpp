#pragma once

#include "sync/pull/id_set.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace intercom_mirror {

// The records that belong to one record of another resource (the contacts of a segment): nothing on
// the records themselves tells, a search does. Piece by piece, as there may be millions.
class membership
{
public:
    using keys = std::vector<std::string>;
    using taker = std::function<boost::asio::awaitable<void>(keys)>;

    membership(services& with, const record_plan& plan, std::size_t table, std::string other_id);

    // Hands on all that the search finds; a record may come again. Throws walk_broken.
    boost::asio::awaitable<void> read(const taker& take);
    // Hands on all that are linked in the database.
    boost::asio::awaitable<void> look_up(const taker& take);
    // By the last read.
    [[nodiscard]] bool holds(const std::string& key) const { return found_.contains(key); }

private:
    // Whether as many came as there are said to be; otherwise why not.
    boost::asio::awaitable<std::string> read_once(const taker& take);

    services& with_;
    const record_plan& plan_;
    std::size_t table_;
    std::string other_id_;
    id_set found_;
    bool can_sort_ = true; // by what no record ever moves along; else pages may miss some
};

} // namespace intercom_mirror
