#include "sync/pull/verifier.hpp"

#include "sync/pull/live_keys.hpp"
#include "sync/pull/membership.hpp"
#include "sync/pull/search_query.hpp"
#include "sync/pull/unlisted_keys.hpp"
#include "sync/run_together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// As many reads side by side as keep a connection or two of the database busy.
constexpr std::size_t readers = 32;

} // namespace

verifier::verifier(services& with, const record_plan& plan) : with_(with), plan_(plan) {}

page_work verifier::work_for(std::vector<std::string_view> records, projection from) const
{
    page_work work;
    work.plan = &plan_;
    work.from = from;
    work.records = std::move(records);
    const auto since = with_.settings.since.find(plan_.described().name);
    if (since != with_.settings.since.end()) {
        work.since = since->second;
    }
    return work;
}

// The first look collects suspects; only the second one, at each alone, is believed.
void verifier::suspect(std::vector<difference> found, bool is_final)
{
    for (auto& one : found) {
        if (is_final) {
            result_.found.push_back(std::move(one));
        } else {
            suspects_.insert(one.key);
        }
    }
}

awaitable<verification> verifier::compare_all()
{
    co_await look_at_lists();
    if (plan_.described().when_missing != deletion::none) {
        const auto suspect_unseen = [this](store&, std::vector<std::string> live) {
            std::erase_if(live, [this](const std::string& key) { return seen_.count(key) != 0; });
            suspects_.insert(live.begin(), live.end());
        };
        co_await for_live_keys(with_, plan_, suspect_unseen);
    }
    auto load_unlisted = [&](store& on) { return unlisted_keys(on, plan_); };
    for (const auto& key : co_await with_.db.run(load_unlisted)) {
        suspects_.erase(key);
    }
    co_await confirm();
    co_await look_at_memberships();
    result_.records = seen_.size();
    co_return std::move(result_);
}

awaitable<verification> verifier::compare_sample(std::size_t most)
{
    if (plan_.described().get_target.empty()) {
        auto whole = co_await compare_all();
        co_return whole;
    }
    auto load = [&, seed = with_.random()](store& on) { return on.random_keys(plan_, most, seed); };
    auto sample = co_await with_.db.run(load);
    result_.records = sample.size();
    suspects_.insert(sample.begin(), sample.end());
    co_await confirm();
    co_return std::move(result_);
}

awaitable<void> verifier::look_at_lists()
{
    const auto& described = plan_.described();
    if (described.searching.exists(plan_.version()) && described.searching.is_complete) {
        time_slice whole;
        const auto since = with_.settings.since.find(described.name);
        if (since != with_.settings.since.end()) {
            whole.from = since->second / 1'000'000 - 1;
        }
        auto source = source_of(described.searching, search_query::within(whole), lane::polls);
        source.sort_field = "created_at";
        co_await look_at(std::move(source));
        co_return;
    }
    for (const auto& each : described.listings) {
        if (each.is_complete && each.versions.holds(plan_.version())) {
            co_await look_at(source_of(each, lane::polls));
        }
    }
}

awaitable<void> verifier::look_at(page_source source)
{
    page_reader reader(with_, std::move(source));
    for (bool is_over = false; !is_over;) {
        const auto page = co_await reader.next();
        is_over = page->is_last;
        if (plan_.described().list_is_poorer) {
            keys wanted;
            for (const auto record : page->slices.records) {
                wanted.push_back(plan_.scan(record).key);
            }
            seen_.insert(wanted.begin(), wanted.end());
            co_await look_at_records(std::move(wanted), false);
            continue;
        }
        const auto work = work_for(page->slices.records, projection::list);
        auto compare = [&](store& on) { return on.compare_page(work); };
        auto compared = co_await with_.db.run(compare);
        seen_.insert(compared.keys.begin(), compared.keys.end());
        suspect(std::move(compared.found), false);
        for (const auto& [key, table] : compared.to_complete) {
            co_await look_at_children(key, table, false);
        }
    }
}

awaitable<void> verifier::look_at_records(keys wanted, bool is_final)
{
    std::deque<std::string> waiting(wanted.begin(), wanted.end());
    const auto some = [&]() -> awaitable<void> {
        while (!waiting.empty()) {
            const auto key = std::move(waiting.front());
            waiting.pop_front();
            co_await look_at_record(key, is_final);
        }
    };
    std::vector<awaitable<void>> tasks;
    for (std::size_t i = 0; i < std::min(readers, wanted.size()); ++i) {
        tasks.push_back(some());
    }
    co_await run_together(std::move(tasks));
}

awaitable<void> verifier::look_at_record(const std::string& key, bool is_final)
{
    auto asked = get_request(target_for(plan_.described().get_target, key), lane::polls,
                             fmt::format("GET {}", plan_.described().get_target));
    const auto reply = co_await with_.api.call(std::move(asked));
    if (reply.kind == answer::missing || reply.kind == answer::merged) {
        auto load = [&](store& on) { return on.is_live(plan_, key); };
        const bool is_live = co_await with_.db.run(load);
        if (is_live) {
            suspect({{key, std::string(plan_.described().name), "", "missing in Intercom"}},
                    is_final);
        }
        co_return;
    }
    if (reply.kind != answer::ok) {
        throw walk_broken(walk_broken::why::misled,
                          fmt::format("GET {} answers {} {}", plan_.described().get_target,
                                      reply.status, reply.error_code));
    }
    const auto work = work_for({reply.body}, projection::get);
    auto compare = [&](store& on) { return on.compare_page(work); };
    auto compared = co_await with_.db.run(compare);
    suspect(std::move(compared.found), is_final);
    for (const auto& [owner, table] : compared.to_complete) {
        co_await look_at_children(owner, table, is_final);
    }
}

awaitable<void> verifier::look_at_children(const std::string& key, const std::string& table,
                                           bool is_final)
{
    const auto tables = plan_.tables();
    for (std::size_t i = 1; i < tables.size(); ++i) {
        const auto& complete = tables[i].described->complete;
        if (tables[i].name != table || complete.target.empty()) {
            continue;
        }
        page_reader reader(with_, source_of(complete, key, lane::polls));
        std::vector<std::unique_ptr<fetched_page>> pages;
        child_work work;
        work.plan = &plan_;
        work.table = i;
        work.parent_key = key;
        for (bool is_over = false; !is_over;) {
            pages.push_back(co_await reader.next());
            is_over = pages.back()->is_last;
            work.elements.insert(work.elements.end(), pages.back()->slices.records.begin(),
                                 pages.back()->slices.records.end());
        }
        auto compare = [&](store& on) { return on.compare_children(work); };
        auto found = co_await with_.db.run(compare);
        suspect(std::move(found), is_final);
    }
}

awaitable<void> verifier::look_at_memberships()
{
    const auto tables = plan_.tables();
    for (std::size_t i = 1; i < tables.size(); ++i) {
        const auto& complete = tables[i].described->complete;
        if (complete.rule != completion_rule::per_other_side) {
            continue;
        }
        auto load = [&](store& on) {
            return on.keys_of(complete.other_resource, complete.other_filter);
        };
        for (const auto& id : co_await with_.db.run(load)) {
            std::vector<difference> differing;
            const auto differ = [&](const std::string& key, const char* problem) {
                differing.push_back({key, std::string(tables[i].name), id, problem});
            };
            id_set linked;
            const membership::taker note_linked = [&](membership::keys here) -> awaitable<void> {
                for (const auto& key : here) {
                    linked.add(key);
                }
                co_return;
            };
            const membership::taker find_missing = [&](membership::keys there) -> awaitable<void> {
                for (const auto& key : there) {
                    if (!linked.contains(key)) {
                        linked.add(key); // it may come again
                        differ(key, "missing here");
                    }
                }
                co_return;
            };
            membership members(with_, plan_, i, id);
            const membership::taker find_surplus = [&](membership::keys here) -> awaitable<void> {
                for (const auto& key : here) {
                    if (!members.holds(key)) {
                        differ(key, "missing in Intercom");
                    }
                }
                co_return;
            };
            co_await members.look_up(note_linked);
            co_await members.read(find_missing);
            co_await members.look_up(find_surplus);
            suspect(std::move(differing), true);
        }
    }
}

awaitable<void> verifier::confirm()
{
    keys doubtful(suspects_.begin(), suspects_.end());
    if (plan_.described().get_target.empty()) {
        // Only the list can say it again.
        if (doubtful.empty()) {
            co_return;
        }
        for (const auto& each : plan_.described().listings) {
            if (!each.is_complete || !each.versions.holds(plan_.version())) {
                continue;
            }
            page_reader reader(with_, source_of(each, lane::polls));
            for (bool is_over = false; !is_over;) {
                const auto page = co_await reader.next();
                is_over = page->is_last;
                const auto work = work_for(page->slices.records, projection::list);
                auto compare = [&](store& on) { return on.compare_page(work); };
                auto compared = co_await with_.db.run(compare);
                suspect(std::move(compared.found), true);
            }
        }
        for (const auto& key : doubtful) {
            if (seen_.count(key) == 0) {
                suspect({{key, std::string(plan_.described().name), "", "missing in Intercom"}},
                        true);
            }
        }
        co_return;
    }
    co_await look_at_records(std::move(doubtful), true);
}

} // namespace intercom_mirror
