#include "sync/push/pusher.hpp"

#include "schema/catalogue.hpp"
#include "sync/intercom/url_text.hpp"
#include "sync/push/edited_values.hpp"
#include "sync/push/remote_record.hpp"
#include "sync/run_together.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// A request takes half a second, an edit two of them: enough for the usual 167 a second.
constexpr std::size_t senders = 96;
constexpr std::size_t claimed_at_once = 128;
constexpr std::size_t claimed_low = 32;
// Rows that differ from Intercom without an entry in the outbox: there should be none.
constexpr duration recover_every = std::chrono::minutes(10);
// Who is stopped waits for the end of such a wait.
constexpr duration told_within = std::chrono::milliseconds(300);

} // namespace

bool pusher::task::can_be_read() const
{
    return plan != nullptr && table.in == nullptr && table.called == nullptr &&
           !plan->described().get_target.empty();
}

pusher::pusher(services& with, std::span<const record_plan> plans, push_rules rules,
               database* notices)
    : with_(with), plans_(plans), rules_(std::move(rules)), notices_(notices)
{
}

// --- taking work -----------------------------------------------------------------------------

awaitable<void> pusher::push_once()
{
    co_await work_off(false);
}

awaitable<void> pusher::run()
{
    co_await work_off(true);
}

awaitable<void> pusher::work_off(bool is_forever)
{
    is_forever_ = is_forever;
    is_over_ = false;
    waiting_.clear();
    under_way_ = 0;
    const auto unknown_until = with_.time.wall() + unknown_for;
    auto take_over = [unknown_until](store& on) { on.edits_to_send().take_over(unknown_until); };
    co_await with_.db.run(take_over);
    std::vector<awaitable<void>> tasks;
    tasks.push_back(feed());
    for (std::size_t i = 0; i < senders; ++i) {
        tasks.push_back(send_some());
    }
    if (is_forever && notices_ != nullptr) {
        tasks.push_back(listen());
    }
    co_await run_together(std::move(tasks));
}

awaitable<void> pusher::feed()
{
    auto recovers_at = with_.time.now();
    for (;;) {
        if (with_.time.now() >= recovers_at) {
            recovers_at = with_.time.now() + recover_every;
            auto recover = [](store& on) { on.recover_edits(); };
            co_await with_.db.run(recover);
        }
        const auto finished_before = finished_;
        bool is_more = false;
        if (waiting_.size() < claimed_low) {
            std::string transaction;
            auto claim = [&, now = with_.time.wall()](store& on) {
                return on.edits_to_send().claim(claimed_at_once, now, transaction);
            };
            auto taken = co_await with_.db.run(claim);
            is_more = !taken.empty();
            for (auto& each : taken) {
                waiting_.push_back(std::move(each));
            }
            changed_.notify_all();
        }
        if (is_more) {
            continue;
        }
        const bool is_idle = waiting_.empty() && under_way_ == 0 && finished_ == finished_before;
        if (is_idle && !is_forever_) {
            is_over_ = true;
            changed_.notify_all();
            co_return;
        }
        if (finished_ == finished_before) {
            using namespace boost::asio::experimental::awaitable_operators;
            co_await (changed_.wait() || with_.time.sleep_for(rules_.look_every));
        }
    }
}

awaitable<void> pusher::listen()
{
    for (;;) {
        bool is_told = false;
        bool is_away = false;
        try {
            auto wait = [](store& on) { return on.edits_to_send().is_told_of_edits(told_within); };
            is_told = co_await notices_->run(wait);
        } catch (const store_unavailable&) {
            is_away = true; // whoever writes tells of the outage
        }
        if (is_away) {
            co_await with_.time.sleep_for(rules_.look_every);
        } else if (is_told) {
            changed_.notify_all();
        }
    }
}

awaitable<void> pusher::send_some()
{
    for (;;) {
        while (!is_over_ && waiting_.empty()) {
            co_await changed_.wait();
        }
        if (is_over_) {
            co_return;
        }
        auto edits = std::move(waiting_.front());
        waiting_.pop_front();
        ++under_way_;
        co_await send(std::move(edits));
        --under_way_;
        ++finished_;
        changed_.notify_all();
    }
}

const record_plan* pusher::plan_of(std::string_view resource) const
{
    const auto found = std::ranges::find_if(
        plans_, [&](const record_plan& each) { return each.described().name == resource; });
    return found == plans_.end() ? nullptr : &*found;
}

pusher::task pusher::task_of(edits_taken edits) const
{
    const auto table = find_written(catalogue(), functions(), edits.front());
    if (!table) {
        throw unsendable(fmt::format("the catalogue has no request for {} of {}",
                                     edits.front().operation, edits.front().table),
                         false);
    }
    task work;
    work.table = *table;
    work.related = table->related(edits.front().operation);
    work.edits = std::move(edits);
    work.plan = plan_of(work.first().entity);
    return work;
}

awaitable<void> pusher::send(edits_taken edits)
{
    task work;
    work.edits = edits;
    std::string problem;
    bool is_for_now = false;
    try {
        work = task_of(std::move(edits));
        const auto pause = patience_.pause_before_repeating(work.first().id, with_.time.now());
        if (pause) {
            co_await wait(work, "too many edits are repeated", *pause);
        } else {
            co_await send_in_its_way(work);
        }
    } catch (const unsendable& refused) {
        problem = refused.what();
        is_for_now = refused.is_for_now();
    } catch (const statement_refused& refused) {
        // A fault of ours, or data PostgreSQL does not take: the others go on.
        problem = fmt::format("PostgreSQL refuses the change (SQLSTATE {})", refused.sqlstate());
        is_for_now = true;
    } catch (const malformed_record& malformed) {
        problem = fmt::format("Intercom's record cannot be read: {}", malformed.what());
        is_for_now = true;
    }
    if (problem.empty()) {
        co_return;
    }
    if (is_for_now) {
        co_await settle(work, "parked", problem);
    } else {
        co_await refuse(work, problem, "", true);
    }
}

awaitable<void> pusher::send_in_its_way(task& work)
{
    const auto& operation = work.first().operation;
    if (work.table.called != nullptr) {
        co_await send_call(work);
    } else if (operation == "create") {
        co_await send_create(work);
    } else if (operation == "update") {
        co_await send_updates(work);
    } else {
        co_await send_link(work);
    }
}

// --- links and functions ---------------------------------------------------------------------

awaitable<void> pusher::send_link(task& work)
{
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    const auto row = co_await with_.db.run(look);
    const auto requests =
        requests_for(work.table, work.first().operation, row, "", rules_.requests);
    // Making a link that is there, or taking one away that is not, does no harm.
    const auto answer = co_await ask(work, requests.front());
    if (!answer) {
        co_return;
    }
    const bool is_gone = work.first().operation == "detach" &&
                         (answer->kind == answer::missing || answer->kind == answer::merged);
    if (answer->kind == answer::forbidden) {
        co_await wait_for_scope(work, *answer);
    } else if (answer->kind == answer::ok || is_gone) {
        auto finish = [&](const edited_row&) {
            auto wanted =
                all_to(work, "applied", is_gone ? "it was gone already" : "", answer->request_id);
            wanted.ended = end_of(work, "applied", answer->request_id);
            read_soon(work, wanted);
            return wanted;
        };
        co_await change(work, finish);
    } else {
        co_await refuse_child(work, *answer);
    }
}

awaitable<void> pusher::send_call(task& work)
{
    const auto& called = *work.table.called;
    const bool may_be_repeated = called.request.method != "POST";
    if (!work.first().in_flight.empty() && !may_be_repeated) {
        co_await settle(work, "parked",
                        "it is not known whether Intercom got it; look there, then retry or "
                        "discard it");
        co_return;
    }
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    const auto row = co_await with_.db.run(look);
    const auto requests = requests_for(work.table, "", row, "", rules_.requests);
    const auto answer = co_await ask(work, requests.front());
    if (!answer) {
        co_return;
    }
    const bool is_gone = called.request.method == "DELETE" && answer->kind == answer::missing;
    const auto* answered = plan_of(called.answers);
    if (answer->kind == answer::forbidden) {
        co_await wait_for_scope(work, *answer);
    } else if (answer->kind == answer::ok || is_gone) {
        auto finish = [&](const edited_row&) {
            auto wanted =
                all_to(work, "applied", is_gone ? "it was gone already" : "", answer->request_id);
            wanted.ended = end_of(work, "applied", answer->request_id);
            if (answered != nullptr && answer->kind == answer::ok) {
                wanted.plan = answered;
                wanted.document = answer->body;
            }
            read_soon(work, wanted);
            return wanted;
        };
        co_await change(work, finish);
    } else {
        co_await refuse(work, refusal_of(*answer), answer->request_id, false);
    }
}

// --- looking ---------------------------------------------------------------------------------

awaitable<std::vector<std::string>> pusher::preview()
{
    auto load = [](store& on) { return on.edits_to_send().open_edits(); };
    auto all = co_await with_.db.run(load);
    std::vector<std::string> lines;
    for (auto& edits : all) {
        const auto id = edits.front().id;
        std::string text;
        try {
            text = co_await preview_of(std::move(edits));
        } catch (const unsendable& refused) {
            text = fmt::format("# edit {} is not sent: {}\n", id, refused.what());
        }
        if (!text.empty()) {
            lines.push_back(std::move(text));
        }
    }
    co_return lines;
}

awaitable<std::string> pusher::preview_of(edits_taken edits)
{
    const auto work = task_of(std::move(edits));
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    auto row = co_await with_.db.run(look);
    const auto& first = work.first();
    std::string patch = first.operation == "create" ? values_to_create(row) : "";
    if (first.operation == "update") {
        if (first.row_id.starts_with("local:")) {
            co_return ""; // its creation carries it
        }
        // What else is pending will have been sent by then, or is sent later.
        const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
        auto others = fields_of(row.pending, by_member);
        for (const auto& own : fields_of(work.edits, by_member)) {
            others.erase(own);
        }
        row.pending = pending_without(row.pending, others);
        auto remote = assumed_remote(row);
        if (work.can_be_read()) {
            const auto pattern = work.plan->described().get_target;
            auto request = get_request(fmt::format("{}{}", pattern.substr(0, pattern.find('{')),
                                                   percent_encode(first.row_id)),
                                       lane::edits, fmt::format("GET {}", pattern));
            const auto answer = co_await with_.api.call(std::move(request));
            if (answer.kind != answer::ok) {
                co_return fmt::format("# edit {} is not sent: {}\n", first.id, refusal_of(answer));
            }
            remote = values_in(*work.plan, answer.body);
        }
        patch = merge(work, row, remote).patch;
        if (patch == "{}") {
            co_return "";
        }
    }
    std::string text;
    for (const auto& request :
         requests_for(work.table, first.operation, row, patch, rules_.requests)) {
        text += fmt::format("{} {}{}{}\n", request.method, request.target,
                            request.body.empty() ? "" : " ", request.body);
    }
    co_return text;
}

} // namespace intercom_mirror
