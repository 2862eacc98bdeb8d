#include "sync/pull/page_reader.hpp"

#include "sync/intercom/url_text.hpp"
#include "sync/pull/search_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

// A page this small that still fails says nothing about pages any more.
constexpr unsigned page_size_min = 10;
// Slower pages are halved: they hold a connection, and a timeout loses them whole.
constexpr duration slow_page = std::chrono::seconds(5);

std::string with_parameter(const std::string& target, std::string_view name, std::string_view value)
{
    return fmt::format("{}{}{}={}", target, target.find('?') == std::string::npos ? '?' : '&', name,
                       percent_encode(value));
}

} // namespace

page_source source_of(const listing& from, lane in, std::optional<std::int64_t> since_seconds)
{
    page_source source;
    source.by = from.by;
    source.method = from.method;
    source.target = from.target;
    if (!from.since_parameter.empty()) {
        source.target = with_parameter(source.target, from.since_parameter,
                                       std::to_string(since_seconds.value_or(0)));
    }
    source.purpose = from.target.substr(0, from.target.find('?'));
    source.list_keys = from.list_keys;
    source.page_size = from.page_size;
    source.in = in;
    return source;
}

page_source source_of(const search& from, std::string filter, lane in)
{
    page_source source;
    source.by = paging::search;
    source.method = "POST";
    source.target = from.target;
    source.purpose = from.target.substr(0, from.target.find('?'));
    source.list_keys = from.list_keys;
    source.page_size = from.page_size;
    source.in = in;
    source.filter = std::move(filter);
    return source;
}

page_source source_of(const deletion_list& from, lane in)
{
    page_source source;
    source.by = from.by;
    source.target = from.target;
    source.purpose = from.target.substr(0, from.target.find('?'));
    source.list_keys = from.list_keys;
    source.page_size = from.page_size;
    source.in = in;
    return source;
}

page_source source_of(const completion& from, std::string_view id, lane in)
{
    page_source source;
    source.by = from.by;
    source.target = target_for(from.target, id);
    source.purpose = from.target;
    source.list_keys = from.list_keys;
    source.page_size = from.page_size;
    source.in = in;
    return source;
}

std::string target_for(std::string_view pattern, std::string_view id)
{
    constexpr std::string_view place = "{id}";
    std::string target(pattern);
    const auto at = target.find(place);
    if (at != std::string::npos) {
        target.replace(at, place.size(), percent_encode(id));
    }
    return target;
}

page_reader::page_reader(services& with, page_source source, std::string position)
    : with_(with), source_(std::move(source)), position_(std::move(position)),
      page_size_(source_.page_size)
{
}

api_request page_reader::request() const
{
    api_request asked;
    asked.method = source_.method;
    asked.target = source_.target;
    asked.urgency = source_.in;
    asked.endpoint = source_.method + ' ' + std::string(source_.purpose);
    asked.is_safe_to_repeat = true;
    switch (source_.by) {
    case paging::none:
        break;
    case paging::page:
        asked.target = with_parameter(asked.target, "page", position_.empty() ? "1" : position_);
        if (page_size_ != 0) {
            asked.target = with_parameter(asked.target, "per_page", std::to_string(page_size_));
        }
        break;
    case paging::cursor:
    case paging::before:
        asked.target = with_parameter(asked.target, "per_page", std::to_string(page_size_));
        if (!position_.empty()) {
            asked.target = with_parameter(
                asked.target, source_.by == paging::cursor ? "starting_after" : "before",
                position_);
        }
        break;
    case paging::search:
        asked.body = search_query::body(source_.filter, source_.sort_field, source_.is_descending,
                                        page_size_, position_);
        break;
    case paging::scroll:
        // A scroll that failed cannot be continued: it has to begin again.
        asked.is_safe_to_repeat = position_.empty();
        if (!position_.empty()) {
            asked.target = with_parameter(asked.target, "scroll_param", position_);
        }
        break;
    }
    return asked;
}

void page_reader::check(const api_reply& reply) const
{
    const auto told = [&] {
        return fmt::format("{} {} answers {} {}: {}", source_.method, source_.target, reply.status,
                           reply.error_code, reply.error_message);
    };
    switch (reply.kind) {
    case answer::ok:
        return;
    case answer::forbidden:
        throw resource_forbidden(told());
    case answer::version_invalid:
        throw version_refused(told());
    case answer::missing:
        if (source_.by == paging::scroll && !position_.empty()) {
            throw walk_broken(walk_broken::why::restart, told(), true);
        }
        throw walk_broken(walk_broken::why::unsupported, told(), true);
    default:
        break;
    }
    if (reply.error_code == "scroll_exists") {
        throw scroll_busy(told());
    }
    if (source_.by == paging::scroll) {
        throw walk_broken(walk_broken::why::restart, told());
    }
    // A cursor from before a restart may have gone stale; the same request without it may work.
    throw walk_broken(pages_ == 0 && !position_.empty() ? walk_broken::why::restart
                                                        : walk_broken::why::unsupported,
                      told());
}

boost::asio::awaitable<std::unique_ptr<fetched_page>> page_reader::next()
{
    if (is_over_) {
        co_return nullptr;
    }
    api_reply reply;
    // Page numbers count pages of one size, and a scroll has no size to choose.
    const bool is_resizable = source_.by == paging::search || source_.by == paging::cursor ||
                              source_.by == paging::before;
    for (;;) {
        const auto asked_at = with_.time.now();
        bool is_too_heavy = false;
        try {
            api_request asked = request();
            reply = co_await with_.api.call(std::move(asked));
            if (!is_resizable) {
                break;
            }
            if (with_.time.now() - asked_at > slow_page && page_size_ > page_size_min) {
                page_size_ = std::max(page_size_min, page_size_ / 2);
            } else if (page_size_ < source_.page_size) {
                page_size_ = std::min(source_.page_size, page_size_ * 2);
            }
        } catch (const api_failure& failure) {
            if (source_.by == paging::scroll && !position_.empty()) {
                throw walk_broken(walk_broken::why::restart, failure.what());
            }
            if (!is_resizable || page_size_ <= page_size_min || !failure.suggests_smaller_page()) {
                throw;
            }
            is_too_heavy = true;
        }
        if (!is_too_heavy) {
            break;
        }
        page_size_ = std::max(page_size_min, page_size_ / 2);
    }
    check(reply);
    auto page = std::make_unique<fetched_page>();
    page->body = std::move(reply.body);
    page->server_date = reply.server_date;
    page->slices = slice_page(page->body, source_.list_keys);
    advance(*page);
    ++pages_;
    co_return page;
}

void page_reader::advance(fetched_page& page)
{
    auto& slices = page.slices;
    switch (source_.by) {
    case paging::none:
        break;
    case paging::page: {
        const auto current = position_.empty() ? 1 : std::stoull(position_);
        std::uint64_t following = 0;
        if (const auto* numbered = std::get_if<next_page>(&slices.next)) {
            following = numbered->number;
        } else if (const auto* link = std::get_if<next_url>(&slices.next)) {
            // Only the number is taken from a link: requests go to one origin, whatever it says.
            const auto number = query_parameter(link->url, "page");
            following = number.empty() ? current + 1 : std::strtoull(number.c_str(), nullptr, 10);
        } else if (slices.total_pages && *slices.total_pages > current) {
            following = current + 1;
        }
        if (following != 0 && following <= current) {
            throw walk_broken(walk_broken::why::misled,
                              fmt::format("{}: page {} names page {} as the next", source_.target,
                                          current, following));
        }
        if (following != 0 && !slices.records.empty()) {
            page.position = std::to_string(following);
        }
        break;
    }
    case paging::cursor:
    case paging::search:
        if (const auto* cursor = std::get_if<next_cursor>(&slices.next)) {
            page.position = cursor->starting_after;
        } else if (const auto* link = std::get_if<next_url>(&slices.next)) {
            page.position = query_parameter(link->url, "starting_after");
        }
        break;
    case paging::before: {
        const auto* link = std::get_if<next_url>(&slices.next);
        // An empty page ends it: there is a link on the last one, too.
        if (link != nullptr && !slices.records.empty()) {
            page.position = query_parameter(link->url, "before");
        }
        break;
    }
    case paging::scroll:
        if (!slices.records.empty()) {
            page.position = slices.scroll_param.value_or(position_);
        }
        break;
    }
    if (source_.by != paging::scroll && !page.position.empty() &&
        (page.position == position_ || page.position == previous_position_)) {
        throw walk_broken(
            walk_broken::why::misled,
            fmt::format("{}: the cursor leads back to where it came from", source_.target));
    }
    previous_position_ = std::exchange(position_, page.position);
    page.is_last = page.position.empty();
    is_over_ = page.is_last;
}

} // namespace intercom_mirror
