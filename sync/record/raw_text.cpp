#include "sync/record/raw_text.hpp"

#include <algorithm>
#include <functional>

namespace intercom_mirror {

std::string replace_all(std::string_view whole, std::vector<replacement> replacements)
{
    const char* at = whole.data();
    const char* end = at + whole.size();
    const auto is_before = [](const replacement& a, const replacement& b) {
        return a.bytes.data() != b.bytes.data() ? std::less<>()(a.bytes.data(), b.bytes.data())
                                                : a.bytes.size() > b.bytes.size();
    };
    std::sort(replacements.begin(), replacements.end(), is_before);
    std::string text;
    text.reserve(whole.size());
    for (const replacement& one : replacements) {
        const char* start = one.bytes.data();
        if (std::less<>()(start, at) || !std::less<>()(start, end)) {
            continue;
        }
        text.append(at, start).append(one.instead);
        at = start + one.bytes.size();
    }
    text.append(at, end);
    return text;
}

} // namespace intercom_mirror
