#include "sync/webhook/inbox.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <exception>
#include <utility>

namespace intercom_mirror {
namespace {

using boost::asio::awaitable;

// Long enough to share a commit in a storm, nothing beside the network's latency.
constexpr duration grouped_within = std::chrono::milliseconds(5);
// More than the server lets in at once; the rest of a storm that the database does not keep up
// with is told to come back.
constexpr std::size_t group_max = 1000;
// Intercom gives up after about as long.
constexpr duration patience = std::chrono::seconds(4);
// One change of a record causes several notifications, and storms many more: read it once.
constexpr duration read_after = std::chrono::seconds(1);

} // namespace

// Notifications that are committed together, and those who wait for it.
struct inbox::group
{
    enum class fate : std::uint8_t { open, committed, failed };

    void end(fate how, std::exception_ptr why = {})
    {
        what = how;
        failure = std::move(why);
        decided.notify_all();
    }

    std::vector<inbox_entry> entries;
    fate what = fate::open;
    std::exception_ptr failure;
    condition decided;
};

inbox::inbox(database& db, clock& time)
    : db_(db), time_(time), next_(std::make_shared<group>()), under_way_(std::make_shared<group>())
{
}

inbox_statistics inbox::statistics() const
{
    auto seen = seen_;
    seen.waiting = next_->entries.size();
    return seen;
}

awaitable<void> inbox::append(inbox_entry entry)
{
    const auto mine = next_;
    if (mine->entries.size() >= group_max) {
        throw store_unavailable("too many notifications wait for the database");
    }
    mine->entries.push_back(std::move(entry));
    arrived_.notify_all();
    const auto deadline = time_.now() + patience;
    while (mine->what == group::fate::open && time_.now() < deadline) {
        using namespace boost::asio::experimental::awaitable_operators;
        co_await (mine->decided.wait() || time_.sleep_until(deadline));
    }
    if (mine->failure) {
        std::rethrow_exception(mine->failure);
    }
    if (mine->what == group::fate::open) {
        throw store_unavailable("the database does not answer in time");
    }
}

awaitable<void> inbox::run()
{
    // Whoever still waits when this ends is told so.
    struct last_words
    {
        ~last_words()
        {
            const auto why = std::make_exception_ptr(store_unavailable("the daemon is stopping"));
            for (auto* const each : {&owner.next_, &owner.under_way_}) {
                (*each)->end(group::fate::failed, why);
                *each = std::make_shared<group>();
            }
        }
        inbox& owner;
    };
    const last_words ending{*this};
    for (;;) {
        while (next_->entries.empty()) {
            co_await arrived_.wait();
        }
        co_await time_.sleep_for(grouped_within);
        under_way_ = std::exchange(next_, std::make_shared<group>());
        co_await commit();
    }
}

awaitable<void> inbox::commit()
{
    const auto which = under_way_;
    auto fate = group::fate::failed;
    std::exception_ptr failure;
    try {
        auto append = [which, due_at = time_.wall() + read_after](store& on) {
            return on.append_inbox(which->entries, due_at);
        };
        const auto fresh = co_await db_.run(append);
        ++seen_.commits;
        seen_.accepted += which->entries.size();
        seen_.duplicates += which->entries.size() - fresh;
        fate = group::fate::committed;
    } catch (const store_unavailable&) {
        failure = std::current_exception();
    } catch (const statement_refused&) {
        failure = std::current_exception();
    } catch (const permission_missing&) {
        failure = std::current_exception();
    }
    which->end(fate, failure);
}

} // namespace intercom_mirror
