#include "config/options.hpp"
#include "daemon/command_line.hpp"
#include "schema/catalogue.hpp"
#include "schema/dictionary.hpp"
#include "schema/operations.hpp"
#include "sync/store/statements.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace intercom_mirror {
namespace {

struct titled_statement
{
    std::string table;
    std::string purpose;
    std::string sql;
};

// What the store runs for a resource under the default configuration.
std::vector<titled_statement> statements_of(const resource& described)
{
    const record_plan plan(described, intercom_options().version);
    const resource_statements made = make_statements(plan);
    const std::string own(described.name);
    std::vector<titled_statement> found{
        {own, "what is stored of the records of a page", made.heads},
        {own, "the same, locked before a change", made.lock_heads},
        {own, "records unchanged but for their form", made.set_list_hash},
        {own, "a record that is gone", made.tombstone}};
    for (std::size_t i = 0; i < made.tables.size(); ++i) {
        const std::string name(plan.tables()[i].name);
        const table_statements& of = made.tables[i];
        found.push_back({name, "rows of records from a list", of.upsert_from_list});
        if (of.upsert_from_get != of.upsert_from_list) {
            found.push_back({name, "rows of records read alone", of.upsert_from_get});
        }
        found.push_back({name, "rows that are no longer in a complete set", of.remove_missing});
    }
    std::erase_if(found, [](const titled_statement& each) { return each.sql.empty(); });
    return found;
}

void print_statements(const resource& described, bool as_json, std::ostream& out)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const titled_statement& each : statements_of(described)) {
        if (as_json) {
            list.push_back({{"table", each.table}, {"purpose", each.purpose}, {"sql", each.sql}});
        } else {
            out << "## " << each.table << ": " << each.purpose << "\n\n```sql\n"
                << each.sql << "\n```\n\n";
        }
    }
    if (as_json) {
        out << list.dump(2) << '\n';
    }
}

void write(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream out(file);
    if (!(out << text) || !out.flush()) {
        throw command_failure(exit_code::not_permitted, "cannot write " + file.string());
    }
}

void print_manual(const docs_arguments& arguments, std::ostream& out)
{
    const auto program = describe_command_line();
    if (!arguments.directory.empty()) {
        const std::filesystem::path directory(arguments.directory);
        write(directory / "intercom-mirror.1", man_page(program));
        for (const auto& each : program.commands) {
            write(directory / ("intercom-mirror-" + each.name + ".1"), man_page(program, each));
        }
        return;
    }
    if (arguments.command.empty()) {
        out << man_page(program);
        return;
    }
    const auto found =
        std::ranges::find(program.commands, arguments.command, &described_command::name);
    if (found == program.commands.end()) {
        throw command_failure(exit_code::bad_configuration,
                              "there is no command " + arguments.command,
                              "intercom-mirror --help lists the commands");
    }
    out << man_page(program, *found);
}

} // namespace

exit_code docs(const docs_arguments& arguments, std::ostream& out)
{
    const bool as_json = arguments.format == "json";
    if (arguments.topic == "tables") {
        out << (as_json ? dictionary_json(catalogue()) : dictionary_markdown(catalogue()));
    } else if (arguments.topic == "api") {
        out << (as_json ? operations_json(catalogue(), functions())
                        : operations_markdown(catalogue()) + "\n# Changes\n\n" +
                              changes_markdown(changes_of(catalogue(), functions())));
    } else if (arguments.topic == "man") {
        print_manual(arguments, out);
    } else if (arguments.topic == "completion") {
        const auto program = describe_command_line();
        out << (arguments.shell == "bash"  ? bash_completion(program)
                : arguments.shell == "zsh" ? zsh_completion(program)
                                           : fish_completion(program));
    } else {
        const resource* described = find_resource(arguments.resource);
        if (described == nullptr) {
            throw command_failure(exit_code::bad_configuration,
                                  "there is no resource " + arguments.resource,
                                  "docs sql needs one of those that docs tables shows");
        }
        print_statements(*described, as_json, out);
    }
    return exit_code::done;
}

} // namespace intercom_mirror
