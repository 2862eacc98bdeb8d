#pragma once

#include <string>
#include <string_view>

namespace intercom_mirror {

// JSON text that PostgreSQL's json, jsonb and text take: escapes of U+0000 and lone surrogates
// become U+FFFD, so do raw NUL bytes and malformed UTF-8. Returns `json` itself when it is clean
// (the usual case), else a view of `buffer`.
std::string_view sanitise(std::string_view json, std::string& buffer);

} // namespace intercom_mirror
