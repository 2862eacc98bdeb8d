#include "sync/pull/refetcher.hpp"

#include "sync/pull/membership.hpp"
#include "sync/run_together.hpp"
#include "sync/seeded_bug.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// Rate times latency: the usual 167 requests a second at half a second each.
constexpr std::size_t fetchers = 96;
constexpr std::size_t claimed_at_once = 640;
constexpr std::size_t claimed_low = 128;
// A database server of two cores stores two batches almost as fast as one.
constexpr std::size_t storers = 2;
// Answers waiting for the database; a conversation of 500 parts has a few MiB.
constexpr std::size_t answered_bytes_max = std::size_t{6} << 20U;
constexpr std::size_t batch_records_max = 64;
constexpr std::size_t batch_bytes_max = std::size_t{2} << 20U;
// A list with an element that cannot be read is asked for again this often, then done without it.
constexpr int unreadable_attempts_max = 5;
// A record of which webhooks tell again and again is not read more often than this: changes gather.
constexpr duration rest_after_hint = std::chrono::seconds(2);
constexpr duration first_retry = std::chrono::seconds(2);
constexpr duration longest_retry = std::chrono::minutes(15);

// As much of the answers as one transaction takes.
template <typename Answer>
std::vector<Answer> take_batch(std::vector<Answer>& answers, std::size_t& bytes)
{
    std::vector<Answer> batch;
    while (!answers.empty() && batch.size() < batch_records_max && bytes < batch_bytes_max) {
        bytes += answers.back().bytes();
        batch.push_back(std::move(answers.back()));
        answers.pop_back();
    }
    return batch;
}

} // namespace

std::size_t refetcher::fetched_list::bytes() const
{
    std::size_t all = 0;
    for (const auto& page : pages) {
        all += page->body.size();
    }
    return all;
}

refetcher::refetcher(services& with, const record_plan& plan) : with_(with), plan_(plan) {}

void refetcher::nudge()
{
    is_nudged_ = true;
    changed_.notify_all();
}

void refetcher::stop_when_drained()
{
    is_forever_ = false;
    nudge();
}

awaitable<void> refetcher::run()
{
    is_over_ = false;
    waiting_.clear();
    claimed_.clear();
    answered_.clear();
    answered_lists_.clear();
    answered_bytes_ = 0;
    std::vector<awaitable<void>> tasks;
    tasks.push_back(feed());
    for (std::size_t i = 0; i < storers; ++i) {
        tasks.push_back(store_some());
    }
    for (std::size_t i = 0; i < fetchers; ++i) {
        tasks.push_back(fetch_some());
    }
    co_await run_together(std::move(tasks));
}

// Behind what is as urgent, before what is less; false when it keeps its place or is being read.
bool refetcher::enqueue(refetch_entry entry)
{
    if (is_resting(entry)) {
        return false;
    }
    if (!claimed_.emplace(entry.id, entry.part).second) {
        const auto same = std::ranges::find_if(waiting_, [&](const refetch_entry& one) {
            return one.id == entry.id && one.part == entry.part;
        });
        // What is noted while it is read stays noted, as a later version, and is read once more.
        if (same == waiting_.end()) {
            return false;
        }
        if (same->in <= entry.in) {
            entry.in = same->in;
            *same = std::move(entry); // reading it settles the later note, too
            return false;
        }
        waiting_.erase(same);
    }
    const auto place = std::ranges::upper_bound(waiting_, entry.in, {}, &refetch_entry::in);
    waiting_.insert(place, std::move(entry));
    return true;
}

// Whoever waits for the queue to be empty does not wait for that.
bool refetcher::is_resting(const refetch_entry& entry)
{
    const auto found = rests_.find({entry.id, entry.part});
    return is_forever_ && entry.in == lane::hints && found != rests_.end() &&
           with_.time.now() < found->second;
}

// What webhooks told of overtakes what waits here already.
awaitable<void> refetcher::take_hints()
{
    hints_at_ = with_.time.now() + with_.settings.queue_look_every;
    auto load = [&](store& on) {
        return on.due_hints(plan_.described().name, with_.time.wall(),
                            claimed_at_once + claimed_.size());
    };
    auto due = co_await with_.db.run(load);
    bool is_new = false;
    for (auto& entry : due) {
        is_new = enqueue(std::move(entry)) || is_new;
    }
    if (is_new) {
        changed_.notify_all();
    }
}

awaitable<void> refetcher::feed()
{
    using namespace boost::asio::experimental::awaitable_operators;
    bool is_more = true; // in the table, as far as is known
    hints_at_ = with_.time.now();
    for (;;) {
        std::erase_if(rests_, [&](const auto& one) { return one.second <= with_.time.now(); });
        if (!claimed_.empty() && with_.time.now() >= hints_at_) {
            co_await take_hints();
        }
        const bool was_idle = claimed_.empty();
        if (waiting_.size() < claimed_low && (is_more || is_nudged_ || was_idle)) {
            is_nudged_ = false;
            const auto wanted = claimed_at_once + claimed_.size();
            auto load = [&](store& on) {
                return on.due_refetches(plan_.described().name, with_.time.wall(), wanted);
            };
            auto due = co_await with_.db.run(load);
            is_more = due.size() == wanted;
            bool is_new = false;
            for (auto& entry : due) {
                is_new = enqueue(std::move(entry)) || is_new;
            }
            if (is_new) {
                changed_.notify_all();
                continue;
            }
            // What was noted or finished while the table was looked at woke nobody here.
            if (is_nudged_ || (claimed_.empty() && !was_idle)) {
                continue;
            }
            if (was_idle) {
                if (!is_forever_) {
                    is_over_ = true;
                    changed_.notify_all();
                    co_return;
                }
                co_await (changed_.wait() || with_.time.sleep_for(with_.settings.queue_look_every));
                continue;
            }
        }
        if (!is_nudged_ || waiting_.size() >= claimed_low) {
            co_await (changed_.wait() || with_.time.sleep_until(hints_at_));
        }
    }
}

awaitable<void> refetcher::fetch_some()
{
    for (;;) {
        while (!is_over_ && (waiting_.empty() || answered_bytes_ > answered_bytes_max)) {
            co_await changed_.wait();
        }
        if (is_over_) {
            co_return;
        }
        auto entry = std::move(waiting_.front());
        waiting_.pop_front();
        if (entry.in == lane::hints) {
            rests_[{entry.id, entry.part}] = with_.time.now() + rest_after_hint;
        }
        co_await fetch(std::move(entry));
        if (waiting_.size() < claimed_low) {
            changed_.notify_all();
        }
    }
}

awaitable<void> refetcher::fetch(refetch_entry entry)
{
    std::string trouble;
    try {
        if (entry.part.empty()) {
            co_await fetch_record(entry);
        } else {
            co_await fetch_children(entry);
        }
        co_return;
    } catch (const api_failure& failure) {
        trouble = failure.what();
    } catch (const walk_broken& broken) {
        trouble = broken.what();
    } catch (const malformed_page& malformed) {
        trouble = malformed.what();
    } catch (const statement_refused& refused) {
        trouble = refused.what();
    }
    co_await retry_later(entry, trouble);
}

awaitable<void> refetcher::fetch_record(refetch_entry entry)
{
    auto asked = get_request(target_for(plan_.described().get_target, entry.id), entry.in,
                             fmt::format("GET {}", plan_.described().get_target));
    auto reply = co_await with_.api.call(std::move(asked));
    switch (reply.kind) {
    case answer::ok: {
        // An answer about another id: the one asked for was merged into it.
        if (reply.body.find(entry.id) == std::string::npos) {
            std::string into;
            try {
                into = plan_.scan(reply.body).key;
            } catch (const malformed_record&) {
                // Left to the dead letters, with the batch.
            }
            if (!into.empty()) {
                co_await settle_absence(std::move(entry), deletion::merged, std::move(into));
                co_return;
            }
        }
        if (SEEDED_BUG(entry_dropped_before_its_read_is_stored)) {
            auto early = [&](store& on) { on.drop_refetch(plan_.described().name, entry); };
            co_await with_.db.run(early);
        }
        answered_bytes_ += reply.body.size();
        answered_.push_back({std::move(entry), std::move(reply.body)});
        changed_.notify_all();
        co_return;
    }
    case answer::missing: {
        co_await settle_absence(std::move(entry), plan_.described().when_missing, {});
        co_return;
    }
    case answer::merged: {
        co_await settle_absence(std::move(entry), deletion::merged, std::move(reply.canonical_id));
        co_return;
    }
    case answer::forbidden:
        throw resource_forbidden(
            fmt::format("GET {} answers {}", plan_.described().get_target, reply.status));
    default: {
        const auto why = fmt::format("GET {} answers {} {}", plan_.described().get_target,
                                     reply.status, reply.error_code);
        co_await retry_later(entry, why);
        co_return;
    }
    }
}

awaitable<void> refetcher::fetch_children(refetch_entry entry)
{
    // Several entries of the catalogue may share a table; one answer serves them all.
    std::vector<std::size_t> tables;
    for (std::size_t i = 1; i < plan_.tables().size(); ++i) {
        const auto& table = plan_.tables()[i];
        const bool is_membership =
            table.described->complete.rule == completion_rule::per_other_side;
        if (table.name == entry.part && is_membership) {
            co_await fetch_members(std::move(entry), i);
            co_return;
        }
        if (table.name == entry.part && !table.described->complete.target.empty()) {
            tables.push_back(i);
        }
    }
    if (tables.empty()) {
        // Such a list is only found in the record itself.
        refetch_entry whole = entry;
        auto swap = [&](store& on) {
            const std::vector<std::string> ids{entry.id};
            on.note_refetch(plan_.described().name, ids, "", entry.in, entry.reason, false);
            on.drop_refetch(plan_.described().name, entry);
        };
        co_await with_.db.run(swap);
        finish(entry);
        co_return;
    }
    const auto& complete = plan_.tables()[tables.front()].described->complete;
    page_reader reader(with_, source_of(complete, entry.id, entry.in));
    std::vector<std::unique_ptr<fetched_page>> pages;
    std::uint64_t arrived = 0;
    std::uint64_t total = 0;
    bool is_gone = false;
    try {
        for (bool is_over = false; !is_over;) {
            pages.push_back(co_await reader.next());
            is_over = pages.back()->is_last || SEEDED_BUG(first_page_is_whole_list);
            arrived += pages.back()->slices.records.size();
            total = pages.back()->slices.total_count.value_or(0);
        }
    } catch (const walk_broken& broken) {
        if (!broken.is_missing()) {
            throw;
        }
        is_gone = true;
    }
    if (is_gone) {
        // The record itself is in doubt.
        auto doubt = [&](store& on) {
            const std::vector<std::string> ids{entry.id};
            on.note_refetch(plan_.described().name, ids, "", entry.in, "list is missing", false);
            on.drop_refetch(plan_.described().name, entry);
        };
        co_await with_.db.run(doubt);
        finish(entry);
        nudge();
        co_return;
    }
    // Replacing the set by a part of it would lose the rest for good: nothing asks again.
    if (arrived < total && !SEEDED_BUG(first_page_is_whole_list)) {
        throw walk_broken(walk_broken::why::misled,
                          fmt::format("{}: {} of {} arrived", entry.part, arrived, total));
    }
    fetched_list list{std::move(entry), std::move(tables), std::move(pages)};
    answered_bytes_ += list.bytes();
    answered_lists_.push_back(std::move(list));
    changed_.notify_all();
}

awaitable<void> refetcher::fetch_members(refetch_entry entry, std::size_t table)
{
    membership members(with_, plan_, table, entry.id);
    const membership::taker link = [&](membership::keys found) -> awaitable<void> {
        auto save = [&](store& on) { on.link_members(plan_, table, entry.id, found); };
        co_await with_.db.run(save);
    };
    co_await members.read(link);
    const membership::taker unlink = [&](membership::keys linked) -> awaitable<void> {
        std::erase_if(linked, [&](const std::string& key) { return members.holds(key); });
        auto save = [&](store& on) { on.unlink_members(plan_, table, entry.id, linked); };
        if (!linked.empty()) {
            co_await with_.db.run(save);
        }
    };
    co_await members.look_up(unlink);
    auto settle = [&](store& on) { on.drop_refetch(plan_.described().name, entry); };
    co_await with_.db.run(settle);
    finish(entry);
}

awaitable<void> refetcher::settle_absence(refetch_entry entry, deletion how, std::string into)
{
    absence gone;
    gone.plan = &plan_;
    gone.key = entry.id;
    gone.how = how;
    gone.merged_into = std::move(into);
    gone.cause = entry;
    auto save = [&](store& on) { on.apply_absence(gone); };
    co_await with_.db.run(save);
    ++applied_;
    finish(entry);
    if (!gone.merged_into.empty()) {
        nudge();
    }
}

awaitable<void> refetcher::store_some()
{
    for (;;) {
        while (!is_over_ && answered_.empty() && answered_lists_.empty()) {
            co_await changed_.wait();
        }
        if (is_over_) {
            co_return;
        }
        std::size_t bytes = 0;
        if (!answered_.empty()) {
            auto batch = take_batch(answered_, bytes);
            co_await store_batch(std::move(batch));
        } else {
            auto batch = take_batch(answered_lists_, bytes);
            co_await store_lists(std::move(batch));
        }
        answered_bytes_ -= bytes;
        changed_.notify_all();
    }
}

awaitable<void> refetcher::store_batch(std::vector<fetched> batch)
{
    page_work work;
    work.plan = &plan_;
    work.from = projection::get;
    for (const auto& one : batch) {
        work.records.emplace_back(one.body);
        work.causes.push_back(one.entry);
        work.in = std::max(work.in, one.entry.in);
    }
    const auto since = with_.settings.since.find(plan_.described().name);
    if (since != with_.settings.since.end()) {
        work.since = since->second;
    }
    auto save = [&work](store& on) { return on.apply_page(work); };
    const auto outcome = co_await with_.db.run(save);
    stored_ += batch.size();
    applied_ += outcome.applied;
    for (const auto& one : batch) {
        finish(one.entry);
    }
    if (outcome.queued != 0) {
        nudge();
    }
}

awaitable<void> refetcher::store_lists(std::vector<fetched_list> batch)
{
    std::vector<child_work> lists;
    for (const auto& list : batch) {
        child_work work;
        work.plan = &plan_;
        work.parent_key = list.entry.id;
        work.is_last_attempt = list.entry.attempts + 1 >= unreadable_attempts_max;
        for (const auto& page : list.pages) {
            work.elements.insert(work.elements.end(), page->slices.records.begin(),
                                 page->slices.records.end());
        }
        for (const auto table : list.tables) {
            work.table = table;
            lists.push_back(work);
        }
        lists.back().cause = list.entry;
    }
    auto save = [&lists](store& on) { return on.apply_children(lists); };
    const auto cut = co_await with_.db.run(save);
    for (const auto& list : batch) {
        if (cut.count(list.entry.id) != 0) {
            co_await retry_later(list.entry, "a list holds what cannot be read");
        } else {
            finish(list.entry);
        }
    }
}

awaitable<void> refetcher::retry_later(const refetch_entry& entry, const std::string& why)
{
    const auto ceiling = std::min<duration>(
        longest_retry, first_retry * (std::int64_t{1} << std::min(entry.attempts, 20)));
    const auto pause = std::chrono::duration_cast<duration>(ceiling * uniform(with_.random));
    with_.log.warning("a record could not be read and will be asked for again",
                      {{"resource", plan_.described().name},
                       {"record", entry.id},
                       {"attempt", entry.attempts + 1},
                       {"reason", why}});
    auto put_back = [&](store& on) {
        on.retry_refetch(plan_.described().name, entry, with_.time.wall() + pause);
    };
    co_await with_.db.run(put_back);
    finish(entry);
}

void refetcher::finish(const refetch_entry& entry)
{
    claimed_.erase({entry.id, entry.part});
    changed_.notify_all();
}

} // namespace intercom_mirror
