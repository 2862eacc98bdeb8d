#include "sync/intercom/quota.hpp"

#include <algorithm>
#include <cmath>

namespace intercom_mirror {
namespace {

// `X-RateLimit-Reset` of one window may wobble by a second; that of the next is ten seconds on.
constexpr std::int64_t label_step_min = 5;

std::uint64_t minus(std::uint64_t left, std::uint64_t right)
{
    return left > right ? left - right : 0;
}

} // namespace

quota::quota(quota_options options)
    : options_(options), grid_(options.window), limit_(options.unannounced_limit)
{
}

std::optional<instant> quota::blocked_until(instant now, pace how)
{
    roll(now);
    if (is_unlimited()) {
        return std::nullopt;
    }
    const auto allowed = std::max<std::uint64_t>(
        1,
        static_cast<std::uint64_t>(std::floor(options_.max_share * static_cast<double>(limit_))));
    const bool is_exhausted = used() > 0 && used() + reserve() >= limit_;
    if (is_full_ || is_exhausted || ours() >= allowed) {
        return grid_.must_end();
    }
    const auto ends = spread_ends();
    if (how == pace::at_once || now >= ends) {
        return std::nullopt;
    }
    // A hundredth of the window ahead of a straight line from its beginning to `ends`. Others who
    // took more than half before do not get it again without asking.
    const auto others = std::min(limit_ / 2, std::max(foreign(), foreign_before_));
    const auto share = static_cast<double>(std::min(allowed, limit_ - others));
    const auto span = static_cast<double>((ends - opened_).count());
    const auto lead = grid_.length() / 100;
    const auto next = static_cast<double>(ours() + 1);
    const auto due = opened_ - lead + duration(std::llround(next / share * span));
    return due <= now ? std::nullopt : std::optional(std::min(due, ends));
}

// Bulk work stops early enough for its last answers to come in before the window ends: only then is
// known exactly what is left, and there is time to use it. Should the window end earlier than we
// think, the requests under way just then show it.
instant quota::spread_ends() const
{
    const auto length = grid_.length();
    const auto tail = std::clamp(slowest_ * 5 / 2, length / 10, length / 2);
    return (grid_.is_known() ? grid_.must_end() : opened_ + length) - tail;
}

quota::stamp quota::sent(instant now)
{
    roll(now);
    if (!grid_.is_known() && !is_announced_) {
        // Nothing is known of the server's windows: ours begin with our first request.
        grid_.began_by(now);
        grid_.began_after(now);
        opened_ = now;
    }
    ++in_flight_;
    return stamp{now, window_, counted_, scale_};
}

void quota::answered(const stamp& request, instant now, const rate_headers& headers, bool is_good)
{
    roll(now);
    in_flight_ = minus(in_flight_, 1);
    slowest_ = std::max(now - request.sent, slowest_ - slowest_ / 64);
    const bool was_announced = is_announced_;
    learn_the_limit(headers, is_good);
    if (!headers.limit || !headers.remaining) {
        if (request.window == window_) {
            ++own_;
        } else {
            count_as_doubtful(now);
        }
        return;
    }
    if (!was_announced) {
        grid_.forget();
    }
    // A window's first answer may say that nothing is used yet.
    const auto counted = std::max<std::uint64_t>(1, *headers.limit - *headers.remaining);
    switch (place(request, headers, counted)) {
    case age::older:
        if (headers.reset) {
            grid_.began_after(request.sent);
        } else {
            count_as_doubtful(now);
        }
        return;
    case age::newer:
        open_on_evidence(request, now, headers);
        break;
    case age::present:
        break;
    }
    ++own_;
    counted_ = std::max(counted_, counted);
    if (headers.reset) {
        label_ = headers.reset;
    }
    if (request.sent >= doubtful_since_) {
        doubtful_ = 0; // whatever arrived is in this answer's count
    }
    bound_the_grid(request, now);
}

void quota::refused(const stamp& request, instant now, const rate_headers& headers)
{
    roll(now);
    in_flight_ = minus(in_flight_, 1);
    learn_the_limit(headers, false);
    if (!is_announced_) {
        // So there is a limit after all, though nobody names it.
        silent_answers_ = 0;
        options_.silent_answers_max = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(options_.silent_answers_max * 4ULL, 1'000'000));
    }
    const bool is_labelled = headers.limit && headers.remaining && headers.reset;
    auto when = request.window == window_ ? age::present : age::older;
    if (is_labelled) {
        when = place(request, headers, *headers.limit);
    }
    if (when == age::older) {
        return;
    }
    if (when == age::newer) {
        open_on_evidence(request, now, headers);
    } else if (own_ == 0) {
        // A window in which nothing succeeded has not begun: we were wrong about the grid.
        grid_.forget();
    }
    bound_the_grid(request, now);
    is_full_ = true;
    if (headers.limit && headers.remaining) {
        counted_ = std::max(counted_, *headers.limit - *headers.remaining);
    }
}

void quota::lost(const stamp&, instant now)
{
    roll(now);
    in_flight_ = minus(in_flight_, 1);
    count_as_doubtful(now);
}

void quota::unsent()
{
    in_flight_ = minus(in_flight_, 1);
}

instant quota::window_must_end(instant now)
{
    roll(now);
    return grid_.is_known() ? grid_.must_end() : now + grid_.length();
}

quota::view quota::look(instant now)
{
    roll(now);
    return view{is_announced_, is_unlimited(), limit_,          used(),
                ours(),        own_before_,    foreign_before_, grid_.must_end()};
}

bool quota::is_unlimited() const
{
    return !is_announced_ && silent_answers_ >= options_.silent_answers_max;
}

std::uint64_t quota::used() const
{
    return std::max(counted_, own_) + doubtful_ + in_flight_;
}

// Requests of others in the present window: those the count holds beyond all of ours.
std::uint64_t quota::foreign() const
{
    return minus(counted_, ours());
}

// What others may use while our last requests are under way, as far as they did before.
std::uint64_t quota::reserve() const
{
    const auto per_window = static_cast<double>(std::max(foreign(), foreign_before_));
    const auto windows =
        static_cast<double>(2 * slowest_.count()) / static_cast<double>(grid_.length().count());
    const auto expected = static_cast<std::uint64_t>(std::ceil(per_window * windows));
    return std::min(expected, limit_ / 10);
}

void quota::roll(instant now)
{
    open(grid_.ended_by(now));
}

void quota::open(std::int64_t windows_later)
{
    if (windows_later <= 0) {
        return;
    }
    // Half of an old guess is kept, for other apps are not equally busy in each window.
    foreign_before_ = std::max(foreign(), foreign_before_ / 2);
    counted_before_ = counted_;
    own_before_ = windows_later == 1 ? own_ : 0;
    if (label_) {
        label_before_ = label_;
    }
    label_.reset();
    counted_ = 0;
    own_ = 0;
    doubtful_ = 0;
    is_full_ = false;
    window_ += windows_later;
    grid_.advance(windows_later);
    opened_ = grid_.began_by();
}

void quota::open_on_evidence(const stamp& request, instant now, const rate_headers& headers)
{
    open(1);
    grid_.began_by(now);
    grid_.began_after(request.sent - grid_.length());
    opened_ = std::min(now, grid_.began_by());
    label_ = headers.reset;
}

void quota::reopen_the_former(std::optional<std::int64_t> label)
{
    grid_.forget();
    own_ += own_before_;
    label_ = label;
}

// A request of the present window arrived in it, somewhere between being sent and being answered.
void quota::bound_the_grid(const stamp& request, instant now)
{
    grid_.began_by(now);
    grid_.began_after(request.sent - grid_.length());
}

void quota::learn_the_limit(const rate_headers& headers, bool is_good)
{
    if (headers.limit && headers.remaining) {
        silent_answers_ = 0;
        if (is_announced_ && *headers.limit == limit_) {
            return;
        }
        is_announced_ = true;
        limit_ = *headers.limit;
        counted_ = 0;
        ++scale_;
    } else if (is_good) {
        ++silent_answers_;
        // A limit once named is not forgotten as fast: some kinds of answers may lack the headers.
        if (is_announced_ && silent_answers_ / 10 >= options_.silent_answers_max) {
            is_announced_ = false;
        }
    }
}

// Which window a request was counted in, as its answer tells.
quota::age quota::place(const stamp& request, const rate_headers& headers, std::uint64_t counted)
{
    const auto by_count = place_by_count(request, counted);
    if (!headers.reset) {
        return by_count;
    }
    const auto reset = *headers.reset;
    if (label_) {
        if (reset >= *label_ + label_step_min) {
            return age::newer;
        }
        if (reset > *label_ - label_step_min) {
            // The same name but a smaller count: the name means nothing.
            return by_count == age::newer ? age::newer : age::present;
        }
        // A name from the past on a fresh answer: the server's clock was set back.
        return request.window == window_ ? by_count : age::older;
    }
    if (!label_before_ || reset >= *label_before_ + label_step_min) {
        return label_before_ ? age::present : by_count;
    }
    if (request.window != window_) {
        return age::older;
    }
    if (request.scale == scale_ && counted > counted_before_) {
        reopen_the_former(reset); // the window we believed to be over goes on
    }
    return age::present;
}

quota::age quota::place_by_count(const stamp& request, std::uint64_t counted) const
{
    const bool is_present = request.window == window_;
    if (request.scale == scale_ && counted < request.counted) {
        // Within a window the count only grows.
        return is_present ? age::newer : age::present;
    }
    return is_present ? age::present : age::older;
}

void quota::count_as_doubtful(instant now)
{
    ++doubtful_;
    doubtful_since_ = now;
}

} // namespace intercom_mirror
