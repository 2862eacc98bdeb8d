#include "daemon/command_line.hpp"

#include "daemon/version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

namespace intercom_mirror {
namespace {

constexpr const char* about = "Keeps an Intercom workspace and a PostgreSQL database equal";
constexpr const char* see_help = "intercom-mirror --help lists the commands";

// Everything the words can fill in. It lives as long as the chosen command.
struct words_taken
{
    global_arguments global;
    sync_arguments syncing;
    backfill_arguments filling;
    push_arguments pushing;
    migrate_arguments migrating;
    status_arguments showing;
    verify_arguments verifying;
    dead_letters_arguments letters;
    outbox_arguments edits;
    conflicts_arguments conflicting;
    erase_contact_arguments erasing;
    docs_arguments docs;
    manual_arguments manual;
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
    add_topic("api", "The requests made: what fills the tables, what SQL causes");
    auto& manual = taken.manual;
    const auto print = [&taken, &out] {
        taken.command = [&taken, &out] {
            return print_manual(describe_command_line(), taken.manual, out);
        };
    };
    CLI::App* pages = command->add_subcommand("man", "A manual page, for man(1)");
    pages->add_option("COMMAND", manual.command, "Of this command")->type_name("");
    pages->add_option("--into", manual.directory, "All of them, as files of a directory")
        ->type_name("DIRECTORY");
    pages->callback(print);
    CLI::App* completion =
        command->add_subcommand("completion", "Completion of commands and options in a shell");
    completion->add_option("SHELL", manual.shell, "Which shell")
        ->type_name("")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback(print);
    command->require_subcommand(1);
}

void add_backfill(CLI::App& app, words_taken& taken, std::ostream& out)
{
    auto& filling = taken.filling;
    auto* command =
        app.add_subcommand("backfill", "Read again what was created in a range of time");
    command->add_option("resource", filling.resources, "Which resources");
    command->add_option("--since", filling.since, "From a date, a time, or a distance such as -90d")
        ->type_name("T");
    command->add_option("--until", filling.until, "Up to it; else up to now")->type_name("T");
    command->add_flag("--wait", filling.is_waiting, "For a running daemon that does the work");
    auto* listing = command->add_subcommand("list", "What was asked for, and how far it is");
    listing->add_flag("--json", filling.as_json, "For programs");
    listing->callback([&filling] { filling.action = "list"; });
    auto* cancelling = command->add_subcommand("cancel", "Stop one");
    cancelling->add_option("id", filling.id, "As listed")->type_name("ID")->required();
    cancelling->callback([&filling] { filling.action = "cancel"; });
    command->require_subcommand(0, 1);
    command->callback([&taken, &filling, &out] {
        if (filling.action == "ask" && filling.resources.empty()) {
            throw command_failure(exit_code::bad_configuration, "backfill of which resource?",
                                  "for example backfill conversations --since -90d");
        }
        taken.command = [&taken, &filling, &out] { return backfill(taken.global, filling, out); };
    });
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

// Every command: its words, and what they mean.
void add_commands(CLI::App& app, words_taken& taken, std::ostream& out)
{
    const auto& global = taken.global;
    auto& command = taken.command;

    auto* run_it = app.add_subcommand("run", "The daemon: mirrors until it is stopped");
    run_it->callback([&] { command = [&global] { return run(global); }; });

    auto* sync_it = app.add_subcommand("sync", "One pass over Intercom, then exit");
    sync_it->add_option("resource", taken.syncing.resources, "Only these resources");
    sync_it->add_flag("--full", taken.syncing.is_full,
                      "Read everything again and find what is gone");
    sync_it->add_flag("--accept-absences", taken.syncing.accept_absences,
                      "Check every missing record, however many there are");
    sync_it->add_flag("--no-wait", taken.syncing.no_wait,
                      "Do not wait for a running daemon that does the work");
    sync_it->add_flag("--no-push", taken.syncing.no_push, "Only read: send no edits");
    sync_it->callback([&] { command = [&] { return sync_once(global, taken.syncing); }; });

    auto* push_it = app.add_subcommand("push", "Send edits made by SQL to Intercom, then exit");
    push_it->add_flag("--dry-run", taken.pushing.is_dry_run,
                      "Print the requests instead of making them");
    push_it->add_flag("--no-wait", taken.pushing.no_wait,
                      "Do not wait for a running daemon that does the work");
    push_it->callback([&] { command = [&] { return push(global, taken.pushing, out); }; });

    add_backfill(app, taken, out);

    auto* migrate_it = app.add_subcommand("migrate", "Bring the database's schema up to date");
    migrate_it->add_flag("--check", taken.migrating.only_check, "Only say what is missing");
    migrate_it->add_flag("--roles", taken.migrating.with_roles, "Create the roles and grant them");
    migrate_it->callback(
        [&] { command = [&] { return migrate_schema(global, taken.migrating, out); }; });

    auto* status_it = app.add_subcommand("status", "How complete and how fresh the mirror is");
    status_it->add_flag("--json", taken.showing.as_json, "For programs");
    status_it->add_flag("--watch", taken.showing.is_watching, "Again every two seconds");
    status_it->callback([&] { command = [&] { return status(global, taken.showing, out); }; });

    auto* verify_it = app.add_subcommand("verify", "Compare the mirror with Intercom");
    verify_it->add_option("resource", taken.verifying.resources, "Only these resources");
    verify_it->add_option("--sample", taken.verifying.sample, "So many records, at random")
        ->type_name("N");
    verify_it->add_flag("--repair", taken.verifying.is_repairing, "Mend what differs");
    verify_it->add_flag("--json", taken.verifying.as_json, "For programs");
    verify_it->callback([&] { command = [&] { return verify(global, taken.verifying, out); }; });

    auto* letters_it = app.add_subcommand("dead-letters", "Records that could not be stored");
    letters_it->add_option("action", taken.letters.action, "list, show, replay or discard")
        ->check(CLI::IsMember({"list", "show", "replay", "discard"}));
    letters_it->add_option("id", taken.letters.id, "Only this one");
    letters_it->add_flag("--all", taken.letters.is_all, "All of them");
    letters_it->add_flag("--json", taken.letters.as_json, "For programs");
    letters_it->callback(
        [&] { command = [&] { return dead_letters(global, taken.letters, out); }; });

    auto* outbox_it = app.add_subcommand("outbox", "Edits made by SQL on their way to Intercom");
    outbox_it->add_option("action", taken.edits.action, "list, show, retry, release or discard")
        ->check(CLI::IsMember({"list", "show", "retry", "release", "discard"}));
    outbox_it->add_option("id", taken.edits.id, "Only this one");
    outbox_it->add_flag("--all", taken.edits.is_all,
                        "list: settled ones, too; release: all that are held");
    outbox_it->add_flag("--json", taken.edits.as_json, "For programs");
    outbox_it->callback([&] { command = [&] { return outbox(global, taken.edits, out); }; });

    auto* conflicts_it =
        app.add_subcommand("conflicts", "Fields changed here and in Intercom at once");
    conflicts_it->add_option("action", taken.conflicting.action, "list, show or resolve")
        ->check(CLI::IsMember({"list", "show", "resolve"}));
    conflicts_it->add_option("id", taken.conflicting.id, "Only this one");
    conflicts_it->add_option("which", taken.conflicting.which, "resolve: local or remote")
        ->check(CLI::IsMember({"local", "remote"}));
    conflicts_it->add_flag("--json", taken.conflicting.as_json, "For programs");
    conflicts_it->callback(
        [&] { command = [&] { return conflicts(global, taken.conflicting, out); }; });

    auto* erase_it = app.add_subcommand(
        "erase-contact", "Forget a person everywhere, and never store anything of theirs again");
    erase_it->add_option("id", taken.erasing.id, "Intercom's id of the contact")
        ->type_name("ID")
        ->required();
    erase_it->add_flag("--no-wait", taken.erasing.no_wait,
                       "Do not wait for a running daemon that does the work");
    erase_it->callback(
        [&] { command = [&] { return erase_contact(global, taken.erasing, out); }; });

    auto* check_it = app.add_subcommand("check", "Look at configuration, token, rights and clock");
    check_it->callback([&] { command = [&] { return check(global, out); }; });

    add_docs(app, taken, out);
}

std::vector<std::string> split(const std::string& text)
{
    std::vector<std::string> pieces;
    for (std::size_t from = 0; from < text.size();) {
        const auto comma = std::min(text.find(',', from), text.size());
        pieces.push_back(text.substr(from, comma - from));
        from = comma + 1;
    }
    return pieces;
}

described_option describe(const CLI::Option& option)
{
    described_option made;
    made.is_word = option.get_positional();
    made.names = split(option.get_name(made.is_word, true));
    made.description = option.get_description();
    // What is checked stands behind the type's name: "LEVEL:{debug,info}".
    const auto type = option.get_type_name();
    if (option.get_items_expected_max() > 0 && !made.is_word) {
        made.value = type.substr(0, type.find(':'));
    }
    const auto opening = type.find('{');
    const auto closing = type.find('}');
    if (opening != std::string::npos && closing != std::string::npos) {
        made.choices = split(type.substr(opening + 1, closing - opening - 1));
    }
    return made;
}

described_command describe(const CLI::App& app)
{
    described_command made{app.get_name(), app.get_description(), {}, {}};
    for (const auto* option : app.get_options()) {
        made.options.push_back(describe(*option));
    }
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        made.commands.push_back(describe(*command));
    }
    return made;
}

} // namespace

described_command describe_command_line()
{
    words_taken taken;
    std::ostringstream nowhere;
    CLI::App app(about, "intercom-mirror");
    add_global(app, taken.global);
    add_commands(app, taken, nowhere);
    return describe(app);
}

chosen_command parse_command_line(std::span<const char* const> words, std::ostream& out)
{
    const auto taken = std::make_shared<words_taken>();
    CLI::App app(about, "intercom-mirror");
    add_global(app, taken->global);
    add_commands(app, *taken, out);
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
    // The words must outlive the command that refers to them.
    return [taken] { return taken->command(); };
}

} // namespace intercom_mirror
