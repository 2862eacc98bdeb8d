#pragma once

#include "sync/pull/services.hpp"
#include "sync/record/slice.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// A walk broke off before its end was proven. Nothing may be concluded from it.
class walk_broken : public std::runtime_error
{
public:
    enum class why {
        restart,     // begin again: the scroll or cursor is no longer valid
        unsupported, // the filter or the order is refused: walk another way
        misled       // the pages contradict themselves
    };
    walk_broken(why cause, const std::string& what, bool is_missing = false)
        : std::runtime_error(what), cause_(cause), is_missing_(is_missing)
    {
    }
    [[nodiscard]] why cause() const { return cause_; }
    // By a 404.
    [[nodiscard]] bool is_missing() const { return is_missing_; }

private:
    why cause_;
    bool is_missing_;
};

// The workspace does not offer this in the version spoken.
class version_refused : public walk_broken
{
public:
    explicit version_refused(const std::string& what) : walk_broken(why::unsupported, what) {}
};

// Another scroll of the workspace is open; it cannot be closed, only waited for.
class scroll_busy : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The token may not read this resource; the others go on.
class resource_forbidden : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Where pages come from.
struct page_source
{
    paging by = paging::none;
    std::string method = "GET";
    std::string target;
    std::string_view purpose; // the target's pattern, for statistics; a literal
    std::string list_keys;
    unsigned page_size = 0;
    lane in = lane::backfill;
    // paging::search
    std::string filter;
    std::string sort_field;
    bool is_descending = false;
};

// `since`: leaves out older records where the list can do that; absent for all of them.
page_source source_of(const listing& from, lane in,
                      std::optional<std::int64_t> since_seconds = std::nullopt);
page_source source_of(const search& from, std::string filter, lane in);
page_source source_of(const deletion_list& from, lane in);
// The complete list of a child of the record `id`.
page_source source_of(const completion& from, std::string_view id, lane in);

// "/contacts/{id}/tags" with the id in its place.
std::string target_for(std::string_view pattern, std::string_view id);

struct fetched_page
{
    std::string body;
    page_slices slices;   // views into `body`
    std::string position; // of the page after this one; empty after the last
    bool is_last = false;
    std::optional<wall_time> server_date;
};

// Walks the pages of a list, whatever its paging kind. Shrinks pages that are too heavy for the
// server, refuses loops and foreign links, and ends only on a page that says it is the last.
class page_reader
{
public:
    page_reader(services& with, page_source source, std::string position = {});

    // Null after the last page. Throws walk_broken, resource_forbidden, and whatever the API
    // client throws when there is no answer.
    boost::asio::awaitable<std::unique_ptr<fetched_page>> next();

private:
    [[nodiscard]] api_request request() const;
    void check(const api_reply& reply) const;
    void advance(fetched_page& page);

    services& with_;
    page_source source_;
    std::string position_;
    std::string previous_position_;
    unsigned page_size_;
    std::uint64_t pages_ = 0;
    bool is_over_ = false;
};

} // namespace intercom_mirror
