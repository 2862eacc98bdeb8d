#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace intercom_mirror {

// A version of Intercom's REST API, compared number by number: 2.9 < 2.10 < Preview.
struct api_version
{
    int major = 0;
    int minor = 0;

    constexpr auto operator<=>(const api_version&) const = default;
};

inline constexpr api_version oldest_version{2, 10};
// "Preview", once called "Unstable": newer than every numbered version.
inline constexpr api_version preview_version{1000, 0};

// What some workspaces may still call it.
inline constexpr std::string_view former_preview_name = "Unstable";

// "2.14", "Preview" or "Unstable"; nothing for anything else.
std::optional<api_version> parse_api_version(std::string_view text);

// All that parse_api_version knows, for people who write configurations.
inline constexpr std::string_view known_api_versions =
    R"("2.10", "2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17", "Preview" or "Unstable")";

// As sent in the Intercom-Version header.
std::string to_string(api_version version);

} // namespace intercom_mirror
