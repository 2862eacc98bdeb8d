#include "sync/intercom/http_transport.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

// Header names are ASCII; the locale has no say in them.
char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view left, std::string_view right)
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

} // namespace

std::string_view http_response::header(std::string_view name) const
{
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) {
            return value;
        }
    }
    return {};
}

} // namespace intercom_mirror
