#include "sync/record/record_plan.hpp"
#include "sync/record/sanitise.hpp"
#include "tests/fuzz/fuzzed_resource.hpp"
#include "tests/fuzz/reference_json.hpp"
#include "tests/fuzz/require.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using namespace intercom_mirror;

namespace {

std::optional<record_head> scan(std::string_view text)
{
    static const record_plan plan(fuzzed::things, {2, 14});
    try {
        return plan.scan(text);
    } catch (const malformed_record&) {
        return std::nullopt;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto head = scan(text);
    if (!head) {
        return 0;
    }
    std::string buffer;
    const std::string_view clean = sanitise(text, buffer);
    REQUIRE(ask_reference(clean).said != reference_verdict::invalid);

    const auto again = scan(clean);
    REQUIRE(again && again->key == head->key && again->updated_at == head->updated_at);
    REQUIRE(clean.data() != text.data() || again->hash == head->hash);
    // White space means nothing.
    REQUIRE(scan(" " + std::string(text) + "\n")->hash == head->hash);
    return 0;
}
