#include "daemon/manual.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace intercom_mirror {
namespace {

void write(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream out(file);
    if (!(out << text) || !out.flush()) {
        throw command_failure(exit_code::not_permitted, "cannot write " + file.string());
    }
}

void write_all(const described_command& program, const std::filesystem::path& directory)
{
    write(directory / "intercom-mirror.1", man_page(program));
    for (const auto& each : program.commands) {
        write(directory / ("intercom-mirror-" + each.name + ".1"), man_page(program, each));
    }
}

std::string completion(const described_command& program, const std::string& shell)
{
    if (shell == "bash") {
        return bash_completion(program);
    }
    return shell == "zsh" ? zsh_completion(program) : fish_completion(program);
}

} // namespace

exit_code print_manual(const described_command& program, const manual_arguments& arguments,
                       std::ostream& out)
{
    if (!arguments.shell.empty()) {
        out << completion(program, arguments.shell);
    } else if (!arguments.directory.empty()) {
        write_all(program, arguments.directory);
    } else if (arguments.command.empty()) {
        out << man_page(program);
    } else {
        const auto found =
            std::ranges::find(program.commands, arguments.command, &described_command::name);
        if (found == program.commands.end()) {
            throw command_failure(exit_code::bad_configuration,
                                  "there is no command " + arguments.command,
                                  "intercom-mirror --help lists the commands");
        }
        out << man_page(program, *found);
    }
    return exit_code::done;
}

} // namespace intercom_mirror
