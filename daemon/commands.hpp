#pragma once

#include "config/options.hpp"
#include "daemon/exit_code.hpp"
#include "sync/event_sink.hpp"

#include <iosfwd>
#include <memory>
#include <string>

// One function per command, each in daemon/commands/<name>.cpp, with its arguments as a struct.
// A new command is: its struct and function here, its file there, and its words in
// daemon/command_line.cpp.
namespace intercom_mirror {

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

struct docs_arguments
{
    std::string topic;         // tables, sql or api
    std::string resource;      // of topic sql
    std::string format = "md"; // or json
};
exit_code docs(const docs_arguments& arguments, std::ostream& out);

} // namespace intercom_mirror
