#pragma once

#include "tests/sandbox/render.hpp"
#include "tests/sandbox/world.hpp"

#include <string>
#include <string_view>

namespace intercom_sandbox {

// What the workspace really holds, for comparing a mirror with; format in truth.cpp. Empty for a
// resource that does not exist.
std::string write_truth(const world& w, const renderer& show, std::string_view resource);

} // namespace intercom_sandbox
