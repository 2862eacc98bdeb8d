#include "daemon/command_line.hpp"
#include "schema/catalogue.hpp"
#include "schema/operations.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

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
    EXPECT_NE(text.find("| `POST /contacts/search` | `contacts` |"), std::string::npos);
    EXPECT_NE(text.find("| `GET /companies/scroll` | `companies` |"), std::string::npos);
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

} // namespace
} // namespace intercom_mirror
