#include "tests/integration/pushing.hpp"

#include <gmock/gmock.h>

namespace intercom_mirror {
namespace {

using ::testing::HasSubstr;

// Functions whose answer is a record that no request lists.
struct PushCalls : Push
{
    // The workspace's own line about its first visitor.
    json visitor()
    {
        const std::string all = world.truth("visitors");
        return json::parse(all.substr(0, all.find('\n')));
    }
    std::string of_visitor(const std::string& what)
    {
        return asked("SELECT " + what + " FROM visitors WHERE user_id = '" +
                     visitor()["user_id"].get<std::string>() + "'");
    }
};

TEST_F(PushCalls, StoreTheVisitorTheyAskFor)
{
    edit("SELECT read_visitor('" + visitor()["user_id"].get<std::string>() + "')");
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(of_visitor("id"), visitor()["id"].get<std::string>());
    EXPECT_EQ(of_visitor("coalesce(name, 'nobody')"), "nobody");
    EXPECT_TRUE(writes().empty());

    edit("SELECT update_visitor(id => '" + visitor()["id"].get<std::string>() +
         "', name => 'Ada')");
    push();
    EXPECT_EQ(of_visitor("name"), "Ada");
}

TEST_F(PushCalls, SayWhyThereIsNoSuchVisitor)
{
    edit("SELECT read_visitor('nobody')");
    push();
    EXPECT_EQ(fates(), "rejected");
    EXPECT_THAT(asked("SELECT reason FROM outbox"), HasSubstr("Visitor Not Found"));
    EXPECT_EQ(asked("SELECT count(*) FROM visitors"), "0");
}

TEST_F(PushCalls, StoreTheJobTheyBegin)
{
    edit("SELECT request_data_export('2023-01-01 00:00:00+00', '2023-01-02 00:00:00+00')");
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(asked("SELECT status FROM data_export_jobs"), "pending");
    EXPECT_EQ(asked("SELECT count(*) FROM field_drift WHERE resource = 'data_export_jobs'"), "0");

    edit("SELECT cancel_data_export(job_identifier) FROM live_data_export_jobs");
    push();
    EXPECT_EQ(asked("SELECT status FROM data_export_jobs"), "canceled");
}

} // namespace
} // namespace intercom_mirror
