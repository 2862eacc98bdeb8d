#include "tests/support/mirror_schema.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace intercom_mirror {
namespace {

// The SQL examples of a page, without the line that chooses the schema.
std::vector<std::string> examples_in(const std::string& page)
{
    std::ostringstream text;
    text << std::ifstream(std::string(SOURCE_DIR) + "/" + page).rdbuf();
    const std::string all = text.str();
    // Indented blocks, inside lists, count too.
    const std::regex block("```sql\\n([^`]*)```");
    std::vector<std::string> found;
    for (std::sregex_iterator each(all.begin(), all.end(), block), end; each != end; ++each) {
        std::istringstream statements(
            std::regex_replace(each->str(1), std::regex("--[^\\n]*"), ""));
        for (std::string statement; std::getline(statements, statement, ';');) {
            if (statement.find_first_not_of(" \n") != statement.npos &&
                statement.find("search_path") == statement.npos) {
                found.push_back(statement);
            }
        }
    }
    return found;
}

// psql's own commands and examples that are to be typed with a value are not among them.
TEST(Documentation, ShowsStatementsThatRun)
{
    testing::mirror_schema mirror;
    mirror.capture_edits();
    std::size_t count = 0;
    for (const char* page : {"docs/sql.md", "README.md"}) {
        const auto examples = examples_in(page);
        EXPECT_FALSE(examples.empty()) << page;
        for (const std::string& example : examples) {
            EXPECT_NO_THROW(mirror.query(example)) << page << ": " << example;
            ++count;
        }
    }
    EXPECT_GE(count, 10U);
}

} // namespace
} // namespace intercom_mirror
