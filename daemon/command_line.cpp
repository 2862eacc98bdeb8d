#include "daemon/command_line.hpp"

#include "daemon/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <ostream>
#include <utility>

namespace intercom_mirror {
namespace {

constexpr const char* see_help = "intercom-mirror --help lists the commands";

// Everything the words can fill in. It lives as long as the chosen command.
struct words_taken
{
    global_arguments global;
    docs_arguments docs;
    chosen_command command;
};

void add_docs(CLI::App& app, words_taken& taken, std::ostream& out)
{
    CLI::App* command = app.add_subcommand("docs", "Print what the catalogue knows");
    const auto add_topic = [&](const char* topic, const char* meaning) {
        CLI::App* words = command->add_subcommand(topic, meaning);
        words->add_option("--format", taken.docs.format, "md, or json for programs")
            ->type_name("FORMAT")
            ->check(CLI::IsMember({"md", "json"}));
        words->callback([&taken, &out, topic] {
            taken.docs.topic = topic;
            taken.command = [&taken, &out] { return docs(taken.docs, out); };
        });
        return words;
    };
    add_topic("tables", "Every table and column");
    add_topic("sql", "The statements run for a resource")
        ->add_option("RESOURCE", taken.docs.resource, "such as contacts")
        ->type_name("")
        ->required();
    add_topic("api", "The requests made, and the tables they fill");
    command->require_subcommand(1);
}

void add_global(CLI::App& app, global_arguments& global)
{
    app.add_option("--config", global.config_file,
                   "Configuration; else /etc/intercom-mirror/config.toml if there is one")
        ->type_name("FILE");
    app.add_option("--log-level", global.log_level, "Instead of the configured one")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    app.set_help_all_flag("--help-all", "Print the help of all commands");
    app.set_version_flag("--version", "intercom-mirror " + std::string(project_version));
    // That there is one is checked after parsing, where the message can be plainer.
    app.require_subcommand(0, 1);
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
}

} // namespace

chosen_command parse_command_line(std::span<const char* const> words, std::ostream& out)
{
    const auto taken = std::make_shared<words_taken>();
    CLI::App app("Keeps an Intercom workspace and a PostgreSQL database equal", "intercom-mirror");
    add_global(app, taken->global);
    add_docs(app, *taken, out);
    try {
        // CLI11 takes the words from the back.
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::Success& answered) {
        app.exit(answered, out, out); // --help, --version
        return [] { return exit_code::done; };
    } catch (const CLI::ExtrasError& error) {
        const std::vector<std::string> rest = app.remaining();
        throw command_failure(exit_code::bad_configuration,
                              app.get_subcommands().empty() && !rest.empty() &&
                                      !rest.front().starts_with('-')
                                  ? "there is no command " + rest.front()
                                  : error.what(),
                              see_help);
    } catch (const CLI::ParseError& error) {
        throw command_failure(exit_code::bad_configuration, error.what(), see_help);
    }
    if (!taken->command) {
        throw command_failure(exit_code::bad_configuration, "no command was given", see_help);
    }
    return [taken] { return taken->command(); };
}

} // namespace intercom_mirror
