#include "sync/record/slice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Slice, CutsAPageIntoTheBytesOfItsRecords)
{
    const std::string body = R"({"type":"list","data":[ {"id":"1", "n":[1,2]} ,{"id":"2"}]})";
    EXPECT_THAT(slice_page(body, "data").records,
                ElementsAre(R"({"id":"1", "n":[1,2]})", R"({"id":"2"})"));
}

TEST(Slice, TakesABodyThatIsAListForTheList)
{
    EXPECT_THAT(slice_page(" [1, \"a,]\" ] \n", "data").records, ElementsAre("1", "\"a,]\""));
    EXPECT_THAT(slice_page("[]", "data").records, IsEmpty());
    EXPECT_THAT(slice_page("\xEF\xBB\xBF[ ]", "data").records, IsEmpty());
}

TEST(Slice, TakesTheFirstKeyThatHoldsAList)
{
    EXPECT_THAT(slice_page(R"({"companies":[2],"data":[1]})", "data|companies").records,
                ElementsAre("1"));
    EXPECT_THAT(slice_page(R"({"data":null,"companies":[2]})", "data|companies").records,
                ElementsAre("2"));
    EXPECT_THAT(slice_page(R"({"d\u0061ta":[3]})", "data").records, ElementsAre("3"));
}

TEST(Slice, IsNotFooledByBracketsAndEscapesInStrings)
{
    const std::string record = R"({"body":"]}\\\"{[,\\","a\"]":"\\"})";
    EXPECT_THAT(slice_page(R"({"x":"\"data\":[9]","data":[)" + record + "]}", "data").records,
                ElementsAre(record));
}

TEST(Slice, CutsOutAMalformedRecordAsItIs)
{
    EXPECT_THAT(slice_page(R"({"data":[{"a" 1 tru},{"b":1}x,nul,{"c":1}]})", "data").records,
                ElementsAre(R"({"a" 1 tru})", R"({"b":1}x)", "nul", R"({"c":1})"));
}

TEST(Slice, CutsOutADeepRecordAsItIs)
{
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    EXPECT_THAT(slice_page("{\"data\":[1," + deep + ",2]}", "data").records,
                ElementsAre("1", deep, "2"));
}

TEST(Slice, ReadsCountsTolerantly)
{
    const auto page = slice_page(
        R"({"data":[],"total_count":"12","pages":{"total_pages":3},"scroll_param":"x\u0041"})",
        "data");
    EXPECT_EQ(page.total_count, 12U);
    EXPECT_EQ(page.total_pages, 3U);
    EXPECT_EQ(page.scroll_param, "xA");

    const auto odd =
        slice_page(R"({"data":[],"total_count":{"a":1},"pages":null,"scroll_param":null})", "data");
    EXPECT_EQ(odd.total_count, std::nullopt);
    EXPECT_EQ(odd.total_pages, std::nullopt);
    EXPECT_EQ(odd.scroll_param, std::nullopt);
    EXPECT_EQ(slice_page(R"({"data":[],"total_count":-1})", "data").total_count, std::nullopt);
}

next_link next_of(const std::string& next)
{
    return slice_page(R"({"data":[],"pages":{"next":)" + next + "}}", "data").next;
}

TEST(Slice, ReadsEveryFormOfTheNextPage)
{
    EXPECT_TRUE(std::holds_alternative<std::monostate>(next_of("null")));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(next_of("\"\"")));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(
        slice_page(R"({"data":[],"pages":{}})", "data").next));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(
        next_of(R"({"per_page":20,"starting_after":null})")));
    EXPECT_EQ(
        std::get<next_cursor>(next_of(R"({"page":2,"starting_after":"Wz=="})")).starting_after,
        "Wz==");
    EXPECT_EQ(std::get<next_page>(next_of(R"({"page":2,"per_page":50})")).number, 2U);
    EXPECT_EQ(std::get<next_url>(next_of(R"("https:\/\/api.intercom.io\/x?page=2")")).url,
              "https://api.intercom.io/x?page=2");
}

// Taken for the end of the list, it would end a walk before everything was read.
TEST(Slice, RefusesUnknownFormsOfTheNextPage)
{
    EXPECT_THROW(next_of("true"), malformed_page);
    EXPECT_THROW(next_of("7"), malformed_page);
    EXPECT_THROW(next_of("[1]"), malformed_page);
    EXPECT_THROW(slice_page(R"({"data":[],"pages":"x"})", "data"), malformed_page);
}

TEST(Slice, TheLastOfTwoMembersOfOneNameCounts)
{
    EXPECT_THAT(slice_page(R"({"data":[1],"data":[2]})", "data").records, ElementsAre("2"));
}

TEST(Slice, SaysWhatStandsInPlaceOfAList)
{
    const auto complaint = [](const std::string& body) -> std::string {
        try {
            slice_page(body, "data");
        } catch (const malformed_page& problem) {
            return problem.what();
        }
        return "nothing";
    };
    EXPECT_THAT(complaint(""), HasSubstr("empty"));
    EXPECT_THAT(complaint(" \r\n"), HasSubstr("empty"));
    EXPECT_THAT(complaint("<html>502</html>"), HasSubstr("HTML"));
    EXPECT_THAT(complaint("Bad Gateway"), HasSubstr("neither"));
    EXPECT_THAT(complaint(R"({"type":"error.list","errors":[]})"), HasSubstr("type, errors"));
    EXPECT_THAT(complaint(R"({"data":{}})"), HasSubstr("no list"));
}

struct HostilePage : ::testing::TestWithParam<std::string>
{
};

TEST_P(HostilePage, IsRefused)
{
    EXPECT_THROW(slice_page(GetParam(), "data"), malformed_page);
}

INSTANTIATE_TEST_SUITE_P(
    Slice, HostilePage,
    ::testing::Values(R"({"data":[{"id":"1"})", R"({"data":["abc)", R"({"data":["abc\)",
                      R"({"data":["abc\"]})", R"({"data":[1}])", R"({"data":[{]}})",
                      R"({"data":[1]]})", R"({"data":[1]} {})", R"([1],)", R"({"data":[1,,2]})",
                      R"({"data":[1,]})", R"({"data":[,1]})", R"({"data":[,]})", R"({"data" [1]})",
                      R"({data:[1]})", R"({"data":})", R"({"data":[1] x})",
                      R"({"data":[1],"pages":{"next":"a" "b"}})", R"({"data":[1],})", "{", "[",
                      "{\"", "\"data\"", "null", std::string(1'000'000, '['),
                      std::string(1'000'000, '{'), "{\"data\":" + std::string(1'000'000, '[') + "}",
                      "[" + std::string(1'000'000, ',') + "]"));

TEST(Slice, TakesManyMembersInItsStride)
{
    std::string body = "{";
    for (int number = 0; number < 200'000; ++number) {
        body += "\"m" + std::to_string(number) + "\":1,";
    }
    body += "\"data\":[1]}";
    EXPECT_THAT(slice_page(body, "data").records, ElementsAre("1"));
}

TEST(Slice, BoundsTheNumberOfRecords)
{
    std::string body = "[1";
    for (int number = 0; number < 1'000'000; ++number) {
        body += ",1";
    }
    EXPECT_THROW(slice_page(body + "]", "data"), malformed_page);
}

TEST(Slice, TakesPageNumbersThatStandBesideTheList)
{
    const auto page = slice_page(R"({"data":[],"page":1,"per_page":50,"total_pages":3})", "data");
    EXPECT_EQ(page.total_pages, 3U);
    EXPECT_EQ(slice_page(R"({"data":[]})", "data").total_pages, std::nullopt);
    EXPECT_EQ(slice_page(R"({"data":[],"pages":{"total_pages":2}})", "data").total_pages, 2U);
}

} // namespace
} // namespace intercom_mirror
