#include "sync/pull/membership.hpp"

#include "sync/pull/page_reader.hpp"
#include "sync/pull/search_query.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

// A search whose pages do not add up is asked again this often; a sweep comes back to it anyway.
constexpr int attempts_max = 4;

} // namespace

boost::asio::awaitable<std::vector<std::string>>
members_of(services& with, const record_plan& plan, const completion& how, std::string other_id)
{
    bool can_sort = true; // by what no record ever moves along; else pages may miss some
    for (int attempt = 1;; ++attempt) {
        auto source = source_of(plan.described().searching,
                                search_query::equals(how.search_field, other_id), lane::backfill);
        source.sort_field = can_sort ? "created_at" : "";
        page_reader reader(with, std::move(source));
        std::vector<std::string> members;
        std::uint64_t unreadable = 0;
        std::uint64_t total = 0;
        try {
            for (bool is_over = false; !is_over;) {
                const auto page = co_await reader.next();
                for (const auto record : page->slices.records) {
                    try {
                        members.push_back(plan.scan(record).key);
                    } catch (const malformed_record&) {
                        ++unreadable;
                    }
                }
                total = page->slices.total_count.value_or(0);
                is_over = page->is_last;
            }
        } catch (const walk_broken& broken) {
            if (broken.cause() != walk_broken::why::unsupported || !can_sort) {
                throw;
            }
            can_sort = false;
            continue;
        }
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end());
        if (members.size() + unreadable >= total) {
            co_return members;
        }
        if (attempt >= attempts_max) {
            throw walk_broken(walk_broken::why::misled,
                              fmt::format("{} {}: {} of {} members arrived", how.search_field,
                                          other_id, members.size(), total));
        }
    }
}

} // namespace intercom_mirror
