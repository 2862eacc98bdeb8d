#include "sync/pull/puller.hpp"

#include "sync/pull/live_keys.hpp"
#include "sync/pull/search_query.hpp"
#include "sync/pull/unlisted_keys.hpp"
#include "sync/record/sanitise.hpp"
#include "sync/run_together.hpp"
#include "sync/seeded_bug.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// Side by side, slices keep the quota busy while pages of one take seconds; more would only hold
// more pages in memory.
constexpr std::size_t walkers_max = 6;
constexpr std::uint64_t slices_max = 64;
constexpr int pieces_max = 16;
// A slice whose pages do not add up is read again this often before the pass gives up.
constexpr int attempts_max = 4;
// Day-granular filters compare calendar days of any zone: two days and the longest offsets.
constexpr std::int64_t day_slack_seconds = 50 * 3600;
// A list without filter may cost one request in two seconds, 0.3 % of the usual quota.
constexpr duration pause_per_listing_page = std::chrono::seconds(2);
// "scroll already exists": an unused one expires after a minute.
constexpr duration scroll_expiry = std::chrono::seconds(61);
// Single reads that may wait while a backfill goes on: twice as many as are under way at once.
constexpr std::size_t unread_max = 192;
// More missing records than this, and than one in a hundred, are not believed at once.
constexpr std::int64_t fuse_min = 20;
// Lists inside a contact show at most ten entries.
constexpr std::size_t inline_list_max = 10;

std::int64_t to_seconds(wall_time at)
{
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

std::int64_t floor_seconds(std::int64_t micros)
{
    return std::chrono::floor<std::chrono::seconds>(duration(micros)).count();
}

// The records a walk has brought, each counted once: one that moves, or comes twice in a page, must
// not stand for another that did not come.
class arrivals
{
public:
    void add(const page_outcome& page)
    {
        unreadable_ += page.unreadable;
        for (const auto& key : page.keys) {
            ids_.add(key);
        }
        is_ordered_ = is_ordered_ && page.is_descending &&
                      (!previous_ || !page.newest || *page.newest <= *previous_);
        previous_ = page.oldest ? page.oldest : previous_;
        oldest_ = page.oldest;
    }
    // Whether all came newest first, and the last page leads beyond the moment (unix seconds).
    [[nodiscard]] bool are_past(std::int64_t moment) const
    {
        return is_ordered_ && oldest_ && floor_seconds(*oldest_) < moment;
    }
    [[nodiscard]] std::uint64_t count() const { return ids_.size() + unreadable_; }
    [[nodiscard]] const id_set& ids() const { return ids_; }

private:
    id_set ids_;
    std::uint64_t unreadable_ = 0; // all alike, they cannot be told apart
    bool is_ordered_ = true;
    std::optional<std::int64_t> previous_; // the oldest of the pages before
    std::optional<std::int64_t> oldest_;   // of the last page
};

struct deletion_entry
{
    std::string key;
    std::int64_t at = 0; // unix seconds
};

// Throws malformed_page when it is not an object with both.
deletion_entry read_deletion(std::string_view json, std::string_view key_member,
                             std::string_view time_member)
{
    const auto entry = nlohmann::json::parse(json, nullptr, false);
    if (entry.is_object() && entry.contains(key_member) && entry.contains(time_member)) {
        const auto& key = entry[std::string(key_member)];
        const auto& at = entry[std::string(time_member)];
        if ((key.is_string() || key.is_number_integer()) && at.is_number_integer()) {
            return {key.is_string() ? key.get<std::string>() : key.dump(), at.get<std::int64_t>()};
        }
    }
    throw malformed_page("an entry of the list of deletions is none");
}

lane lane_of(bool is_poll)
{
    return is_poll ? lane::polls : lane::backfill;
}

// Ends a backfill: it is done, or nobody wants it any more.
struct backfill_over
{
};

} // namespace

puller::puller(services& with, const record_plan& plan, std::function<void()> queued)
    : with_(with), plan_(plan), queued_(std::move(queued))
{
}

std::string puller::zone() const
{
    const auto compared = plan_.described().searching.filter_precision(plan_.version());
    return compared == precision::workspace_day ? with_.workspace.timezone : std::string();
}

std::optional<std::int64_t> puller::since() const
{
    const auto found = with_.settings.since.find(plan_.described().name);
    return found == with_.settings.since.end() ? std::nullopt : std::optional(found->second);
}

duration puller::poll_interval() const
{
    if (polls_by_search() && can_search_) {
        return with_.settings.poll_every;
    }
    return std::max(with_.settings.poll_every,
                    pause_per_listing_page * static_cast<std::int64_t>(last_listing_pages_));
}

awaitable<page_outcome> puller::apply(const fetched_page& page, kind which,
                                      std::optional<checkpoint> progress)
{
    page_work work;
    work.plan = &plan_;
    work.from = projection::list;
    work.records = page.slices.records;
    work.in = lane_of(which == kind::poll);
    work.progress = std::move(progress);
    work.since = since();
    work.is_sweep = which != kind::poll;
    work.rereads = which == kind::backfill && plan_.described().list_is_poorer;
    auto store_page = [&work](store& on) { return on.apply_page(work); };
    auto outcome = co_await with_.db.run(store_page);
    progress_.records += outcome.records;
    progress_.applied += outcome.applied;
    unreadable_ += outcome.dead;
    if (outcome.queued != 0) {
        queued_();
    }
    co_return outcome;
}

// ---------------------------------------------------------------------------------------------
// Everything: the first mirror and the sweep

awaitable<void> puller::mirror()
{
    co_await walk_everything(kind::first);
}

awaitable<void> puller::sweep()
{
    co_await walk_everything(kind::sweep);
}

awaitable<void> puller::walk_everything(kind which)
{
    walk all;
    all.is = which;
    all.stream = which == kind::first ? "first" : "sweep";
    all.told.resource = name();
    all.told.kind = which == kind::first ? "first mirror" : "sweep";
    all.told.started_at = with_.time.wall();
    if (const auto bound = since()) {
        all.whole.from = floor_seconds(*bound) - 1;
    }
    progress_.records = 0;
    progress_.expected = 0;

    auto begin = [&](store& on) {
        on.edit_resource(name(), [&](resource_state& state) { state.phase = all.told.kind; });
    };
    co_await with_.db.run(begin);
    wall_time started_at;
    if (walks_by_search()) {
        started_at = co_await walk_slices(all);
    } else {
        started_at = co_await walk_listings(which, all.told, false);
    }
    if (which == kind::sweep) {
        co_await judge_absent(true);
        co_await complete_crowded();
        if (plan_.described().changes_unlisted) {
            co_await note_whole_table("");
        }
    }
    co_await note_memberships(which);

    auto finish = [this, &all, which, started_at](store& on) {
        on.edit_resource(name(), [&](resource_state& state) {
            if (which == kind::first) {
                state.poll_cursor = started_at;
            } else {
                state.phase = "live";
            }
            state.last_sweep_at = started_at;
            state.sweep_due = false;
            state.trouble.reset();
        });
        on.drop_slices(name(), all.stream);
        all.told.outcome = "complete";
        on.add_run(all.told);
    };
    co_await with_.db.run(finish);
    queued_();
}

// ---------------------------------------------------------------------------------------------
// A range again

awaitable<void> puller::backfill(const backfill_request& asked)
{
    std::string refusal;
    try {
        std::vector<awaitable<void>> tasks;
        tasks.push_back(read_range(asked.id));
        tasks.push_back(watch_request(asked.id));
        co_await run_together(std::move(tasks));
    } catch (const backfill_over&) {
        // By either of them.
    } catch (const resource_forbidden& forbidden) {
        refusal = forbidden.what();
    } catch (const version_refused& refused) {
        refusal = refused.what();
    }
    auto end = [&](store& on) {
        on.edit_backfill(asked.id, [&](backfill_request& now) {
            now.state = refusal.empty() ? "done" : "failed";
            now.reason = refusal;
            now.finished_at = now.looked_at;
        });
        on.drop_slices(name(), asked.stream());
    };
    co_await with_.db.run(end);
}

awaitable<void> puller::read_range(std::int64_t request)
{
    auto begin = [&](store& on) {
        std::optional<backfill_request> begun;
        on.edit_backfill(request, [&](backfill_request& now) {
            now.state = "running";
            now.started_at = now.started_at.value_or(now.looked_at);
            begun = now;
        });
        return begun;
    };
    const auto asked = co_await with_.db.run(begin);
    if (asked && !asked->walked_at) {
        co_await walk_range(*asked);
    }
    for (bool is_read = !asked; !is_read;) {
        auto look = [&](store& on) { return on.count_unread(request) == 0; };
        is_read = co_await with_.db.run(look);
        if (!is_read) {
            co_await with_.time.sleep_for(with_.settings.queue_look_every);
        }
    }
    throw backfill_over{};
}

awaitable<void> puller::walk_range(const backfill_request& asked)
{
    walk all;
    all.is = kind::backfill;
    all.stream = asked.stream();
    all.whole = slice_of(asked);
    all.request = asked.id;
    all.told.resource = name();
    all.told.kind = "backfill";
    all.told.started_at = with_.time.wall();
    progress_.records = 0;
    progress_.expected = asked.expected.value_or(0);
    if (walks_by_search()) {
        co_await walk_slices(all);
    } else {
        co_await walk_listings(kind::backfill, all.told, false);
    }
    auto finish = [&](store& on) {
        on.edit_backfill(asked.id, [&](backfill_request& now) {
            now.walked_at = now.looked_at;
            now.records = std::max(now.records, all.told.records);
        });
        all.told.outcome = "complete";
        on.add_run(all.told);
    };
    co_await with_.db.run(finish);
    queued_();
}

// Cancelling needs no lease, so it is noticed by looking.
awaitable<void> puller::watch_request(std::int64_t request)
{
    for (bool is_wanted = true; is_wanted;) {
        co_await with_.time.sleep_for(with_.settings.queue_look_every);
        auto look = [&](store& on) { return !on.backfills(true, request).empty(); };
        is_wanted = co_await with_.db.run(look);
    }
    throw backfill_over{};
}

// Where days are compared, `from` is a day that is left out, in whatever zone.
time_slice puller::slice_of(const backfill_request& asked) const
{
    time_slice whole;
    if (asked.since) {
        whole.from = to_seconds(*asked.since) - (zone().empty() ? 1 : day_slack_seconds);
    }
    if (asked.until) {
        whole.until = to_seconds(*asked.until);
    }
    if (const auto bound = since()) {
        whole.from =
            std::max(whole.from.value_or(floor_seconds(*bound) - 1), floor_seconds(*bound) - 1);
    }
    return whole;
}

// The walk goes no faster than what it notes is read: nothing piles up before what polls note, and
// little is left to read when it is cancelled.
awaitable<void> puller::take_backfill_turn()
{
    for (;;) {
        auto look = [&](store& on) {
            return on.due_refetches(name(), with_.time.wall(), unread_max).size();
        };
        const auto unread = co_await with_.db.run(look);
        if (unread < unread_max) {
            co_return;
        }
        co_await with_.time.sleep_for(with_.settings.queue_look_every);
    }
}

// ---------------------------------------------------------------------------------------------
// Slices of created_at

awaitable<wall_time> puller::walk_slices(walk& all)
{
    auto load = [&](store& on) { return on.load_slices(name(), all.stream); };
    auto slices = co_await with_.db.run(load);
    if (slices.empty()) {
        co_await plan_slices(all);
    } else {
        auto load_start = [&](store& on) { return on.slices_started(name(), all.stream); };
        const auto start = co_await with_.db.run(load_start);
        all.started_at = start.value_or(with_.time.wall());
        all.slice_target = with_.settings.slice_records;
        for (auto& slice : slices) {
            all.next_number = std::max(all.next_number, slice.number + 1);
            // What a slice saw before a restart is forgotten, so a sweep reads it again.
            if (all.is == kind::sweep) {
                slice.position.clear();
                slice.records = 0;
            }
            if (!slice.is_done) {
                all.waiting.push_back(std::move(slice));
            }
        }
    }
    bool is_refused = false;
    std::string refusal;
    try {
        std::vector<awaitable<void>> walkers;
        // One brings more single reads than the quota carries.
        const bool rereads = all.is == kind::backfill && plan_.described().list_is_poorer;
        for (std::size_t i = 0; i < (rereads ? 1 : walkers_max); ++i) {
            walkers.push_back(walk_some(all));
        }
        co_await run_together(std::move(walkers));
    } catch (const walk_broken& broken) {
        if (broken.cause() != walk_broken::why::unsupported || plan_.described().listings.empty()) {
            throw;
        }
        is_refused = true;
        refusal = broken.what();
    }
    if (is_refused) {
        with_.log.warning("search is refused, reading the whole list instead",
                          {{"resource", name()}, {"reason", refusal}});
        const auto started = co_await walk_listings(all.is, all.told, false);
        co_return started;
    }
    co_await prove_filter(all);
    co_return all.started_at;
}

// Cuts the time between the oldest and the newest record evenly. Where records crowd, a slice is
// cut again when its first page tells.
awaitable<void> puller::plan_slices(walk& all)
{
    const auto& searching = plan_.described().searching;
    const auto ask = [&](bool is_descending) {
        auto source = source_of(searching, search_query::within(all.whole), lane::backfill);
        source.page_size = 1;
        source.sort_field = can_sort_ ? "created_at" : "";
        source.is_descending = is_descending;
        return source;
    };
    std::optional<std::int64_t> oldest;
    std::optional<std::int64_t> newest;
    std::optional<wall_time> date;
    std::optional<std::uint64_t> total;
    bool is_refused = false;
    try {
        auto ascending = ask(false);
        total = co_await total_of(std::move(ascending), &oldest, &date);
        auto descending = ask(true);
        co_await total_of(std::move(descending), &newest, nullptr);
    } catch (const walk_broken& broken) {
        if (broken.cause() != walk_broken::why::unsupported) {
            throw;
        }
        is_refused = true;
    }
    if (is_refused) {
        // Asked again for its date above all: polls go on from there, and this machine's clock may
        // be ahead.
        can_sort_ = false;
        auto unordered = ask(false);
        total = co_await total_of(std::move(unordered), nullptr, &date);
    }
    all.started_at = date.value_or(with_.time.wall());

    std::vector<time_slice> slices;
    const auto records = total.value_or(0);
    progress_.expected = records;
    all.slice_target = std::max(with_.settings.slice_records, records / slices_max);
    const auto wanted =
        oldest && newest && can_sort_ ? static_cast<std::int64_t>(records / all.slice_target) : 0;
    const auto span = wanted > 1 ? floor_seconds(*newest) - floor_seconds(*oldest) : 0;
    auto from = all.whole.from;
    for (std::int64_t i = 1; i < wanted; ++i) {
        const auto until = floor_seconds(*oldest) + span * i / wanted;
        if (from && until <= *from) {
            continue;
        }
        time_slice slice;
        slice.from = from;
        slice.until = until;
        from = until;
        slices.push_back(std::move(slice));
    }
    time_slice last;
    last.from = from;
    last.until = all.whole.until;
    slices.push_back(std::move(last));
    for (auto& slice : slices) {
        slice.number = all.next_number++;
    }
    auto save = [&](store& on) {
        on.save_slices(name(), all.stream, all.started_at, slices);
        if (all.is == kind::backfill) {
            on.edit_backfill(all.request,
                             [&](backfill_request& asked) { asked.expected = records; });
        } else {
            on.edit_resource(name(), [&](resource_state& state) {
                state.expected_records = static_cast<std::int64_t>(records);
            });
        }
    };
    co_await with_.db.run(save);
    all.waiting.assign(slices.begin(), slices.end());
}

awaitable<std::optional<std::uint64_t>> puller::total_of(page_source source,
                                                         std::optional<std::int64_t>* created_at,
                                                         std::optional<wall_time>* date)
{
    page_reader reader(with_, std::move(source));
    const auto page = co_await reader.next();
    if (date != nullptr) {
        *date = page->server_date;
    }
    if (created_at != nullptr && !page->slices.records.empty()) {
        try {
            std::string buffer;
            const auto decoded =
                plan_.decode(sanitise(page->slices.records.front(), buffer), projection::list);
            const auto columns = plan_.tables()[0].columns;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (columns[i].name == "created_at" && decoded.main[i].is == cell::kind::number) {
                    *created_at = decoded.main[i].number;
                }
            }
        } catch (const malformed_record&) {
            // The slices are only a guess at where records lie.
        }
    }
    co_return page->slices.total_count;
}

awaitable<void> puller::walk_some(walk& all)
{
    while (!all.waiting.empty()) {
        auto slice = std::move(all.waiting.front());
        all.waiting.pop_front();
        co_await walk_slice(all, std::move(slice));
    }
}

awaitable<void> puller::walk_slice(walk& all, time_slice slice)
{
    for (int attempt = 1;; ++attempt) {
        auto source =
            source_of(plan_.described().searching, search_query::within(slice), lane::backfill);
        source.sort_field = can_sort_ ? "created_at" : "";
        page_reader reader(with_, std::move(source), slice.position);
        arrivals arrived;
        // Of an earlier process. Only an order in which records never move lets a walk go on where
        // another one ended.
        const auto before = slice.position.empty() ? 0 : slice.records;
        bool is_first = slice.position.empty();
        std::string doubt;
        try {
            for (;;) {
                if (all.is == kind::sweep) {
                    co_await take_sweep_turn();
                } else if (all.is == kind::backfill) {
                    co_await take_backfill_turn();
                }
                const auto page = co_await reader.next();
                const auto total = page->slices.total_count.value_or(0);
                if (is_first) {
                    const bool was_split = co_await split(all, slice, total, *page);
                    if (was_split) {
                        co_return;
                    }
                    is_first = false;
                }
                // The last page leaves no trace: until the slice is proven to be done, that page is
                // where it goes on.
                std::optional<checkpoint> progress;
                if (!page->is_last) {
                    progress.emplace();
                    progress->stream = all.stream;
                    progress->slice = slice.number;
                    progress->position = can_sort_ ? page->position : "";
                    progress->records = before + arrived.count();
                }
                if (progress && SEEDED_BUG(checkpoint_before_page)) {
                    auto with_page = *progress;
                    with_page.records += page->slices.records.size();
                    auto early = [&](store& on) { on.save_progress(name(), with_page); };
                    co_await with_.db.run(early);
                }
                const auto outcome = co_await apply(*page, all.is, std::move(progress));
                ++all.told.pages;
                all.told.records += outcome.records;
                all.told.applied += outcome.applied;
                arrived.add(outcome);
                if (!page->is_last) {
                    continue;
                }
                // The proof of the end: a last page, and as many records as it says there are.
                if (before + arrived.count() < total && !SEEDED_BUG(last_page_is_proof)) {
                    doubt =
                        fmt::format("{} of {} records arrived", before + arrived.count(), total);
                }
                break;
            }
        } catch (const walk_broken& broken) {
            if (broken.cause() == walk_broken::why::unsupported || attempt >= attempts_max) {
                throw;
            }
            doubt = broken.what();
        } catch (const malformed_page& malformed) {
            if (attempt >= attempts_max) {
                throw;
            }
            doubt = malformed.what();
        }
        if (doubt.empty()) {
            if (all.is == kind::sweep) {
                co_await hold_unseen(slice, arrived.ids());
            }
            checkpoint done;
            done.stream = all.stream;
            done.slice = slice.number;
            done.records = before + arrived.count();
            done.is_done = true;
            auto save = [&](store& on) { on.save_progress(name(), done); };
            co_await with_.db.run(save);
            co_return;
        }
        if (attempt >= attempts_max) {
            throw walk_broken(walk_broken::why::misled,
                              fmt::format("a slice of {} does not add up: {}", name(), doubt));
        }
        slice.position.clear();
        slice.records = 0;
    }
}

// Sweeps are never urgent: together they keep to their share of the rate limit.
awaitable<void> puller::take_sweep_turn()
{
    constexpr duration window = std::chrono::seconds(10);
    const auto quota = with_.api.statistics().traffic.governor.quota;
    if (with_.settings.sweep_share >= 1.0 || quota.is_unlimited || quota.limit == 0) {
        co_return;
    }
    const auto pages = with_.settings.sweep_share * static_cast<double>(quota.limit);
    const auto interval = std::chrono::duration_cast<duration>(window / std::max(pages, 0.1));
    const auto turn = std::max(with_.time.now(), with_.next_sweep_request);
    with_.next_sweep_request = turn + interval;
    co_await with_.time.sleep_until(turn);
}

awaitable<bool> puller::split(walk& all, const time_slice& slice, std::uint64_t total,
                              const fetched_page& first)
{
    // Only slices closed on both sides can be cut evenly, and days cannot be cut at all.
    const std::int64_t grain = zone().empty() ? 1 : 86'400;
    if (total <= 3 * all.slice_target || first.is_last || !slice.from || !slice.until ||
        *slice.until - *slice.from < 2 * grain) {
        co_return false;
    }
    const auto span = *slice.until - *slice.from;
    const auto wanted = std::min<std::int64_t>(
        {pieces_max, span / grain, static_cast<std::int64_t>(total / all.slice_target)});
    std::vector<time_slice> pieces;
    auto from = *slice.from;
    for (std::int64_t i = 1; i <= wanted; ++i) {
        time_slice piece;
        piece.number = all.next_number++;
        piece.from = from;
        piece.until = *slice.from + span * i / wanted;
        from = *piece.until;
        pieces.push_back(std::move(piece));
    }
    auto save = [&](store& on) { on.split_slice(name(), all.stream, slice.number, pieces); };
    co_await with_.db.run(save);
    all.waiting.insert(all.waiting.end(), pieces.begin(), pieces.end());
    co_return true;
}

// Slices of created_at tile the line, so they hold every record that has a created_at. Whether all
// have one shows in the total of the list that knows no filter; if not, that list is read too.
awaitable<void> puller::prove_filter(walk& all)
{
    const auto& listings = plan_.described().listings;
    if (listings.empty() || all.whole.from || all.whole.until) {
        co_return;
    }
    auto list = source_of(listings.front(), lane::backfill);
    list.page_size = 1;
    const auto listed = co_await total_of(std::move(list), nullptr, nullptr);
    auto filtered =
        source_of(plan_.described().searching, search_query::within({}), lane::backfill);
    filtered.page_size = 1;
    const auto found = co_await total_of(std::move(filtered), nullptr, nullptr);
    if (listed && found && *listed > *found) {
        with_.log.info("the list holds more than the search finds, reading it too",
                       {{"resource", name()}, {"expected", *listed}, {"found", *found}});
        co_await walk_listings(all.is, all.told, true);
    }
}

// ---------------------------------------------------------------------------------------------
// Lists without a filter

awaitable<wall_time> puller::walk_listings(kind which, run_record& told, bool is_fallback)
{
    // Each part of the resource by the listing that suits: the complete one, or for polls the
    // cheaper one.
    std::set<std::string_view> parts;
    for (const auto& each : plan_.described().listings) {
        if (each.versions.holds(plan_.version())) {
            parts.insert(each.part);
        }
    }
    id_set seen;
    if (which != kind::first) {
        auto load = [&](store& on) { return unlisted_keys(on, plan_); };
        for (const auto& key : co_await with_.db.run(load)) {
            seen.add(key);
        }
    }
    bool is_complete = !parts.empty(); // what nothing lists is not absent
    const auto unreadable_before = unreadable_;
    std::optional<wall_time> started_at;
    std::uint64_t pages_before = told.pages;
    for (const auto part : parts) {
        const listing* chosen = nullptr;
        for (const auto& each : plan_.described().listings) {
            if (each.part != part || !each.versions.holds(plan_.version())) {
                continue;
            }
            const bool is_better = chosen == nullptr || each.is_complete == (which != kind::poll);
            chosen = is_better ? &each : chosen;
        }
        shortcut by;
        if (which == kind::poll) {
            by = co_await shortcut_of_poll(*chosen);
        } else if (const auto bound = since(); bound && !chosen->since_parameter.empty()) {
            by.since = floor_seconds(*bound) - 1;
        }
        const auto walked = co_await walk_listing(*chosen, told, which, by, seen);
        is_complete = is_complete && chosen->is_complete && walked.is_whole;
        started_at = started_at ? std::min(*started_at, walked.started_at) : walked.started_at;
    }
    last_listing_pages_ = std::max<std::uint64_t>(1, told.pages - pages_before);
    if (is_fallback) {
        // Held as absent by the slices, but listed: not absent.
        const auto forget = [&](store& on, std::vector<std::string> keys) {
            std::erase_if(keys, [&](const std::string& key) { return !seen.contains(key); });
            on.drop_held(name(), keys);
        };
        co_await for_live_keys(with_, plan_, forget);
    } else if (is_complete && (which == kind::sweep || which == kind::poll) &&
               plan_.described().when_missing != deletion::none &&
               (unreadable_ == unreadable_before || !plan_.described().get_target.empty())) {
        co_await hold_unseen({}, seen);
        if (which == kind::poll) {
            co_await judge_absent(false);
        }
    }
    co_return started_at.value_or(with_.time.wall());
}

awaitable<puller::shortcut> puller::shortcut_of_poll(const listing& from)
{
    shortcut found;
    if (!from.is_newest_first && from.since_parameter.empty()) {
        co_return found;
    }
    auto load = [&](store& on) { return on.load_resource(name()); };
    const auto state = co_await with_.db.run(load);
    const auto oldest = to_seconds(state.poll_cursor.value() - with_.settings.overlap);
    if (from.is_newest_first) {
        found.until_older_than = oldest;
    }
    if (!from.since_parameter.empty()) {
        found.since = oldest;
    }
    co_return found;
}

awaitable<puller::listing_walk> puller::walk_listing(const listing& from, run_record& told,
                                                     kind which, const shortcut& by, id_set& seen)
{
    std::optional<std::size_t> ended_early_at;
    for (int attempt = 1;; ++attempt) {
        arrivals arrived;
        std::uint64_t entries = 0;
        std::optional<wall_time> date;
        bool is_scroll_busy = false;
        bool is_whole = !by.since;
        std::string doubt;
        page_reader reader(with_, source_of(from, lane_of(which == kind::poll), by.since));
        try {
            for (;;) {
                const auto page = co_await reader.next();
                if (!date) {
                    date = page->server_date.value_or(with_.time.wall());
                }
                const auto outcome = co_await apply(*page, which, std::nullopt);
                ++told.pages;
                told.records += outcome.records;
                told.applied += outcome.applied;
                arrived.add(outcome);
                entries += page->slices.records.size();
                if (!page->is_last && by.until_older_than &&
                    arrived.are_past(*by.until_older_than)) {
                    is_whole = false;
                    break;
                }
                if (page->is_last) {
                    // A shortcut is read whole each time: what moved along it comes with the next.
                    const auto came = from.is_complete ? arrived.count() : entries;
                    const auto total = page->slices.total_count;
                    if (total && from.by != paging::scroll && came < *total) {
                        doubt = fmt::format("{} of {} records arrived", came, *total);
                    }
                    break;
                }
            }
        } catch (const scroll_busy&) {
            is_scroll_busy = true;
        } catch (const walk_broken& broken) {
            if (broken.cause() == walk_broken::why::unsupported) {
                throw;
            }
            doubt = broken.what();
            // A scroll may end in a 404 instead of an empty page. It is believed when a second
            // one ends at the same place.
            if (broken.is_missing() && date && SEEDED_BUG(missing_scroll_is_its_end)) {
                doubt.clear();
            } else if (from.by == paging::scroll) {
                const auto came = arrived.ids().size();
                if (broken.is_missing() && ended_early_at == came) {
                    doubt.clear();
                }
                ended_early_at = broken.is_missing() ? std::optional(came) : std::nullopt;
            }
        } catch (const malformed_page& malformed) {
            doubt = malformed.what();
        }
        if (is_scroll_busy) {
            co_await with_.time.sleep_for(scroll_expiry);
            --attempt;
            continue;
        }
        if (doubt.empty()) {
            seen.add(arrived.ids());
            co_return listing_walk{*date, is_whole};
        }
        if (attempt >= attempts_max) {
            throw walk_broken(walk_broken::why::misled,
                              fmt::format("the list {} does not add up: {}", from.target, doubt));
        }
    }
}

// ---------------------------------------------------------------------------------------------
// What is gone

// Notes live rows of the slice that were not seen, to be judged when the whole sweep is over.
awaitable<void> puller::hold_unseen(const time_slice& slice, const id_set& seen)
{
    const auto hold = [&](store& on, std::vector<std::string> unseen) {
        std::erase_if(unseen, [&](const std::string& key) { return seen.contains(key); });
        if (SEEDED_BUG(absence_is_deletion)) {
            for (const auto& key : unseen) {
                absence gone;
                gone.plan = &plan_;
                gone.key = key;
                gone.how = deletion::deleted;
                on.apply_absence(gone);
            }
            return;
        }
        if (!plan_.described().get_target.empty()) {
            on.note_refetch(name(), unseen, "", lane::backfill, "absent", true);
            return;
        }
        // Nobody can be asked about one of these alone: the whole list is the authority.
        for (const auto& key : unseen) {
            absence gone;
            gone.plan = &plan_;
            gone.key = key;
            gone.how = plan_.described().when_missing;
            on.apply_absence(gone);
        }
    };
    if (!slice.from && !slice.until) {
        co_await for_live_keys(with_, plan_, hold);
        co_return;
    }
    auto hold_slice = [&](store& on) { hold(on, on.live_keys(plan_, slice, zone())); };
    co_await with_.db.run(hold_slice);
}

// Absence alone proves nothing: each candidate is read alone. So many of them at once are more
// likely a fault of the list than deletions, and are left alone.
awaitable<void> puller::judge_absent(bool is_sweep)
{
    // Negative: so many, and the fuse has blown.
    auto judge = [&](store& on) {
        const auto candidates = on.count_held(name());
        if (candidates == 0 && !is_sweep) {
            return std::int64_t{0};
        }
        const auto limit =
            std::max<std::int64_t>(fuse_min, on.numbers(plan_, counting::exact).rows / 100);
        const bool is_blown = candidates > limit && !with_.settings.accept_absences;
        is_blown ? on.drop_held(name()) : on.release_held(name());
        on.edit_resource(name(), [&](resource_state& state) {
            state.fuse_candidates = is_blown ? std::optional(candidates) : std::nullopt;
            state.fuse_limit = is_blown ? std::optional(limit) : std::nullopt;
        });
        return is_blown ? -candidates : candidates;
    };
    const auto judged = co_await with_.db.run(judge);
    if (judged < 0) {
        with_.log.warning("too many records are missing at once: nothing is marked deleted",
                          {{"resource", name()},
                           {"count", -judged},
                           {"hint", "if they were really deleted: sync --full --accept-absences"}});
    }
    queued_();
}

// ---------------------------------------------------------------------------------------------
// Children that lists do not tell

// Each record of the other side is noted as one thing to read; so is the list of each record that
// nothing tells of, but for new ones, which are noted as they come.
awaitable<void> puller::note_memberships(kind which)
{
    const auto tables = plan_.tables();
    for (std::size_t i = 1; i < tables.size(); ++i) {
        const auto& described = *tables[i].described;
        const auto& complete = described.complete;
        if (complete.rule == completion_rule::per_other_side) {
            auto note = [&](store& on) {
                const auto ids = on.keys_of(complete.other_resource, complete.other_filter);
                on.note_refetch(name(), ids, tables[i].name, lane::backfill, "membership", false);
            };
            co_await with_.db.run(note);
        } else if (complete.rule == completion_rule::per_record && which == kind::sweep &&
                   described.versions.holds(plan_.version())) {
            co_await note_whole_table(tables[i].name);
        }
    }
}

// What a GET alone shows, or a list of its own, may have changed in any record.
awaitable<void> puller::note_whole_table(std::string_view part)
{
    const auto note = [this, part](store& on, const std::vector<std::string>& keys) {
        on.note_refetch(name(), keys, part, lane::backfill, "sweep", false);
    };
    co_await for_live_keys(with_, plan_, note);
}

// A list cut short hides exchanges behind its first entries: the few records with long lists are
// completed once in a sweep.
awaitable<void> puller::complete_crowded()
{
    const auto tables = plan_.tables();
    auto note = [&](store& on) {
        for (std::size_t i = 1; i < tables.size(); ++i) {
            if (tables[i].described->complete.rule == completion_rule::when_truncated) {
                const auto parents = on.crowded_parents(plan_, i, inline_list_max);
                on.note_refetch(name(), parents, tables[i].name, lane::backfill, "long list",
                                false);
            }
        }
    };
    co_await with_.db.run(note);
}

// ---------------------------------------------------------------------------------------------
// What changed

awaitable<void> puller::poll()
{
    run_record told;
    told.resource = name();
    told.kind = "poll";
    told.started_at = with_.time.wall();
    std::optional<wall_time> started_at;
    if (polls_by_search() && can_search_) {
        try {
            started_at = co_await poll_search(told);
        } catch (const walk_broken& broken) {
            const bool is_shortcut = !plan_.described().searching.is_complete;
            if (broken.cause() != walk_broken::why::unsupported || !is_shortcut) {
                throw;
            }
            with_.log.info("search is refused, polls read the list instead",
                           {{"resource", name()}, {"reason", broken.what()}});
            can_search_ = false;
        }
    }
    if (!started_at) {
        started_at = co_await walk_listings(kind::poll, told, false);
    }
    co_await note_deletions(told);
    co_await note_unsettled();
    auto finish = [&](store& on) {
        on.edit_resource(name(), [&](resource_state& state) {
            state.poll_cursor = started_at ? started_at : state.poll_cursor;
            state.last_poll_at = with_.time.wall();
            state.trouble.reset();
            if (state.complete_since && state.phase != "sweep") {
                state.phase = "live";
            }
        });
        if (told.applied != 0) {
            told.outcome = "complete";
            on.add_run(told);
        }
    };
    co_await with_.db.run(finish);
}

// What the list of deletions names is read alone, as whatever may be gone. Without the list,
// sweeps find it.
awaitable<void> puller::note_deletions(run_record& told)
{
    if (!plan_.described().deletions.exists(plan_.version())) {
        co_return;
    }
    std::string trouble;
    try {
        co_await walk_deletions(told);
    } catch (const walk_broken& broken) {
        trouble = broken.what();
    } catch (const resource_forbidden& forbidden) {
        trouble = forbidden.what();
    } catch (const malformed_page& malformed) {
        trouble = malformed.what();
    }
    if (!trouble.empty() && !is_deletion_trouble_told_) {
        with_.log.info("the list of deletions cannot be read, sweeps find what is gone",
                       {{"resource", name()}, {"reason", trouble}});
    }
    is_deletion_trouble_told_ = !trouble.empty();
}

// A job, for instance, is read again until it is over.
awaitable<void> puller::note_unsettled()
{
    if (plan_.described().unsettled.empty()) {
        co_return;
    }
    const auto rows = fmt::format("deleted_at IS NULL AND ({})", plan_.described().unsettled);
    auto note = [&](store& on) {
        const auto keys = on.keys_of(name(), rows);
        on.note_refetch(name(), keys, "", lane::polls, "unsettled", false);
        return !keys.empty();
    };
    const bool is_any = co_await with_.db.run(note);
    if (is_any) {
        queued_();
    }
}

awaitable<void> puller::walk_deletions(run_record& told)
{
    const auto& list = plan_.described().deletions;
    auto load = [&](store& on) { return on.load_resource(name()); };
    const auto state = co_await with_.db.run(load);
    const auto oldest = to_seconds(state.poll_cursor.value() - with_.settings.overlap);
    page_reader reader(with_, source_of(list, lane::polls));
    std::vector<std::string> gone;
    std::int64_t previous = std::numeric_limits<std::int64_t>::max();
    bool is_ordered = true;
    for (bool is_over = false; !is_over;) {
        const auto page = co_await reader.next();
        ++told.pages;
        for (const auto record : page->slices.records) {
            const auto entry = read_deletion(record, plan_.described().key, list.time);
            is_ordered = is_ordered && entry.at <= previous;
            previous = entry.at;
            if (entry.at >= oldest) {
                gone.push_back(entry.key);
            }
        }
        is_over = page->is_last || (is_ordered && previous < oldest);
    }
    auto note = [&](store& on) {
        std::vector<std::string> live;
        for (auto& key : gone) {
            if (on.is_live(plan_, key)) {
                live.push_back(std::move(key));
            }
        }
        on.note_refetch(name(), live, "", lane::polls, "listed as deleted", false);
        return !live.empty();
    };
    const bool is_any = co_await with_.db.run(note);
    if (is_any) {
        queued_();
    }
}

// Newest first, until everything is older than the cursor and its overlap.
awaitable<std::optional<wall_time>> puller::poll_search(run_record& told)
{
    auto load = [&](store& on) { return on.load_resource(name()); };
    const auto state = co_await with_.db.run(load);
    const auto overlap = SEEDED_BUG(no_overlap) ? duration::zero() : with_.settings.overlap;
    const auto oldest = to_seconds(state.poll_cursor.value() - overlap);
    const auto filter =
        search_query::updated_after(oldest - (zone().empty() ? 1 : day_slack_seconds));
    std::optional<wall_time> started_at;
    for (;;) {
        auto source = source_of(plan_.described().searching, filter, lane::polls);
        source.sort_field = can_sort_ ? "updated_at" : "";
        source.is_descending = true;
        page_reader reader(with_, std::move(source));
        arrivals arrived;
        try {
            for (bool is_over = false; !is_over;) {
                const auto page = co_await reader.next();
                if (!started_at) {
                    started_at =
                        SEEDED_BUG(cursor_of_own_clock) ? with_.time.wall() : page->server_date;
                }
                const auto outcome = co_await apply(*page, kind::poll, std::nullopt);
                ++told.pages;
                told.records += outcome.records;
                told.applied += outcome.applied;
                arrived.add(outcome);
                is_over = page->is_last || (can_sort_ && arrived.are_past(oldest)) ||
                          SEEDED_BUG(cursor_after_partial_pass);
                const auto total = page->slices.total_count.value_or(0);
                if (page->is_last && arrived.count() < total && !SEEDED_BUG(last_page_is_proof)) {
                    // What changes while it is looked for moves to the front, unseen; the next
                    // poll finds it.
                    auto meanwhile =
                        source_of(plan_.described().searching,
                                  search_query::updated_after(
                                      to_seconds(started_at.value_or(wall_time())) - 1),
                                  lane::polls);
                    meanwhile.page_size = 1;
                    const auto moved = co_await total_of(std::move(meanwhile), nullptr, nullptr);
                    if (arrived.count() + moved.value_or(0) < total) {
                        throw walk_broken(walk_broken::why::misled,
                                          fmt::format("{} of {} changed records arrived",
                                                      arrived.count(), total));
                    }
                }
            }
            co_return started_at;
        } catch (const walk_broken& broken) {
            if (broken.cause() != walk_broken::why::unsupported || !can_sort_) {
                throw;
            }
            // The order is refused: without it, a poll reads all that the filter finds.
            can_sort_ = false;
        }
    }
}

} // namespace intercom_mirror
