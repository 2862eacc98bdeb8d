#include "daemon/custom_objects.hpp"
#include "schema/catalogue.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

const resource& instances()
{
    return *find_resource("custom_object_instances");
}

TEST(CustomObjects, AreListedTypeByType)
{
    const custom_objects custom({"Order", "Plan B/ü"});
    const auto listings = custom.described(instances()).listings;
    ASSERT_EQ(listings.size(), 2U);
    EXPECT_EQ(listings[0].target, "/custom_object_instances/Order");
    EXPECT_EQ(listings[1].target, "/custom_object_instances/Plan%20B%2F%C3%BC");
    // Each is a part of its own: all of them have to be read.
    EXPECT_NE(listings[0].part, listings[1].part);
    EXPECT_EQ(listings[1].page_size, instances().listings[0].page_size);
    // Naming a type is asking for it.
    EXPECT_TRUE(instances().is_optional);
    EXPECT_FALSE(custom.described(instances()).is_optional);
}

TEST(CustomObjects, OfTypesThatAreNotNamedAreLeftOut)
{
    const custom_objects custom({"Order", "it's"});
    EXPECT_EQ(custom.described(instances()).listings[0].leaves_out,
              "type NOT IN ('Order', 'it''s')");
}

TEST(CustomObjects, ChangeNoOtherResource)
{
    const custom_objects custom({"Order"});
    int typed = 0;
    for (const resource* each : catalogue()) {
        if (custom_objects::needs_types(*each)) {
            ++typed;
        } else {
            EXPECT_EQ(&custom.described(*each), each) << each->name;
        }
    }
    EXPECT_EQ(typed, 1);
    EXPECT_TRUE(custom_objects::needs_types(custom_objects({}).described(instances())));
    EXPECT_FALSE(custom_objects::needs_types(custom.described(instances())));
}

} // namespace
} // namespace intercom_mirror
