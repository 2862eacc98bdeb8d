#include "sync/record/sanitise.hpp"

#include <gtest/gtest.h>

#include <string>

namespace intercom_mirror {
namespace {

using namespace std::string_literals;

std::string cleaned(std::string_view json)
{
    std::string buffer;
    return std::string(sanitise(json, buffer));
}

constexpr auto replaced = "\xEF\xBF\xBD";

TEST(Sanitise, ReturnsCleanTextItself)
{
    const std::string clean = "{\"a\":\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80 \\\"\\n\\u00e9\"}";
    std::string buffer = "untouched";
    EXPECT_EQ(sanitise(clean, buffer).data(), clean.data());
    EXPECT_EQ(sanitise(clean, buffer).size(), clean.size());
    EXPECT_EQ(buffer, "untouched");
    EXPECT_EQ(cleaned(""), "");
}

TEST(Sanitise, ReplacesEscapesOfNul)
{
    EXPECT_EQ(cleaned(R"("a\u0000b")"), R"("a\ufffdb")");
    EXPECT_EQ(cleaned(R"("\u0000\u0000")"), R"("\ufffd\ufffd")");
    EXPECT_EQ(cleaned(R"("\u0001\u0020")"), R"("\u0001\u0020")");
}

TEST(Sanitise, AnEscapedBackslashBeforeU0000IsNoEscapeOfNul)
{
    EXPECT_EQ(cleaned(R"("\\u0000")"), R"("\\u0000")");
    EXPECT_EQ(cleaned(R"("\\\u0000")"), R"("\\\ufffd")");
    EXPECT_EQ(cleaned(R"("\\\\u0000")"), R"("\\\\u0000")");
    EXPECT_EQ(cleaned(R"("\"\u0000")"), R"("\"\ufffd")");
    EXPECT_EQ(cleaned(R"("\\ud800")"), R"("\\ud800")");
}

TEST(Sanitise, KeepsSurrogatePairsAndReplacesLoneSurrogates)
{
    EXPECT_EQ(cleaned(R"("\ud83d\ude00")"), R"("\ud83d\ude00")");
    EXPECT_EQ(cleaned(R"("\uD83D\uDE00")"), R"("\uD83D\uDE00")");
    EXPECT_EQ(cleaned(R"("\ud83d")"), R"("\ufffd")");
    EXPECT_EQ(cleaned(R"("\ude00")"), R"("\ufffd")");
    EXPECT_EQ(cleaned(R"("\ud83d\ud83d\ude00")"), R"("\ufffd\ud83d\ude00")");
    EXPECT_EQ(cleaned(R"("\ude00\ud83d")"), R"("\ufffd\ufffd")");
    EXPECT_EQ(cleaned(R"("\ud83dx\ude00")"), R"("\ufffdx\ufffd")");
    EXPECT_EQ(cleaned(R"("\ud83d\\ude00")"), R"("\ufffd\\ude00")");
    EXPECT_EQ(cleaned(R"("\ud83d\u0000")"), R"("\ufffd\ufffd")");
}

TEST(Sanitise, LeavesIncompleteEscapesToTheParser)
{
    EXPECT_EQ(cleaned(R"("\u00")"), R"("\u00")");
    EXPECT_EQ(cleaned(R"("\ud8zz")"), R"("\ud8zz")");
    EXPECT_EQ(cleaned("\"\\"), "\"\\");
    EXPECT_EQ(cleaned("\\u"), "\\u");
    EXPECT_EQ(cleaned("\\ud83d\\u"), "\\ufffd\\u");
}

TEST(Sanitise, ReplacesRawNuls)
{
    EXPECT_EQ(cleaned("\"a\0b\""s), "\"a"s + replaced + "b\"");
    EXPECT_EQ(cleaned("\0"s), replaced);
    EXPECT_EQ(cleaned("\"\\\0\""s), "\"\\"s + replaced + "\"");
}

TEST(Sanitise, ReplacesMalformedUtf8)
{
    EXPECT_EQ(cleaned("\x80"), replaced);
    EXPECT_EQ(cleaned("\xFF"), replaced);
    EXPECT_EQ(cleaned("a\xC3"), "a"s + replaced);
    EXPECT_EQ(cleaned("\xC3\"x"), replaced + "\"x"s);
    EXPECT_EQ(cleaned("\xE2\x82"), replaced);
    EXPECT_EQ(cleaned("\xE2\x82z"), replaced + "z"s);
    EXPECT_EQ(cleaned("\xF0\x9F\x98"), replaced);
    EXPECT_EQ(cleaned("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
    EXPECT_EQ(cleaned("\\\xC3"), "\\"s + replaced);
}

TEST(Sanitise, ReplacesOverlongFormsSurrogatesAndWhatLiesBeyondUnicode)
{
    EXPECT_EQ(cleaned("\xC0\x80"), replaced + ""s + replaced);
    EXPECT_EQ(cleaned("\xE0\x80\x80"), replaced + ""s + replaced + replaced);
    EXPECT_EQ(cleaned("\xED\xA0\x80"), replaced + ""s + replaced + replaced);
    EXPECT_EQ(cleaned("\xED\x9F\xBF"), "\xED\x9F\xBF");
    EXPECT_EQ(cleaned("\xF4\x90\x80\x80"), replaced + ""s + replaced + replaced + replaced);
    EXPECT_EQ(cleaned("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF");
}

TEST(Sanitise, FindsTheFaultAtEveryDistanceFromTheStart)
{
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string plain(before, 'x');
        EXPECT_EQ(cleaned(plain + "\\u0000yy"), plain + "\\ufffdyy");
        EXPECT_EQ(cleaned(plain + '\0' + "yy"), plain + replaced + "yy");
        EXPECT_EQ(cleaned(plain + "\xC3"), plain + replaced);
    }
}

TEST(Sanitise, ASecondTimeChangesNothing)
{
    const std::string once = cleaned("\"\\ud83d\\u0000\xC3\0\\\\u0000\""s);
    EXPECT_EQ(cleaned(once), once);
}

} // namespace
} // namespace intercom_mirror
