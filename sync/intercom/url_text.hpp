#pragma once

#include <string>
#include <string_view>

namespace intercom_mirror {

// `text` as one segment of a path or one value of a query (RFC 3986: all but the unreserved
// characters as %XX).
std::string percent_encode(std::string_view text);

// The decoded value of a parameter in the query of a URL, absolute or not; empty when it is not
// there.
std::string query_parameter(std::string_view url, std::string_view name);

} // namespace intercom_mirror
