#pragma once

#include <string>
#include <string_view>

namespace intercom_mirror {

// JSON text in which a number that neither 64 bits nor a double hold exactly (2^64, 1e400, more
// than fifteen digits) stands as a string, marked and in a form of its own: equal numbers are equal
// strings. So nlohmann/json neither refuses it nor changes it. `json` must be well-formed.
std::string guard_numbers(std::string_view json);

// The numbers themselves again.
std::string plain_numbers(std::string_view json);

} // namespace intercom_mirror
