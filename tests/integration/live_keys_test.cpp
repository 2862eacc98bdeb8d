#include "sync/pull/live_keys.hpp"
#include "tests/integration/pushing.hpp"

#include <algorithm>
#include <set>

namespace intercom_mirror {
namespace {

struct LiveKeys : Push
{
    std::multiset<std::string> found;
    std::size_t most_at_once = 0;

    void look(const std::string& resource)
    {
        const auto plan = std::find_if(plans.begin(), plans.end(), [&](const auto& each) {
            return each.described().name == resource;
        });
        const auto take = [this](store&, const std::vector<std::string>& keys) {
            most_at_once = std::max(most_at_once, keys.size());
            found.insert(keys.begin(), keys.end());
        };
        bool is_over = false;
        boost::asio::co_spawn(io, for_live_keys(*with, *plan, take), [&](std::exception_ptr error) {
            is_over = true;
            failure = error;
        });
        time.run_until(io, instant::max(), [&] { return is_over; });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
};

TEST_F(LiveKeys, AreHandedOnOnceEachAndSomeAtATime)
{
    mirror.write(R"(
        INSERT INTO tags (id, synced_at)
        SELECT 'k' || n, now() FROM generate_series(1, 4500) AS n;
        INSERT INTO tags (id, synced_at) VALUES ('local:1', now());
        UPDATE tags SET deleted_at = now(), deletion = 'gone' WHERE id = 'k7')");
    look("tags");
    EXPECT_EQ(found.size(), 4499U);
    EXPECT_EQ(std::set(found.begin(), found.end()).size(), found.size());
    EXPECT_FALSE(found.contains("k7"));
    EXPECT_LE(most_at_once, 2000U);
}

TEST_F(LiveKeys, OfATableWithoutRowsAreNone)
{
    look("segments");
    EXPECT_TRUE(found.empty());
}

} // namespace
} // namespace intercom_mirror
