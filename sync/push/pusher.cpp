#include "sync/push/pusher.hpp"

#include "schema/catalogue.hpp"
#include "sync/intercom/url_text.hpp"
#include "sync/push/remote_record.hpp"
#include "sync/run_together.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;
using json = nlohmann::json;

// A request takes half a second, an edit two of them: enough for the usual 167 a second.
constexpr std::size_t senders = 96;
constexpr std::size_t claimed_at_once = 128;
constexpr std::size_t claimed_low = 32;
// Edits that were not told of are found by looking.
constexpr duration look_every = std::chrono::milliseconds(500);
// A request that got lost on its way may take effect this much later.
constexpr duration unknown_for = std::chrono::seconds(60);
constexpr duration first_retry = std::chrono::seconds(2);
constexpr duration longest_retry = std::chrono::minutes(15);

constexpr std::string_view outcome_unknown = "it is not known whether Intercom got it";

std::string_view name_of(conflict_policy policy)
{
    switch (policy) {
    case conflict_policy::local_wins:
        return "local_wins";
    case conflict_policy::manual:
        return "manual";
    case conflict_policy::remote_wins:
        break;
    }
    return "remote_wins";
}

std::string_view resolution_of(conflict_policy policy)
{
    switch (policy) {
    case conflict_policy::local_wins:
        return "local";
    case conflict_policy::manual:
        return "";
    case conflict_policy::remote_wins:
        break;
    }
    return "remote";
}

// What Intercom said when it refused.
std::string refusal_of(const api_reply& answer)
{
    const auto said = answer.error_message.empty() ? answer.error_code : answer.error_message;
    return fmt::format("Intercom refuses it ({}{}{})", answer.status, said.empty() ? "" : ": ",
                       said);
}

// Fields with their values in the row, of those that differ from Intercom.
std::string values_to_create(const edited_row& row)
{
    const json values = json::parse(row.values);
    const json pending = json::parse(row.pending);
    json given = json::object();
    for (const auto& [name, before] : pending.items()) {
        const auto value = values.find(name);
        if (value != values.end() && !value->is_null()) {
            given[name] = *value;
        }
    }
    return given.dump();
}

row_versions versions_of(const edited_row& row, std::string_view remote)
{
    row_versions made;
    made.pending = row.pending;
    made.local = row.values;
    made.remote = remote;
    made.in_flight = row.in_flight;
    made.unanswered = row.unanswered;
    for (const auto& one : row.decided) {
        made.decided[{one.column, one.member}] = {one.is_local, one.remote};
    }
    return made;
}

// Where a row cannot be read, nothing speaks against its values before the edits.
std::string assumed_remote(const edited_row& row)
{
    json values = json::parse(row.values);
    const json pending = json::parse(row.pending);
    for (const auto& [name, before] : pending.items()) {
        values[name] = before;
    }
    return values.dump();
}

} // namespace

bool pusher::task::can_be_read() const
{
    return plan != nullptr && table.in == nullptr && table.called == nullptr &&
           !plan->described().get_target.empty();
}

// What is known of a row's edits while its requests go out one by one.
struct pusher::row_progress
{
    std::vector<outgoing_request> requests;
    field_outcomes outcomes;
    bool was_sent = false;
    // Values that the row is to take from Intercom, and that no answer has brought.
    bool needs_document = false;
    std::string document; // Intercom's latest, when it is up to date
};

pusher::pusher(services& with, std::span<const record_plan> plans, push_rules rules)
    : with_(with), plans_(plans), rules_(std::move(rules))
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
    auto take_over = [unknown_until](store& on) {
        on.edits_to_send().take_over(unknown_until);
        on.recover_edits();
    };
    co_await with_.db.run(take_over);
    std::vector<awaitable<void>> tasks;
    tasks.push_back(feed());
    for (std::size_t i = 0; i < senders; ++i) {
        tasks.push_back(send_some());
    }
    co_await run_together(std::move(tasks));
}

awaitable<void> pusher::feed()
{
    for (;;) {
        const auto finished_before = finished_;
        bool is_more = false;
        if (waiting_.size() < claimed_low) {
            auto claim = [now = with_.time.wall()](store& on) {
                return on.edits_to_send().claim(claimed_at_once, now);
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
            co_await (changed_.wait() || with_.time.sleep_for(look_every));
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
        co_await send_in_its_way(work);
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

// --- updates ---------------------------------------------------------------------------------

row_merge pusher::merge(const task& work, const edited_row& row, std::string_view remote) const
{
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    const auto policy = [&](std::string_view column) {
        return policy_for(rules_.conflicts, work.first().table, column);
    };
    return merge_row(versions_of(row, remote), by_member, policy);
}

awaitable<void> pusher::send_updates(task& work)
{
    row_progress progress;
    std::string remote;
    if (work.can_be_read()) {
        const auto answer = co_await read(work, work.first().row_id);
        if (!answer) {
            co_return;
        }
        if (answer->kind != answer::ok) {
            co_await settle_gone(work, *answer);
            co_return;
        }
        progress.document = answer->body;
        remote = values_in(*work.plan, answer->body);
    }
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    std::string problem;
    bool is_for_now = false;
    auto decide = [&](const edited_row& row) {
        edit_change wanted;
        progress.requests.clear();
        progress.outcomes.clear();
        problem.clear();
        if (!row.is_there || row.is_deleted) {
            wanted = all_to(work, "conflict_lost", "the row is not there any more", "");
            wanted.pending = "{}";
            return wanted;
        }
        const auto merged = merge(work, row, remote.empty() ? assumed_remote(row) : remote);
        wanted.pending = merged.pending;
        for (const auto& one : merged.conflicts) {
            wanted.conflicts.push_back({one.field.column, one.field.member, one.base, one.local,
                                        one.remote, name_of(one.policy),
                                        resolution_of(one.policy)});
        }
        const auto note = [&](const std::set<edited_field>& fields, field_outcome outcome) {
            for (const auto& field : fields) {
                progress.outcomes[field] = outcome;
            }
        };
        using kind = field_outcome::kind;
        note(merged.arrived, {kind::applied, "Intercom has it so", ""});
        note(merged.taken_back, {kind::taken_back, "taken back before it was sent", ""});
        note(merged.lost, {kind::lost, "it was changed in Intercom, too", ""});
        note(merged.undecided, {kind::undecided, "it was changed in Intercom, too", ""});
        progress.was_sent = row.was_sent;
        progress.needs_document =
            !merged.lost.empty() || !merged.arrived.empty() || !merged.taken_back.empty();
        if (!merged.to_send.empty()) {
            try {
                progress.requests =
                    requests_for(work.table, "update", row, merged.patch, rules_.requests);
            } catch (const unsendable& refused) {
                problem = refused.what();
                is_for_now = refused.is_for_now();
            }
        }
        // What no request carries is not sent, and follows from what is.
        std::set<edited_field> left = merged.to_send;
        for (const auto& request : progress.requests) {
            for (const auto& field : fields_of(request.carried, by_member)) {
                left.erase(field);
            }
        }
        if (problem.empty()) {
            note(left, {kind::applied, "", ""});
            wanted.pending = pending_without(*wanted.pending, left);
            progress.needs_document = progress.needs_document || !left.empty();
        }
        if (!progress.requests.empty()) {
            const auto& request = progress.requests.front();
            wanted.begun =
                begun_attempt{work.first().id, fmt::format("{} {}", request.method, request.target),
                              request.carried, with_.time.wall()};
        } else if (problem.empty()) {
            wanted.fates = fates_of(work.edits, progress.outcomes, progress.was_sent, by_member);
            if (progress.needs_document && !progress.document.empty()) {
                wanted.plan = work.plan;
                wanted.document = progress.document;
            }
        }
        return wanted;
    };
    co_await change(work, decide);
    if (!problem.empty()) {
        throw unsendable(problem, is_for_now);
    }
    if (progress.requests.empty()) {
        co_return;
    }
    const bool is_done = co_await send_requests(work, progress);
    if (!is_done) {
        co_return;
    }
    // Something was refused, or an answer did not show the record: how is it now?
    std::optional<api_reply> now;
    if (work.can_be_read()) {
        now = co_await read(work, work.first().row_id);
        if (!now) {
            co_return;
        }
        if (now->kind != answer::ok) {
            co_await settle_gone(work, *now);
            co_return;
        }
    }
    auto finish = [&](const edited_row&) {
        edit_change wanted;
        wanted.fates = fates_of(work.edits, progress.outcomes, progress.was_sent, by_member);
        if (now) {
            wanted.plan = work.plan;
            wanted.document = now->body;
        } else {
            read_soon(work, wanted);
        }
        return wanted;
    };
    co_await change(work, finish);
}

// Sends what was decided. False: all is stored, or waits; true: the record has to be read before
// the edits have their fates.
awaitable<bool> pusher::send_requests(task& work, row_progress& progress)
{
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    bool is_in_doubt = false;
    for (std::size_t i = 0; i < progress.requests.size(); ++i) {
        const auto& request = progress.requests[i];
        const bool is_last = i + 1 == progress.requests.size();
        std::optional<api_reply> answer;
        if (i == 0) {
            answer = co_await exchange(work, request);
        } else {
            answer = co_await ask(work, request);
        }
        if (!answer) {
            co_return false;
        }
        if (answer->kind == answer::forbidden) {
            co_await wait_for_scope(work, *answer);
            co_return false;
        }
        const bool is_good = answer->kind == answer::ok;
        const auto sent = fields_of(request.carried, by_member);
        for (const auto& field : sent) {
            progress.outcomes[field] = {is_good ? field_outcome::kind::applied
                                                : field_outcome::kind::rejected,
                                        is_good ? "" : refusal_of(*answer), answer->request_id};
        }
        const bool shows_record = is_good && work.plan != nullptr && work.table.in == nullptr &&
                                  is_record(*work.plan, answer->body, work.first().row_id);
        is_in_doubt = is_in_doubt || !is_good || (is_last && !shows_record);
        const bool is_over = is_last && !is_in_doubt;
        auto store_answer = [&](const edited_row& row) {
            edit_change wanted;
            wanted.ended = end_of(work, is_good ? "applied" : "rejected", answer->request_id);
            wanted.undoes_row = !is_good && !work.can_be_read();
            wanted.pending =
                is_good ? pending_after_answer(row.pending, row.values, request.carried,
                                               shows_record ? values_in(*work.plan, answer->body)
                                                            : std::string(),
                                               by_member)
                        : pending_without(row.pending, sent);
            if (shows_record) {
                wanted.plan = work.plan;
                wanted.document = answer->body;
            }
            if (is_over) {
                wanted.fates = fates_of(work.edits, progress.outcomes, true, by_member);
            }
            return wanted;
        };
        co_await change(work, store_answer);
    }
    co_return is_in_doubt;
}

// --- new rows --------------------------------------------------------------------------------

awaitable<void> pusher::send_create(task& work)
{
    if (!work.first().in_flight.empty()) {
        const bool goes_on = co_await find_former_create(work);
        if (!goes_on) {
            co_return;
        }
    }
    std::vector<outgoing_request> requests;
    std::string problem;
    bool is_for_now = false;
    auto decide = [&](const edited_row& row) {
        edit_change wanted;
        problem.clear();
        requests.clear();
        if (!row.is_there) {
            return all_to(work, "cancelled", "the row was deleted before it was sent", "");
        }
        try {
            requests =
                requests_for(work.table, "create", row, values_to_create(row), rules_.requests);
        } catch (const unsendable& refused) {
            problem = refused.what();
            is_for_now = refused.is_for_now();
            return wanted;
        }
        wanted.begun = begun_attempt{work.first().id,
                                     fmt::format("{} {}", requests[0].method, requests[0].target),
                                     requests[0].carried, with_.time.wall()};
        return wanted;
    };
    co_await change(work, decide);
    if (!problem.empty()) {
        throw unsendable(problem, is_for_now);
    }
    if (requests.empty()) {
        co_return;
    }
    auto answer = co_await exchange(work, requests.front());
    if (!answer) {
        co_return;
    }
    if (answer->kind == answer::ok) {
        co_await finish_create(work, requests.front().carried, std::move(*answer));
    } else if (answer->kind == answer::forbidden) {
        co_await wait_for_scope(work, *answer);
    } else if (answer->kind == answer::conflict && work.can_be_read() &&
               !id_in_message(answer->error_message).empty()) {
        co_await adopt_existing(work, id_in_message(answer->error_message), refusal_of(*answer));
    } else {
        co_await refuse(work, refusal_of(*answer), answer->request_id, true);
    }
}

awaitable<void> pusher::finish_create(task& work, const std::string& sent, api_reply answer)
{
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    const bool is_own = work.table.in == nullptr;
    const bool shows_entity =
        work.plan != nullptr &&
        is_record(*work.plan, answer.body, is_own ? "" : work.first().entity_id);
    std::string id;
    if (is_own) {
        id = shows_entity ? key_in(*work.plan, answer.body) : id_in(answer.body);
    } else if (shows_entity) {
        id = newest_child(*work.plan, work.first().table, answer.body, std::nullopt, 0);
    } else {
        id = id_in(answer.body);
    }
    if (id.empty()) {
        // It was carried out, and will be found by reading.
        auto forget = [&](const edited_row&) {
            edit_change wanted =
                all_to(work, "parked", "Intercom's answer names no id", answer.request_id);
            wanted.ended = end_of(work, "applied", answer.request_id);
            read_soon(work, wanted);
            return wanted;
        };
        co_await change(work, forget);
        co_return;
    }
    auto adopt = [&](const edited_row& row) {
        edit_change wanted;
        wanted.real_id = id;
        wanted.ended = end_of(work, "applied", answer.request_id);
        const auto left = pending_after_answer(
            row.pending, row.values, sent,
            is_own && shows_entity ? values_in(*work.plan, answer.body) : std::string(), by_member);
        wanted.pending = is_own ? left : std::string("{}");
        wanted.fates = fates_of(work.edits, {}, true, by_member);
        for (auto& fate : wanted.fates) {
            fate.request_id = answer.request_id;
        }
        if (*wanted.pending != "{}") {
            // Fields that a create does not take, or that were edited meanwhile.
            wanted.fates.front().state = "pending";
            wanted.fates.front().reason = "the row is there; what is left is sent as an update";
            wanted.fates.front().becomes_update = true;
        }
        if (shows_entity) {
            wanted.plan = work.plan;
            wanted.document = answer.body;
        }
        if (work.plan != nullptr && !shows_entity) {
            wanted.to_read.emplace_back(work.first().entity, is_own ? id : work.first().entity_id);
        }
        return wanted;
    };
    co_await change(work, adopt);
}

// Looks for a part that was sent and not answered: one of the same text, made since. A row adopted
// is settled.
awaitable<bool> pusher::adopt_child(task& work, const api_reply& parent)
{
    if (parent.kind != answer::ok) {
        co_return false;
    }
    bool is_found = false;
    auto adopt = [&](const edited_row& row) {
        edit_change wanted;
        const json values = json::parse(row.values);
        const auto text = values.find("body");
        is_found = false;
        if (!row.is_there || !row.unanswered_since || text == values.end() || !text->is_string()) {
            return wanted;
        }
        const auto id = newest_child(*work.plan, work.first().table, parent.body,
                                     text->get<std::string>(), *row.unanswered_since);
        is_found = !id.empty();
        if (is_found) {
            wanted = all_to(work, "applied", "found in Intercom", parent.request_id);
            wanted.real_id = id;
            wanted.ended = end_of(work, "applied", parent.request_id);
            wanted.pending = "{}";
            wanted.plan = work.plan;
            wanted.document = parent.body;
        }
        return wanted;
    };
    co_await change(work, adopt);
    co_return is_found;
}

// A create was sent before, and nobody knows what came of it. True: it may be sent (again).
awaitable<bool> pusher::find_former_create(task& work)
{
    if (work.table.in != nullptr && work.plan != nullptr &&
        !work.plan->described().get_target.empty()) {
        const auto answer = co_await read(work, work.first().entity_id);
        if (!answer) {
            co_return false;
        }
        const bool is_found = co_await adopt_child(work, *answer);
        if (is_found) {
            co_return false;
        }
    }
    if (work.table.in != nullptr || work.table.how->natural_key.empty()) {
        // Nothing tells whether it is there, and a second one is worse than none.
        co_await settle(work, "parked",
                        "it is not known whether Intercom got it; look there, then retry or "
                        "discard it");
        co_return false;
    }
    if (work.plan == nullptr || work.plan->described().searching.target.empty()) {
        co_return true; // Intercom itself keeps records of one key apart
    }
    const auto& described = work.plan->described();
    std::string value;
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    const auto row = co_await with_.db.run(look);
    const json values = json::parse(row.values);
    const auto found = values.find(std::string(work.table.how->natural_key));
    if (found == values.end() || !found->is_string()) {
        co_return true;
    }
    value = found->get<std::string>();
    const json query{{"query",
                      {{"field", std::string(work.table.how->natural_key)},
                       {"operator", "="},
                       {"value", value}}},
                     {"pagination", {{"per_page", 1}}}};
    auto request = search_request(std::string(described.searching.target), query.dump(),
                                  lane::edits, fmt::format("POST {}", described.searching.target));
    std::optional<api_reply> answer;
    std::string failure;
    try {
        answer = co_await with_.api.call(std::move(request));
    } catch (const api_failure& failed) {
        failure = failed.what();
    }
    if (!answer || answer->kind != answer::ok) {
        const auto pause = backoff(work);
        co_await wait_for_better(work, answer ? refusal_of(*answer) : failure, pause);
        co_return false;
    }
    const json page = json::parse(answer->body, nullptr, false);
    std::string id;
    for (std::string_view keys = described.searching.list_keys; !keys.empty();) {
        const std::string key(keys.substr(0, keys.find('|')));
        keys.remove_prefix(std::min(key.size() + 1, keys.size()));
        const bool is_list = page.is_object() && page.contains(key) && page[key].is_array();
        if (is_list && !page[key].empty() && id.empty()) {
            id = id_in(page[key][0].dump());
        }
    }
    if (id.empty()) {
        co_return true;
    }
    co_await adopt_existing(work, id, "another record has its natural key");
    co_return false;
}

// Intercom has such a record already, by an earlier request of ours or by somebody else's: if its
// natural key is the row's, the row becomes that record, and its values are merged as edits of it.
awaitable<void> pusher::adopt_existing(task& work, std::string id, std::string why)
{
    const auto answer = co_await read(work, id);
    if (!answer) {
        co_return;
    }
    if (answer->kind != answer::ok) {
        co_await refuse(work, why, answer->request_id, true);
        co_return;
    }
    const auto remote = values_in(*work.plan, answer->body);
    const json theirs = json::parse(remote);
    bool is_ours = false;
    auto adopt = [&](const edited_row& row) {
        const json mine = json::parse(row.values);
        const std::string key(work.table.how->natural_key);
        is_ours = row.is_there && mine.contains(key) && !mine[key].is_null() &&
                  mine[key] == theirs.value(key, json());
        edit_change wanted;
        if (!is_ours) {
            return wanted;
        }
        json pending = json::parse(row.pending);
        for (auto& [name, before] : pending.items()) {
            if (!work.is_by_member(name)) {
                before = theirs.value(name, json());
                continue;
            }
            for (auto& [member, value] : before.items()) {
                const auto document = theirs.find(name);
                value =
                    document != theirs.end() && document->is_object() && document->contains(member)
                        ? (*document)[member]
                        : json();
            }
        }
        wanted.real_id = id;
        wanted.pending = pending.dump();
        wanted.ended = end_of(work, "found", answer->request_id);
        wanted.plan = work.plan;
        wanted.document = answer->body;
        for (const auto& edit : work.edits) {
            edit_fate fate;
            fate.id = edit.id;
            fate.state = "pending";
            fate.reason = "Intercom has the record; it is compared with the row";
            fate.next_at = with_.time.wall();
            fate.becomes_update = edit.operation == "create";
            wanted.fates.push_back(fate);
        }
        return wanted;
    };
    co_await change(work, adopt);
    if (!is_ours) {
        co_await refuse(work, why, answer->request_id, true);
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
        co_await refuse(work, refusal_of(*answer), answer->request_id, true);
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
        co_await refuse(work, refusal_of(*answer), answer->request_id, false);
    }
}

// --- outcomes --------------------------------------------------------------------------------

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
        failures_.erase(work.first().id);
        co_return answer;
    }
    const bool is_unknown = failure && failure->what_was_sent() != transport_failure::sent::nothing;
    const auto pause = is_unknown ? unknown_for : is_token_dead ? duration{} : backoff(work);
    auto give_way = [&](const edited_row&) {
        const auto reason = is_unknown ? fmt::format("{}: {}", outcome_unknown, failure->what())
                                       : (failure ? std::string(failure->what()) : why);
        auto wanted = all_to(work, "waiting", reason, failure ? failure->request_id() : "");
        for (auto& fate : wanted.fates) {
            fate.next_at = with_.time.wall() + pause;
        }
        wanted.ended =
            end_of(work, is_unknown ? "unknown" : "not sent", failure ? failure->request_id() : "");
        wanted.ended->is_unknown = is_unknown;
        return wanted;
    };
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
    std::optional<api_reply> answer;
    std::string failure;
    try {
        answer = co_await with_.api.call(std::move(request));
    } catch (const api_failure& failed) {
        failure = failed.what();
    }
    const bool is_verdict =
        answer && (answer->kind == answer::ok || answer->kind == answer::missing ||
                   answer->kind == answer::merged);
    if (is_verdict) {
        co_return answer;
    }
    const auto pause = answer ? longest_retry : backoff(work);
    co_await wait_for_better(work, answer ? refusal_of(*answer) : failure, pause);
    co_return std::nullopt;
}

awaitable<void> pusher::change(task& work, std::function<edit_change(const edited_row&)> decide)
{
    std::vector<edit_fate> fates;
    auto store_it = [&](store& on) {
        on.edits_to_send().change(work.edits, work.related, [&](const edited_row& row) {
            auto wanted = decide(row);
            fates = wanted.fates;
            return wanted;
        });
    };
    co_await with_.db.run(store_it);
    count(work.edits, fates);
}

void pusher::count(const edits_taken& edits, const std::vector<edit_fate>& fates)
{
    for (const auto& fate : fates) {
        ++settled_[std::string(fate.state)];
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
    const json given = json::parse(work.first().fields);
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
    auto decide = [&](const edited_row&) {
        auto wanted = all_to(work, "rejected", reason, request_id);
        for (auto& fate : wanted.fates) {
            fate.counts_as_attempt = true;
        }
        wanted.ended = end_of(work, "rejected", request_id);
        if (is_update) {
            wanted.pending = "{}";
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

awaitable<void> pusher::settle_gone(task& work, const api_reply& answer)
{
    const bool is_merged = answer.kind == answer::merged;
    auto decide = [&](const edited_row&) {
        auto wanted = all_to(
            work, "conflict_lost",
            is_merged ? fmt::format("Intercom merged the record into {}", answer.canonical_id)
                      : std::string("Intercom does not have the record any more"),
            answer.request_id);
        wanted.pending = "{}";
        absence gone;
        gone.plan = work.plan;
        gone.key = work.first().row_id;
        gone.how = is_merged ? deletion::merged : work.plan->described().when_missing;
        gone.merged_into = answer.canonical_id;
        wanted.gone = std::move(gone);
        return wanted;
    };
    co_await change(work, decide);
}

awaitable<void> pusher::wait_for_better(task& work, std::string reason, duration pause)
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
            fate.next_at = with_.time.wall() + longest_retry;
        }
        wanted.ended = end_of(work, "forbidden", answer.request_id);
        return wanted;
    };
    co_await change(work, decide);
}

duration pusher::backoff(const task& work)
{
    const auto failed = std::min(failures_[work.first().id]++, 10U);
    const auto ceiling = std::min(longest_retry, first_retry * (std::int64_t{1} << failed));
    return duration(
        static_cast<std::int64_t>(uniform(with_.random) * static_cast<double>(ceiling.count())));
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
    const auto row = co_await with_.db.run(look);
    const auto& first = work.first();
    std::string patch = first.operation == "create" ? values_to_create(row) : "";
    if (first.operation == "update") {
        auto remote = assumed_remote(row);
        if (work.can_be_read() && !first.row_id.starts_with("local:")) {
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
