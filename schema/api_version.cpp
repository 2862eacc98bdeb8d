#include "schema/api_version.hpp"

#include <charconv>

namespace intercom_mirror {

std::optional<api_version> parse_api_version(std::string_view text)
{
    if (text == "Preview" || text == "Unstable") {
        return preview_version;
    }
    api_version version;
    const char* end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, version.major);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') {
        return std::nullopt;
    }
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec != std::errc() || minor.ptr != end) {
        return std::nullopt;
    }
    constexpr api_version newest{2, 17};
    if (version < oldest_version || version > newest) {
        return std::nullopt;
    }
    return version;
}

std::string to_string(api_version version)
{
    if (version == preview_version) {
        return "Preview";
    }
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

} // namespace intercom_mirror
