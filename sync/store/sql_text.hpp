#pragma once

#include "schema/api_version.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Words in which SQL is written from the catalogue.
namespace intercom_mirror::sql_text {

inline std::string quoted(std::string_view text)
{
    std::string made = "'";
    for (const char letter : text) {
        made += letter == '\'' ? "''" : std::string(1, letter);
    }
    return made + "'";
}

inline std::string array_of(const std::vector<std::string>& list)
{
    return quoted(fmt::format("{{{}}}", fmt::join(list, ",")));
}

inline std::string array_of(api_version version)
{
    return fmt::format("'{{{},{}}}'", version.major, version.minor);
}

inline std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

} // namespace intercom_mirror::sql_text
