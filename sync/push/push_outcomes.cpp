#include "sync/intercom/url_text.hpp"
#include "sync/push/json_text.hpp"
#include "sync/push/pusher.hpp"
#include "sync/push/remote_record.hpp"
#include "sync/seeded_bug.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;
using json = nlohmann::json;

// The survivor of a merge is read soon.
constexpr duration survivor_pause = std::chrono::seconds(10);
// Answers that say nothing but that Intercom stumbles over the edit.
constexpr int answers_max = 12;

constexpr std::string_view outcome_unknown = "it is not known whether Intercom got it";

constexpr std::string_view unique_violation = "23505";
constexpr int collisions_max = 3;

} // namespace

awaitable<std::optional<api_reply>> pusher::ask(task& work, const outgoing_request& request)
{
    auto begin = [&](const edited_row&) {
        edit_change wanted;
        wanted.begun =
            begun_attempt{work.first().id, fmt::format("{} {}", request.method, request.target),
                          request.carried.empty() ? "{}" : request.carried, with_.time.wall()};
        return wanted;
    };
    co_await change(work, begin);
    auto answer = co_await exchange(work, request);
    co_return answer;
}

awaitable<std::optional<api_reply>> pusher::exchange(task& work, const outgoing_request& request)
{
    api_request asked;
    asked.method = request.method;
    asked.target = request.target;
    asked.body = request.body;
    asked.urgency = lane::edits;
    asked.endpoint = request.endpoint;
    asked.attempts_max = 1; // the outbox repeats it, if anybody
    patience_.on_request();
    std::optional<api_reply> answer;
    std::optional<api_failure> failure;
    bool is_token_dead = false;
    std::string why;
    try {
        answer = co_await with_.api.call(std::move(asked));
    } catch (const api_failure& failed) {
        failure = failed;
    } catch (const token_rejected& rejected) {
        is_token_dead = true;
        why = rejected.what();
    }
    if (answer) {
        patience_.after_answer(work.first().id);
        co_return answer;
    }
    const bool is_unknown = failure && failure->what_was_sent() != transport_failure::sent::nothing;
    auto wanted =
        failure ? after_failure(work, *failure,
                                is_unknown && !SEEDED_BUG(lost_request_is_forgotten) ? unknown_for
                                                                                     : duration{})
                : all_to(work, "waiting", why, "");
    wanted.ended =
        end_of(work, is_unknown ? "unknown" : "not sent", failure ? failure->request_id() : "");
    wanted.ended->is_unknown = is_unknown;
    auto give_way = [&](const edited_row&) { return wanted; };
    co_await change(work, give_way);
    if (is_token_dead) {
        throw token_rejected(why);
    }
    co_return std::nullopt;
}

// The record alone. Nothing: it could not be asked for, and the edits wait.
awaitable<std::optional<api_reply>> pusher::read(task& work, const std::string& id)
{
    const auto pattern = work.plan->described().get_target;
    const auto brace = pattern.find('{');
    const auto target = fmt::format("{}{}{}", pattern.substr(0, brace), percent_encode(id),
                                    pattern.substr(pattern.find('}') + 1));
    auto request = get_request(target, lane::edits, fmt::format("GET {}", pattern));
    auto answer = co_await inquire(work, std::move(request));
    if (answer && answer->kind != answer::ok && answer->kind != answer::missing &&
        answer->kind != answer::merged) {
        co_await wait(work, refusal_of(*answer), scope_pause);
        answer.reset();
    }
    co_return answer;
}

// A question. Nothing: there is no answer, and the edits wait.
awaitable<std::optional<api_reply>> pusher::inquire(task& work, api_request request)
{
    patience_.on_request();
    std::optional<api_reply> answer;
    std::optional<api_failure> failure;
    try {
        answer = co_await with_.api.call(std::move(request));
    } catch (const api_failure& failed) {
        failure = failed;
    }
    if (failure) {
        const auto wanted = after_failure(work, *failure, {});
        auto give_way = [&](const edited_row&) { return wanted; };
        co_await change(work, give_way);
    }
    co_return answer;
}

// The edits wait, or are parked: Intercom answers, but has stumbled over them too often.
edit_change pusher::after_failure(const task& work, const api_failure& failure, duration at_least)
{
    const auto said =
        patience_.after_failure(work.first().id, failure.status() != 0, uniform(with_.random));
    const bool is_enough = said.counts && work.first().attempts + 1 >= answers_max;
    const bool is_unknown = at_least != duration{};
    auto wanted =
        all_to(work, is_enough ? "parked" : "waiting",
               is_unknown ? fmt::format("{}: {}", outcome_unknown, failure.what()) : failure.what(),
               failure.request_id());
    for (auto& fate : wanted.fates) {
        fate.next_at = with_.time.wall() + std::max(said.pause, at_least);
        fate.counts_as_attempt = said.counts;
    }
    return wanted;
}

awaitable<void> pusher::change(task& work, std::function<edit_change(const edited_row&)> decide)
{
    int collisions_left = collisions_max;
    std::vector<edit_fate> fates;
    std::string transaction;
    auto store_it = [&](store& on) {
        on.edits_to_send().change(
            work.edits, work.related,
            [&](const edited_row& row) {
                auto wanted = decide(row);
                fates = wanted.fates;
                return wanted;
            },
            transaction);
    };
    for (bool is_stored = false; !is_stored;) {
        try {
            co_await with_.db.run(store_it);
            is_stored = true;
        } catch (const statement_refused& refused) {
            // A poll brought in the row that takes its id here, at the same moment.
            if (refused.sqlstate() != unique_violation || --collisions_left == 0) {
                throw;
            }
        }
    }
    count(work.edits, fates);
}

void pusher::count(const edits_taken& edits, const std::vector<edit_fate>& fates)
{
    for (const auto& fate : fates) {
        ++settled_[std::string(fate.state)];
        if (fate.state != "pending" && fate.state != "waiting") {
            patience_.forget(fate.id);
        }
        const auto edit = std::ranges::find(edits, fate.id, &outbox_edit::id);
        if (fate.state == "applied" && edit != edits.end()) {
            latency_.add(std::max(with_.time.wall() - edit->edited_at, duration::zero()));
        }
        const bool is_trouble = fate.state == "rejected" || fate.state == "parked" ||
                                fate.state == "conflict" || fate.state == "conflict_lost";
        if (is_trouble) {
            with_.log.warning("an edit did not reach Intercom", {{"record", fate.id},
                                                                 {"phase", std::string(fate.state)},
                                                                 {"request_id", fate.request_id}});
        }
    }
}

edit_change pusher::all_to(const task& work, std::string_view state, const std::string& reason,
                           const std::string& request_id) const
{
    edit_change wanted;
    for (const auto& edit : work.edits) {
        edit_fate fate;
        fate.id = edit.id;
        fate.state = state;
        fate.reason = reason;
        fate.request_id = request_id;
        fate.next_at = with_.time.wall();
        wanted.fates.push_back(std::move(fate));
    }
    return wanted;
}

ended_attempt pusher::end_of(const task& work, std::string_view outcome,
                             const std::string& request_id) const
{
    ended_attempt made;
    made.edit_id = work.first().id;
    made.outcome = outcome;
    made.request_id = request_id;
    made.at = with_.time.wall();
    return made;
}

// What a link or a function changed beside the row shows when its entity, and what else it names,
// is read.
void pusher::read_soon(const task& work, edit_change& into) const
{
    const auto note = [&](std::string_view resource, const std::string& id) {
        const auto* plan = plan_of(resource);
        if (plan != nullptr && !plan->described().get_target.empty() && !id.empty()) {
            into.to_read.emplace_back(resource, id);
        }
    };
    note(work.first().entity, work.first().entity_id);
    if (work.table.called == nullptr) {
        return;
    }
    const json given = parse_json(work.first().fields);
    for (const auto& each : work.table.called->parameters) {
        const auto value = given.find(std::string(each.name));
        if (!each.refers_to.empty() && value != given.end() && value->is_string()) {
            note(each.refers_to, value->get<std::string>());
        }
    }
}

awaitable<void> pusher::settle(task& work, std::string_view state, std::string reason,
                               std::string request_id)
{
    auto decide = [&](const edited_row&) {
        auto wanted = all_to(work, state, reason, request_id);
        if (!work.first().in_flight.empty()) {
            // Whoever lets it go on wants it sent again.
            wanted.ended = end_of(work, "unknown", "");
        }
        return wanted;
    };
    co_await change(work, decide);
}

// Refused for good. A field takes Intercom's value again, a row that was to be created goes, and a
// link is as it was; what was asked for stands in the entry.
awaitable<void> pusher::refuse(task& work, std::string reason, std::string request_id,
                               bool undoes_row)
{
    std::optional<api_reply> now;
    const bool is_update = work.first().operation == "update";
    if (is_update && work.can_be_read()) {
        now = co_await read(work, work.first().row_id);
        if (!now) {
            co_return;
        }
    }
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    auto decide = [&](const edited_row& row) {
        auto wanted = all_to(work, "rejected", reason, request_id);
        for (auto& fate : wanted.fates) {
            fate.counts_as_attempt = true;
        }
        wanted.ended = end_of(work, "rejected", request_id);
        if (is_update) {
            // Other edits of the row, made meanwhile, go on.
            wanted.pending = row.pending;
            for (const auto& edit : work.edits) {
                wanted.pending =
                    pending_after_refusal(*wanted.pending, row.values, edit.fields, by_member);
            }
            if (now && now->kind == answer::ok) {
                wanted.plan = work.plan;
                wanted.document = now->body;
            } else {
                wanted.undoes_row = true;
                read_soon(work, wanted);
            }
        } else {
            wanted.undoes_row = undoes_row;
            read_soon(work, wanted);
        }
        return wanted;
    };
    co_await change(work, decide);
}

// The entity is not there any more, by a GET: its edits are lost, or go on where it went.
awaitable<void> pusher::settle_gone(task& work, const api_reply& answer)
{
    const bool is_merged = answer.kind == answer::merged;
    auto decide = [&](const edited_row&) {
        edit_change wanted;
        if (is_merged) {
            wanted = all_to(work, "waiting",
                            fmt::format("Intercom merged the record into {}, which is not here yet",
                                        answer.canonical_id),
                            answer.request_id);
            for (auto& fate : wanted.fates) {
                fate.next_at = with_.time.wall() + survivor_pause;
            }
        } else {
            wanted = all_to(work, "conflict_lost", "Intercom does not have the record any more",
                            answer.request_id);
            wanted.undoes_row = work.table.in != nullptr;
            if (work.table.in == nullptr) {
                wanted.pending = "{}";
            }
        }
        absence gone;
        gone.plan = work.plan;
        gone.key = work.first().entity_id;
        gone.how = is_merged ? deletion::merged : work.plan->described().when_missing;
        gone.merged_into = answer.canonical_id;
        wanted.gone = std::move(gone);
        return wanted;
    };
    co_await change(work, decide);
}

// Refused, perhaps because what the row belongs to is not there any more.
awaitable<void> pusher::refuse_child(task& work, const api_reply& answer)
{
    const bool is_missing = answer.kind == answer::missing || answer.kind == answer::merged;
    if (is_missing && work.table.in != nullptr && work.plan != nullptr &&
        !work.plan->described().get_target.empty()) {
        auto end = [&](const edited_row&) {
            edit_change wanted;
            wanted.ended = end_of(work, "rejected", answer.request_id);
            return wanted;
        };
        co_await change(work, end);
        const auto now = co_await read(work, work.first().entity_id);
        if (!now) {
            co_return;
        }
        if (now->kind != answer::ok) {
            co_await settle_gone(work, *now);
            co_return;
        }
    }
    co_await refuse(work, refusal_of(answer), answer.request_id, true);
}

awaitable<void> pusher::wait(task& work, std::string reason, duration pause)
{
    auto decide = [&](const edited_row&) {
        auto wanted = all_to(work, "waiting", reason, "");
        for (auto& fate : wanted.fates) {
            fate.next_at = with_.time.wall() + pause;
        }
        return wanted;
    };
    co_await change(work, decide);
}

// This token may not do it, for now: a matter of its scopes, not of the edit.
awaitable<void> pusher::wait_for_scope(task& work, const api_reply& answer)
{
    auto decide = [&](const edited_row&) {
        auto wanted = all_to(work, "waiting", refusal_of(answer), answer.request_id);
        for (auto& fate : wanted.fates) {
            fate.next_at = with_.time.wall() + scope_pause;
        }
        wanted.ended = end_of(work, "forbidden", answer.request_id);
        return wanted;
    };
    co_await change(work, decide);
}

} // namespace intercom_mirror
