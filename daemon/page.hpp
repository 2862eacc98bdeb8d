#pragma once

#include <string>
#include <string_view>

namespace intercom_mirror {

// The status page: one file that asks the daemon for JSON and nobody for anything else. Embedded at
// build time from page/status.html.
std::string_view status_page();

// What a browser may do with the page: run its one script, apply its one style sheet, ask the
// daemon, and nothing more. Both are named by their digests, so that nothing injected would run.
std::string policy_of(std::string_view page);

} // namespace intercom_mirror
