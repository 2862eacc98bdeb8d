#include "daemon/assembly.hpp"
#include "daemon/progress.hpp"
#include "sync/pull/engine.hpp"

#include <fmt/format.h>

namespace intercom_mirror {

exit_code sync_once(const global_arguments& global, const sync_arguments& arguments)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        assembly parts(begun, arguments.resources);
        parts.bring_schema_up_to_date();
        if (!parts.take_lease()) {
            throw command_failure(exit_code::unavailable,
                                  "another process keeps this mirror up to date already",
                                  "intercom-mirror status says which; stop it, or let it do the work");
        }
        auto& with = parts.with();
        with.settings.accept_absences = arguments.accept_absences;
        engine pulling(with, parts.plans());
        std::vector<std::string> failures;
        const auto work = [&]() -> boost::asio::awaitable<exit_code> {
            progress_display shown(pulling);
            failures = co_await shown.beside(pulling.sync_once(arguments.is_full), with.time);
            co_return failures.empty() ? exit_code::done : exit_code::unavailable;
        };
        const auto code = parts.run(work);
        parts.release_lease();
        if (!failures.empty()) {
            throw command_failure(code, fmt::format("{} of {} resources could not be read: {}",
                                                    failures.size(), parts.plans().size(),
                                                    failures.front()));
        }
        return code;
    });
}

} // namespace intercom_mirror
