#include "sync/record/json_cursor.hpp"
#include "sync/record/sanitise.hpp"
#include "tests/fuzz/reference_json.hpp"
#include "tests/fuzz/require.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using namespace intercom_mirror;

namespace {

bool is_accepted(std::string_view text)
{
    try {
        json_cursor cursor(text);
        cursor.skip();
        cursor.finish();
        return true;
    } catch (const malformed_record&) {
        return false;
    }
}

} // namespace

// Sanitised text that our grammar accepts is JSON to others, too, and holds no NUL; what others
// accept, ours does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    std::string buffer;
    const std::string_view clean = sanitise(text, buffer);
    std::string second;
    REQUIRE(sanitise(clean, second).data() == clean.data());

    const reference_opinion original = ask_reference(text);
    const bool is_shallow = original.depth <= record_plan::depth_max;
    if (original.said == reference_verdict::valid) {
        REQUIRE(!is_shallow || is_accepted(text));
        REQUIRE(original.has_nul || clean.data() == text.data());
    }
    if (is_accepted(text)) {
        REQUIRE(is_accepted(clean));
        const reference_opinion opinion = ask_reference(clean);
        REQUIRE(opinion.said != reference_verdict::invalid);
        REQUIRE(!opinion.has_nul);
    }
    return 0;
}
