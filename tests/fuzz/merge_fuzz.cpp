#include "sync/push/merge.hpp"
#include "tests/fuzz/require.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

using namespace intercom_mirror;
using nlohmann::json;

namespace {

// Documents come from the database and from Intercom's answers, cleaned: objects, always.
std::string object_in(std::string_view text)
{
    constexpr std::size_t longest = 4096; // nesting costs stack
    const auto parsed = json::parse(text.substr(0, longest), nullptr, false);
    return parsed.is_object() ? parsed.dump(-1, ' ', false, json::error_handler_t::replace)
                              : std::string("{}");
}

bool is_by_member(std::string_view column)
{
    return column == "custom_attributes" || column == "c";
}

void join(std::set<edited_field>& all, const std::set<edited_field>& part)
{
    const auto before = all.size();
    all.insert(part.begin(), part.end());
    // A field has one outcome.
    REQUIRE(all.size() == before + part.size());
}

} // namespace

// Input: a letter that chooses the policy, then a line each: base, row, Intercom's, under way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    std::string_view rest(reinterpret_cast<const char*>(bytes), size);
    constexpr std::array policies{conflict_policy::remote_wins, conflict_policy::local_wins,
                                  conflict_policy::manual};
    const auto policy = policies[(rest.empty() ? 0U : bytes[0]) % policies.size()];
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    std::array<std::string, 4> lines;
    for (auto& line : lines) {
        const auto end = std::min(rest.find('\n'), rest.size());
        line = object_in(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    row_versions versions;
    versions.pending = lines[0];
    versions.local = lines[1];
    versions.remote = lines[2];
    versions.in_flight = lines[3];
    const auto merged = merge_row(versions, is_by_member, [&](std::string_view) { return policy; });

    const auto edited = fields_of(versions.pending, is_by_member);
    std::set<edited_field> all;
    for (const auto* part :
         {&merged.arrived, &merged.taken_back, &merged.to_send, &merged.lost, &merged.undecided}) {
        join(all, *part);
    }
    REQUIRE(all == edited);
    REQUIRE(fields_of(merged.patch, is_by_member) == merged.to_send);
    REQUIRE(policy != conflict_policy::local_wins || merged.lost.empty());
    REQUIRE(policy == conflict_policy::manual || merged.undecided.empty());
    for (const auto& conflict : merged.conflicts) {
        REQUIRE(edited.count(conflict.field) == 1);
        REQUIRE(!are_same_values(conflict.local, conflict.remote));
    }
    REQUIRE(fields_of(pending_without(versions.pending, edited), is_by_member).empty());
    for (const auto& a : lines) {
        REQUIRE(are_same_values(a, a));
        for (const auto& b : lines) {
            REQUIRE(are_same_values(a, b) == are_same_values(b, a));
        }
    }
    // What was sent and answered, and not touched meanwhile, is done with.
    const auto left = pending_after_answer(versions.pending, versions.local, merged.patch,
                                           versions.remote, is_by_member);
    for (const auto& field : fields_of(left, is_by_member)) {
        REQUIRE(edited.count(field) == 1 && merged.to_send.count(field) == 0);
    }
    return 0;
}
