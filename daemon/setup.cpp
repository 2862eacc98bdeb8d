#include "config/load.hpp"
#include "daemon/commands.hpp"
#include "daemon/log.hpp"
#include "schema/catalogue.hpp"
#include "schema/tables.hpp"

#include <fmt/format.h>

namespace intercom_mirror {
namespace {

// What can be left out: neither keys, which name the rows, nor the daemon's own columns.
catalogue_names names_of_catalogue()
{
    catalogue_names names;
    for (const resource* each : catalogue()) {
        names.resources.emplace_back(each->name);
    }
    for (const std::string_view name : optional_names()) {
        if (find_resource(name) == nullptr) {
            names.resources.emplace_back(name);
        }
    }
    for (const table& each : tables_of(catalogue())) {
        for (const table_column& column : each.columns) {
            if (column.is_nullable && !column.sources.empty()) {
                names.columns.push_back(fmt::format("{}.{}", each.name, column.name));
            }
        }
    }
    return names;
}

} // namespace

setup load_setup(const global_arguments& global)
{
    // Read once: secrets are wiped from the process then, and a reload is to see them again.
    static const environment of_process = take_process_environment();
    environment variables = of_process;
    if (!global.log_level.empty()) {
        // The command line has the last word, and its value is checked like any other.
        variables.insert_or_assign("INTERCOM_MIRROR_LOG_LEVEL", global.log_level);
    }
    options settings = load(config_file(global.config_file), variables, names_of_catalogue());
    auto log = make_log(settings.log);
    return {std::move(settings), std::move(log)};
}

} // namespace intercom_mirror
