#include "sync/intercom/origin.hpp"
#include "sync/intercom/url_text.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

using namespace intercom_mirror;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view url(reinterpret_cast<const char*>(bytes), size);
    static const origin ours{true, "api.intercom.io", 443};
    if (const auto target = target_at(ours, url)) {
        REQUIRE(target->starts_with('/'));
        REQUIRE(std::ranges::all_of(*target,
                                    [](char letter) { return letter > ' ' && letter < '\x7f'; }));
        // Nothing of another host gets through, however it is spelt.
        REQUIRE(!url.starts_with("//"));
    }
    try {
        const auto parsed = parse_origin(url);
        REQUIRE(!parsed.host.empty());
        REQUIRE(parsed.port != 0);
        REQUIRE(parsed.is_tls || is_loopback(parsed.host));
    } catch (const std::invalid_argument&) {
        // Most of what comes is no origin.
    }
    const auto encoded = percent_encode(url);
    REQUIRE(query_parameter("/x?a=1&value=" + encoded, "value") == url);
    return 0;
}
