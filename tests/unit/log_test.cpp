#include "daemon/log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace intercom_mirror {
namespace {

using std::string_literals::operator""s;

// What a log of these settings writes to stderr about two events.
std::string written(log_options settings)
{
    ::testing::internal::CaptureStderr();
    const auto log = make_log(settings);
    log->debug("looked closely");
    log->info("page stored", {{"resource", "contacts"}, {"rows", 150}});
    return ::testing::internal::GetCapturedStderr();
}

TEST(TextLine, PutsFieldsBehindTheMessage)
{
    const event_field fields[] = {
        {"resource", "contacts"}, {"rows", 150}, {"detail", "two words"}, {"reason", ""}};
    EXPECT_EQ(text_line("page stored", fields),
              R"(page stored resource=contacts rows=150 detail="two words" reason="")");
}

TEST(TextLine, StaysOneLineWhateverComes)
{
    const event_field fields[] = {{"detail", "a\nb\r\x1b[31m\0c\x7f"s}, {"reason", R"(say "no"\)"}};
    EXPECT_EQ(text_line("first\nsecond", fields),
              R"(first\nsecond detail="a\nb\u000d\u001b[31m\ufffdc\u007f" reason="say \"no\"\\")");
}

TEST(JsonMembers, AreJsonWhateverComes)
{
    const std::string nasty = "a\n\"b\"\\\x01 é";
    const event_field fields[] = {{"resource", nasty}, {"rows", -5}, {"found", true}};
    const auto line = nlohmann::json::parse("{" + json_members("page \"stored\"", fields) + "}");
    EXPECT_EQ(line.at("message"), "page \"stored\"");
    EXPECT_EQ(line.at("resource"), nasty);
    EXPECT_EQ(line.at("rows"), -5);
    EXPECT_EQ(line.at("found"), true);
}

TEST(JsonMembers, ReplaceBytesThatAreNoUtf8)
{
    const event_field fields[] = {{"detail", "caf\xe9"}};
    EXPECT_EQ(json_members("x", fields), "\"message\":\"x\",\"detail\":\"caf\uFFFD\"");
}

TEST(JournalEntries, KeepFieldsApart)
{
    const event_field fields[] = {{"request_id", "abc"}};
    EXPECT_EQ(journal_entries(severity::warning, "slow", fields),
              (std::vector<std::string>{"MESSAGE=slow request_id=abc", "PRIORITY=4",
                                        "SYSLOG_IDENTIFIER=intercom-mirror",
                                        "INTERCOM_MIRROR_REQUEST_ID=abc"}));
}

TEST(Log, WritesALineForEachEventOfItsLevel)
{
    const std::string lines = written({log_level::info, log_format::text});
    EXPECT_TRUE(lines.ends_with("Z info    page stored resource=contacts rows=150\n")) << lines;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
    const std::string more = written({log_level::debug, log_format::text});
    EXPECT_EQ(std::count(more.begin(), more.end(), '\n'), 2) << more;
    EXPECT_EQ(written({log_level::warning, log_format::text}), "");
}

TEST(Log, WritesJsonObjects)
{
    const auto line = nlohmann::json::parse(written({log_level::info, log_format::json}));
    EXPECT_EQ(line.at("level"), "info");
    EXPECT_EQ(line.at("message"), "page stored");
    EXPECT_EQ(line.at("rows"), 150);
    EXPECT_EQ(line.at("time").get<std::string>().size(), "2024-01-01T00:00:00.000Z"s.size());
}

} // namespace
} // namespace intercom_mirror
