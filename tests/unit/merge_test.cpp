#include "sync/push/fates.hpp"
#include "sync/push/merge.hpp"
#include "sync/record/exact_numbers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using fields = std::set<edited_field>;

// One row with a text, and a document whose members are edited one by one.
struct Merge : ::testing::Test
{
    row_versions row{.pending = R"({"name": "old"})",
                     .local = R"({"name": "new", "phone": "1"})",
                     .remote = R"({"name": "old", "phone": "2"})",
                     .in_flight = "{}",
                     .unanswered = {},
                     .decided = {},
                     .left_alone = {}};
    conflict_policy policy = conflict_policy::remote_wins;
    const edited_field name{"name", ""};

    static bool is_document(std::string_view column) { return column == "custom_attributes"; }
    [[nodiscard]] row_merge merged() const
    {
        return merge_row(row, is_document, [this](std::string_view) { return policy; });
    }
};

TEST_F(Merge, SendsWhatWasChangedHereOnly)
{
    const auto made = merged();
    EXPECT_EQ(made.to_send, fields{name});
    EXPECT_EQ(made.patch, R"({"name":"new"})");
    EXPECT_EQ(made.pending, R"({"name":"old"})") << "until the answer is in";
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, SendsNothingThatIntercomHas)
{
    row.remote = R"({"name": "new"})";
    const auto made = merged();
    EXPECT_EQ(made.arrived, fields{name});
    EXPECT_EQ(made.patch, "{}");
    EXPECT_EQ(made.pending, "{}");
}

TEST_F(Merge, TakesIntercomsValueWhereNothingWasChangedHere)
{
    row.local = R"({"name": "old"})";
    row.remote = R"({"name": "theirs"})";
    const auto made = merged();
    EXPECT_EQ(made.taken_back, fields{name});
    EXPECT_EQ(made.pending, "{}");
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, NotesConflictsAndDecidesThemByPolicy)
{
    row.remote = R"({"name": "theirs"})";
    auto made = merged();
    EXPECT_EQ(made.lost, fields{name});
    EXPECT_EQ(made.patch, "{}");
    EXPECT_EQ(made.pending, "{}");
    ASSERT_EQ(made.conflicts.size(), 1U);
    EXPECT_EQ(made.conflicts[0].base, R"("old")");
    EXPECT_EQ(made.conflicts[0].local, R"("new")");
    EXPECT_EQ(made.conflicts[0].remote, R"("theirs")");

    policy = conflict_policy::local_wins;
    made = merged();
    EXPECT_EQ(made.patch, R"({"name":"new"})");
    EXPECT_EQ(made.pending, R"({"name":"theirs"})") << "the base of what is sent now";
    EXPECT_EQ(made.conflicts.size(), 1U);

    policy = conflict_policy::manual;
    made = merged();
    EXPECT_EQ(made.undecided, fields{name});
    EXPECT_EQ(made.patch, "{}");
    EXPECT_EQ(made.pending, R"({"name":"old"})");
}

TEST_F(Merge, FollowsADecisionAboutThatVeryValue)
{
    policy = conflict_policy::manual;
    row.remote = R"({"name": "theirs"})";
    row.decided[name] = {true, R"("theirs")"};
    EXPECT_EQ(merged().patch, R"({"name":"new"})");
    EXPECT_THAT(merged().conflicts, IsEmpty());
    row.decided[name] = {false, R"("theirs")"};
    EXPECT_EQ(merged().lost, fields{name});
    // Changed in Intercom once more: nobody has decided about that.
    row.decided[name] = {true, R"("an earlier one")"};
    EXPECT_EQ(merged().undecided, fields{name});
}

TEST_F(Merge, KnowsItsOwnValueWhenItArrivesUnanswered)
{
    row.in_flight = R"({"name": "new"})";
    row.remote = R"({"name": "new"})";
    EXPECT_EQ(merged().arrived, fields{name});

    // A to B, sent and unanswered, and back to A.
    row.local = R"({"name": "old"})";
    const auto made = merged();
    EXPECT_EQ(made.patch, R"({"name":"old"})");
    EXPECT_EQ(made.pending, R"({"name":"new"})");
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, TakesALateWriteOfItsOwnForNoEditOfSomebodyElse)
{
    row.unanswered = {R"({"name": "before"})"};
    row.remote = R"({"name": "before"})";
    const auto made = merged();
    EXPECT_EQ(made.patch, R"({"name":"new"})");
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, KnowsItsOwnValueAsIntercomNormalisesIt)
{
    row.local = R"({"name": " Ada@X.example "})";
    row.in_flight = R"({"name": " Ada@X.example "})";
    row.remote = R"({"name": "ada@x.example"})";
    EXPECT_EQ(merged().arrived, fields{name});
    EXPECT_THAT(merged().conflicts, IsEmpty());
}

TEST_F(Merge, TakesNullAndTheEmptyTextForTheSame)
{
    row.local = R"({"name": ""})";
    row.remote = R"({"name": null})";
    EXPECT_EQ(merged().arrived, fields{name});
    row.pending = R"({"name": null})";
    row.local = R"({"name": "x"})";
    row.remote = R"({"name": ""})";
    EXPECT_EQ(merged().patch, R"({"name":"x"})");
}

TEST_F(Merge, LooksAtMembersOfDocumentsOneByOne)
{
    row.pending = R"({"custom_attributes": {"plan": "free", "size": null}})";
    row.local = R"({"custom_attributes": {"plan": "pro", "size": 3, "other": 1}})";
    row.remote = R"({"custom_attributes": {"plan": "gold", "other": 2}})";
    const auto made = merged();
    EXPECT_EQ(made.lost, (fields{{"custom_attributes", "plan"}}));
    EXPECT_EQ(made.patch, R"({"custom_attributes":{"size":3}})");
    EXPECT_EQ(made.pending, R"({"custom_attributes":{"size":null}})");
}

TEST_F(Merge, LeavesPendingWhatWasEditedWhileItWasSent)
{
    const auto pending = [&](std::string_view local, std::string_view answered) {
        return pending_after_answer(row.pending, local, R"({"name": "new"})", answered,
                                    is_document);
    };
    EXPECT_EQ(pending(R"({"name": "new"})", R"({"name": "New"})"), "{}");
    EXPECT_EQ(pending(R"({"name": "newer"})", R"({"name": "New"})"), R"({"name":"New"})");
    EXPECT_EQ(pending(R"({"name": "newer"})", ""), R"({"name":"new"})");
}

struct Fates : ::testing::Test
{
    edits_taken edits;
    field_outcomes outcomes;

    void edited(std::string_view changes)
    {
        outbox_edit edit;
        edit.id = static_cast<std::int64_t>(edits.size()) + 1;
        edit.operation = "update";
        edit.fields = changes;
        edits.push_back(edit);
    }
    std::vector<std::string> states(bool was_sent = false) const
    {
        std::vector<std::string> all;
        for (const auto& fate : fates_of(edits, outcomes, was_sent, Merge::is_document)) {
            all.emplace_back(fate.state);
        }
        return all;
    }
};

TEST_F(Merge, BearsNumbersTooLargeForADouble)
{
    row.pending = R"({"name": "old", "custom_attributes": {"a": 1, "b": 1e400}})";
    row.local =
        R"({"name": "new \"-1e999\"", "custom_attributes": {"a": 2, "b": -1e999, "c": 1e400}})";
    row.remote = R"({"name": "old", "custom_attributes": {"a": 1, "b": 1e400, "c": 1e400}})";
    const auto made = merged();
    EXPECT_EQ(plain_numbers(made.patch),
              R"({"custom_attributes":{"a":2,"b":-1e999},"name":"new \"-1e999\""})");
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, LeavesFieldsOfNewerEditsToThem)
{
    row.pending = R"({"name": "old", "phone": "0"})";
    row.left_alone = {{"phone", ""}};
    const auto made = merged();
    EXPECT_EQ(made.to_send, fields{name});
    EXPECT_EQ(made.patch, R"({"name":"new"})");
    EXPECT_EQ(made.pending, R"({"name":"old","phone":"0"})");
    EXPECT_THAT(made.conflicts, IsEmpty());
}

TEST_F(Merge, GivesUpWhatWasRefusedUnlessItWasEditedSince)
{
    const char* const pending = R"({"custom_attributes":{"a":1,"b":2},"name":"old","phone":"0"})";
    const char* const local =
        R"({"custom_attributes":{"a":10,"b":20},"name":"new","phone":"newer"})";
    const char* const sent = R"({"custom_attributes":{"a":10},"name":"new","phone":"new"})";
    EXPECT_EQ(pending_after_refusal(pending, local, sent, is_document),
              R"({"custom_attributes":{"b":2},"phone":"0"})");
}

TEST_F(Merge, TakesFurtherFieldsAsPendingOnTheBaseOfTheRow)
{
    EXPECT_EQ(pending_with(R"({"name":"old"})",
                           {{"name", ""}, {"phone", ""}, {"custom_attributes", "a"}},
                           R"({"custom_attributes":{"a":1,"b":2},"name":"new","phone":"1"})"),
              R"({"custom_attributes":{"a":1},"name":"old","phone":"1"})");
}

TEST_F(Fates, OfEachEditIsTheWorstOfItsFields)
{
    edited(R"({"name": "a", "phone": "1"})");
    edited(R"({"email": "x"})");
    edited(R"({"custom_attributes": {"plan": 1}})");
    outcomes[{"name", ""}] = {field_outcome::kind::applied, "", ""};
    outcomes[{"phone", ""}] = {field_outcome::kind::lost, "", ""};
    outcomes[{"email", ""}] = {field_outcome::kind::rejected, "no", "r1"};
    outcomes[{"custom_attributes", "plan"}] = {field_outcome::kind::undecided, "", ""};
    EXPECT_THAT(states(), ElementsAre("conflict_lost", "rejected", "conflict"));
}

TEST_F(Fates, OfWhatWasEditedAgainIsThatItWasSuperseded)
{
    edited(R"({"name": "a"})");
    edited(R"({"name": "b"})");
    outcomes[{"name", ""}] = {field_outcome::kind::applied, "", ""};
    EXPECT_THAT(states(), ElementsAre("superseded", "applied"));
}

TEST_F(Fates, OfWhatLeftNothingToSendDependOnWhetherItWasSent)
{
    edited(R"({"name": "a"})");
    EXPECT_THAT(states(false), ElementsAre("superseded"));
    EXPECT_THAT(states(true), ElementsAre("applied"));
}

TEST(ConflictPolicy, OfAColumnIsStrongerThanOfItsTable)
{
    push_options options;
    options.policies["contacts"] = conflict_policy::manual;
    options.policies["contacts.name"] = conflict_policy::local_wins;
    EXPECT_EQ(policy_for(options, "contacts", "name"), conflict_policy::local_wins);
    EXPECT_EQ(policy_for(options, "contacts", "phone"), conflict_policy::manual);
    EXPECT_EQ(policy_for(options, "tickets", "name"), conflict_policy::remote_wins);
}

} // namespace
} // namespace intercom_mirror
