#pragma once

#include "sync/pull/puller.hpp"
#include "sync/pull/refetcher.hpp"
#include "sync/pull/services.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace intercom_mirror {

// What the engine is at, for people who watch.
struct resource_progress
{
    std::string resource;
    std::string doing;            // "first mirror", "poll", "sweep", "backfill", "reading alone"
    std::uint64_t records = 0;    // seen in the walk under way
    std::uint64_t expected = 0;   // of them, when known
    std::uint64_t read_alone = 0; // single reads done since the start
    std::uint64_t applied = 0;    // rows written since the start
};

// The token belongs to another workspace than the mirror.
class wrong_workspace : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// The workspace does not speak the configured version of the API.
class version_unknown_there : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// "exists in API version 2.12 and later"
std::string versions_text(const version_range& versions);

// Whether a resource is a list that comes whole in one answer, with nothing to be read apart: each
// poll of it is a sweep too.
bool is_small_list(const resource& described);

// The reading half of the daemon: keeps a set of resources equal to Intercom. Needs the lease.
class engine
{
public:
    engine(services& with, std::span<const record_plan> plans);
    ~engine();

    // One pass over every resource: the first mirror where there is none yet, else a poll, or with
    // `is_full` a sweep; then the reads that these noted. Names of resources that could not be
    // read, with the reason, come back; a dead token and a lost lease are thrown.
    boost::asio::awaitable<std::vector<std::string>> sync_once(bool is_full);

    // Works off the backfills that are asked for, after the first mirror where there is none yet.
    boost::asio::awaitable<std::vector<std::string>> backfill_once();

    // Mirrors until cancelled; trouble with one resource does not stop the others.
    boost::asio::awaitable<void> run();

    [[nodiscard]] std::vector<resource_progress> progress() const;

    // Asks Intercom which workspace this is; the other calls do so themselves.
    boost::asio::awaitable<void> introduce();

    // Says in the state of every resource that the token is dead, or that it lives again.
    boost::asio::awaitable<void> note_token(bool is_rejected, std::string why);

private:
    struct mirrored;
    enum class pass { poll, sweep, backfill };

    boost::asio::awaitable<void> prepare();
    boost::asio::awaitable<void> redecode(const record_plan& plan);
    boost::asio::awaitable<std::vector<std::string>> pass_once(pass what);
    boost::asio::awaitable<void> sync_resource(mirrored& which, pass what,
                                               std::vector<std::string>& failures);
    boost::asio::awaitable<void> pull_once(mirrored& which, pass what);
    boost::asio::awaitable<void> persist(mirrored& which, std::string_view doing,
                                         std::function<boost::asio::awaitable<void>()> work);
    boost::asio::awaitable<void> keep(mirrored& which);
    boost::asio::awaitable<void> keep_polling(mirrored& which);
    boost::asio::awaitable<void> poll_for_good(mirrored& which);
    boost::asio::awaitable<void> await_completion(mirrored& which);
    boost::asio::awaitable<void> keep_sweeping(mirrored& which);
    boost::asio::awaitable<void> keep_auditing();
    boost::asio::awaitable<void> keep_backfilling(mirrored& which);
    boost::asio::awaitable<void> hand_out_backfills();
    boost::asio::awaitable<void> ask_on_schedule();
    boost::asio::awaitable<void> note_trouble(const mirrored& which, std::string phase,
                                              const std::string& why);
    boost::asio::awaitable<void> refresh_derived();
    boost::asio::awaitable<void> complete_tables(mirrored& which);
    boost::asio::awaitable<void> create_objects(const mirrored& which,
                                                std::deque<std::string>& names);

    services& with_;
    std::vector<std::unique_ptr<mirrored>> all_;
};

} // namespace intercom_mirror
