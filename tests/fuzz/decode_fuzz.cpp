#include "sync/record/record_plan.hpp"
#include "sync/record/sanitise.hpp"
#include "tests/fuzz/fuzzed_resource.hpp"
#include "tests/fuzz/reference_json.hpp"
#include "tests/fuzz/require.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace intercom_mirror;

namespace {

template <typename Function>
auto attempt(Function&& work) -> std::optional<decltype(work())>
{
    try {
        return work();
    } catch (const malformed_record&) {
        return std::nullopt;
    }
}

void check_row(const row& one, const std::vector<column>& columns)
{
    REQUIRE(one.size() == columns.size());
    for (std::size_t number = 0; number < one.size(); ++number) {
        const cell& value = one[number];
        REQUIRE(value.is != cell::kind::text || value.text.find('\0') == std::string::npos);
        if (columns[number].type == column_type::jsonb && value.is == cell::kind::text) {
            REQUIRE(ask_reference(value.text).said != reference_verdict::invalid);
        }
    }
}

void check_children(const record_plan& plan, const decoded_record& record)
{
    const auto tables = plan.tables();
    REQUIRE(record.children.size() == tables.size());
    for (std::size_t table = 1; table < tables.size(); ++table) {
        const child_rows& found = record.children[table];
        REQUIRE(found.parents.size() == found.rows.size());
        REQUIRE(found.raws.size() == (tables[table].has_raw ? found.rows.size() : 0));
        REQUIRE(found.hashes.size() == found.raws.size());
        REQUIRE(found.is_present || (!found.is_complete && found.rows.empty()));
        const std::size_t parent = tables[table].parent;
        const std::size_t parents = parent == 0 ? 1 : record.children[parent].rows.size();
        for (std::size_t number = 0; number < found.rows.size(); ++number) {
            check_row(found.rows[number], tables[table].columns);
            REQUIRE(found.parents[number] < parents);
            REQUIRE(found.rows[number][0].is == cell::kind::text);
        }
        for (const std::string& raw : found.raws) {
            REQUIRE(ask_reference(raw).said != reference_verdict::invalid);
        }
    }
}

void check(const record_plan& plan, std::string_view json, projection from)
{
    const auto head = attempt([&] { return plan.scan(json); });
    const auto record = attempt([&] { return plan.decode(json, from); });
    REQUIRE(head.has_value() == record.has_value());
    if (!record) {
        return;
    }
    REQUIRE(record->main[0].text == head->key);
    check_row(record->main, plan.tables()[0].columns);
    check_children(plan, *record);
    REQUIRE(record->drifts.size() <= 64);
    REQUIRE(plan.scan(record->raw).key == head->key);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const record_plan plan(fuzzed::things, {2, 14});
    static const std::vector<std::string> omitted{"things.t", "things.o", "files.s", "parts.body"};
    static const record_plan discreet(fuzzed::things, {2, 14}, omitted);
    std::string buffer;
    const std::string_view json = sanitise({reinterpret_cast<const char*>(bytes), size}, buffer);
    check(plan, json, projection::get);
    check(plan, json, projection::list);
    check(discreet, json, projection::get);

    std::vector<drift> drifts;
    const std::string_view elements[] = {json, "{\"id\":\"e\"}"};
    for (const std::size_t table : {1U, 2U, 3U}) {
        const child_rows found = plan.decode_children(table, "1", elements, drifts);
        REQUIRE(found.is_present && found.rows.size() <= 2);
    }
    return 0;
}
