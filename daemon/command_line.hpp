#pragma once

#include "daemon/commands.hpp"
#include "daemon/manual.hpp"

#include <functional>
#include <iosfwd>
#include <span>

namespace intercom_mirror {

// A command with its arguments, ready to run.
using chosen_command = std::function<exit_code()>;

// Reads the words after the program's name. `--help` and `--version` are answered on `out`: the
// command they choose does nothing. Throws command_failure for words it does not understand.
chosen_command parse_command_line(std::span<const char* const> words, std::ostream& out);

// What it reads, for manual pages and completion.
described_command describe_command_line();

} // namespace intercom_mirror
