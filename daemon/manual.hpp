#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

struct described_option
{
    std::vector<std::string> names; // "--json"; of a word without dashes its own name alone
    std::string value;              // what follows it: "FILE"; empty: nothing
    std::vector<std::string> choices;
    std::string description;
    bool is_word = false; // stands by its place
};

// What the command line knows of a command; of the program itself with all its commands.
struct described_command
{
    std::string name; // "outbox"
    std::string description;
    std::vector<described_option> options;
    std::vector<described_command> commands;
};

// The manual page, in the language of man(7), of the program or of one of its commands.
std::string man_page(const described_command& program);
std::string man_page(const described_command& program, const described_command& of);

// What bash, zsh or fish needs to complete the words of a command line.
std::string bash_completion(const described_command& program);
std::string zsh_completion(const described_command& program);
std::string fish_completion(const described_command& program);

} // namespace intercom_mirror
