#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>

namespace intercom_mirror {
namespace {

// The program itself, as a shell runs it.
struct Program : ::testing::Test
{
    Program()
    {
        std::string name = std::filesystem::temp_directory_path() / "program_test.XXXXXX";
        directory = ::mkdtemp(name.data());
    }
    ~Program() override { std::filesystem::remove_all(directory); }

    // `line`: variables and words, "A=1 intercom-mirror status". Keeps what it prints anywhere.
    int run(const std::string& variables, const std::string& words)
    {
        const std::string line = "timeout 60 env -i PATH=/usr/bin:/bin " + variables +
                                 " '" MIRROR_PROGRAM "' " + words + " 2>&1 </dev/null";
        printed.clear();
        std::FILE* pipe = ::popen(line.c_str(), "r");
        std::array<char, 4096> piece{};
        for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
            printed.append(piece.data(), got);
        }
        const int status = ::pclose(pipe);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    std::filesystem::path directory;
    std::string printed;
};

TEST_F(Program, AnswersHelp)
{
    EXPECT_EQ(run("", "--help"), 0);
    EXPECT_NE(printed.find("Usage: intercom-mirror"), std::string::npos);
}

TEST_F(Program, RefusesABadConfigurationWithPlaceAndHint)
{
    const auto file = directory / "config.toml";
    std::ofstream(file) << "[intercom]\nregoin = \"us\"\n";
    for (const char* command : {"run", "sync", "migrate", "status", "verify", "check"}) {
        EXPECT_EQ(run("INTERCOM_ACCESS_TOKEN=x", "--config " + file.string() + " " + command), 78);
        EXPECT_EQ(printed, "intercom-mirror: " + file.string() +
                               ":2: intercom.regoin is not a key of the configuration\n"
                               "hint: did you mean intercom.region?\n");
    }
}

TEST_F(Program, RefusesWordsItDoesNotKnow)
{
    EXPECT_EQ(run("", "fly"), 78);
    EXPECT_EQ(printed, "intercom-mirror: there is no command fly\n"
                       "hint: intercom-mirror --help lists the commands\n");
}

TEST_F(Program, AsksForATokenBeforeItDoesAnything)
{
    for (const char* command : {"run", "sync"}) {
        EXPECT_EQ(run("INTERCOM_MIRROR_POSTGRES_DSN=host=" + directory.string(), command), 78);
        EXPECT_NE(printed.find("there is no access token"), std::string::npos) << printed;
    }
}

TEST_F(Program, SaysThatThereIsNoDatabase)
{
    for (const char* command : {"migrate", "status"}) {
        EXPECT_EQ(run("INTERCOM_MIRROR_POSTGRES_DSN=host=" + directory.string(), command), 69);
        EXPECT_TRUE(printed.starts_with("intercom-mirror: PostgreSQL cannot be reached"))
            << printed;
        // One sentence, one hint.
        EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 2) << printed;
    }
}

TEST_F(Program, NeverPrintsTheToken)
{
    const std::string token = "canary-9f3b";
    for (const char* words :
         {"check", "sync", "--log-level debug sync", "status", "--config /nonexistent run"}) {
        run("INTERCOM_ACCESS_TOKEN=" + token +
                " INTERCOM_MIRROR_INTERCOM_BASE_URL=http://127.0.0.1:1"
                " INTERCOM_MIRROR_POSTGRES_DSN=host=" +
                directory.string(),
            words);
        EXPECT_NE(printed, "");
        EXPECT_EQ(printed.find(token), std::string::npos) << words;
    }
}

TEST_F(Program, MigratesAndSaysSo)
{
    const testing::scratch_schema schema;
    const std::string variables = "INTERCOM_MIRROR_POSTGRES_DSN='" + testing::test_dsn() +
                                  "' INTERCOM_MIRROR_POSTGRES_SCHEMA=" + schema.name();
    EXPECT_EQ(run(variables, "migrate --check"), 1) << printed;
    EXPECT_EQ(run(variables, "migrate"), 0) << printed;
    EXPECT_EQ(run(variables, "migrate --check"), 0) << printed;
    EXPECT_EQ(run(variables, "status"), 0) << printed;
}

} // namespace
} // namespace intercom_mirror
