#pragma once

#include "sync/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace intercom_mirror {

// The daemon's own copy of the counter in the table `beacon`, a file in its state directory: when
// the database's is smaller, the database is an older copy of itself. The file may get lost; then
// nothing is noticed. Without a directory nothing is kept.
class beacon
{
public:
    struct reading
    {
        std::int64_t count = 0;
        wall_time at{};
    };

    beacon(const std::filesystem::path& directory, std::string_view schema);

    [[nodiscard]] const std::optional<reading>& last() const { return last_; }
    void keep(reading now);

private:
    std::filesystem::path file_; // empty: none
    std::optional<reading> last_;
};

// Where systemd has the service keep its state; empty outside of a service.
std::filesystem::path state_directory();

} // namespace intercom_mirror
