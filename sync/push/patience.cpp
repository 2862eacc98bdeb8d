#include "sync/push/patience.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr duration first_pause = std::chrono::seconds(2);
constexpr duration longest_pause = std::chrono::minutes(15);
constexpr duration repeated_at_least_every = std::chrono::minutes(1);
// Of so many that are put off, each waits so long; of more, longer.
constexpr duration turn = std::chrono::seconds(5);
constexpr std::int64_t put_off_in_turn = 32;

constexpr unsigned bounces_max = 3;
// People and programs may well want the same thing again on another day.
constexpr duration bounces_within = std::chrono::hours(1);
// Of fields; whatever was sent before is forgotten together.
constexpr std::size_t watched_max = 20'000;

} // namespace

edit_patience::verdict edit_patience::after_failure(std::int64_t edit, bool is_about_it,
                                                    double roll)
{
    auto& its = troubled_[edit];
    its.is_repeated = false;
    verdict said;
    said.counts = is_about_it && answers_ > its.answers_before;
    its.answers_before = answers_;
    const auto doubled = std::min(its.failures++, 10U);
    const auto ceiling = std::min(longest_pause, first_pause * (std::int64_t{1} << doubled));
    said.pause = duration(static_cast<std::int64_t>(roll * static_cast<double>(ceiling.count())));
    return said;
}

void edit_patience::after_answer(std::int64_t edit)
{
    ++answers_;
    forget(edit);
}

void edit_patience::forget(std::int64_t edit)
{
    const auto found = troubled_.find(edit);
    if (found == troubled_.end()) {
        return;
    }
    if (found->second.is_repeated) {
        budget_.give_back();
    }
    troubled_.erase(found);
}

std::optional<duration> edit_patience::pause_before_repeating(std::int64_t edit, instant now)
{
    const auto found = troubled_.find(edit);
    if (found == troubled_.end()) {
        return std::nullopt;
    }
    found->second.is_repeated = budget_.take();
    if (found->second.is_repeated || now - repeated_at_ >= repeated_at_least_every) {
        repeated_at_ = now;
        put_off_ = 0;
        return std::nullopt;
    }
    return std::min(longest_pause, turn * (1 + put_off_++ / put_off_in_turn));
}

void bounce_watch::on_applied(const std::string& field, const std::string& value, instant now)
{
    if (last_.size() >= watched_max && !last_.contains(field)) {
        last_.clear();
    }
    auto& its = last_[field];
    if (its.value != value || now - its.first_at > bounces_within) {
        its = {value, 0, now};
    }
    ++its.times;
}

bool bounce_watch::has_bounced(const std::string& field, const std::string& value,
                               instant now) const
{
    const auto found = last_.find(field);
    return found != last_.end() && found->second.value == value &&
           found->second.times >= bounces_max && now - found->second.first_at <= bounces_within;
}

} // namespace intercom_mirror
