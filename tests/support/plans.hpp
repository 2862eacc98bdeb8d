#pragma once

#include "schema/catalogue.hpp"

#include <string>
#include <vector>

namespace intercom_mirror::testing {

// What a plan omits where the configuration names no optional table.
inline std::vector<std::string> optional_tables()
{
    const auto names = optional_names();
    return {names.begin(), names.end()};
}

} // namespace intercom_mirror::testing
