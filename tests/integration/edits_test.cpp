#include "tests/support/edited_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What people see of their edits, and what they may decide.
struct Edits : ::testing::Test
{
    testing::edited_mirror mirror;
    std::unique_ptr<pqxx::connection> editor = mirror.connect("editor");
    std::unique_ptr<pqxx::connection> decider = mirror.connect("operator");

    Edits()
    {
        mirror.write(R"(
            INSERT INTO contacts (id, name, phone, signed_up_at, custom_attributes, synced_at)
            VALUES ('c1', 'Ada', '1', '2020-01-01 00:00:00+00', '{"plan": "pro"}', now());
            INSERT INTO tags (id, name, synced_at) VALUES ('t1', 'VIP', now());
            INSERT INTO contact_subscriptions VALUES ('c1', 's1', 'opt_in');
            INSERT INTO data_attributes (_key, model, full_name, name, data_type, synced_at)
            VALUES ('1', 'contact', 'custom_attributes.plan', 'plan', 'string', now()),
                   ('2', 'contact', 'custom_attributes.size', 'size', 'integer', now()))");
    }

    pqxx::result edit(const std::string& statement) { return testing::run(*editor, statement); }
    pqxx::result decide(const std::string& statement) { return testing::run(*decider, statement); }

    std::string asked(const std::string& query)
    {
        const auto found = mirror.write(query);
        return found.size() != 1       ? std::to_string(found.size()) + " rows"
               : found[0][0].is_null() ? "null"
                                       : found[0][0].as<std::string>();
    }
    std::string newest() { return asked("SELECT max(id) FROM outbox"); }
    std::string states() { return asked("SELECT string_agg(state, ' ' ORDER BY id) FROM outbox"); }
    std::string contact()
    {
        return asked("SELECT concat_ws(' ', name, phone, signed_up_at, custom_attributes, _pending)"
                     " FROM contacts WHERE id = 'c1'");
    }

    std::string refusal(pqxx::connection& by, const std::string& statement)
    {
        try {
            testing::run(by, statement);
        } catch (const pqxx::sql_error& refused) {
            return refused.what();
        }
        return "";
    }
};

TEST_F(Edits, AreSeenByWhoMadeThemAndByOperators)
{
    const auto root = mirror.connect();
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    testing::run(*root, "UPDATE contacts SET phone = '2' WHERE id = 'c1'");
    const auto seen_by = [](pqxx::connection& by) {
        return testing::run(by, "SELECT string_agg(fields::text, ' ' ORDER BY id) FROM edits")[0][0]
            .as<std::string>("none");
    };
    EXPECT_EQ(seen_by(*editor), R"({"name": "Eve"})");
    EXPECT_EQ(seen_by(*decider), R"({"name": "Eve"} {"phone": "2"})");
    EXPECT_EQ(seen_by(*root), R"({"name": "Eve"} {"phone": "2"})");
    const auto analyst = mirror.connect("analyst");
    EXPECT_EQ(seen_by(*analyst), "none");
    EXPECT_NE(refusal(*analyst, "UPDATE contacts SET name = 'x'"), "");
    const auto own = edit(R"(SELECT operation, "table", "row", state, reason, who FROM edits)");
    EXPECT_STREQ(own[0][0].c_str(), "update");
    EXPECT_STREQ(own[0][1].c_str(), "contacts");
    EXPECT_STREQ(own[0][2].c_str(), "c1");
    EXPECT_STREQ(own[0][3].c_str(), "pending");
    EXPECT_TRUE(own[0][4].is_null());
    EXPECT_EQ(own[0][5].as<std::string>(), mirror.login("editor"));
}

TEST_F(Edits, AreDiscardedByOperatorsOnly)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    EXPECT_THAT(refusal(*editor, "SELECT discard_edit(" + newest() + ")"),
                HasSubstr("permission denied"));
    EXPECT_THAT(refusal(*decider, "SELECT discard_edit(0)"), HasSubstr("there is no edit 0"));
    decide("SELECT discard_edit(" + newest() + ")");
    EXPECT_EQ(states(), "cancelled applied");
    EXPECT_EQ(asked("SELECT reason FROM outbox WHERE state = 'cancelled'"),
              "discarded by " + mirror.login("operator"));
    EXPECT_THAT(refusal(*decider, "SELECT discard_edit(" + newest() + ")"),
                HasSubstr("is applied"));
}

TEST_F(Edits, ThatAreDiscardedGiveTheRowItsValuesBack)
{
    const auto before = contact();
    edit(R"(UPDATE contacts SET name = 'Eve', phone = NULL, signed_up_at = now(),
                   custom_attributes = '{"size": 1}' WHERE id = 'c1')");
    decide("SELECT discard_edit(" + newest() + ")");
    EXPECT_EQ(contact(), before);
}

TEST_F(Edits, ThatAreDiscardedLeaveLaterOnesAlone)
{
    edit(
        R"(UPDATE contacts SET name = 'Eve', phone = '2', custom_attributes = '{"plan": "x", "size": 1}' WHERE id = 'c1')");
    const auto first = newest();
    edit(
        R"(UPDATE contacts SET name = 'Zoe', custom_attributes = '{"plan": "x", "size": 2}' WHERE id = 'c1')");
    decide("SELECT discard_edit(" + first + ")");
    EXPECT_EQ(contact(), R"(Zoe 1 2020-01-01 00:00:00+00 {"plan": "pro", "size": 2} )"
                         R"({"name": "Ada", "custom_attributes": {"size": null}})");
    EXPECT_EQ(states(), "cancelled pending applied");
}

// What may have reached Intercom is put right there.
TEST_F(Edits, ThatMayHaveBeenSentAreDiscardedByTheOppositeEdit)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    mirror.write(R"(UPDATE outbox SET state = 'waiting', inflight = '{"name": "Eve"}')");
    decide("SELECT discard_edit(" + newest() + ")");
    EXPECT_EQ(states(), "cancelled pending");
    EXPECT_THAT(contact(), AllOf(HasSubstr("Ada"), HasSubstr(R"({"name": "Ada"})")));
}

TEST_F(Edits, OfNewRowsAreDiscardedWithTheRow)
{
    edit("INSERT INTO tags (name) VALUES ('New')");
    const auto create = newest();
    edit("INSERT INTO contact_tags SELECT 'c1', id FROM tags WHERE name = 'New'");
    decide("SELECT discard_edit(" + create + ")");
    EXPECT_EQ(asked("SELECT count(*) FROM tags WHERE name = 'New'"), "0");
    EXPECT_EQ(states(), "cancelled cancelled");
}

TEST_F(Edits, OfLinksAreDiscardedByTheOpposite)
{
    edit("INSERT INTO contact_tags VALUES ('c1', 't1')");
    decide("SELECT discard_edit(" + newest() + ")");
    EXPECT_EQ(asked("SELECT count(*) FROM contact_tags"), "0");
    edit("DELETE FROM contact_subscriptions");
    decide("SELECT discard_edit(" + newest() + ")");
    EXPECT_EQ(asked("SELECT consent FROM contact_subscriptions"), "opt_in");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE is_open"), "0");
}

TEST_F(Edits, AreTriedAgainWhenAPersonSaysSo)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    EXPECT_THAT(refusal(*decider, "SELECT retry_edit(" + newest() + ")"), HasSubstr("is pending"));
    mirror.write("UPDATE outbox SET state = 'parked', attempts = 12, next_at = 'infinity'");
    decide("SELECT retry_edit(" + newest() + ")");
    EXPECT_EQ(asked("SELECT concat_ws(' ', state, attempts, next_at) FROM outbox"),
              "pending 0 -infinity");
}

TEST_F(Edits, AreReleasedByTransaction)
{
    mirror.write("UPDATE push_setting SET rows_held_above = 1");
    edit("INSERT INTO tags (name) VALUES ('1'), ('2')");
    const auto one = newest();
    edit("INSERT INTO tags (name) VALUES ('3'), ('4')");
    EXPECT_EQ(decide("SELECT release_edits(" + one + ")")[0][0].as<int>(), 2);
    EXPECT_EQ(states(), "pending pending held held");
    EXPECT_EQ(decide("SELECT release_edits()")[0][0].as<int>(), 2);
    EXPECT_EQ(states(), "pending pending pending pending");
}

TEST_F(Edits, GoOnWhenTheirLastConflictIsResolved)
{
    edit("UPDATE contacts SET name = 'Eve', phone = '2' WHERE id = 'c1'");
    mirror.write("UPDATE outbox SET state = 'conflict'");
    mirror.write(
        R"(INSERT INTO conflict (outbox_id, table_name, row_id, field, base, local, remote, policy)
                    SELECT id, 'contacts', 'c1', field, '"a"', '"b"', '"c"', 'manual'
                      FROM outbox, unnest('{name,phone}'::text[]) AS field)");
    const auto found =
        edit("SELECT id, field, base, local, remote FROM open_conflicts ORDER BY id");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NE(refusal(*editor, "SELECT resolve_conflict(1, 'local')"), "");
    EXPECT_THAT(refusal(*decider, "SELECT resolve_conflict(1, 'both')"),
                HasSubstr("local or remote"));
    decide(std::string("SELECT resolve_conflict(") + found[0][0].c_str() + ", 'local')");
    EXPECT_EQ(states(), "conflict");
    decide(std::string("SELECT resolve_conflict(") + found[1][0].c_str() + ", 'remote')");
    EXPECT_EQ(states(), "pending");
    EXPECT_EQ(edit("SELECT FROM open_conflicts").size(), 0U);
    EXPECT_THAT(refusal(*decider, std::string("SELECT resolve_conflict(") + found[0][0].c_str() +
                                      ", 'local')"),
                HasSubstr("no open conflict"));
}

TEST_F(Edits, CanBeWaitedFor)
{
    edit("UPDATE contacts SET name = 'Eve' WHERE id = 'c1'");
    EXPECT_THAT(refusal(*editor, "CALL wait_for_edit(" + newest() + ", '100 ms')"),
                HasSubstr("is still pending"));
    EXPECT_THAT(refusal(*editor, "CALL wait_for_edit(0)"), HasSubstr("there is no edit 0"));
    mirror.write("UPDATE outbox SET state = 'applied'");
    EXPECT_EQ(refusal(*editor, "CALL wait_for_edit(" + newest() + ")"), "");
}

TEST_F(Edits, OfRowsWithNewIdsAreFoundByTheOldOnes)
{
    mirror.write("INSERT INTO id_alias (resource, old_id, new_id)"
                 " VALUES ('contacts', 'local:1', 'c7'), ('contacts', 'c7', 'c8')");
    EXPECT_STREQ(edit("SELECT resolve_id('local:1')")[0][0].c_str(), "c8");
    EXPECT_STREQ(edit("SELECT resolve_id('c1')")[0][0].c_str(), "c1");
}

} // namespace
} // namespace intercom_mirror
