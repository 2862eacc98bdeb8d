#pragma once

#include "sync/pull/page_reader.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace intercom_mirror {

struct verification
{
    std::uint64_t records = 0; // compared
    std::vector<difference> found;
};

// Compares the mirror of one resource with Intercom record by record: rows, columns, links, parts,
// notes, tombstones. Writes nothing. What differs is read once more before it is reported, so that
// a change on its way does not count.
class verifier
{
public:
    verifier(services& with, const record_plan& plan);

    boost::asio::awaitable<verification> compare_all();
    // So many records, taken at random from the mirror.
    boost::asio::awaitable<verification> compare_sample(std::size_t most);

private:
    using keys = std::vector<std::string>;

    boost::asio::awaitable<void> look_at_lists();
    boost::asio::awaitable<void> look_at(page_source source);
    boost::asio::awaitable<void> look_at_records(keys wanted, bool is_final);
    boost::asio::awaitable<void> look_at_record(const std::string& key, bool is_final);
    boost::asio::awaitable<void> look_at_children(const std::string& key, const std::string& table,
                                                  bool is_final);
    boost::asio::awaitable<void> look_at_memberships();
    boost::asio::awaitable<void> confirm();
    void suspect(std::vector<difference> found, bool is_final);
    [[nodiscard]] page_work work_for(std::vector<std::string_view> records, projection from) const;

    services& with_;
    const record_plan& plan_;
    std::set<std::string> seen_;
    std::set<std::string> suspects_;
    verification result_;
};

} // namespace intercom_mirror
