#pragma once

#include <cstdint>
#include <functional>

namespace intercom_mirror {

// Uniform 64-bit numbers. Passed in wherever a die is rolled, so that a seed repeats a whole run.
using random_source = std::function<std::uint64_t()>;

// Uniform in [0, 1).
inline double uniform(const random_source& random)
{
    return static_cast<double>(random() >> 11U) * 0x1.0p-53;
}

} // namespace intercom_mirror
