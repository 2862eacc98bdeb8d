#include "daemon/beacon.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

namespace intercom_mirror {

beacon::beacon(const std::filesystem::path& directory, std::string_view schema)
{
    if (directory.empty()) {
        return;
    }
    file_ = directory / (std::string(schema) + ".beacon");
    std::ifstream in(file_);
    reading found;
    std::int64_t microseconds = 0;
    if (in >> found.count >> microseconds) {
        found.at = wall_time(duration(microseconds));
        last_ = found;
    }
}

void beacon::keep(reading now)
{
    last_ = now;
    if (file_.empty()) {
        return;
    }
    // Renamed into place, or a kill would leave half of a number.
    auto fresh = file_;
    fresh += ".new";
    {
        std::ofstream out(fresh, std::ios::trunc);
        out << now.count << ' ' << now.at.time_since_epoch().count() << '\n';
    }
    std::error_code ignored; // a full disk takes nothing from the mirror
    std::filesystem::rename(fresh, file_, ignored);
}

std::filesystem::path state_directory()
{
    const char* given = std::getenv("STATE_DIRECTORY");
    const std::string all = given == nullptr ? "" : given;
    return all.substr(0, all.find(':'));
}

} // namespace intercom_mirror
