#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace intercom_mirror {

// The numbers are those of sysexits.h where it has one; systemd does not restart after 78.
enum class exit_code : int {
    done = 0,
    found_a_problem = 1, // one the command was asked to look for
    unavailable = 69,
    not_permitted = 77,
    bad_configuration = 78
};

// Ends a command with one plain sentence on stderr and, if there is one, a hint for the operator.
class command_failure : public std::runtime_error
{
public:
    command_failure(exit_code code, const std::string& sentence, std::string hint = {})
        : std::runtime_error(sentence), code_(code), hint_(std::move(hint))
    {
    }

    [[nodiscard]] exit_code code() const { return code_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    exit_code code_;
    std::string hint_;
};

} // namespace intercom_mirror
