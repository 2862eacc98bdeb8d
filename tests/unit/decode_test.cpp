#include "schema/catalogue.hpp"
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
using ::testing::UnorderedElementsAre;

constexpr column columns[] = {
    {"id", column_type::id, "id", "-"},
    {"name", column_type::text, "name", "-"},
    {"owner_id", column_type::reference, "owner_id", "-"},
    {"blocked", column_type::boolean, "blocked", "-"},
    {"size", column_type::bigint, "size", "-"},
    {"spend", column_type::numeric, "spend", "-"},
    {"created_at", column_type::timestamp, "created_at", "-"},
    {"city", column_type::text, "location.city", "-"},
    {"country", column_type::text, "location.country", "-"},
    {"avatar", column_type::text, "avatar.image_url|avatar", "-"},
    {"attributes", column_type::jsonb, "attributes", "-"},
    {"level", column_type::text, "attributes.level", "-"},
    {"note_count", column_type::bigint, "note_count", "-", false, carried::by_get_only},
    {"state", column_type::text, "state.label", "-", false, carried::by_both, {{2, 12}}},
    {"origin", column_type::text, "origin|=none", "-"},
    {"full_name", column_type::text, "full_name|=custom.&name", "-"},
    {"is_known", column_type::boolean, "is_known|=true", "-"},
    {"unread", column_type::text, "", "-"},
};
constexpr unmapped in_raw[] = {{"*.type", "-"}, {"extra.debug", "-"}, {"tags.data.url", "-"}};
constexpr resource things{.name = "things",
                          .singular = "thing",
                          .meaning = "-",
                          .columns = columns,
                          .left_in_raw = in_raw};

const record_plan& plan()
{
    static const record_plan made(things, {2, 14});
    return made;
}

std::string described(const drift& one)
{
    const char* what = one.what == drift::problem::wrong_type     ? "wrong_type"
                       : one.what == drift::problem::out_of_range ? "out_of_range"
                                                                  : "unknown_member";
    return one.path + " " + what + " " + std::string(one.found);
}

std::vector<std::string> described(const std::vector<drift>& drifts)
{
    std::vector<std::string> all;
    std::transform(drifts.begin(), drifts.end(), std::back_inserter(all),
                   [](const drift& one) { return described(one); });
    return all;
}

// "NULL", the text, or the number in digits.
std::string shown(const cell& value)
{
    switch (value.is) {
    case cell::kind::null:
        return "NULL";
    case cell::kind::text:
        return value.text;
    case cell::kind::number:
        break;
    }
    return std::to_string(value.number);
}

struct decoded_value
{
    std::string value;
    std::vector<std::string> drifts;
};

decoded_value decode(const std::string& member, const std::string& json, std::string_view name)
{
    const auto record =
        plan().decode("{\"id\":\"1\",\"" + member + "\":" + json + "}", projection::get);
    const auto& known = plan().tables()[0].columns;
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const column& one) { return one.name == name; });
    return {shown(record.main.at(static_cast<std::size_t>(found - known.begin()))),
            described(record.drifts)};
}

std::string value(const std::string& member, const std::string& json)
{
    const auto decoded = decode(member, json, member);
    EXPECT_THAT(decoded.drifts, IsEmpty()) << json;
    return decoded.value;
}

std::string problem(const std::string& member, const std::string& json)
{
    const auto decoded = decode(member, json, member);
    EXPECT_EQ(decoded.value, "NULL") << json;
    return decoded.drifts.empty() ? "none" : decoded.drifts.front();
}

TEST(DecodeValue, TextTakesAnyScalar)
{
    EXPECT_EQ(value("name", R"("")"), "");
    EXPECT_EQ(value("name", R"("a\n\"\\\/\u00e9\ud83d\ude00")"), "a\n\"\\/\u00e9\U0001F600");
    EXPECT_EQ(value("name", "18446744073709551616"), "18446744073709551616");
    EXPECT_EQ(value("name", "1.50"), "1.50");
    EXPECT_EQ(value("name", "true"), "true");
    EXPECT_EQ(value("name", "null"), "NULL");
    EXPECT_EQ(problem("name", "[]"), "name wrong_type array");
    EXPECT_EQ(problem("name", "{\"a\":1}"), "name wrong_type object");
}

TEST(DecodeValue, ReferenceIsNullForEveryWayToSayNobody)
{
    for (const char* nobody : {"null", "0", "\"0\"", "\"\""}) {
        EXPECT_EQ(value("owner_id", nobody), "NULL");
    }
    EXPECT_EQ(value("owner_id", "991267715"), "991267715");
    EXPECT_EQ(value("owner_id", "\"67ab\""), "67ab");
    EXPECT_EQ(problem("owner_id", "false"), "owner_id wrong_type boolean");
    EXPECT_EQ(problem("owner_id", "1.5"), "owner_id wrong_type number");
    EXPECT_EQ(problem("owner_id", "{}"), "owner_id wrong_type object");
}

TEST(DecodeValue, BooleanTakesZeroOneAndWords)
{
    EXPECT_EQ(value("blocked", "true"), "1");
    EXPECT_EQ(value("blocked", "false"), "0");
    EXPECT_EQ(value("blocked", "\"true\""), "1");
    EXPECT_EQ(value("blocked", "0"), "0");
    EXPECT_EQ(problem("blocked", "\"yes\""), "blocked wrong_type string");
    EXPECT_EQ(problem("blocked", "2"), "blocked wrong_type number");
}

TEST(DecodeValue, BigintTakesWholeNumbersHoweverWritten)
{
    EXPECT_EQ(value("size", "0"), "0");
    EXPECT_EQ(value("size", "-0"), "0");
    EXPECT_EQ(value("size", "9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(value("size", "-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(value("size", "12.0"), "12");
    EXPECT_EQ(value("size", "1.2e1"), "12");
    EXPECT_EQ(value("size", "1200E-2"), "12");
    EXPECT_EQ(value("size", "0e999999999999"), "0");
    EXPECT_EQ(value("size", "\"-42\""), "-42");
    EXPECT_EQ(problem("size", "9223372036854775808"), "size out_of_range number");
    EXPECT_EQ(problem("size", "-9223372036854775809"), "size out_of_range number");
    EXPECT_EQ(problem("size", "1e400"), "size out_of_range number");
    EXPECT_EQ(problem("size", "\"99999999999999999999\""), "size out_of_range string");
    EXPECT_EQ(problem("size", "1.5"), "size wrong_type number");
    EXPECT_EQ(problem("size", "1e-5"), "size wrong_type number");
    EXPECT_EQ(problem("size", "\"\""), "size wrong_type string");
    EXPECT_EQ(problem("size", "\"12 \""), "size wrong_type string");
    EXPECT_EQ(problem("size", "\"0x10\""), "size wrong_type string");
    EXPECT_EQ(problem("size", "true"), "size wrong_type boolean");
}

TEST(DecodeValue, NumericKeepsWhatIsWritten)
{
    EXPECT_EQ(value("spend", "0.10"), "0.10");
    EXPECT_EQ(value("spend", "123456789012345678901234567890.5"),
              "123456789012345678901234567890.5");
    EXPECT_EQ(value("spend", "-1E+1000"), "-1E+1000");
    EXPECT_EQ(value("spend", "\"12.5\""), "12.5");
    EXPECT_EQ(problem("spend", "1e1001"), "spend out_of_range number");
    EXPECT_EQ(problem("spend", "1e-1001"), "spend out_of_range number");
    EXPECT_EQ(problem("spend", "1e99999999999999999999"), "spend out_of_range number");
    EXPECT_EQ(problem("spend", "0." + std::string(16'384, '1')), "spend out_of_range number");
    EXPECT_EQ(problem("spend", "\"NaN\""), "spend wrong_type string");
}

TEST(DecodeValue, TimestampTakesSecondsMillisecondsAndIso)
{
    EXPECT_EQ(value("created_at", "1700000000"), "1700000000000000");
    EXPECT_EQ(value("created_at", "\"1700000000\""), "1700000000000000");
    EXPECT_EQ(value("created_at", "1700000000.25"), "1700000000250000");
    EXPECT_EQ(value("created_at", "1700000000.1234567"), "1700000000123456");
    EXPECT_EQ(value("created_at", "0"), "0");
    EXPECT_EQ(value("created_at", "-86400"), "-86400000000");
    EXPECT_EQ(value("created_at", "1700000000123"), "1700000000123000");
    EXPECT_EQ(value("created_at", "-1700000000123"), "-1700000000123000");
    EXPECT_EQ(value("created_at", "100000000000"), "100000000000000000");
    EXPECT_EQ(value("created_at", "100000000001"), "100000000001000");
    EXPECT_EQ(value("created_at", "\"2023-11-14T22:13:20Z\""), "1700000000000000");
    EXPECT_EQ(value("created_at", "\"2023-11-14T22:13:20.5+02:00\""), "1699992800500000");
    EXPECT_EQ(value("created_at", "\"2023-11-14 22:13:20 -0530\""), "1700019800000000");
    EXPECT_EQ(value("created_at", "\"2023-11-14 22:13:20 UTC\""), "1700000000000000");
    EXPECT_EQ(value("created_at", "\"2023-11-14T22:13:20.123456789\""), "1700000000123456");
    EXPECT_EQ(value("created_at", "\"2024-02-29\""), "1709164800000000");
    EXPECT_EQ(value("created_at", "\"0001-01-01T00:00:00Z\""), "-62135596800000000");
    EXPECT_EQ(value("created_at", "\"1969-12-31T23:59:59.9Z\""), "-100000");
}

TEST(DecodeValue, TimestampOutsidePostgresIsOutOfRange)
{
    EXPECT_EQ(problem("created_at", "99999999999999999"), "created_at out_of_range number");
    EXPECT_EQ(problem("created_at", "1e300"), "created_at out_of_range number");
    EXPECT_EQ(problem("created_at", "-211813488000000"), "created_at out_of_range number");
    EXPECT_EQ(problem("created_at", "\"1e30\""), "created_at out_of_range string");
}

TEST(DecodeValue, AnEmptyTimestampIsNone)
{
    EXPECT_EQ(value("created_at", "\"\""), "NULL");
    EXPECT_EQ(problem("created_at", "\"\""), problem("created_at", "null"));
}

TEST(DecodeValue, TimestampRefusesDaysThatDoNotExist)
{
    for (const char* text :
         {"2023-02-29", "2023-13-01", "2023-00-10", "2023-01-32", "2023-01-01T24:00",
          "2023-01-01T10:61", "2023-1-1", "23-01-01", "2023-01-01T", "2023-01-01x",
          "2023-01-01T10:00:00.", "2023-01-01T10:00:00+", "2023-01-01T10:00:00+99:00", "yesterday",
          " ", "2023-01-01T10:00:00Zjunk"}) {
        EXPECT_EQ(problem("created_at", "\"" + std::string(text) + "\""),
                  "created_at wrong_type string")
            << text;
    }
    EXPECT_EQ(problem("created_at", "true"), "created_at wrong_type boolean");
    EXPECT_EQ(problem("created_at", "{}"), "created_at wrong_type object");
}

TEST(DecodeValue, JsonbTakesAnyValueButNull)
{
    EXPECT_EQ(value("attributes", "null"), "NULL");
    EXPECT_EQ(value("attributes", "[1, {\"a\":\"b,1e999999\"}]"), "[1, {\"a\":\"b,1e999999\"}]");
    EXPECT_EQ(value("attributes", "\"x\""), "\"x\"");
    EXPECT_EQ(value("attributes", "18446744073709551616"), "18446744073709551616");
}

TEST(DecodeValue, JsonbHoldsNumbersBeyondItsRangeAsText)
{
    EXPECT_EQ(value("attributes", "{\"a\":1e400000,\"b\":[-1E-400000 ],\"c\":1e400}"),
              "{\"a\":\"1e400000\",\"b\":[\"-1E-400000\" ],\"c\":1e400}");
    EXPECT_EQ(value("attributes", "1e99999999999"), "\"1e99999999999\"");
    EXPECT_EQ(value("attributes", "1e131071"), "1e131071");
    EXPECT_EQ(value("attributes", "1e131072"), "\"1e131072\"");
    EXPECT_EQ(value("attributes", "1e-16383"), "1e-16383");
    EXPECT_EQ(value("attributes", "1e-16384"), "\"1e-16384\"");
    EXPECT_EQ(value("attributes", "{\"\\\\\":1e999999}"), "{\"\\\\\":\"1e999999\"}");
}

TEST(DecodePath, ReachesMembersOfMembers)
{
    const auto record = plan().decode(R"({"location":{"country":"Chile","city":"Temuco"},"id":7})",
                                      projection::get);
    EXPECT_EQ(shown(record.main[0]), "7");
    EXPECT_EQ(shown(record.main[7]), "Temuco");
    EXPECT_EQ(shown(record.main[8]), "Chile");
    EXPECT_THAT(record.drifts, IsEmpty());
}

TEST(DecodePath, WhatIsAbsentIsNull)
{
    const auto record = plan().decode(R"({"id":"1"})", projection::get);
    EXPECT_THAT(record.drifts, IsEmpty());
    for (std::size_t number = 1; number < record.main.size(); ++number) {
        const auto name = plan().tables()[0].columns[number].name;
        EXPECT_EQ(shown(record.main[number]), name == "origin"     ? "none"
                                              : name == "is_known" ? "1"
                                                                   : "NULL");
    }
    EXPECT_THAT(plan().decode(R"({"id":"1","location":null})", projection::get).drifts, IsEmpty());
}

TEST(DecodePath, TakesTheFirstAlternativeThatFits)
{
    EXPECT_EQ(value("avatar", R"("http://a")"), "http://a");
    EXPECT_EQ(value("avatar", R"({"image_url":"http://b"})"), "http://b");
    EXPECT_EQ(value("avatar", R"({"image_url":null})"), "NULL");
    EXPECT_EQ(value("avatar", "{}"), "NULL");
    EXPECT_EQ(value("avatar", "null"), "NULL");
    EXPECT_EQ(problem("avatar", R"({"image_url":[]})"), "avatar.image_url wrong_type array");
    EXPECT_EQ(problem("avatar", "[1]"), "avatar wrong_type array");
}

TEST(DecodePath, ConstantsStandInForWhatIsAbsent)
{
    EXPECT_EQ(value("origin", "\"web\""), "web");
    EXPECT_EQ(value("origin", "null"), "none");
    EXPECT_EQ(value("is_known", "false"), "0");
    EXPECT_EQ(value("is_known", "null"), "1");
}

TEST(DecodePath, ConstantsStandBeforeMembers)
{
    EXPECT_EQ(decode("name", "\"level\"", "full_name").value, "custom.level");
    EXPECT_EQ(decode("name", "null", "full_name").value, "NULL");
    EXPECT_EQ(value("full_name", "\"a.b\""), "a.b");
}

TEST(DecodePath, AttributesOfConversationsHaveTheSameKeyInEveryForm)
{
    const resource& attributes = *find_resource("data_attributes");
    const auto before =
        record_plan(attributes, {2, 15})
            .scan(R"({"model": "conversation", "full_name": "custom_attributes.x", "name": "x"})");
    const auto now = record_plan(attributes, {2, 16}).scan(R"({"id": 3, "name": "x"})");
    EXPECT_EQ(now.key, before.key);
    EXPECT_EQ(now.key, "conversation/custom_attributes.x");
}

TEST(DecodePath, AMemberOfAJsonbColumnMayHaveAColumnToo)
{
    const auto record =
        plan().decode(R"({"id":"1","attributes":{"level":"gold","new":{"x":1}}})", projection::get);
    EXPECT_EQ(shown(record.main[10]), R"({"level":"gold","new":{"x":1}})");
    EXPECT_EQ(shown(record.main[11]), "gold");
    EXPECT_THAT(record.drifts, IsEmpty());
}

TEST(DecodePath, TheLastOfTwoMembersOfOneNameCounts)
{
    EXPECT_EQ(value("name", R"("a","name":"b")"), "b");
    EXPECT_EQ(value("avatar", R"("a","avatar":"b")"), "b");
}

TEST(DecodePath, ColumnsOfOtherVersionsStayNullAndKnown)
{
    const record_plan older(things, {2, 11});
    const auto record = older.decode(R"({"id":"1","state":"open"})", projection::get);
    EXPECT_EQ(shown(record.main[13]), "NULL");
    EXPECT_THAT(record.drifts, IsEmpty());
    const auto same = older.decode(R"({"id":"1","state":{"label":"x"}})", projection::get);
    EXPECT_EQ(shown(same.main[13]), "NULL");
    EXPECT_EQ(older.tables()[0].columns.size(), plan().tables()[0].columns.size());
}

TEST(DecodePath, ColumnsWithoutAPathAreNotInThePlan)
{
    EXPECT_EQ(plan().tables()[0].columns.size(), std::size(columns) - 1);
}

TEST(DecodePath, WhatOnlyAGetCarriesIsNotTakenFromAList)
{
    const std::string json = R"({"id":"1","note_count":3})";
    EXPECT_EQ(shown(plan().decode(json, projection::get).main[12]), "3");
    EXPECT_EQ(shown(plan().decode(json, projection::list).main[12]), "NULL");
}

TEST(DecodeDrift, NamesUnknownMembersOnce)
{
    const auto record = plan().decode(
        R"({"id":"1","new":{"a":1,"b":2},"new":1,"location":{"zip":"1","type":"x"},"type":"t"})",
        projection::get);
    EXPECT_THAT(
        described(record.drifts),
        UnorderedElementsAre("new unknown_member object", "location.zip unknown_member string"));
}

TEST(DecodeDrift, WhatIsLeftInRawIsKnown)
{
    EXPECT_THAT(
        described(plan()
                      .decode(R"({"id":"1","extra":{"debug":{"x":1},"more":1}})", projection::get)
                      .drifts),
        ElementsAre("extra.more unknown_member number"));
}

TEST(DecodeDrift, AScalarInPlaceOfAnObjectIsOfTheWrongType)
{
    EXPECT_THAT(
        described(plan().decode(R"({"id":"1","location":"Chile"})", projection::get).drifts),
        ElementsAre("location wrong_type string"));
    EXPECT_THAT(
        described(plan().decode(R"({"id":"1","location":[{"city":1}]})", projection::get).drifts),
        ElementsAre("location wrong_type array"));
}

TEST(DecodeDrift, IsBounded)
{
    std::string json = "{\"id\":\"1\"";
    for (int number = 0; number < 1000; ++number) {
        json += ",\"" + std::string(1000, 'n') + std::to_string(number) + "\":1";
    }
    for (int number = 0; number < 1000; ++number) {
        json += ",\"m" + std::to_string(number) + "\":1";
    }
    const auto record = plan().decode(json + "}", projection::get);
    EXPECT_EQ(record.drifts.size(), 64U);
    EXPECT_EQ(record.drifts.front().path.size(), 100U);
}

TEST(DecodeRecord, RefusesWhatScanRefuses)
{
    const auto decode = [](std::string_view json) { (void)plan().decode(json, projection::get); };
    for (const char* json : {"", "[]", "1", "{}", R"({"id":""})", R"({"id":"1")", R"({"id":"1"}x)",
                             R"({"id":"1","x":tru})", R"({"id":"1","name":"\x"})"}) {
        EXPECT_THROW(decode(json), malformed_record) << json;
    }
    EXPECT_THROW(
        decode("{\"id\":\"1\",\"x\":" + std::string(100, '[') + std::string(100, ']') + "}"),
        malformed_record);
}

TEST(DecodeRecord, RawIsTheRecord)
{
    const std::string json = R"( {"id":"1" , "x":[ 1]} )";
    EXPECT_EQ(plan().decode(json, projection::get).raw, json);
}

TEST(Omitted, ColumnsAreInNoTableAndTheirValuesNotInRaw)
{
    const std::vector<std::string> omitted{"things.name", "things.city", "things.avatar",
                                           "others.size"};
    const record_plan made(things, {2, 14}, omitted);
    for (const column& one : made.tables()[0].columns) {
        EXPECT_TRUE(one.name != "name" && one.name != "city" && one.name != "avatar") << one.name;
    }
    const auto record =
        made.decode(R"({"id":"1","name":"Jane","n\u0061me":"Jo","avatar":{"image_url":"u","x":1},)"
                    R"("location":{"city":{"a":[1]},"country":"C"},"size":3})",
                    projection::get);
    EXPECT_EQ(record.raw, R"({"id":"1","name":null,"n\u0061me":null,"avatar":null,)"
                          R"("location":{"city":null,"country":"C"},"size":3})");
    EXPECT_THAT(record.drifts, IsEmpty());
}

// The place of an omitted value cannot be told in something that is built otherwise.
TEST(Omitted, WhatShouldEncloseAnOmittedValueGoesWhenItIsBuiltOtherwise)
{
    const std::vector<std::string> omitted{"things.city"};
    const record_plan made(things, {2, 14}, omitted);
    EXPECT_EQ(made.decode(R"({"id":"1","location":"Temuco"})", projection::get).raw,
              R"({"id":"1","location":null})");
    EXPECT_EQ(made.decode(R"({"id":"1","location":[{"city":"Temuco"}]})", projection::get).raw,
              R"({"id":"1","location":null})");
}

TEST(Omitted, AppliesToAllVersionsAndProjections)
{
    const std::vector<std::string> omitted{"things.state", "things.note_count"};
    const record_plan made(things, {2, 10}, omitted);
    EXPECT_EQ(
        made.decode(R"({"id":"1","state":{"label":"x"},"note_count":4})", projection::list).raw,
        R"({"id":"1","state":{"label":null},"note_count":null})");
}

TEST(Omitted, KeysCannotBe)
{
    const std::vector<std::string> omitted{"things.id"};
    EXPECT_THROW(record_plan(things, {2, 14}, omitted), std::invalid_argument);
}

} // namespace
} // namespace intercom_mirror
