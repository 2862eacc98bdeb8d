#pragma once

#include "schema/resource.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace intercom_mirror {

// Of everything that decides which rows and hashes a record has.
std::uint64_t fingerprint_of(const resource& described, api_version version,
                             std::span<const std::string> omitted);

} // namespace intercom_mirror
