#include "daemon/assembly.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ostream>
#include <thread>

namespace intercom_mirror {
namespace {

constexpr auto look_every = std::chrono::milliseconds(500);
// A standby takes over sooner than that.
constexpr auto longest_without_holder = std::chrono::seconds(20);

void wait_for(store& on, const std::string& id)
{
    auto seen_alive = std::chrono::steady_clock::now();
    while (!on.is_erased(id)) {
        const auto holder = on.lease_holder();
        const auto now = std::chrono::steady_clock::now();
        seen_alive = holder && holder->is_alive ? now : seen_alive;
        if (now - seen_alive > longest_without_holder) {
            throw command_failure(exit_code::unavailable, "the daemon that held the lease is gone",
                                  "what was asked for stays so: start a daemon, or ask again");
        }
        std::this_thread::sleep_for(look_every);
    }
}

} // namespace

exit_code erase_contact(const global_arguments& global, const erase_contact_arguments& arguments,
                        std::ostream& out)
{
    const auto begun = load_setup(global);
    return end_of([&] {
        assembly parts(begun, {});
        parts.bring_schema_up_to_date();
        auto& on = parts.direct();
        on.ask_for_erasure(arguments.id);
        if (parts.take_lease()) {
            on.erase_pending(parts.every_plan());
            parts.release_lease();
        } else if (arguments.no_wait) {
            out << fmt::format("the daemon was asked to forget contact {}\n", arguments.id);
            return exit_code::done;
        } else {
            wait_for(on, arguments.id);
        }
        out << fmt::format("contact {} is forgotten, and whatever it took part in; nothing of it "
                           "will be stored again\n",
                           arguments.id);
        return exit_code::done;
    });
}

} // namespace intercom_mirror
