#include "schema/catalogue.hpp"
#include "sync/record/record_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

// The catalogue's own entries, read by the code that knows none of them.
namespace intercom_mirror {
namespace {

using ::testing::IsEmpty;

std::vector<std::string> drifts_of(const decoded_record& record)
{
    std::vector<std::string> paths;
    std::transform(record.drifts.begin(), record.drifts.end(), std::back_inserter(paths),
                   [](const drift& one) { return one.path + ": " + std::string(one.found); });
    return paths;
}

std::string value(const record_plan& plan, const row& of, std::string_view name,
                  std::size_t table = 0)
{
    const auto& columns = plan.tables()[table].columns;
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const column& one) { return one.name == name; });
    const cell& one = of.at(static_cast<std::size_t>(found - columns.begin()));
    return one.is == cell::kind::text     ? one.text
           : one.is == cell::kind::number ? std::to_string(one.number)
                                          : "NULL";
}

const child_rows& rows(const record_plan& plan, const decoded_record& record,
                       std::string_view table, std::size_t parent = 0)
{
    const auto tables = plan.tables();
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const table_plan& one) {
        return one.name == table && one.parent == parent;
    });
    return record.children.at(static_cast<std::size_t>(found - tables.begin()));
}

TEST(RecordCatalogue, EveryResourceIsReadInEveryVersion)
{
    for (const resource* each : catalogue()) {
        std::set<std::uint64_t> fingerprints;
        for (int minor = 10; minor <= 17; ++minor) {
            const record_plan plan(*each, {2, minor});
            EXPECT_EQ(plan.version(), (api_version{2, minor}));
            EXPECT_EQ(plan.tables()[0].name, each->name);
            fingerprints.insert(plan.fingerprint());
        }
        EXPECT_EQ(fingerprints.size(), 8U) << each->name;
        EXPECT_NO_THROW(record_plan(*each, preview_version)) << each->name;
    }
}

TEST(RecordCatalogue, AConversationIsReadWithItsPartsAndTheirFiles)
{
    const record_plan plan(*find_resource("conversations"), {2, 14});
    const std::string json =
        R"({"type":"conversation","id":"515","created_at":1,"updated_at":2,"waiting_since":null,)"
        R"("source":{"type":"conversation","id":"4","delivered_as":"admin_initiated","subject":"",)"
        R"("body":"<p>hi</p>","author":{"type":"admin","id":"9","name":"N","email":"e"},)"
        R"("attachments":[{"type":"upload","name":"a.png","url":"http://a"}],"url":null,)"
        R"("redacted":false},"contacts":{"type":"contact.list","contacts":[{"type":"contact",)"
        R"("id":"c1","external_id":"70"}]},"admin_assignee_id":0,"team_assignee_id":501,)"
        R"("open":false,"state":"closed","read":false,"tags":{"type":"tag.list","tags":[]},)"
        R"("priority":"priority","statistics":null,"conversation_rating":null,"teammates":null,)"
        R"("title":null,"custom_attributes":{},"linked_objects":{"type":"list","data":[],)"
        R"("total_count":0,"has_more":false},"conversation_parts":{)"
        R"("type":"conversation_part.list","conversation_parts":[{"type":"conversation_part",)"
        R"("id":"81","part_type":"comment","body":"<p>re</p>","created_at":3,"updated_at":3,)"
        R"("author":{"type":"admin","id":"9","name":"N","email":"e"},"attachments":[)"
        R"({"type":"upload","name":"b.png","url":"http://b"}],"redacted":false}],"total_count":1}})";
    const auto record = plan.decode(json, projection::get);
    EXPECT_THAT(drifts_of(record), IsEmpty());
    EXPECT_EQ(value(plan, record.main, "admin_assignee_id"), "NULL");
    EXPECT_EQ(value(plan, record.main, "team_assignee_id"), "501");
    EXPECT_EQ(rows(plan, record, "conversation_contacts").rows.size(), 1U);
    const auto& parts = rows(plan, record, "conversation_parts");
    ASSERT_EQ(parts.rows.size(), 1U);
    EXPECT_TRUE(parts.is_complete);
    EXPECT_EQ(record.raw.find("\"id\":\"81\""), std::string::npos);
    EXPECT_NE(parts.raws[0].find("\"id\":\"81\""), std::string::npos);
    EXPECT_EQ(rows(plan, record, "attachments").rows.size(), 1U);
    EXPECT_TRUE(rows(plan, record, "conversation_teammates").is_complete);
    const auto& listed = plan.decode(json, projection::list);
    EXPECT_FALSE(rows(plan, listed, "conversation_parts").is_present);
}

} // namespace
} // namespace intercom_mirror
