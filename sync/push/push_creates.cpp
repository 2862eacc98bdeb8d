#include "sync/pull/page_reader.hpp"
#include "sync/push/edited_values.hpp"
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

} // namespace

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
        co_await refuse_child(work, *answer);
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
        // It was carried out: to be looked up before it is sent again.
        auto look_first = [&](const edited_row&) {
            auto wanted =
                all_to(work, "waiting", "Intercom's answer names no id", answer.request_id);
            wanted.ended = end_of(work, "unknown", answer.request_id);
            wanted.ended->is_unknown = true;
            return wanted;
        };
        co_await change(work, look_first);
        co_return;
    }
    auto adopt = [&](const edited_row& row) {
        edit_change wanted;
        wanted.real_id = id;
        wanted.ended = end_of(work, "applied", answer.request_id);
        const auto left = pending_after_answer(
            row.pending, row.values, sent,
            is_own && shows_entity ? values_in(*work.plan, answer.body) : std::string(), by_member);
        wanted.pending = is_own ? pending_with(left, fields_of(row.later, by_member), row.values)
                                : std::string("{}");
        wanted.fates = fates_of(work.edits, {}, true, by_member);
        for (auto& fate : wanted.fates) {
            fate.request_id = answer.request_id;
        }
        if (is_own && left != "{}") {
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

// Looks for a part that was sent and not answered: one of the same text, made since, in its record
// or in a list of its own. True: it is settled, or waits.
awaitable<bool> pusher::adopt_child(task& work, const api_reply& parent)
{
    if (parent.kind != answer::ok) {
        co_return false;
    }
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    const auto row = co_await with_.db.run(look);
    const json values = parse_json(row.values);
    const auto text = values.find("body");
    if (!row.is_there || !row.unanswered_since || text == values.end() || !text->is_string()) {
        co_return false;
    }
    const auto body = text->get<std::string>();
    auto id =
        newest_child(*work.plan, work.first().table, parent.body, body, *row.unanswered_since);
    if (id.empty()) {
        const auto listed = co_await find_listed(work, body, *row.unanswered_since);
        if (!listed) {
            co_return true;
        }
        id = *listed;
    }
    if (id.empty()) {
        co_return false;
    }
    auto adopt = [&](const edited_row&) {
        auto wanted = all_to(work, "applied", "found in Intercom", parent.request_id);
        wanted.real_id = id;
        wanted.ended = end_of(work, "applied", parent.request_id);
        wanted.pending = "{}";
        wanted.plan = work.plan;
        wanted.document = parent.body;
        return wanted;
    };
    co_await change(work, adopt);
    co_return true;
}

// The key of such a part in the list that Intercom keeps beside the record; empty: it is not there,
// or there is no such list. Nothing: it could not be asked for, and the edits wait.
awaitable<std::optional<std::string>> pusher::find_listed(task& work, const std::string& text,
                                                          std::int64_t since)
{
    const auto& entity = work.first().entity_id;
    const auto tables = work.plan->tables();
    const auto list = std::ranges::find_if(tables, [&](const table_plan& each) {
        return each.name == work.first().table && each.described != nullptr &&
               !each.described->complete.target.empty();
    });
    if (list == tables.end()) {
        co_return "";
    }
    page_reader reader(with_, source_of(list->described->complete, entity, lane::edits));
    std::string id;
    std::optional<api_failure> failure;
    std::string problem;
    try {
        for (bool is_last = false; id.empty() && !is_last;) {
            patience_.on_request();
            const auto page = co_await reader.next();
            id = newest_listed(*work.plan, work.first().table, entity, page->slices.records, text,
                               since);
            is_last = page->is_last;
        }
    } catch (const api_failure& failed) {
        failure = failed;
    } catch (const walk_broken& broken) {
        problem = broken.what();
    } catch (const resource_forbidden& forbidden) {
        problem = forbidden.what();
    }
    if (failure) {
        const auto wanted = after_failure(work, *failure, {});
        auto give_way = [&](const edited_row&) { return wanted; };
        co_await change(work, give_way);
        co_return std::nullopt;
    }
    if (!problem.empty()) {
        co_await wait(work, problem, scope_pause);
        co_return std::nullopt;
    }
    co_return id;
}

// A create was sent before, and nobody knows what came of it. True: it may be sent (again).
awaitable<bool> pusher::find_former_create(task& work)
{
    if (SEEDED_BUG(create_repeated_blindly)) {
        co_return true;
    }
    if (work.table.in != nullptr && work.plan != nullptr &&
        !work.plan->described().get_target.empty()) {
        const auto answer = co_await read(work, work.first().entity_id);
        if (!answer) {
            co_return false;
        }
        const bool is_settled = co_await adopt_child(work, *answer);
        if (is_settled) {
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
    const auto* const searching =
        work.plan == nullptr ? nullptr : &work.plan->described().searching;
    if (searching == nullptr || !searching->exists(work.plan->version()) ||
        !searching->is_complete) {
        co_return true; // Intercom itself keeps records of one key apart
    }
    std::string value;
    auto look = [&](store& on) { return on.edits_to_send().look(work.edits, work.related); };
    const auto row = co_await with_.db.run(look);
    const json values = parse_json(row.values);
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
    auto request = search_request(std::string(searching->target), query.dump(), lane::edits,
                                  fmt::format("POST {}", searching->target));
    const auto answer = co_await inquire(work, std::move(request));
    if (!answer) {
        co_return false;
    }
    if (answer->kind != answer::ok) {
        co_await wait(work, refusal_of(*answer), scope_pause);
        co_return false;
    }
    const json page = parse_answer(answer->body);
    std::string id;
    for (std::string_view keys = searching->list_keys; !keys.empty();) {
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
    const json theirs = parse_json(remote);
    bool is_ours = false;
    auto adopt = [&](const edited_row& row) {
        const json mine = parse_json(row.values);
        const std::string key(work.table.how->natural_key);
        is_ours = row.is_there && mine.contains(key) && !mine[key].is_null() &&
                  mine[key] == theirs.value(key, json());
        edit_change wanted;
        if (!is_ours) {
            return wanted;
        }
        json pending = parse_json(row.pending);
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

} // namespace intercom_mirror
