#include "sync/record/slice.hpp"
#include "tests/fuzz/reference_json.hpp"
#include "tests/fuzz/require.hpp"

#include <cstdint>
#include <string_view>

using namespace intercom_mirror;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view body(reinterpret_cast<const char*>(bytes), size);
    const bool is_json = ask_reference(body).said == reference_verdict::valid;
    try {
        const page_slices page = slice_page(body, "data|companies");
        const char* last = body.data();
        for (const std::string_view record : page.records) {
            REQUIRE(!record.empty());
            REQUIRE(record.data() >= last);
            last = record.data() + record.size();
            REQUIRE(!is_json || ask_reference(record).said == reference_verdict::valid);
        }
        REQUIRE(last <= body.data() + body.size());
    } catch (const malformed_page&) {
        // A list of its own is taken whenever it is JSON.
        const std::size_t start = body.find_first_not_of(" \t\r\n");
        REQUIRE(!is_json || body[start] != '[');
    }
    return 0;
}
