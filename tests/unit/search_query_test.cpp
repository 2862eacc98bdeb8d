#include "sync/pull/search_query.hpp"

#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

time_slice slice(std::optional<std::int64_t> from, std::optional<std::int64_t> until)
{
    time_slice made;
    made.from = from;
    made.until = until;
    return made;
}

TEST(SearchQuery, TilesTheLineWithOperatorsThatDaysAndSecondsShare)
{
    EXPECT_EQ(search_query::within(slice(10, 20)),
              R"({"operator":"AND","value":[{"field":"created_at","operator":">","value":10},)"
              R"({"operator":"OR","value":[{"field":"created_at","operator":"<","value":20},)"
              R"({"field":"created_at","operator":"=","value":20}]}]})");
    EXPECT_EQ(search_query::within(slice(20, std::nullopt)),
              R"({"field":"created_at","operator":">","value":20})");
    EXPECT_EQ(search_query::within(slice(std::nullopt, 10)),
              R"({"operator":"OR","value":[{"field":"created_at","operator":"<","value":10},)"
              R"({"field":"created_at","operator":"=","value":10}]})");
}

TEST(SearchQuery, TheWholeLineHasTimesBeforeTheEpochToo)
{
    EXPECT_EQ(search_query::within({}),
              R"({"operator":"OR","value":[{"field":"created_at","operator":">","value":0},)"
              R"({"field":"created_at","operator":"<","value":0},)"
              R"({"field":"created_at","operator":"=","value":0}]})");
}

TEST(SearchQuery, AsksForTheDayOfTheMomentItself)
{
    EXPECT_EQ(search_query::updated_after(5),
              R"({"operator":"OR","value":[{"field":"updated_at","operator":">","value":5},)"
              R"({"field":"updated_at","operator":"=","value":5}]})");
}

TEST(SearchQuery, EscapesWhatItQuotes)
{
    EXPECT_EQ(search_query::equals("segment_id", R"(a"b\)"),
              R"({"field":"segment_id","operator":"=","value":"a\"b\\"})");
    EXPECT_EQ(search_query::body("{}", "created_at", false, 150, R"(c"d)"),
              R"({"query":{},"pagination":{"per_page":150,"starting_after":"c\"d"},)"
              R"("sort":{"field":"created_at","order":"ascending"}})");
    EXPECT_EQ(search_query::body("{}", "", true, 1, ""),
              R"({"query":{},"pagination":{"per_page":1}})");
}

} // namespace
} // namespace intercom_mirror
