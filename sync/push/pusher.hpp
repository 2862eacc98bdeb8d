#pragma once

#include "config/options.hpp"
#include "sync/condition.hpp"
#include "sync/histogram.hpp"
#include "sync/pull/services.hpp"
#include "sync/push/fates.hpp"
#include "sync/push/patience.hpp"
#include "sync/push/requests.hpp"
#include "sync/store/outbox.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace intercom_mirror {

struct push_rules
{
    push_options conflicts; // who wins
    request_setting requests;
    // Edits that nobody told of are found by looking.
    duration look_every = std::chrono::seconds(1);
};

// Brings edits made by SQL to Intercom: takes what is due from the outbox, reads the record, merges
// field by field, stores what is about to be sent, sends it, and stores the answer. Edits of one
// entity go one after the other, those of different ones side by side. Needs the lease.
class pusher
{
public:
    // Records of resources without a plan are not mirrored: their edits go out unmerged. `notices`:
    // a connection of its own, on which run() is told of new edits; null: they are found by
    // looking.
    pusher(services& with, std::span<const record_plan> plans, push_rules rules,
           database* notices = nullptr);

    // Sends what is due and returns. Throws token_rejected and lease_lost.
    boost::asio::awaitable<void> push_once();
    // Sends what comes, until cancelled. Throws the same.
    boost::asio::awaitable<void> run();
    // The requests that push_once() would make now, a line each; sends and stores nothing.
    boost::asio::awaitable<std::vector<std::string>> preview();

    // By the state edits went to, since the start.
    [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& settled() const
    {
        return settled_;
    }
    // From the edit to Intercom's answer, of those that were applied.
    [[nodiscard]] const histogram& latency() const { return latency_; }

private:
    // A request that got lost on its way may take effect this much later.
    static constexpr duration unknown_for = std::chrono::seconds(60);
    // Until somebody has given the token another scope.
    static constexpr duration scope_pause = std::chrono::minutes(15);

    // Edits of one entity while they are worked on.
    struct task
    {
        edits_taken edits;
        written_table table;
        related_rows related;
        const record_plan* plan = nullptr; // of the entity; null: not mirrored
        [[nodiscard]] const outbox_edit& first() const { return edits.front(); }
        [[nodiscard]] bool is_by_member(std::string_view column) const
        {
            return table.is_by_member(column);
        }
        // Whether the row is a record of its own that can be read alone.
        [[nodiscard]] bool can_be_read() const;
    };
    struct sent_request;
    struct row_progress;

    boost::asio::awaitable<void> work_off(bool is_forever);
    boost::asio::awaitable<void> feed();
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> send_some();
    boost::asio::awaitable<void> send(edits_taken edits);
    boost::asio::awaitable<void> send_in_its_way(task& work);
    boost::asio::awaitable<void> send_updates(task& work);
    boost::asio::awaitable<bool> send_requests(task& work, row_progress& progress);
    boost::asio::awaitable<void> send_create(task& work);
    boost::asio::awaitable<bool> find_former_create(task& work);
    boost::asio::awaitable<bool> adopt_child(task& work, const api_reply& parent);
    boost::asio::awaitable<std::optional<std::string>>
    find_listed(task& work, const std::string& text, std::int64_t since);
    boost::asio::awaitable<void> finish_create(task& work, const std::string& sent,
                                               api_reply answer);
    boost::asio::awaitable<void> adopt_existing(task& work, std::string id, std::string why);
    boost::asio::awaitable<void> send_link(task& work);
    boost::asio::awaitable<void> send_call(task& work);
    boost::asio::awaitable<void> refuse(task& work, std::string reason, std::string request_id,
                                        bool undoes_row);

    // One request whose intent is stored before and whose bare outcome after, unless the caller
    // stores it together with what follows from it. Nothing: no usable answer, the edits wait.
    boost::asio::awaitable<std::optional<api_reply>> ask(task& work,
                                                         const outgoing_request& request);
    boost::asio::awaitable<std::optional<api_reply>> exchange(task& work,
                                                              const outgoing_request& request);
    boost::asio::awaitable<std::optional<api_reply>> read(task& work, const std::string& id);
    boost::asio::awaitable<std::optional<api_reply>> inquire(task& work, api_request request);
    edit_change after_failure(const task& work, const api_failure& failure, duration at_least);
    boost::asio::awaitable<void> change(task& work,
                                        std::function<edit_change(const edited_row&)> decide);
    boost::asio::awaitable<void> settle(task& work, std::string_view state, std::string reason,
                                        std::string request_id = "");
    boost::asio::awaitable<void> refuse_child(task& work, const api_reply& answer);
    boost::asio::awaitable<void> settle_gone(task& work, const api_reply& answer);
    boost::asio::awaitable<void> wait(task& work, std::string reason, duration pause);
    boost::asio::awaitable<void> wait_for_scope(task& work, const api_reply& answer);

    [[nodiscard]] task task_of(edits_taken edits) const;
    [[nodiscard]] const record_plan* plan_of(std::string_view resource) const;
    [[nodiscard]] row_merge merge(const task& work, const edited_row& row,
                                  std::string_view remote) const;
    [[nodiscard]] std::optional<std::string> bounced(const task& work,
                                                     const row_merge& merged) const;
    void note_applied(const task& work, std::string_view carried);
    [[nodiscard]] ended_attempt end_of(const task& work, std::string_view outcome,
                                       const std::string& request_id) const;
    [[nodiscard]] edit_change all_to(const task& work, std::string_view state,
                                     const std::string& reason,
                                     const std::string& request_id) const;
    void read_soon(const task& work, edit_change& into) const;
    void count(const edits_taken& edits, const std::vector<edit_fate>& fates);
    boost::asio::awaitable<std::string> preview_of(edits_taken edits);

    services& with_;
    std::span<const record_plan> plans_;
    push_rules rules_;
    database* notices_;
    condition changed_;
    std::deque<edits_taken> waiting_;
    std::size_t under_way_ = 0;
    std::uint64_t finished_ = 0;
    bool is_forever_ = false;
    bool is_over_ = false;
    edit_patience patience_;
    bounce_watch bounces_;
    std::map<std::string, std::uint64_t, std::less<>> settled_;
    histogram latency_;
};

} // namespace intercom_mirror
