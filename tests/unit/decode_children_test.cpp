#include "sync/record/record_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr column columns[] = {
    {"id", column_type::id, "id", "-"},
    {"kind", column_type::text, "kind", "-"},
};
constexpr column tag_columns[] = {{"tag_id", column_type::id, "id|.", "-"}};
constexpr column file_columns[] = {
    {"part_kind", column_type::text, "=part", "-"},
    {"position", column_type::bigint, "#", "-"},
    {"url", column_type::text, "url", "-"},
    {"sent_at", column_type::timestamp, "^created_at", "-"},
};
constexpr column part_columns[] = {
    {"id", column_type::id, "id", "-"},
    {"body", column_type::text, "body", "-"},
    {"author", column_type::text, "author.name", "-"},
    {"thing_kind", column_type::text, "^kind", "-"},
    {"thing_place", column_type::bigint, "^place.number", "-"},
};
constexpr column link_columns[] = {
    {"type_id", column_type::id, "id", "-"},
    {"consent", column_type::text, "consent|=out", "-"},
};
constexpr column note_columns[] = {{"id", column_type::id, "id", "-"}};
constexpr column score_columns[] = {{"score", column_type::bigint, ".", "-"},
                                    {"position", column_type::bigint, "#", "-"}};
constexpr column title_columns[] = {{"locale", column_type::text, "@", "-"},
                                    {"title", column_type::text, "title", "-"},
                                    {"position", column_type::bigint, "#", "-"}};
constexpr column never_columns[] = {{"never_id", column_type::id, "id", "-"}};

constexpr child part_children[] = {
    {.table = "files",
     .kind = child_kind::values,
     .meaning = "-",
     .path = "files",
     .parent_column = "part_id",
     .columns = file_columns,
     .key = "part_kind,part_id,position",
     .scope = "part_kind=part"},
};
constexpr child children[] = {
    {.table = "thing_tags",
     .kind = child_kind::links,
     .meaning = "-",
     .path = "tags.data|tags.tags",
     .parent_column = "thing_id",
     .columns = tag_columns,
     .key = "thing_id,tag_id"},
    {.table = "parts",
     .kind = child_kind::records,
     .meaning = "-",
     .path = "parts.list",
     .parent_column = "thing_id",
     .columns = part_columns,
     .key = "id",
     .window = 3,
     .children = part_children},
    {.table = "links",
     .kind = child_kind::links,
     .meaning = "-",
     .path = "links",
     .parent_column = "thing_id",
     .columns = link_columns,
     .key = "thing_id,type_id",
     .scope = "consent=out"},
    {.table = "notes",
     .kind = child_kind::records,
     .meaning = "-",
     .path = "notes.data",
     .parent_column = "thing_id",
     .columns = note_columns,
     .key = "id",
     .by = carried::by_get_only},
    {.table = "scores",
     .kind = child_kind::values,
     .meaning = "-",
     .path = "scores",
     .parent_column = "thing_id",
     .columns = score_columns,
     .key = "thing_id,position",
     .versions = {{2, 12}}},
    {.table = "titles",
     .kind = child_kind::values,
     .meaning = "-",
     .path = "titles.*",
     .parent_column = "thing_id",
     .columns = title_columns,
     .key = "thing_id,locale"},
    {.table = "nevers",
     .kind = child_kind::links,
     .meaning = "-",
     .path = "",
     .parent_column = "thing_id",
     .columns = never_columns,
     .key = "thing_id,never_id"},
};
constexpr unmapped in_raw[] = {{"place", "-"}, {"parts.list.metadata", "-"}};
constexpr resource things{.name = "things",
                          .singular = "thing",
                          .meaning = "-",
                          .columns = columns,
                          .children = children,
                          .volatile_members = "parts.list.files.url",
                          .sets = "parts.list.labels",
                          .left_in_raw = in_raw};

// Table numbers: parents before children.
enum : std::size_t { tags = 1, parts, files, links, notes, scores, titles, nevers };

const record_plan& plan()
{
    static const record_plan made(things, {2, 14});
    return made;
}

decoded_record decode(const std::string& members, projection from = projection::get)
{
    return plan().decode("{\"id\":\"1\"," + members + "}", from);
}

// Each row's cells joined by a blank.
std::vector<std::string> shown(const child_rows& of)
{
    std::vector<std::string> all;
    for (const row& one : of.rows) {
        std::string text;
        for (const cell& each : one) {
            text += text.empty() ? "" : " ";
            text += each.is == cell::kind::null     ? "-"
                    : each.is == cell::kind::number ? std::to_string(each.number)
                                                    : each.text;
        }
        all.push_back(text);
    }
    return all;
}

std::vector<std::string> paths(const std::vector<drift>& drifts)
{
    std::vector<std::string> all;
    std::transform(drifts.begin(), drifts.end(), std::back_inserter(all),
                   [](const drift& one) { return one.path; });
    return all;
}

TEST(Tables, FollowTheCatalogueParentsFirst)
{
    const auto tables = plan().tables();
    ASSERT_EQ(tables.size(), 9U);
    EXPECT_EQ(tables[0].name, "things");
    EXPECT_EQ(tables[parts].name, "parts");
    EXPECT_EQ(tables[files].name, "files");
    EXPECT_EQ(tables[files].parent, parts);
    EXPECT_EQ(tables[files].columns[0].name, "part_id");
    EXPECT_TRUE(tables[0].has_raw && tables[parts].has_raw);
    EXPECT_FALSE(tables[tags].has_raw || tables[files].has_raw);
}

TEST(Children, AreRowsWithTheirParentsId)
{
    const auto found = decode(R"("tags":{"data":[{"id":"a"},{"id":7}]})").children[tags];
    EXPECT_THAT(shown(found), ElementsAre("1 a", "1 7"));
    EXPECT_THAT(found.parents, ElementsAre(0, 0));
    EXPECT_TRUE(found.is_present && found.is_complete);
    EXPECT_EQ(found.total, std::nullopt);
}

TEST(Children, MayBeScalars)
{
    EXPECT_THAT(shown(decode(R"("tags":{"data":["a",2]})").children[tags]),
                ElementsAre("1 a", "1 2"));
    EXPECT_THAT(shown(decode(R"("scores":[5,3])").children[scores]), ElementsAre("1 5 0", "1 3 1"));
}

TEST(Children, MayBeTheMembersOfAnObject)
{
    const auto record = decode(R"("titles":{"type":"titles","de":{"title":"A"},"p\u0074":{},)"
                               R"("fr":null,"it":"x"})");
    EXPECT_THAT(shown(record.children[titles]), ElementsAre("1 de A 0", "1 pt - 1"));
    EXPECT_TRUE(record.children[titles].is_present && record.children[titles].is_complete);
    EXPECT_THAT(record.drifts, IsEmpty());
    for (const char* json : {R"("titles":null)", R"("titles":{})", R"("other":1)"}) {
        const auto empty = decode(json).children[titles];
        EXPECT_TRUE(empty.is_present && empty.is_complete && empty.rows.empty()) << json;
    }
    const auto wrong = decode(R"("titles":[{"title":"A"}])");
    EXPECT_FALSE(wrong.children[titles].is_present);
    EXPECT_THAT(paths(wrong.drifts), ElementsAre("titles"));
}

TEST(Children, OfAnObjectNamedTwiceCountOnce)
{
    const auto record = decode(R"("titles":{"de":{"title":"A"},"de":{"title":"B"}})");
    EXPECT_EQ(record.children[titles].rows.size(), 1U);
}

TEST(Children, AnAbsentArraySaysNothing)
{
    const auto record = decode(R"("tags":{})");
    EXPECT_FALSE(record.children[tags].is_present || record.children[tags].is_complete);
    EXPECT_FALSE(record.children[parts].is_present || record.children[nevers].is_present);
    EXPECT_THAT(record.drifts, IsEmpty());
}

TEST(Children, NullIsAnEmptySet)
{
    for (const char* json : {R"("tags":null)", R"("tags":{"data":null})"}) {
        const auto found = decode(json).children[tags];
        EXPECT_TRUE(found.is_present && found.is_complete && found.rows.empty()) << json;
    }
}

TEST(Children, AnArrayOfTheWrongTypeIsNotThere)
{
    const auto record = decode(R"("tags":{"data":"a"},"links":{"a":1})");
    EXPECT_FALSE(record.children[tags].is_present || record.children[links].is_present);
    EXPECT_THAT(paths(record.drifts), ElementsAre("tags.data", "links"));
}

TEST(Children, TheFirstAlternativeWinsInAnyOrder)
{
    for (const char* json : {R"("tags":{"data":[{"id":"a"}],"tags":[{"id":"b"},{"id":"c"}]})",
                             R"("tags":{"tags":[{"id":"b"},{"id":"c"}],"data":[{"id":"a"}]})"}) {
        EXPECT_THAT(shown(decode(json).children[tags]), ElementsAre("1 a")) << json;
    }
    EXPECT_THAT(shown(decode(R"("tags":{"tags":[{"id":"b"}]})").children[tags]),
                ElementsAre("1 b"));
}

TEST(Children, TheLastOfTwoArraysOfOneNameCounts)
{
    const auto record = decode(
        R"("parts":{"list":[{"id":"a","files":[{"url":"x"}]},{"id":"b","files":[{"url":"y"}]}]},)"
        R"("parts":{"list":[{"id":"c","files":[{"url":"z"}]}]})");
    EXPECT_THAT(shown(record.children[parts]), ElementsAre("1 c - - - -"));
    EXPECT_THAT(shown(record.children[files]), ElementsAre("c part 0 z -"));
    EXPECT_THAT(record.children[files].parents, ElementsAre(0));
    EXPECT_TRUE(record.children[files].is_complete);
}

TEST(Completeness, FollowsHasMoreAndTotalCount)
{
    const auto is_complete = [](const std::string& rest) {
        return decode(R"("tags":{"data":[{"id":"a"},{"id":"b"}],)" + rest + "}")
            .children[tags]
            .is_complete;
    };
    EXPECT_TRUE(is_complete(R"("total_count":2,"has_more":false)"));
    EXPECT_TRUE(is_complete(R"("total_count":1)"));
    EXPECT_TRUE(is_complete(R"("total_count":null,"has_more":null)"));
    EXPECT_FALSE(is_complete(R"("total_count":3,"has_more":false)"));
    EXPECT_FALSE(is_complete(R"("total_count":2,"has_more":true)"));
    const auto found = decode(R"("tags":{"total_count":12,"has_more":true,"data":[]})");
    EXPECT_EQ(found.children[tags].total, 12U);
    EXPECT_FALSE(found.children[tags].is_complete);
}

TEST(Completeness, OfAWindowNeedsRoomOrATotal)
{
    const auto is_complete = [](const std::string& rest) {
        return decode(R"("parts":{"list":[{"id":"a"},{"id":"b"},{"id":"c"}])" + rest + "}")
            .children[parts]
            .is_complete;
    };
    EXPECT_FALSE(is_complete(""));
    EXPECT_TRUE(is_complete(R"(,"total_count":3)"));
    EXPECT_FALSE(is_complete(R"(,"total_count":4)"));
    EXPECT_TRUE(decode(R"("parts":{"list":[{"id":"a"}]})").children[parts].is_complete);
}

TEST(Completeness, DoesNotCountRepeatedElements)
{
    const auto found = decode(R"("tags":{"data":[{"id":"a"},{"id":"a"}],"total_count":2})");
    EXPECT_THAT(shown(found.children[tags]), ElementsAre("1 a"));
    EXPECT_FALSE(found.children[tags].is_complete);
}

TEST(Children, ElementsWithoutAKeyAreSkippedWithADrift)
{
    const auto record =
        decode(R"("tags":{"data":[{"id":"a"},{"name":1},{"id":""},[],{"id":"b"}]})");
    EXPECT_THAT(shown(record.children[tags]), ElementsAre("1 a", "1 b"));
    EXPECT_FALSE(record.children[tags].is_complete);
    EXPECT_THAT(paths(record.drifts), ElementsAre("tags.data.name", "tags.data", "tags.data.id"));
    const auto scalar = decode(R"("parts":{"list":[17,null]})");
    EXPECT_THAT(scalar.children[parts].rows, IsEmpty());
    EXPECT_THAT(paths(scalar.drifts), ElementsAre("parts.list"));
}

TEST(Children, ASkippedElementTakesItsChildrenAlong)
{
    const auto record =
        decode(R"("parts":{"list":[{"files":[{"url":"x"}]},{"id":"b","files":[{"url":"y"}]}]})");
    EXPECT_THAT(shown(record.children[files]), ElementsAre("b part 0 y -"));
    EXPECT_THAT(record.children[files].parents, ElementsAre(0));
}

TEST(Children, TheLastOfTwoElementsOfOneKeyCountsWithItsChildren)
{
    const auto record = decode(R"("parts":{"list":[)"
                               R"({"id":"a","body":"old","files":[{"url":"1"},{"url":"2"}]},)"
                               R"({"id":"b","files":[{"url":"3"}]},)"
                               R"({"id":"a","body":"new","files":[{"url":"4"}]}]})");
    EXPECT_THAT(shown(record.children[parts]), ElementsAre("1 b - - - -", "1 a new - - -"));
    EXPECT_THAT(shown(record.children[files]), ElementsAre("b part 0 3 -", "a part 0 4 -"));
    EXPECT_THAT(record.children[files].parents, ElementsAre(0, 1));
    EXPECT_EQ(record.children[parts].raws.size(), 2U);
    EXPECT_EQ(record.children[parts].hashes.size(), 2U);
}

TEST(Children, InheritFromWhatEnclosesThemInAnyOrderOfMembers)
{
    const auto record =
        plan().decode(R"({"parts":{"list":[{"files":[{"url":"x"}],"created_at":5,"id":"a"}]},)"
                      R"("place":{"number":9},"kind":"k","id":"1"})",
                      projection::get);
    EXPECT_THAT(shown(record.children[parts]), ElementsAre("1 a - - k 9"));
    EXPECT_THAT(shown(record.children[files]), ElementsAre("a part 0 x 5000000"));
    EXPECT_EQ(record.main.size(), plan().tables()[0].columns.size());
    EXPECT_EQ(record.children[parts].rows[0].size(), plan().tables()[parts].columns.size());
}

TEST(Children, OfChildrenPointToTheirParentsRow)
{
    const auto record =
        decode(R"("parts":{"list":[{"id":"a","files":[{},{}]},{"id":"b","files":[]},)"
               R"({"id":"c","files":[{}]}],"total_count":3})");
    EXPECT_THAT(record.children[files].parents, ElementsAre(0, 0, 2));
    EXPECT_TRUE(record.children[files].is_present && record.children[files].is_complete);
}

TEST(Children, OfChildrenAreIncompleteWhenOneParentDoesNotShowThem)
{
    const auto record = decode(R"("parts":{"list":[{"id":"a","files":[{}]},{"id":"b"}]})");
    EXPECT_TRUE(record.children[files].is_present);
    EXPECT_FALSE(record.children[files].is_complete);
    EXPECT_FALSE(decode(R"("parts":{"list":[]})").children[files].is_present);
}

TEST(Children, OfAnotherScopeAreNotTheirs)
{
    const auto record =
        decode(R"("links":[{"id":"a"},{"id":"b","consent":"in"},{"id":"c","consent":"out"}])");
    EXPECT_THAT(shown(record.children[links]), ElementsAre("1 a out", "1 c out"));
    EXPECT_TRUE(record.children[links].is_complete);
    EXPECT_THAT(record.drifts, IsEmpty());
}

TEST(Children, ThatOnlyAGetCarriesAreNotTakenFromAList)
{
    const std::string json = R"("notes":{"data":[{"id":"n"}]})";
    EXPECT_TRUE(decode(json, projection::get).children[notes].is_present);
    const auto listed = decode(json, projection::list);
    EXPECT_FALSE(listed.children[notes].is_present);
    EXPECT_THAT(listed.children[notes].rows, IsEmpty());
    EXPECT_FALSE(decode(R"("notes":null)", projection::list).children[notes].is_present);
}

TEST(Children, OfOtherVersionsAreNotRead)
{
    const record_plan older(things, {2, 11});
    const auto record = older.decode(R"({"id":"1","scores":[5]})", projection::get);
    EXPECT_FALSE(record.children[scores].is_present);
    EXPECT_THAT(record.drifts, IsEmpty());
    EXPECT_EQ(older.tables().size(), plan().tables().size());
    EXPECT_THAT(older.decode(R"({"id":"1","scores":{}})", projection::get).drifts, IsEmpty());
}

TEST(Children, DriftsAreNamedByTheArraysPathOnce)
{
    const auto record =
        decode(R"("parts":{"list":[{"id":"a","new":1,"author":"x","metadata":{"y":1}},)"
               R"({"id":"b","new":2,"author":{"name":[]}}]})");
    EXPECT_THAT(paths(record.drifts),
                ElementsAre("parts.list.new", "parts.list.author", "parts.list.author.name"));
}

TEST(Raw, LeavesOutRecordsThatHaveTheirOwnRaw)
{
    const auto record = decode(
        R"("tags":{"data":[{"id":"a"}]},"parts":{"list":[ {"id":"p","files":[{"url":"x"}]} , {"id":"q"}],"n":1})");
    EXPECT_EQ(record.raw, R"({"id":"1","tags":{"data":[{"id":"a"}]},"parts":{"list":[],"n":1}})");
    EXPECT_THAT(record.children[parts].raws,
                ElementsAre(R"({"id":"p","files":[{"url":"x"}]})", R"({"id":"q"})"));
}

TEST(Raw, LeavesThemOutOfListsToo)
{
    EXPECT_EQ(decode(R"("notes":{"data":[{"id":"n"}]})", projection::list).raw,
              R"({"id":"1","notes":{"data":[]}})");
}

TEST(Raw, OmitsColumnsOfChildren)
{
    const std::vector<std::string> omitted{"parts.body", "files.url", "scores.score"};
    for (const api_version version : {api_version{2, 11}, api_version{2, 14}}) {
        const record_plan made(things, version, omitted);
        const auto record =
            made.decode(R"({"id":"1","scores":[5,[6]],"parts":{"list":[)"
                        R"({"id":"p","body":"b","files":[{"url":"x","n":1},"y"]},"z"]}})",
                        projection::get);
        EXPECT_EQ(record.raw, R"({"id":"1","scores":[null,null],"parts":{"list":[]}})");
        EXPECT_THAT(record.children[parts].raws,
                    ElementsAre(R"({"id":"p","body":null,"files":[{"url":null,"n":1},null]})"));
    }
    const record_plan made(things, {2, 14}, omitted);
    EXPECT_EQ(made.decode(R"({"id":"1","scores":{"x":1},"parts":5})", projection::get).raw,
              R"({"id":"1","scores":null,"parts":null})");
}

TEST(RowHash, IgnoresOrderAndVolatileMembersAsTheRecordsHashDoes)
{
    const auto hash = [](const std::string& part) {
        return decode(R"("parts":{"list":[)" + part + "]}").children[parts].hashes.at(0);
    };
    EXPECT_EQ(hash(R"({"id":"a","labels":[1,2],"files":[{"url":"x"}]})"),
              hash(R"({"files":[{"url":"y"}],"labels":[2,1],"id":"a"})"));
    EXPECT_NE(hash(R"({"id":"a","body":"x"})"), hash(R"({"id":"a","body":"y"})"));
    EXPECT_NE(hash(R"({"id":"a","files":[1,2]})"), hash(R"({"id":"a","files":[2,1]})"));
}

struct ChildList : ::testing::Test
{
    std::vector<drift> drifts;

    child_rows decode(std::size_t table, const std::vector<std::string_view>& elements)
    {
        return plan().decode_children(table, "77", elements, drifts);
    }
};

TEST_F(ChildList, IsDecodedAsIfItStoodInTheRecord)
{
    const auto found = decode(parts, {R"({"id":"p","body":"b","new":1})", R"({"id":"q"})"});
    EXPECT_THAT(shown(found), ElementsAre("77 p b - - -", "77 q - - - -"));
    EXPECT_TRUE(found.is_present && found.is_complete);
    EXPECT_THAT(found.parents, ElementsAre(0, 0));
    EXPECT_THAT(found.raws, ElementsAre(R"({"id":"p","body":"b","new":1})", R"({"id":"q"})"));
    EXPECT_EQ(found.hashes[1],
              plan()
                  .decode(R"({"id":"77","parts":{"list":[{"id":"q"}]}})", projection::get)
                  .children[parts]
                  .hashes[0]);
    EXPECT_THAT(paths(drifts), ElementsAre("parts.list.new"));
}

TEST_F(ChildList, MayBeEmptyAndIsCompleteThen)
{
    const auto found = decode(tags, {});
    EXPECT_TRUE(found.is_present && found.is_complete && found.rows.empty());
}

TEST_F(ChildList, SkipsMalformedElementsAndIsIncompleteThen)
{
    const auto found =
        decode(tags, {R"({"id":"a"})", "{\"id\":", "[[", "{\"x\":1}", "{\"id\":\"b\"} x"});
    EXPECT_THAT(shown(found), ElementsAre("77 a"));
    EXPECT_FALSE(found.is_complete);
    EXPECT_FALSE(drifts.empty());
}

TEST_F(ChildList, LeavesOutElementsOfAnotherScope)
{
    const auto found =
        decode(links, {R"({"id":"a","consent":"in"})", R"({"id":"b","consent":"out"})"});
    EXPECT_THAT(shown(found), ElementsAre("77 b out"));
    EXPECT_TRUE(found.is_complete);
}

TEST_F(ChildList, ReadsChildrenThatTheParentNeverShows)
{
    EXPECT_THAT(shown(decode(nevers, {R"({"id":"a"})", R"({"id":"a"})"})), ElementsAre("77 a"));
    EXPECT_THAT(shown(decode(notes, {R"({"id":"n"})"})), ElementsAre("77 n"));
}

TEST_F(ChildList, OfAChildsChildNamesTheChild)
{
    EXPECT_THAT(shown(decode(files, {R"({"url":"x"})", R"({"url":"y"})"})),
                ElementsAre("77 part 0 x -", "77 part 1 y -"));
}

TEST_F(ChildList, NeedsATableOfTheRecord)
{
    EXPECT_THROW(decode(0, {}), std::invalid_argument);
    EXPECT_THROW(decode(9, {}), std::invalid_argument);
}

} // namespace
} // namespace intercom_mirror
