#include "schema/api_version.hpp"

#include <algorithm>
#include <array>

namespace intercom_mirror {
namespace {

// In the order in which they came out.
constexpr std::array numbered{
    api_version{2, 10}, api_version{2, 11}, api_version{2, 12}, api_version{2, 13},
    api_version{2, 14}, api_version{2, 15}, api_version{2, 16}, api_version{2, 17},
};

} // namespace

std::optional<api_version> parse_api_version(std::string_view text)
{
    if (text == "Preview" || text == former_preview_name) {
        return preview_version;
    }
    const auto found = std::ranges::find_if(
        numbered, [&](const api_version& one) { return to_string(one) == text; });
    return found == numbered.end() ? std::nullopt : std::optional(*found);
}

std::string to_string(api_version version)
{
    if (version == preview_version) {
        return "Preview";
    }
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

} // namespace intercom_mirror
