#include "schema/catalogue.hpp"
#include "sync/record/record_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

// A record of each resource as Intercom serves it, and the rows it becomes:
// tests/golden/<resource>/record.json and rows.json.
namespace intercom_mirror {
namespace {

using nlohmann::ordered_json;

// The oldest version that has it, from that of the default configuration on.
api_version version_for(const resource& each)
{
    return std::max(each.versions.first, api_version{2, 14});
}

std::string golden(std::string_view resource, std::string_view name)
{
    const std::string path = std::string(SOURCE_DIR) + "/tests/golden/" + std::string(resource) +
                             "/" + std::string(name);
    std::ifstream stream(path);
    if (!stream) {
        ADD_FAILURE() << "there is no " << path;
    }
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

ordered_json value_of(const cell& value, column_type type)
{
    if (value.is == cell::kind::text) {
        return type == column_type::jsonb ? ordered_json::parse(value.text)
                                          : ordered_json(value.text);
    }
    if (type == column_type::boolean) {
        return value.number != 0;
    }
    return value.number;
}

// Only what is not null; times are microseconds.
ordered_json row_of(const table_plan& table, const row& cells)
{
    ordered_json shown = ordered_json::object();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].is != cell::kind::null) {
            shown[std::string(table.columns[i].name)] = value_of(cells[i], table.columns[i].type);
        }
    }
    return shown;
}

ordered_json rows_of(const record_plan& plan, const decoded_record& decoded)
{
    ordered_json tables = ordered_json::array();
    const auto described = plan.tables();
    tables.push_back({{"table", described[0].name},
                      {"rows", ordered_json::array({row_of(described[0], decoded.main)})}});
    for (std::size_t number = 1; number < described.size(); ++number) {
        const child_rows& children = decoded.children[number];
        ordered_json rows = ordered_json::array();
        for (const row& each : children.rows) {
            rows.push_back(row_of(described[number], each));
        }
        tables.push_back({{"table", described[number].name},
                          {"is_present", children.is_present},
                          {"is_complete", children.is_complete},
                          {"rows", std::move(rows)}});
    }
    return tables;
}

TEST(GoldenRecords, BecomeTheRowsNextToThem)
{
    for (const resource* each : catalogue()) {
        const record_plan plan(*each, version_for(*each));
        const decoded_record decoded =
            plan.decode(golden(each->name, "record.json"), projection::get);
        const std::string rows = rows_of(plan, decoded).dump(2) + "\n";
        EXPECT_EQ(rows, golden(each->name, "rows.json")) << each->name;
    }
}

TEST(GoldenRecords, HoldNothingTheCatalogueDoesNotKnow)
{
    for (const resource* each : catalogue()) {
        const record_plan plan(*each, version_for(*each));
        const decoded_record decoded =
            plan.decode(golden(each->name, "record.json"), projection::get);
        for (const drift& found : decoded.drifts) {
            ADD_FAILURE() << each->name << ": " << found.path << " ("
                          << static_cast<int>(found.what) << ", " << found.found << ")";
        }
    }
}

TEST(GoldenRecords, AreTheSameWhenOnlyAddressesOfFilesHaveChanged)
{
    for (const std::string_view name : {"conversations", "tickets"}) {
        const record_plan plan(*find_resource(name), version_for(*find_resource(name)));
        const std::string before = golden(name, "record.json");
        std::string after = before;
        const std::string expires = "?expires=1";
        ASSERT_NE(after.find(expires), std::string::npos);
        for (std::size_t at = 0; (at = after.find(expires, at)) != std::string::npos; ++at) {
            after.replace(at, expires.size(), "?expires=2");
        }
        EXPECT_EQ(plan.scan(before).hash, plan.scan(after).hash) << name;
    }
}

TEST(GoldenRecords, AreChangedWhenACustomAttributeNamedLikeAnAddressIs)
{
    const record_plan plan(*find_resource("conversations"), {2, 14});
    std::string before = golden("conversations", "record.json");
    const std::string known = "\"CX Score rating\": 4";
    const auto at = before.find(known);
    ASSERT_NE(at, std::string::npos);
    std::string after = before;
    before.replace(at, known.size(), R"("url": "a")");
    after.replace(at, known.size(), R"("url": "b")");
    EXPECT_NE(plan.scan(before).hash, plan.scan(after).hash);
}

} // namespace
} // namespace intercom_mirror
