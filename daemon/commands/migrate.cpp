#include "sync/store/migrate.hpp"

#include "daemon/assembly.hpp"

#include <ostream>

namespace intercom_mirror {

exit_code migrate_schema(const global_arguments& global, const migrate_arguments& arguments,
                         std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        const auto options = session_for(begun.settings, false);
        session connection(options);
        const auto missing = check_migrations(connection, options);
        if (arguments.only_check) {
            for (const auto& name : missing.applied) {
                out << "missing: " << name << '\n';
            }
            if (missing.applied.empty()) {
                out << "the schema is up to date\n";
            }
            return missing.applied.empty() ? exit_code::done : exit_code::found_a_problem;
        }
        try {
            for (const auto& name : migrate(connection, options).applied) {
                out << "applied: " << name << '\n';
            }
            if (arguments.with_roles) {
                grant_roles(connection, options);
                out << "roles created and granted\n";
            }
        } catch (const permission_missing& refused) {
            throw command_failure(exit_code::not_permitted, refused.what(),
                                  "the login has to own the schema, or be a superuser for --roles");
        }
        return exit_code::done;
    });
}

} // namespace intercom_mirror
