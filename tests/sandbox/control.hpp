#pragma once

#include "tests/sandbox/workspace.hpp"

namespace intercom_sandbox {

// Answers the requests under /_sandbox/, which are not part of the API: no token, no rate limit,
// no latency, no faults. The endpoints are listed in control.cpp.
response answer_control(workspace& of, const request& asked, const target_parts& target,
                        time_point now);

} // namespace intercom_sandbox
