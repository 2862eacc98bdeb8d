#pragma once

#include "config/options.hpp"
#include "daemon/exit_code.hpp"
#include "sync/event_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

// One function per command, each in daemon/commands/<name>.cpp, with its arguments as a struct.
// A new command is: its struct and function here, its file there, and its words in
// daemon/command_line.cpp.
namespace intercom_mirror {

class store;
class record_plan;
struct dead_letter;

// What may stand before any command.
struct global_arguments
{
    std::string config_file; // empty: the default
    std::string log_level;   // empty: as configured
};

// What a command that does real work begins with.
struct setup
{
    options settings;
    std::unique_ptr<event_sink> log;
};

// Reads configuration and environment; call it before any thread starts. Throws config_error.
setup load_setup(const global_arguments& global);

// The daemon: waits for the lease, then mirrors until it is told to stop.
exit_code run(const global_arguments& global);

struct sync_arguments
{
    std::vector<std::string> resources; // empty: all
    bool is_full = false;
    bool accept_absences = false;
    bool no_wait = false; // for a daemon that does the work
    bool no_push = false;
};
// One pass and exit: reads, then sends what was edited here.
exit_code sync_once(const global_arguments& global, const sync_arguments& arguments);

struct backfill_arguments
{
    std::string action = "ask"; // ask | list | cancel
    std::vector<std::string> resources;
    std::string since; // as given; empty: open
    std::string until;
    bool is_waiting = false; // for a daemon that does the work
    std::int64_t id = 0;     // of the one to cancel
    bool as_json = false;
};
struct backfill_range
{
    std::optional<std::chrono::sys_seconds> since;
    std::optional<std::chrono::sys_seconds> until;
};
// Throws command_failure for what is no time, lies in the future, or is reversed.
backfill_range range_of(const backfill_arguments& arguments, std::chrono::sys_seconds now);
// Asks for a range to be read again, tells of those asked for, or cancels one.
exit_code backfill(const global_arguments& global, const backfill_arguments& arguments,
                   std::ostream& out);

struct push_arguments
{
    bool is_dry_run = false; // print the requests instead
    bool no_wait = false;    // for a daemon that does the work
};
// Sends edits made by SQL and exits.
exit_code push(const global_arguments& global, const push_arguments& arguments, std::ostream& out);

struct migrate_arguments
{
    bool only_check = false;
    bool with_roles = false;
};
exit_code migrate_schema(const global_arguments& global, const migrate_arguments& arguments,
                         std::ostream& out);

struct status_arguments
{
    bool as_json = false;
    bool is_watching = false;
};
exit_code status(const global_arguments& global, const status_arguments& arguments,
                 std::ostream& out);

struct verify_arguments
{
    std::vector<std::string> resources;
    std::size_t sample = 0; // 0: everything
    bool is_repairing = false;
    bool as_json = false;
};
exit_code verify(const global_arguments& global, const verify_arguments& arguments,
                 std::ostream& out);

exit_code check(const global_arguments& global, std::ostream& out);

struct dead_letters_arguments
{
    std::string action = "list"; // list | show | replay | discard
    std::optional<std::int64_t> id;
    bool is_all = false;
    bool as_json = false;
};
exit_code dead_letters(const global_arguments& global, const dead_letters_arguments& arguments,
                       std::ostream& out);
// Applies a letter as if it had just been served, and removes it if it fits now. Needs the lease.
bool replay_dead_letter(store& on, std::span<const record_plan> plans, const dead_letter& letter);

struct erase_contact_arguments
{
    std::string id;
    bool no_wait = false; // for a running daemon that does the work
};
// Forgets a person everywhere, for good.
exit_code erase_contact(const global_arguments& global, const erase_contact_arguments& arguments,
                        std::ostream& out);

struct outbox_arguments
{
    std::string action = "list"; // list | show | retry | release | discard
    std::optional<std::int64_t> id;
    bool is_all = false;
    bool as_json = false;
};
exit_code outbox(const global_arguments& global, const outbox_arguments& arguments,
                 std::ostream& out);

struct conflicts_arguments
{
    std::string action = "list"; // list | show | resolve
    std::optional<std::int64_t> id;
    std::string which; // of resolve: local or remote
    bool as_json = false;
};
exit_code conflicts(const global_arguments& global, const conflicts_arguments& arguments,
                    std::ostream& out);

struct docs_arguments
{
    std::string topic;         // tables, sql or api
    std::string resource;      // of topic sql
    std::string format = "md"; // or json
};
exit_code docs(const docs_arguments& arguments, std::ostream& out);

} // namespace intercom_mirror
