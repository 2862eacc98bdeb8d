#include "daemon/manual.hpp"

#include "daemon/version.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr std::string_view program_name = "intercom-mirror";

// Text of ours as man(7) takes it: a hyphen is a minus where somebody may copy it, and no line
// begins with a request.
std::string roff(std::string_view text)
{
    std::string made;
    for (const char symbol : text) {
        if (symbol == '\\') {
            made += "\\e";
        } else if (symbol == '-') {
            made += "\\-";
        } else {
            made += symbol;
        }
    }
    return made.starts_with('.') || made.starts_with('\'') ? "\\&" + made : made;
}

std::string bold(std::string_view text)
{
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(std::string_view text)
{
    return "\\fI" + roff(text) + "\\fR";
}

std::string upper(std::string_view text)
{
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char symbol) {
        return symbol >= 'a' && symbol <= 'z' ? static_cast<char>(symbol - 'a' + 'A') : symbol;
    });
    return made;
}

std::string heading(std::string_view page, std::string_view description)
{
    // No date: the same sources make the same page.
    return fmt::format(".TH \"{}\" \"1\" \"\" \"{} {}\" \"User commands\"\n.SH NAME\n{} \\- {}\n",
                       upper(page), program_name, project_version, roff(page), roff(description));
}

std::string told(const described_option& option)
{
    std::string names;
    for (const auto& name : option.names) {
        names += (names.empty() ? "" : ", ") + (option.is_word ? italic(name) : bold(name));
    }
    if (!option.value.empty()) {
        names += " " + italic(option.value);
    }
    std::string text = fmt::format(".TP\n{}\n{}\n", names, roff(option.description));
    if (!option.choices.empty()) {
        text +=
            fmt::format("One of {}.\n", roff(fmt::format("{}", fmt::join(option.choices, ", "))));
    }
    return text;
}

std::string synopsis(const described_command& of)
{
    std::string line;
    if (std::ranges::any_of(of.options, [](const auto& each) { return !each.is_word; })) {
        line += " [" + italic("OPTION") + "...]";
    }
    for (const auto& option : of.options) {
        if (option.is_word) {
            line += " [" + italic(option.names.front()) + "]";
        }
    }
    return line;
}

std::string options_text(const described_command& of)
{
    std::string text;
    for (const auto& option : of.options) {
        text += told(option);
    }
    return text;
}

const char* const exits = ".SH EXIT STATUS\n"
                          ".TP\n0\nDone.\n"
                          ".TP\n1\nA problem was found that the command was asked to look for.\n"
                          ".TP\n69\nA service is not available: PostgreSQL, or Intercom.\n"
                          ".TP\n77\nNot permitted.\n"
                          ".TP\n78\nThe configuration or the command line is wrong.\n";
const char* const files = ".SH FILES\n.TP\n\\fI/etc/intercom\\-mirror/config.toml\\fR\n"
                          "The configuration, unless \\fB\\-\\-config\\fR names another.\n"
                          ".TP\n\\fI/usr/share/doc/intercom\\-mirror/operations.md\\fR\n"
                          "How to run it.\n";

// Words of a command that may follow it, with those of its own commands.
std::vector<std::string> words_after(const described_command& of)
{
    std::vector<std::string> words;
    for (const auto& each : of.commands) {
        words.push_back(each.name);
    }
    for (const auto& option : of.options) {
        std::ranges::copy(option.is_word ? option.choices : option.names,
                          std::back_inserter(words));
    }
    return words;
}

std::string quoted(std::string_view text)
{
    std::string made = "'";
    for (const char symbol : text) {
        made += symbol == '\'' ? std::string("'\\''") : std::string(1, symbol);
    }
    return made + "'";
}

// In the brackets of _arguments a colon or a bracket would end the text.
std::string for_zsh(std::string_view text)
{
    std::string made;
    for (const char symbol : text) {
        made += symbol == ':' || symbol == '[' || symbol == ']' ? std::string{'\\', symbol}
                                                                : std::string(1, symbol);
    }
    return made;
}

} // namespace

std::string man_page(const described_command& program)
{
    std::string text = heading(program_name, program.description);
    text += fmt::format(".SH SYNOPSIS\n{} [{}...] {} [{}...]\n", bold(program_name),
                        italic("OPTION"), italic("COMMAND"), italic("ARGUMENT"));
    text += fmt::format(".SH DESCRIPTION\n{}.\n", roff(program.description));
    text += ".SH COMMANDS\n";
    for (const auto& each : program.commands) {
        text += fmt::format(".TP\n{}\n{}. See {}(1).\n", bold(each.name), roff(each.description),
                            bold(fmt::format("{}-{}", program_name, each.name)));
    }
    text += ".SH OPTIONS\n" + options_text(program);
    return text + exits + files;
}

std::string man_page(const described_command& program, const described_command& of)
{
    const auto page = fmt::format("{}-{}", program_name, of.name);
    std::string text = heading(page, of.description) + ".SH SYNOPSIS\n";
    const auto begun = bold(fmt::format("{} {}", program_name, of.name));
    text += begun + synopsis(of) + "\n";
    for (const auto& each : of.commands) {
        text += fmt::format(".br\n{} {}{}\n", begun, bold(each.name), synopsis(each));
    }
    text += fmt::format(".SH DESCRIPTION\n{}.\n", roff(of.description));
    text += ".SH OPTIONS\n" + options_text(of);
    for (const auto& each : of.commands) {
        text += fmt::format(".SS {}\n{}.\n{}", roff(each.name), roff(each.description),
                            options_text(each));
    }
    text += fmt::format(".SH SEE ALSO\n{}(1)", bold(program_name));
    for (const auto& each : program.commands) {
        if (each.name != of.name) {
            text += fmt::format(",\n{}(1)", bold(fmt::format("{}-{}", program_name, each.name)));
        }
    }
    return text + "\n" + exits + files;
}

std::string bash_completion(const described_command& program)
{
    std::string text = "# Completion of intercom-mirror for bash.\n"
                       "_intercom_mirror()\n{\n"
                       "    local word=${COMP_WORDS[COMP_CWORD]} command='' i\n"
                       "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                       "        case ${COMP_WORDS[i]} in\n"
                       "            --config|--log-level) ((i++)) ;;\n"
                       "            -*) ;;\n"
                       "            *) command=${COMP_WORDS[i]}; break ;;\n"
                       "        esac\n"
                       "    done\n"
                       "    if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then\n"
                       "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                       "        return\n"
                       "    fi\n"
                       "    local words=''\n"
                       "    case $command in\n";
    text += fmt::format("        '') words={} ;;\n",
                        quoted(fmt::format("{}", fmt::join(words_after(program), " "))));
    for (const auto& each : program.commands) {
        auto words = words_after(each);
        for (const auto& inner : each.commands) {
            std::ranges::copy(words_after(inner), std::back_inserter(words));
        }
        std::ranges::sort(words);
        words.erase(std::unique(words.begin(), words.end()), words.end());
        text += fmt::format("        {}) words={} ;;\n", each.name,
                            quoted(fmt::format("{}", fmt::join(words, " "))));
    }
    return text + "    esac\n"
                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                  "}\n"
                  "complete -F _intercom_mirror intercom-mirror\n";
}

std::string zsh_completion(const described_command& program)
{
    const auto option_specs = [](const described_command& of) {
        std::string specs;
        int place = 0;
        for (const auto& option : of.options) {
            const auto choices = fmt::format("({})", fmt::join(option.choices, " "));
            if (option.is_word) {
                specs += " \\\n            " +
                         quoted(fmt::format("{}:{}:{}", ++place, for_zsh(option.names.front()),
                                            option.choices.empty() ? "" : choices));
                continue;
            }
            for (const auto& name : option.names) {
                const auto value = option.value.empty()
                                       ? std::string()
                                       : fmt::format(":{}:{}", for_zsh(option.value),
                                                     option.value == "FILE"   ? "_files"
                                                     : option.choices.empty() ? ""
                                                                              : choices);
                specs += " \\\n            " +
                         quoted(fmt::format("{}[{}]{}", name, for_zsh(option.description), value));
            }
        }
        return specs;
    };
    std::string text = "#compdef intercom-mirror\n"
                       "# Completion of intercom-mirror for zsh.\n"
                       "local state line\nlocal -a commands\ncommands=(\n";
    for (const auto& each : program.commands) {
        text += fmt::format("    {}\n",
                            quoted(fmt::format("{}:{}", each.name, for_zsh(each.description))));
    }
    text += ")\n_arguments -C" + option_specs(program) +
            " \\\n            '1:command:->command' \\\n            '*::argument:->argument'\n"
            "case $state in\n"
            "    command) _describe command commands ;;\n"
            "    argument)\n"
            "        case $line[1] in\n";
    for (const auto& each : program.commands) {
        std::string specs = option_specs(each);
        if (!each.commands.empty()) {
            std::vector<std::string> names;
            for (const auto& inner : each.commands) {
                names.push_back(inner.name);
            }
            specs +=
                " \\\n            " + quoted(fmt::format("*:what:({})", fmt::join(names, " ")));
        }
        if (!specs.empty()) {
            text += fmt::format("        {}) _arguments{} ;;\n", each.name, specs);
        }
    }
    return text + "        esac ;;\nesac\n";
}

std::string fish_completion(const described_command& program)
{
    std::string text =
        "# Completion of intercom-mirror for fish.\ncomplete -c intercom-mirror -f\n";
    const auto add = [&](const std::string& condition, const described_command& of) {
        const auto when = condition.empty() ? "" : " -n " + quoted(condition);
        for (const auto& option : of.options) {
            if (option.is_word) {
                if (!option.choices.empty()) {
                    text += fmt::format("complete -c intercom-mirror{} -a {}\n", when,
                                        quoted(fmt::format("{}", fmt::join(option.choices, " "))));
                }
                continue;
            }
            text += fmt::format("complete -c intercom-mirror{}", when);
            for (const auto& name : option.names) {
                text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (!option.value.empty()) {
                text += option.value == "FILE" ? " -r -F"
                        : option.choices.empty()
                            ? " -x"
                            : " -x -a " + quoted(fmt::format("{}", fmt::join(option.choices, " ")));
            }
            text += fmt::format(" -d {}\n", quoted(option.description));
        }
    };
    add("", program);
    for (const auto& each : program.commands) {
        text += fmt::format("complete -c intercom-mirror -n __fish_use_subcommand -a {} -d {}\n",
                            each.name, quoted(each.description));
        const auto inside = "__fish_seen_subcommand_from " + each.name;
        add(inside, each);
        for (const auto& inner : each.commands) {
            text += fmt::format("complete -c intercom-mirror -n {} -a {} -d {}\n", quoted(inside),
                                inner.name, quoted(inner.description));
            add(inside + "; and __fish_seen_subcommand_from " + inner.name, inner);
        }
    }
    return text;
}

} // namespace intercom_mirror
