#include "daemon/command_line.hpp"
#include "schema/catalogue.hpp"
#include "schema/operations.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

namespace intercom_mirror {
namespace {

std::string printed(std::vector<const char*> words)
{
    std::ostringstream out;
    EXPECT_EQ(parse_command_line(words, out)(), exit_code::done);
    return out.str();
}

TEST(DocsCommand, PrintsTheDataDictionaryThatIsPublished)
{
    std::ostringstream published;
    published << std::ifstream(SOURCE_DIR "/docs/tables.md").rdbuf();
    EXPECT_EQ(printed({"docs", "tables"}), published.str());
    EXPECT_FALSE(nlohmann::json::parse(printed({"docs", "tables", "--format", "json"})).empty());
}

TEST(DocsCommand, PrintsTheStatementsOfAResource)
{
    const std::string text = printed({"docs", "sql", "contacts"});
    EXPECT_NE(text.find("## contact_tags: "), std::string::npos);
    EXPECT_NE(text.find("ON CONFLICT"), std::string::npos);
    const auto list = nlohmann::json::parse(printed({"docs", "sql", "tags", "--format", "json"}));
    EXPECT_EQ(list.at(0).at("table"), "tags");
}

TEST(DocsCommand, RefusesResourcesThereAreNot)
{
    std::ostringstream out;
    const std::vector<const char*> words{"docs", "sql", "fish"};
    EXPECT_THROW(parse_command_line(words, out)(), command_failure);
    EXPECT_EQ(out.str(), "");
}

TEST(DocsCommand, PrintsTheRequestsThatFillEachTable)
{
    const std::string text = printed({"docs", "api"});
    EXPECT_NE(text.find("| `POST /contacts/search` | 2.10 | `contacts` |"), std::string::npos);
    EXPECT_NE(text.find("| `GET /companies/scroll` | 2.10 | `companies` |"), std::string::npos);
    EXPECT_FALSE(nlohmann::json::parse(printed({"docs", "api", "--format", "json"})).empty());
}

TEST(Operations, FillEveryResource)
{
    const auto all = operations_of(catalogue());
    for (const resource* each : catalogue()) {
        EXPECT_TRUE(std::ranges::any_of(all, [&](const operation& one) {
            return one.table == each->name;
        })) << each->name;
    }
    for (const operation& each : all) {
        EXPECT_NE(each.request.find(" /"), std::string::npos) << each.request << each.table;
        EXPECT_FALSE(each.purpose.empty()) << each.request;
    }
}

// What Intercom's reference lists for a version, one operation a line.
std::set<std::string> reference_of(const std::string& version)
{
    std::ifstream stream(SOURCE_DIR "/tests/golden/operations/" + version + ".txt");
    std::set<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.insert(line);
    }
    return lines;
}

TEST(Operations, AreThoseOfTheReference)
{
    for (const auto& [name, version] : {std::pair<std::string, api_version>{"2.10", {2, 10}},
                                        {"2.16", {2, 16}},
                                        {"Preview", preview_version}}) {
        std::set<std::string> known;
        for (const documented_operation& each : documented_operations()) {
            if (each.versions.holds(version)) {
                known.emplace(each.request);
            }
        }
        EXPECT_EQ(known, reference_of(name)) << name;
    }
}

TEST(Operations, FeedATableOrHaveAReason)
{
    const auto made = operations_of(catalogue());
    for (const documented_operation& each : documented_operations()) {
        const bool is_used =
            std::ranges::any_of(made, [&](const operation& one) { return is_made_by(each, one); });
        EXPECT_NE(is_used, !each.why_unused.empty()) << each.request;
    }
}

TEST(Operations, AreDocumentedWhereTheMirrorMakesThem)
{
    for (const operation& one : operations_of(catalogue())) {
        EXPECT_TRUE(std::ranges::any_of(
            documented_operations(),
            [&](const documented_operation& each) { return is_made_by(each, one); }))
            << one.request;
    }
}

TEST(Operations, OfAResourceAreThereInItsVersions)
{
    for (const resource* each : catalogue()) {
        const resource* const alone[] = {each};
        for (const operation& one : operations_of(alone)) {
            const auto found = std::ranges::find_if(
                documented_operations(),
                [&](const documented_operation& known) { return is_made_by(known, one); });
            ASSERT_NE(found, documented_operations().end()) << one.request;
            if (one.table == each->name) {
                const auto made_from = std::max(one.versions.first, each->versions.first);
                EXPECT_LE(found->versions.first, made_from) << one.request;
            }
        }
    }
}

} // namespace
} // namespace intercom_mirror
