#include "daemon/command_line.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace intercom_mirror {
namespace {

struct CommandLine : ::testing::Test
{
    exit_code run(std::vector<const char*> words) { return parse_command_line(words, out)(); }

    std::ostringstream out;
};

TEST_F(CommandLine, AnswersHelpAndVersion)
{
    EXPECT_EQ(run({"--help"}), exit_code::done);
    EXPECT_NE(out.str().find("--config"), std::string::npos);
    out.str("");
    EXPECT_EQ(run({"--version"}), exit_code::done);
    EXPECT_EQ(out.str(), "intercom-mirror 0.1.0\n");
}

TEST_F(CommandLine, HelpIsAsPublished)
{
    EXPECT_EQ(run({"--help-all"}), exit_code::done);
    testing::expect_golden("help.txt", out.str());
}

TEST_F(CommandLine, RefusesWordsItDoesNotKnow)
{
    for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
             {}, {"fly"}, {"--fast"}, {"--log-level", "loud"}, {"--config"}}) {
        EXPECT_THROW(run(words), command_failure);
    }
}

TEST_F(CommandLine, SaysWhichWordItDidNotUnderstand)
{
    try {
        run({"fly"});
        FAIL() << "it was accepted";
    } catch (const command_failure& failure) {
        EXPECT_EQ(failure.code(), exit_code::bad_configuration);
        EXPECT_STREQ(failure.what(), "there is no command fly");
        EXPECT_FALSE(failure.hint().empty());
    }
}

} // namespace
} // namespace intercom_mirror
