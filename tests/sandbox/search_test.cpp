#include "tests/sandbox/workspace.hpp"

#include <gtest/gtest.h>

namespace intercom_sandbox {
namespace {

TEST(Workspace, SaysWhoItIs)
{
    const time_point start{std::chrono::seconds(1'700'000'000)};
    workspace w({}, start);
    const response me = w.answer({"GET", "/me", {{"Authorization", "Bearer x"}}, ""}, start);
    EXPECT_EQ(me.status, 200U);
    EXPECT_NE(me.body.find("America/New_York"), std::string::npos);
}

} // namespace
} // namespace intercom_sandbox
