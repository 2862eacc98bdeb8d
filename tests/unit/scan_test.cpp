#include "sync/record/record_plan.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

using namespace std::string_literals;

constexpr column columns[] = {
    {"id", column_type::id, "id", "-"},
    {"name", column_type::text, "name", "-"},
    {"updated_at", column_type::timestamp, "updated_at", "-"},
};
constexpr column part_columns[] = {{"id", column_type::id, "id", "-"}};
constexpr child children[] = {
    {.table = "parts",
     .kind = child_kind::records,
     .meaning = "-",
     .path = "parts.list",
     .parent_column = "thing_id",
     .columns = part_columns,
     .key = "id"},
};
constexpr resource things{.name = "things",
                          .singular = "thing",
                          .meaning = "-",
                          .columns = columns,
                          .children = children,
                          .volatile_members = "avatar.url,files.*.signed",
                          .sets = "tags.data,parts.list.tags"};

constexpr column pair_columns[] = {
    {"_key", column_type::text, "model&full_name", "-"},
    {"updated_at", column_type::timestamp, "changed.at|updated_at", "-"},
};
constexpr resource pairs{
    .name = "pairs", .singular = "pair", .meaning = "-", .columns = pair_columns, .key = "_key"};

const record_plan& plan()
{
    static const record_plan made(things, {2, 14});
    return made;
}

std::uint64_t hash(std::string_view json)
{
    return plan().scan(json).hash;
}

TEST(Scan, FindsKeyAndUpdatedAt)
{
    const auto head = plan().scan(R"( {"name":"x","updated_at":1700000000,"id":"a\u0062"} )");
    EXPECT_EQ(head.key, "ab");
    EXPECT_EQ(head.updated_at, 1'700'000'000'000'000);
    EXPECT_EQ(plan().scan(R"({"id":17})").key, "17");
    EXPECT_EQ(plan().scan(R"({"i\u0064":"e"})").key, "e");
    EXPECT_EQ(plan().scan(R"({"id":"1","id":"2"})").key, "2");
}

TEST(Scan, LooksAtTheRecordItselfOnly)
{
    const auto head = plan().scan(R"({"id":"1","x":{"id":"2","updated_at":5},"y":[{"id":"3"}]})");
    EXPECT_EQ(head.key, "1");
    EXPECT_EQ(head.updated_at, std::nullopt);
}

TEST(Scan, UpdatedAtMayBeMissingOrUseless)
{
    EXPECT_EQ(plan().scan(R"({"id":"1"})").updated_at, std::nullopt);
    EXPECT_EQ(plan().scan(R"({"id":"1","updated_at":null})").updated_at, std::nullopt);
    EXPECT_EQ(plan().scan(R"({"id":"1","updated_at":{}})").updated_at, std::nullopt);
    EXPECT_EQ(plan().scan(R"({"id":"1","updated_at":1e300})").updated_at, std::nullopt);
    EXPECT_EQ(plan().scan(R"({"id":"1","updated_at":"2023-11-14T22:13:20Z"})").updated_at,
              1'700'000'000'000'000);
}

TEST(Scan, JoinsAKeyOfTwoMembers)
{
    const record_plan made(pairs, {2, 14});
    const auto head = made.scan(R"({"full_name":"a.b","model":"contact","changed":{"at":3}})");
    EXPECT_EQ(head.key, "contact/a.b");
    EXPECT_EQ(head.updated_at, 3'000'000);
    EXPECT_EQ(made.scan(R"({"full_name":"b","model":"c","updated_at":4})").updated_at, 4'000'000);
    const auto scan = [&made](std::string_view json) { (void)made.scan(json); };
    EXPECT_THROW(scan(R"({"model":"contact"})"), malformed_record);
    EXPECT_THROW(scan(R"({"model":"contact","full_name":""})"), malformed_record);
}

TEST(Scan, TheKeyIsWhatASanitisedRecordWouldHave)
{
    EXPECT_EQ(plan().scan(R"({"id":"a\u0000b"})").key, "a\xEF\xBF\xBD"s + "b");
    EXPECT_EQ(plan().scan("{\"id\":\"a\0b\"}"s).key, "a\xEF\xBF\xBD"s + "b");
    EXPECT_EQ(plan().scan("{\"id\":\"a\xFF\"}").key, "a\xEF\xBF\xBD");
    EXPECT_EQ(plan().scan(R"({"id":"\ud800"})").key, "\xEF\xBF\xBD");
    EXPECT_EQ(plan().scan(R"({"id":"\\u0000"})").key, "\\u0000");
}

TEST(Scan, RefusesRecordsWithoutAUsableKey)
{
    for (const char* json :
         {"{}", R"({"id":null})", R"({"id":""})", R"({"id":[]})", R"({"id":true})", R"({"id":1.5})",
          R"({"id":1e3})", "[]", "1", "\"id\"", "null"}) {
        EXPECT_THROW(hash(json), malformed_record) << json;
    }
    EXPECT_NO_THROW(hash("{\"id\":\"" + std::string(1000, 'x') + "\"}"));
    EXPECT_THROW(hash("{\"id\":\"" + std::string(1001, 'x') + "\"}"), malformed_record);
}

TEST(Scan, RefusesWhatIsNotJson)
{
    for (const std::string& tail : std::vector<std::string>{"",
                                                            "x",
                                                            "\"x",
                                                            "tru",
                                                            "truex",
                                                            "nul",
                                                            "01",
                                                            "-",
                                                            "1.",
                                                            ".5",
                                                            "1e",
                                                            "1e+",
                                                            "+1",
                                                            "0x1",
                                                            "NaN",
                                                            "'x'",
                                                            "[1",
                                                            "[1,]",
                                                            "[,1]",
                                                            "[1 2]",
                                                            "{\"a\"}",
                                                            "{\"a\":}",
                                                            "{\"a\":1,}",
                                                            "{,}",
                                                            "{1:2}",
                                                            "[}",
                                                            "{]",
                                                            "\"\\x\"",
                                                            "\"\\u12\"",
                                                            "\"\\u12g4\"",
                                                            "\"\n\"",
                                                            "\"\t\"",
                                                            "\"\x01\"",
                                                            "1}",
                                                            "\"\\",
                                                            "[1]]",
                                                            "\xEF\xBB\xBF[]",
                                                            "1\v"}) {
        EXPECT_THROW(hash("{\"id\":\"1\",\"x\":" + tail + "}"), malformed_record) << tail;
    }
    EXPECT_THROW(hash(""), malformed_record);
    EXPECT_THROW(hash("{\"id\":\"1\""), malformed_record);
    EXPECT_THROW(hash("{\"id\":\"1\"} {}"), malformed_record);
    EXPECT_THROW(hash("{\"id\":\"1\"},"), malformed_record);
}

TEST(Scan, TakesNumbersOfAnySize)
{
    EXPECT_NO_THROW(hash(R"({"id":"1","x":[18446744073709551616,1e400,-0,0.1E-999999,-1e+5]})"));
}

TEST(Scan, BoundsTheDepthOfARecord)
{
    const auto nested = [](std::size_t depth) {
        return "{\"id\":\"1\",\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_NO_THROW(hash(nested(record_plan::depth_max - 1)));
    EXPECT_THROW(hash(nested(record_plan::depth_max)), malformed_record);
    EXPECT_THROW(hash(nested(1'000'000)), malformed_record);
    EXPECT_THROW(hash("{\"id\":\"1\",\"x\":" + std::string(1'000'000, '[')), malformed_record);
}

TEST(Scan, BoundsTheLengthOfARecord)
{
    EXPECT_THROW(hash("{\"id\":\"1\",\"x\":\"" + std::string(64U << 20U, 'x') + "\"}"),
                 malformed_record);
}

TEST(Scan, MessagesShowNothingOfTheRecord)
{
    try {
        hash(R"({"id":"1","email":"jane@example.com" jane})");
        FAIL();
    } catch (const malformed_record& problem) {
        EXPECT_EQ(std::string(problem.what()).find("jane"), std::string::npos) << problem.what();
    }
}

TEST(Hash, DoesNotDependOnTheOrderOfMembersOrOnWhiteSpace)
{
    EXPECT_EQ(hash(R"({"id":"1","a":{"x":1,"y":[1,2]}})"),
              hash(" { \"a\" : {\"y\":[ 1 ,\n2],\t\"x\":1}, \"id\":\"1\"\r\n}"));
}

TEST(Hash, DependsOnTheOrderOfElementsUnlessTheArrayIsASet)
{
    EXPECT_NE(hash(R"({"id":"1","a":[1,2]})"), hash(R"({"id":"1","a":[2,1]})"));
    EXPECT_EQ(hash(R"({"id":"1","tags":{"data":[{"id":1},{"id":2}]}})"),
              hash(R"({"id":"1","tags":{"data":[{"id":2},{"id":1}]}})"));
    EXPECT_EQ(hash(R"({"id":"1","parts":{"list":[{"tags":[1,2]},{"tags":[3,4]}]}})"),
              hash(R"({"id":"1","parts":{"list":[{"tags":[2,1]},{"tags":[4,3]}]}})"));
    EXPECT_NE(hash(R"({"id":"1","parts":{"list":[{"tags":[1,2]},{"tags":[3,4]}]}})"),
              hash(R"({"id":"1","parts":{"list":[{"tags":[3,4]},{"tags":[1,2]}]}})"));
    EXPECT_NE(hash(R"({"id":"1","x":{"tags":{"data":[1,2]}}})"),
              hash(R"({"id":"1","x":{"tags":{"data":[2,1]}}})"));
    EXPECT_NE(hash(R"({"id":"1","tags":{"data":[1,1]}})"),
              hash(R"({"id":"1","tags":{"data":[1]}})"));
}

TEST(Hash, LeavesVolatileMembersOutWhereTheyAreMeant)
{
    const auto with = [](const std::string& rest) { return hash(R"({"id":"1",)" + rest + "}"); };
    EXPECT_EQ(with(R"("avatar":{"url":"a"})"), with(R"("avatar":{"url":"b"})"));
    EXPECT_EQ(with(R"("avatar":{"url":"a"})"), with(R"("avatar":{})"));
    EXPECT_EQ(with(R"("p":[{"avatar":[{"url":1}]}])"), with(R"("p":[{"avatar":[{"url":2}]}])"));
    EXPECT_EQ(with(R"("avatar":{"\u0075rl":"a"})"), with(R"("avatar":{"url":"b"})"));
    EXPECT_EQ(with(R"("files":{"x":{"signed":1}})"), with(R"("files":{"x":{"signed":2}})"));
    EXPECT_NE(with(R"("files":{"signed":1})"), with(R"("files":{"signed":2})"));
    EXPECT_NE(with(R"("url":"a")"), with(R"("url":"b")"));
    EXPECT_NE(with(R"("avatar":{"x":{"url":"a"}})"), with(R"("avatar":{"x":{"url":"b"}})"));
}

TEST(Hash, TellsValuesApartThatLookAlike)
{
    const std::vector<std::string> values = {"null",
                                             "true",
                                             "false",
                                             "0",
                                             "-0",
                                             "0.0",
                                             "1",
                                             "1.0",
                                             "1e0",
                                             "\"\"",
                                             "\"null\"",
                                             "\"true\"",
                                             "\"0\"",
                                             "\"1\"",
                                             "[]",
                                             "{}",
                                             "[[]]",
                                             "[{}]",
                                             "[null]",
                                             "[null,null]",
                                             "[0]",
                                             "[\"0\"]",
                                             "[1,2]",
                                             "[12]",
                                             "[\"12\"]",
                                             "[\"1\",\"2\"]",
                                             "[\"1,2\"]",
                                             "[[1],2]",
                                             "[1,[2]]",
                                             "[[1,2]]",
                                             "[[],[]]",
                                             "[[[]]]",
                                             "{\"a\":1}",
                                             "{\"a\":\"1\"}",
                                             "{\"a\":null}",
                                             "{\"1\":\"a\"}",
                                             "{\"a\":\"b\"}",
                                             "{\"b\":\"a\"}",
                                             "{\"a\":{}}",
                                             "{\"a\":[]}",
                                             "{\"ab\":\"c\"}",
                                             "{\"a\":\"bc\"}",
                                             "{\"a\":\"b\",\"c\":\"d\"}",
                                             "{\"a\":\"d\",\"c\":\"b\"}",
                                             "{\"a\":1,\"a\":1}",
                                             "{\"a\":1,\"b\":2}",
                                             "{\"a\":2,\"b\":1}",
                                             "{\"a\":{\"b\":1}}",
                                             "{\"b\":{\"a\":1}}",
                                             "[\"a\",\"b\"]",
                                             "[{\"a\":1},{\"b\":2}]",
                                             "[{\"a\":1,\"b\":2}]",
                                             "\"a\\u0000\"",
                                             "\"a\\ufffd\""};
    std::set<std::uint64_t> seen;
    for (const auto& value : values) {
        EXPECT_TRUE(seen.insert(hash("{\"id\":\"1\",\"x\":" + value + "}")).second) << value;
    }
}

// Sums would not see it if each member were not tied to its value.
TEST(Hash, SeesValuesThatTradePlaces)
{
    EXPECT_NE(hash(R"({"id":"1","a":"x","b":"y"})"), hash(R"({"id":"1","a":"y","b":"x"})"));
    EXPECT_NE(hash(R"({"id":"1","a":{"k":1},"b":{"k":2}})"),
              hash(R"({"id":"1","a":{"k":2},"b":{"k":1}})"));
    EXPECT_NE(hash(R"({"id":"1","tags":{"data":[{"a":1,"b":2},{"a":3,"b":4}]}})"),
              hash(R"({"id":"1","tags":{"data":[{"a":3,"b":2},{"a":1,"b":4}]}})"));
}

TEST(Fingerprint, FollowsWhatDecidesTheRows)
{
    constexpr column renamed[] = {{"id", column_type::id, "id", "another meaning"},
                                  {"name", column_type::text, "name", "-"},
                                  {"updated_at", column_type::timestamp, "updated_at", "-"}};
    resource same = things;
    same.columns = renamed;
    same.meaning = "another meaning";
    EXPECT_EQ(record_plan(same, {2, 14}).fingerprint(), plan().fingerprint());

    std::set<std::uint64_t> seen{plan().fingerprint()};
    const auto is_new = [&seen](const resource& described, api_version version,
                                const std::vector<std::string>& omitted = {}) {
        return seen.insert(record_plan(described, version, omitted).fingerprint()).second;
    };
    EXPECT_TRUE(is_new(things, {2, 15}));
    EXPECT_TRUE(is_new(things, {2, 14}, {"things.name"}));
    EXPECT_FALSE(is_new(things, {2, 14}, {"others.name"}));
    resource other = things;
    other.sets = "";
    EXPECT_TRUE(is_new(other, {2, 14}));
    other = things;
    other.volatile_members = "";
    EXPECT_TRUE(is_new(other, {2, 14}));
    other = things;
    other.children = {};
    EXPECT_TRUE(is_new(other, {2, 14}));
    constexpr column retyped[] = {{"id", column_type::id, "id", "-"},
                                  {"name", column_type::jsonb, "name", "-"},
                                  {"updated_at", column_type::timestamp, "updated_at", "-"}};
    other = things;
    other.columns = retyped;
    EXPECT_TRUE(is_new(other, {2, 14}));
}

TEST(Fingerprint, SaltsTheHash)
{
    const record_plan newer(things, {2, 15});
    EXPECT_NE(newer.scan(R"({"id":"1"})").hash, hash(R"({"id":"1"})"));
}

TEST(Hash, OfARecordReadAloneCanBeThatOfItsSighting)
{
    constexpr child only_alone[] = {{.table = "parts",
                                     .kind = child_kind::records,
                                     .meaning = "-",
                                     .path = "parts.list",
                                     .parent_column = "thing_id",
                                     .columns = part_columns,
                                     .key = "id",
                                     .by = carried::by_get_only}};
    resource poorer = things;
    poorer.children = only_alone;
    const record_plan of_poorer(poorer, {2, 14});
    const auto listed = of_poorer.scan(R"({"id":"1","name":"x"})").hash;
    constexpr std::string_view alone = R"({"id":"1","parts":{"list":[{"id":"2"}]},"name":"x"})";
    EXPECT_EQ(of_poorer.hash_as_listed(alone), listed);
    EXPECT_NE(of_poorer.scan(alone).hash, listed);
    EXPECT_NE(of_poorer.hash_as_listed(R"({"id":"1","name":"y"})"), listed);
}

// A stored hash outlives the process that made it.
TEST(Hash, IsTheSameOnEveryRun)
{
    const record_plan again(things, {2, 14});
    EXPECT_EQ(again.fingerprint(), plan().fingerprint());
    EXPECT_EQ(again.scan(R"({"id":"1","a":[1,"x",null,true,{}]})").hash,
              hash(R"({"id":"1","a":[1,"x",null,true,{}]})"));
}

} // namespace
} // namespace intercom_mirror
