#pragma once

#include "daemon/commands.hpp"
#include "schema/resource.hpp"
#include "sync/event_sink.hpp"
#include "sync/pull/services.hpp"
#include "sync/push/pusher.hpp"
#include "sync/store/postgres_store.hpp"
#include "sync/store/timed_database.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace intercom_mirror {

// The parts of the program put together for one command: a thread of coroutines, the way to
// Intercom, a few connections to PostgreSQL. Built without touching either.
class assembly
{
public:
    // `only`: names of resources; empty for those of the configuration.
    assembly(const setup& begun, const std::vector<std::string>& only);
    ~assembly();

    // Brings the database's schema up to date, or throws command_failure that says what is missing
    // when the login may not.
    void bring_schema_up_to_date();

    // Takes the lease; nothing when somebody else holds it.
    std::optional<std::int64_t> take_lease();
    void release_lease();

    // The same for a coroutine: whether the lease is ours now. Makes the schema when there is none.
    boost::asio::awaitable<bool> try_to_lead();
    // bring_schema_up_to_date() on another thread: a big database's migrations take minutes.
    boost::asio::awaitable<void> upgrade_schema();
    // Renews the lease for good, and calls `feed` each time. Throws lease_lost.
    boost::asio::awaitable<void> keep_lease(std::function<void()> feed);

    // Runs coroutines on this thread: the work, and the renewal beside it of a lease that was held
    // before. SIGTERM and SIGINT cancel the work; that, too, is a good end. `reload` is called on
    // SIGHUP.
    using work = std::function<boost::asio::awaitable<exit_code>()>;
    exit_code run(const work& task, const std::function<void()>& reload = {});

    // Takes over what may change while running: how often to poll and sweep, `since`, scheduled
    // backfills, the token.
    void take_settings(const options& settings);
    // Tries the token again after it was rejected.
    void try_token_again();

    // Connects, under the epoch then held.
    services& with();
    [[nodiscard]] clock& time();
    [[nodiscard]] const api_client& api() const;
    // Times of transactions by what the connection is for: mirror, lease, inbox, status, notices.
    [[nodiscard]] const std::map<std::string, database_times>& database_use() const;
    [[nodiscard]] std::span<const record_plan> plans() const;
    // What the configuration asks for and its API version does not have.
    [[nodiscard]] std::span<const resource* const> unserved() const;
    // Says so in their state. Needs the lease.
    void note_unserved();
    // Of every resource there is, whichever are read: edits are not only of those.
    [[nodiscard]] std::span<const record_plan> all_plans();
    // The same in whichever version has them, with all columns and tables: what must be found
    // wherever it is.
    [[nodiscard]] std::span<const record_plan> every_plan();
    [[nodiscard]] push_rules rules() const;
    [[nodiscard]] store& direct(); // a connection of its own, for blocking use
    // Connections beside those of the mirror, whose outages are not waited for: one for what has to
    // be short, one for what may take as long as counting rows does, one to be told of edits on.
    [[nodiscard]] database& inbox_connection();
    [[nodiscard]] database& status_connection();
    [[nodiscard]] database& notice_connection();
    [[nodiscard]] std::int64_t epoch() const; // of the lease held; 0: none
    [[nodiscard]] bool was_interrupted() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

// Turns what the store and the client throw into the program's exit codes.
exit_code end_of(const std::function<exit_code()>& command);

// Throws command_failure when the daemon cannot read the resource, and waiting would not help.
void require_readable(const resource_state& state);

session_options session_for(const options& settings, bool is_daemon);

} // namespace intercom_mirror
