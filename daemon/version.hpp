#pragma once

#include <string_view>

namespace intercom_mirror {

inline constexpr std::string_view project_version = INTERCOM_MIRROR_VERSION;

} // namespace intercom_mirror
