#include "sync/push/edited_values.hpp"
#include "sync/push/json_text.hpp"
#include "sync/push/pusher.hpp"
#include "sync/push/remote_record.hpp"
#include "sync/seeded_bug.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;
using json = nlohmann::json;

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

// In words that no other field of any row has.
std::string place_of(std::string_view table, std::string_view row, const edited_field& field)
{
    return json{table, row, field.column, field.member}.dump();
}

constexpr auto changed_there = "it was changed in Intercom, too";

} // namespace

// What is known of a row's edits while its requests go out one by one.
struct pusher::row_progress
{
    std::vector<outgoing_request> requests;
    field_outcomes outcomes;
    bool was_sent = false;
    std::string document;              // Intercom's before the first request; empty: not read
    std::set<edited_field> left_alone; // newer edits send them
    std::vector<std::string> refused;  // what requests carried that Intercom refused
};

row_merge pusher::merge(const task& work, const edited_row& row, std::string_view remote) const
{
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    const auto policy = [&](std::string_view column) {
        return SEEDED_BUG(conflict_overlooked)
                   ? conflict_policy::local_wins
                   : policy_for(rules_.conflicts, work.first().table, column);
    };
    auto versions = versions_of(row, remote);
    versions.left_alone = fields_of(row.later, by_member);
    return merge_row(versions, by_member, policy);
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
    edits_taken together;
    auto decide = [&](const edited_row& row) {
        edit_change wanted;
        progress.requests.clear();
        progress.outcomes.clear();
        problem.clear();
        together = work.edits;
        if (!row.is_there || row.is_deleted) {
            wanted = all_to(work, "conflict_lost", "the row is not there any more", "");
            wanted.pending = "{}";
            return wanted;
        }
        // What was edited while the record was read goes out, too.
        together.insert(together.end(), row.along.begin(), row.along.end());
        wanted.takes_along = true;
        progress.left_alone = fields_of(row.later, by_member);
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
        // Before the rest of the edits had to be sent again.
        for (const auto& [column, member] : row.lost) {
            progress.outcomes[{column, member}] = {kind::lost, changed_there, ""};
        }
        note(merged.arrived, {kind::applied, "Intercom has it so", ""});
        note(merged.taken_back, {kind::taken_back, "taken back before it was sent", ""});
        note(merged.lost, {kind::lost, changed_there, ""});
        note(merged.undecided, {kind::undecided, changed_there, ""});
        progress.was_sent = row.was_sent;
        if (!merged.to_send.empty()) {
            try {
                progress.requests = requests_for(
                    work.table, "update", row,
                    SEEDED_BUG(patch_too_wide) ? row.values : merged.patch, rules_.requests);
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
        if (const auto field = bounced(work, merged)) {
            problem = fmt::format("Intercom keeps changing {} back", *field);
            is_for_now = true;
            progress.requests.clear();
        }
        if (problem.empty()) {
            note(left, {kind::applied, "", ""});
            wanted.pending = pending_without(*wanted.pending, left);
        }
        if (!progress.requests.empty()) {
            const auto& request = progress.requests.front();
            wanted.begun =
                begun_attempt{work.first().id, fmt::format("{} {}", request.method, request.target),
                              request.carried, with_.time.wall()};
        } else if (problem.empty()) {
            wanted.fates = fates_of(together, progress.outcomes, progress.was_sent, by_member,
                                    progress.left_alone);
            // What an earlier answer did not show, too, when the process ended after it.
            if (!progress.document.empty()) {
                wanted.plan = work.plan;
                wanted.document = progress.document;
            }
        }
        return wanted;
    };
    co_await change(work, decide);
    work.edits = std::move(together);
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
    const auto now = co_await read(work, work.first().row_id);
    if (!now) {
        co_return;
    }
    if (now->kind != answer::ok) {
        co_await settle_gone(work, *now);
        co_return;
    }
    auto finish = [&](const edited_row& row) {
        edit_change wanted;
        wanted.fates = fates_of(work.edits, progress.outcomes, progress.was_sent, by_member,
                                progress.left_alone);
        wanted.pending = row.pending;
        for (const auto& carried : progress.refused) {
            wanted.pending = pending_after_refusal(*wanted.pending, row.values, carried, by_member);
        }
        wanted.plan = work.plan;
        wanted.document = now->body;
        return wanted;
    };
    co_await change(work, finish);
}

// The field whose value Intercom took before, again and again, and has not kept.
std::optional<std::string> pusher::bounced(const task& work, const row_merge& merged) const
{
    const json patch = parse_json(merged.patch);
    for (const auto& field : merged.to_send) {
        const auto& column = patch.at(field.column);
        const auto& value = field.member.empty() ? column : column.at(field.member);
        if (bounces_.has_bounced(place_of(work.first().table, work.first().row_id, field),
                                 value.dump(), with_.time.now())) {
            return field.member.empty() ? field.column : field.member;
        }
    }
    return std::nullopt;
}

void pusher::note_applied(const task& work, std::string_view carried)
{
    const auto by_member = [&](std::string_view column) { return work.is_by_member(column); };
    const json sent = parse_json(carried);
    for (const auto& field : fields_of(carried, by_member)) {
        const auto& column = sent.at(field.column);
        const auto& value = field.member.empty() ? column : column.at(field.member);
        bounces_.on_applied(place_of(work.first().table, work.first().row_id, field), value.dump(),
                            with_.time.now());
    }
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
        if (!is_good) {
            progress.refused.push_back(request.carried);
        }
        const bool is_over = is_last && (!is_in_doubt || !work.can_be_read());
        auto store_answer = [&](const edited_row& row) {
            edit_change wanted;
            wanted.ended = end_of(work, is_good ? "applied" : "rejected", answer->request_id);
            if (is_good) {
                wanted.pending = pending_after_answer(
                    row.pending, row.values, request.carried,
                    shows_record ? values_in(*work.plan, answer->body) : std::string(), by_member);
            } else if (!work.can_be_read()) {
                wanted.undoes_row = true;
                wanted.pending = pending_without(row.pending, sent);
            } // else it stays pending until the edits are told: asking again does no harm
            if (shows_record) {
                wanted.plan = work.plan;
                wanted.document = answer->body;
            }
            if (is_over) {
                wanted.fates =
                    fates_of(work.edits, progress.outcomes, true, by_member, progress.left_alone);
                if (is_in_doubt) {
                    read_soon(work, wanted);
                }
            }
            return wanted;
        };
        co_await change(work, store_answer);
        if (is_good) {
            note_applied(work, request.carried);
        }
    }
    const bool needs_a_look = is_in_doubt && work.can_be_read();
    co_return needs_a_look;
}

} // namespace intercom_mirror
