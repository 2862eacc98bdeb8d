#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// The bytes are not gzip, end too early, or grow beyond what was allowed.
class bad_gzip : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Unpacks a whole gzip stream (of one member or more) of at most `limit` unpacked bytes; the limit
// holds while unpacking, so a bomb costs no more than that. Throws bad_gzip.
std::string gunzip(std::string_view packed, std::size_t limit);

} // namespace intercom_mirror
