#include "sync/webhook/notification.hpp"
#include "sync/webhook/signature.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

using namespace intercom_mirror;

namespace {

bool is_visible_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
}

} // namespace

// Input: what claims to be a signature, a newline, and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view all(reinterpret_cast<const char*>(bytes), size);
    const auto line = std::min(all.find('\n'), all.size());
    const auto claimed = all.substr(0, line);
    const auto body = all.substr(std::min(line + 1, all.size()));

    static const std::array secrets{secret("the present secret"), secret("the former secret")};
    for (const auto& each : secrets) {
        REQUIRE(is_signed(body, signature_of(body, each), secrets));
    }
    // Nobody without the secret gets this right.
    REQUIRE(!is_signed(body, claimed, secrets));
    REQUIRE(!is_signed(std::string(body) + " ", signature_of(body, secrets[0]), secrets));

    try {
        const auto told =
            parse_notification(body, [](std::string_view resource) { return resource != "tags"; });
        REQUIRE(!told.app_id.empty());
        REQUIRE(!told.entry.topic.empty() && is_visible_ascii(told.entry.topic));
        REQUIRE(!told.entry.id.empty() && is_visible_ascii(told.entry.id));
        for (const auto& one : told.entry.hints) {
            REQUIRE(!one.id.empty() && is_visible_ascii(one.id));
            REQUIRE(!one.resource.empty() && one.resource != "tags");
        }
    } catch (const malformed_notification& malformed) {
        REQUIRE(!std::string_view(malformed.what()).empty());
    }
    return 0;
}
