#include "sync/store/gate.hpp"

#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

resource plain()
{
    resource made;
    made.name = "things";
    made.get_target = "/things/{id}";
    made.has_updated_at = true;
    return made;
}

stored_head stored_at(std::int64_t updated_at)
{
    stored_head head;
    head.list_hash = 1;
    head.get_hash = 2;
    head.updated_at = updated_at;
    return head;
}

TEST(Gate, StoresWhatIsNew)
{
    EXPECT_EQ(judge(plain(), projection::list, 7, 100, std::nullopt), verdict::apply);
    EXPECT_EQ(judge(plain(), projection::get, 7, 100, std::nullopt), verdict::apply);
}

TEST(Gate, ReadsAloneWhatIsNewWhenListsAreTheShortForm)
{
    auto poorer = plain();
    poorer.list_is_poorer = true;
    EXPECT_EQ(judge(poorer, projection::list, 7, 100, std::nullopt), verdict::read_alone);
    EXPECT_EQ(judge(poorer, projection::list, 7, 101, stored_at(100)), verdict::read_alone);
    EXPECT_EQ(judge(poorer, projection::get, 7, 100, std::nullopt), verdict::apply);
}

TEST(Gate, LeavesAloneWhatIsUnchangedInItsOwnProjectionOnly)
{
    EXPECT_EQ(judge(plain(), projection::list, 1, 100, stored_at(100)), verdict::unchanged);
    EXPECT_EQ(judge(plain(), projection::get, 2, 100, stored_at(100)), verdict::unchanged);
    EXPECT_EQ(judge(plain(), projection::list, 2, 100, stored_at(100)), verdict::compare);
    EXPECT_EQ(judge(plain(), projection::get, 1, 100, stored_at(100)), verdict::apply);
}

TEST(Gate, NeverLetsAnOlderListOverwriteANewerRow)
{
    EXPECT_EQ(judge(plain(), projection::list, 7, 99, stored_at(100)), verdict::ignore);
    EXPECT_EQ(judge(plain(), projection::list, 7, 101, stored_at(100)), verdict::apply);
}

TEST(Gate, AsksAgainWhenAReadingWasOvertaken)
{
    EXPECT_EQ(judge(plain(), projection::get, 7, 99, stored_at(100)), verdict::read_alone);
}

TEST(Gate, AFirstReadingAtTheSameTimeIsOnlyCompared)
{
    auto unread = stored_at(100);
    unread.get_hash.reset();
    EXPECT_EQ(judge(plain(), projection::get, 7, 100, unread), verdict::compare);
    EXPECT_EQ(judge(plain(), projection::get, 7, 101, unread), verdict::apply);
    unread.is_deleted = true;
    EXPECT_EQ(judge(plain(), projection::get, 7, 100, unread), verdict::apply);
}

TEST(Gate, SweepsLookAgainAtWhatAReadingContradicted)
{
    auto doubted = stored_at(100);
    doubted.list_hash = contradicted(6);
    EXPECT_EQ(judge(plain(), projection::list, 6, 100, doubted), verdict::unchanged);
    EXPECT_EQ(judge(plain(), projection::list, 6, 100, doubted, true), verdict::compare);
    EXPECT_EQ(judge(plain(), projection::list, 6, 99, doubted, true), verdict::ignore);
    doubted.list_hash = agreed(6);
    EXPECT_EQ(judge(plain(), projection::list, 6, 100, doubted, true), verdict::unchanged);
}

TEST(Gate, WhatWasDecodedAgainGivesWayToWhateverComes)
{
    stored_head again;
    again.updated_at = 100;
    EXPECT_EQ(judge(plain(), projection::list, 7, 100, again), verdict::apply);
    EXPECT_EQ(judge(plain(), projection::list, 7, 101, again), verdict::apply);
    EXPECT_EQ(judge(plain(), projection::list, 7, std::nullopt, again), verdict::apply);
    EXPECT_EQ(judge(plain(), projection::get, 7, 100, again), verdict::apply);
    // Lists lag behind: what is older is no authority.
    EXPECT_EQ(judge(plain(), projection::list, 7, 99, again), verdict::read_alone);
    EXPECT_EQ(judge(plain(), projection::get, 7, 99, again), verdict::read_alone);

    auto poorer = plain();
    poorer.list_is_poorer = true;
    EXPECT_EQ(judge(poorer, projection::list, 7, 100, again), verdict::read_alone);
    auto list_only = plain();
    list_only.get_target = "";
    EXPECT_EQ(judge(list_only, projection::list, 7, 99, again), verdict::ignore);
}

TEST(Gate, ASightingOfADeletedRowProvesNothing)
{
    auto deleted = stored_at(100);
    deleted.is_deleted = true;
    EXPECT_EQ(judge(plain(), projection::list, 1, 100, deleted), verdict::read_alone);
    EXPECT_EQ(judge(plain(), projection::list, 7, 200, deleted), verdict::read_alone);
    EXPECT_EQ(judge(plain(), projection::get, 2, 100, deleted), verdict::apply);

    auto list_only = plain();
    list_only.get_target = "";
    EXPECT_EQ(judge(list_only, projection::list, 7, std::nullopt, deleted), verdict::apply);
}

TEST(Gate, WithoutTimesTheLatestSightingCounts)
{
    auto timeless = plain();
    timeless.has_updated_at = false;
    EXPECT_EQ(judge(timeless, projection::list, 7, std::nullopt, stored_at(100)), verdict::apply);
    // A record that should have a time and has none is read alone.
    EXPECT_EQ(judge(plain(), projection::list, 7, std::nullopt, stored_at(100)),
              verdict::read_alone);
}

} // namespace
} // namespace intercom_mirror
