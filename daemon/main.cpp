#include "config/load.hpp"
#include "daemon/command_line.hpp"

#include <cstdio>
#include <exception>
#include <iostream>

// Read by jemalloc. Pages and batches come and go by the megabyte, made on one thread and freed on
// another: shared by the threads and given back after seconds, they cost little memory.
extern "C" {
// NOLINTNEXTLINE(readability-identifier-naming,cppcoreguidelines-avoid-non-const-global-variables)
const char* malloc_conf = "narenas:4,dirty_decay_ms:5000,muzzy_decay_ms:5000";
}

namespace {

using namespace intercom_mirror;

// libpq speaks in several lines.
std::string one_line(std::string_view text)
{
    std::string line;
    for (const char symbol : text) {
        if (symbol != '\n' && symbol != '\t') {
            line += symbol;
        } else if (!line.ends_with(' ')) {
            line += ' ';
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

// The way every failed command ends: what is wrong, and what to do about it.
int explain(exit_code code, const char* sentence, const std::string& hint)
{
    std::cerr << "intercom-mirror: " << one_line(sentence) << '\n';
    if (!hint.empty()) {
        std::cerr << "hint: " << hint << '\n';
    }
    return static_cast<int>(code);
}

} // namespace

int main(int count, char** words)
{
    try {
        const std::span<const char* const> all(words, static_cast<std::size_t>(count));
        const chosen_command command = parse_command_line(all.subspan(1), std::cout);
        return static_cast<int>(command());
    } catch (const config_error& error) {
        return explain(exit_code::bad_configuration, error.what(), error.hint());
    } catch (const command_failure& failure) {
        return explain(failure.code(), failure.what(), failure.hint());
    } catch (const std::exception& error) {
        // What nobody below had an answer to may pass: systemd starts the daemon again.
        return explain(exit_code::unavailable, error.what(), {});
    }
}
