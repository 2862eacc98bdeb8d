#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// A stretch of a text and what stands there instead.
struct replacement
{
    std::string_view bytes;
    std::string_view instead;
};

// `whole` with the replacements that lie in it made. They are views of the same text, in any order;
// one that lies within another has no effect.
std::string replace_all(std::string_view whole, std::vector<replacement> replacements);

} // namespace intercom_mirror
