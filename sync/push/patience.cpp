#include "sync/push/patience.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr duration first_pause = std::chrono::seconds(2);
constexpr duration longest_pause = std::chrono::minutes(15);
constexpr duration repeated_at_least_every = std::chrono::minutes(1);

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
    troubled_.erase(edit);
}

bool edit_patience::may_repeat(std::int64_t edit, instant now)
{
    if (!troubled_.contains(edit)) {
        return true;
    }
    const bool may = budget_.take() || now - repeated_at_ >= repeated_at_least_every;
    if (may) {
        repeated_at_ = now;
    }
    return may;
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
