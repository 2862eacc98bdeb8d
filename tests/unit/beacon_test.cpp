#include "daemon/beacon.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace intercom_mirror {
namespace {

struct Beacon : ::testing::Test
{
    std::filesystem::path directory;

    Beacon()
    {
        std::string name = (std::filesystem::temp_directory_path() / "beacon_XXXXXX").string();
        directory = mkdtemp(name.data());
    }
    ~Beacon() override { std::filesystem::remove_all(directory); }
};

TEST_F(Beacon, IsThereAgainAfterAStart)
{
    beacon mark(directory, "intercom");
    EXPECT_FALSE(mark.last());
    mark.keep({7, wall_time(duration(1'700'000'000'000'001))});
    EXPECT_EQ(mark.last()->count, 7);
    const beacon again(directory, "intercom");
    ASSERT_TRUE(again.last());
    EXPECT_EQ(again.last()->count, 7);
    EXPECT_EQ(again.last()->at, wall_time(duration(1'700'000'000'000'001)));
    EXPECT_FALSE(beacon(directory, "other").last()) << "of another mirror";
}

TEST_F(Beacon, IsMissingWhenItsFileIsLostOrBroken)
{
    beacon(directory, "intercom").keep({7, wall_time{}});
    std::ofstream(directory / "intercom.beacon", std::ios::trunc) << "seven";
    EXPECT_FALSE(beacon(directory, "intercom").last());
    std::filesystem::remove(directory / "intercom.beacon");
    EXPECT_FALSE(beacon(directory, "intercom").last());
}

TEST_F(Beacon, IsKeptInMemoryWhereThereIsNoDirectory)
{
    beacon mark("", "intercom");
    mark.keep({3, wall_time{}});
    EXPECT_EQ(mark.last()->count, 3);
    EXPECT_FALSE(beacon("", "intercom").last());
}

} // namespace
} // namespace intercom_mirror
