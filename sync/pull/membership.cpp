#include "sync/pull/membership.hpp"

#include "sync/pull/page_reader.hpp"
#include "sync/pull/search_query.hpp"

#include <fmt/format.h>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// A search whose pages do not add up is asked again this often; a sweep comes back to it anyway.
constexpr int attempts_max = 4;
constexpr std::size_t keys_at_once = 2000;

} // namespace

membership::membership(services& with, const record_plan& plan, std::size_t table,
                       std::string other_id)
    : with_(with), plan_(plan), table_(table), other_id_(std::move(other_id))
{
}

awaitable<void> membership::read(const taker& take)
{
    for (int attempt = 1;; ++attempt) {
        bool is_order_refused = false;
        std::string doubt;
        try {
            doubt = co_await read_once(take);
        } catch (const walk_broken& broken) {
            if (broken.cause() != walk_broken::why::unsupported || !can_sort_) {
                throw;
            }
            is_order_refused = true;
        }
        if (is_order_refused) {
            can_sort_ = false;
            continue;
        }
        if (doubt.empty()) {
            co_return;
        }
        if (attempt >= attempts_max) {
            throw walk_broken(walk_broken::why::misled, doubt);
        }
    }
}

awaitable<std::string> membership::read_once(const taker& take)
{
    const auto& field = plan_.tables()[table_].described->complete.search_field;
    auto source = source_of(plan_.described().searching, search_query::equals(field, other_id_),
                            lane::backfill);
    source.sort_field = can_sort_ ? "created_at" : "";
    page_reader reader(with_, std::move(source));
    found_ = {};
    std::uint64_t unreadable = 0;
    std::uint64_t total = 0;
    for (bool is_over = false; !is_over;) {
        const auto page = co_await reader.next();
        keys of_page;
        for (const auto record : page->slices.records) {
            try {
                of_page.push_back(plan_.scan(record).key);
                found_.add(of_page.back());
            } catch (const malformed_record&) {
                ++unreadable;
            }
        }
        total = page->slices.total_count.value_or(0);
        is_over = page->is_last;
        co_await take(std::move(of_page));
    }
    if (found_.size() + unreadable >= total) {
        co_return std::string();
    }
    co_return fmt::format("{} {}: {} of {} members arrived", field, other_id_, found_.size(),
                          total);
}

awaitable<void> membership::look_up(const taker& take)
{
    std::string after;
    for (bool is_over = false; !is_over;) {
        auto load = [&](store& on) {
            return on.members(plan_, table_, other_id_, after, keys_at_once);
        };
        auto some = co_await with_.db.run(load);
        is_over = some.size() < keys_at_once;
        if (!some.empty()) {
            after = some.back();
            co_await take(std::move(some));
        }
    }
}

} // namespace intercom_mirror
