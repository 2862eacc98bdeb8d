#include "schema/catalogue.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/plans.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000;

// A migrated scratch schema, a store that holds its lease, and plain SQL beside it.
struct Store : ::testing::Test
{
    Store()
    {
        options.dsn = testing::test_dsn();
        options.schema = schema.name();
        options.application_name = "store test";
        session connection(options);
        migrate(connection, options);
        on = make_postgres_store(options, epoch);
        on->take_lease("this test", 9s);
    }

    pqxx::result sql(const std::string& statement, bool is_edit = false)
    {
        pqxx::connection connection(options.dsn);
        pqxx::work work(connection);
        work.exec("SET search_path = " + schema.name() + ", " + schema.name() + "_sync");
        // What the tests do to the tables is no edit, unless they say so.
        work.exec(is_edit ? "SET intercom_mirror.apply = 'off'"
                          : "SET intercom_mirror.apply = 'on'");
        auto result = work.exec(statement);
        work.commit();
        return result;
    }

    std::string value(const std::string& statement)
    {
        const auto result = sql(statement);
        return result.empty() || result[0][0].is_null() ? "NULL" : result[0][0].c_str();
    }

    page_outcome apply(const record_plan& plan, std::vector<std::string_view> records,
                       projection from = projection::list)
    {
        page_work work;
        work.plan = &plan;
        work.from = from;
        work.records = std::move(records);
        return on->apply_page(work);
    }

    std::vector<refetch_entry> queue(std::string_view resource)
    {
        return on->due_refetches(resource, wall_time(duration::max() / 4), 100);
    }

    testing::scratch_schema schema;
    session_options options;
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    std::unique_ptr<store> on;
    record_plan contacts{*find_resource("contacts"), api_version{2, 14},
                         testing::optional_tables()};
    record_plan conversations{*find_resource("conversations"), api_version{2, 14}};
    record_plan tags{*find_resource("tags"), api_version{2, 14}};
};

constexpr std::string_view ada =
    R"({"type":"contact","id":"c1","name":"Ada","email":"ada@example.com","created_at":100,)"
    R"("updated_at":200,"custom_attributes":{"plan":"pro"},)"
    R"("tags":{"data":[{"id":"t1"},{"id":"t2"}],"total_count":2,"has_more":false}})";
constexpr std::string_view ada_later =
    R"({"type":"contact","id":"c1","name":"Ada L.","email":"ada@example.com","created_at":100,)"
    R"("updated_at":300,"custom_attributes":{"plan":"free"},)"
    R"("tags":{"data":[{"id":"t2"},{"id":"t3"}],"total_count":2,"has_more":false}})";

TEST_F(Store, AppliesARecordWithItsChildrenAndThenFindsItUnchanged)
{
    EXPECT_EQ(apply(contacts, {ada}).applied, 1U);
    EXPECT_EQ(value("SELECT name FROM contacts WHERE id = 'c1'"), "Ada");
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t1,t2");
    const auto version = value("SELECT xmin FROM contacts");
    const auto again = apply(contacts, {ada});
    EXPECT_EQ(again.unchanged, 1U);
    EXPECT_EQ(again.applied, 0U);
    EXPECT_EQ(value("SELECT xmin FROM contacts"), version);
}

TEST_F(Store, ReplacesSetsAndIgnoresOlderSightings)
{
    apply(contacts, {ada_later});
    EXPECT_EQ(apply(contacts, {ada}).applied, 0U);
    EXPECT_EQ(value("SELECT name FROM contacts"), "Ada L.");
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t2,t3");
}

TEST_F(Store, ABackfillRunsUntilItIsCancelled)
{
    backfill_request asked;
    asked.resource = "contacts";
    asked.since = wall_time(1'700'000'000s + 250ms);
    const auto id = on->ask_for_backfill(asked);
    const auto begin = [](backfill_request& now) {
        now.state = "running";
        now.started_at = now.looked_at;
        now.expected = 7;
    };
    EXPECT_TRUE(on->edit_backfill(id, begin));
    const auto open = on->backfills(true, {});
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].id, id);
    EXPECT_EQ(open[0].since, asked.since);
    EXPECT_FALSE(open[0].until);
    EXPECT_EQ(open[0].expected, 7U);
    EXPECT_TRUE(open[0].started_at);

    EXPECT_TRUE(on->cancel_backfill(id));
    EXPECT_FALSE(on->cancel_backfill(id)) << "it is over";
    EXPECT_FALSE(on->edit_backfill(id, begin));
    EXPECT_TRUE(on->backfills(true, {}).empty());
    EXPECT_EQ(on->backfills(false, id).at(0).state, "cancelled");
    EXPECT_TRUE(on->backfills(false, id + 1).empty());
}

TEST_F(Store, ARangeIsNotReversedBySqlEither)
{
    EXPECT_THROW(sql("INSERT INTO backfill_request (resource, since, until)"
                     " VALUES ('tags', now(), now() - interval '1 s')"),
                 pqxx::sql_error);
}

TEST_F(Store, AScheduleAsksOnceForWhatIsDueSinceTheResourceIsComplete)
{
    const auto at = [](int hours) { return wall_time(std::chrono::hours(500'000 + hours)); };
    backfill_request asked;
    asked.resource = "contacts";
    asked.schedule = "0 3 * * *";
    asked.asked_at = at(1);
    EXPECT_FALSE(on->ask_on_schedule(asked, at(1))) << "there is no mirror yet";
    on->edit_resource("contacts", [&](resource_state& state) { state.complete_since = at(0); });
    EXPECT_FALSE(on->ask_on_schedule(asked, at(-1))) << "due before there was one";
    EXPECT_TRUE(on->ask_on_schedule(asked, at(1)));
    asked.asked_at = at(25);
    EXPECT_FALSE(on->ask_on_schedule(asked, at(25))) << "the one before is still open";
    on->cancel_backfill(on->backfills(true, {}).at(0).id);
    EXPECT_FALSE(on->ask_on_schedule(asked, at(1))) << "it was asked for";
    EXPECT_TRUE(on->ask_on_schedule(asked, at(25)));
    EXPECT_EQ(on->backfills(true, {}).at(0).schedule, "0 3 * * *");
}

TEST_F(Store, RereadsWhatLooksUnchanged)
{
    constexpr std::string_view talk = R"({"type":"conversation","id":"v1","created_at":100,)"
                                      R"("updated_at":200,"title":"Hello"})";
    apply(conversations, {talk}, projection::get);
    page_work work;
    work.plan = &conversations;
    work.records = {talk};
    on->apply_page(work);
    EXPECT_EQ(on->apply_page(work).queued, 0U);

    backfill_request asked;
    asked.resource = "conversations";
    const auto id = on->ask_for_backfill(asked);
    work.rereads = true;
    work.in = lane::backfill;
    EXPECT_EQ(on->apply_page(work).queued, 1U);
    EXPECT_EQ(queue("conversations").at(0).reason, "backfill");
    EXPECT_EQ(on->count_unread(id), 0) << "its walk is not over";
    on->edit_backfill(id, [](backfill_request& now) { now.walked_at = now.looked_at; });
    EXPECT_EQ(on->count_unread(id), 1);
    on->drop_refetch("conversations", queue("conversations").at(0));
    EXPECT_EQ(on->count_unread(id), 0);
}

TEST_F(Store, OneRecordTwiceInAPageCountsByItsNewerForm)
{
    const auto outcome = apply(contacts, {ada_later, ada});
    EXPECT_EQ(outcome.applied, 1U);
    EXPECT_EQ(value("SELECT name FROM contacts"), "Ada L.");
}

TEST_F(Store, APendingEditKeepsItsFieldAndItsAttribute)
{
    apply(contacts, {ada});
    sql("UPDATE contacts SET name = 'Countess', custom_attributes = '{\"plan\": \"gold\"}',"
        " _pending = '{\"name\": \"Ada\", \"custom_attributes\": {\"plan\": \"pro\"}}'");
    apply(contacts, {R"({"id":"c1","name":"Ada L.","phone":"+1","created_at":100,"updated_at":300,)"
                     R"("custom_attributes":{"plan":"free","seats":3}})"});
    EXPECT_EQ(value("SELECT name FROM contacts"), "Countess");
    EXPECT_EQ(value("SELECT phone FROM contacts"), "+1");
    EXPECT_EQ(value("SELECT custom_attributes ->> 'plan' FROM contacts"), "gold");
    EXPECT_EQ(value("SELECT custom_attributes ->> 'seats' FROM contacts"), "3");
}

TEST_F(Store, APendingAttributeSurvivesADocumentWithoutAttributes)
{
    apply(contacts, {ada});
    sql(R"(UPDATE contacts SET custom_attributes = '{"plan": "gold"}' WHERE id = 'c1')", true);
    apply(
        contacts,
        {R"({"id":"c1","name":"Ada L.","created_at":100,"updated_at":300,"custom_attributes":null})"});
    EXPECT_EQ(value("SELECT name FROM contacts"), "Ada L.");
    EXPECT_EQ(value("SELECT custom_attributes ->> 'plan' FROM contacts"), "gold");
}

TEST_F(Store, WritesOfItsOwnAreNotCaptured)
{
    apply(contacts, {ada});
    apply(contacts, {ada_later});
    EXPECT_EQ(value("SELECT count(*) FROM outbox"), "0");
}

// The list of tags in `ada_later` is t2 and t3.
TEST_F(Store, LinksWithAnOpenEditStayAsTheyWereEdited)
{
    sql("INSERT INTO tags (id, synced_at) VALUES ('t1', now()), ('t2', now()), ('t3', now()), "
        "('t4', now())");
    apply(contacts, {ada});
    sql("DELETE FROM contact_tags", true);
    sql("INSERT INTO contact_tags VALUES ('c1', 't4')", true);
    const auto before = value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags");
    EXPECT_EQ(before, "t4");
    apply(contacts, {ada});
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t4");
    apply(contacts, {ada_later});
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t3,t4");
    sql("UPDATE outbox SET state = 'applied'");
    apply(contacts, {ada_later}, projection::get);
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t2,t3");
}

TEST_F(Store, RowsThatIntercomDoesNotHaveYetAreNotMissingThere)
{
    apply(contacts, {ada});
    sql("INSERT INTO contacts (email) VALUES ('new@example.com')", true);
    EXPECT_EQ(on->live_keys(contacts, {}, ""), (std::vector<std::string>{"c1"}));
    EXPECT_EQ(on->live_keys_after(contacts, "", 10), (std::vector<std::string>{"c1"}));
    EXPECT_TRUE(on->live_keys_after(contacts, "c1", 10).empty());
    EXPECT_EQ(on->random_keys(contacts, 10, 1), (std::vector<std::string>{"c1"}));
    sql("INSERT INTO notes (contact_id, body) VALUES ('c1', 'hello')", true);
    child_work notes;
    notes.plan = &contacts;
    for (std::size_t i = 1; i < contacts.tables().size(); ++i) {
        if (contacts.tables()[i].name == "notes") {
            notes.table = i;
        }
    }
    notes.parent_key = "c1";
    on->apply_children({&notes, 1});
    EXPECT_EQ(value("SELECT count(*) FROM notes WHERE deleted_at IS NULL"), "1");
    EXPECT_TRUE(on->compare_children(notes).empty());
}

TEST_F(Store, TakesTheSettingsThatEditsDependOn)
{
    on->take_push_settings({{2, 13}, {"contacts.phone", "notes.body"}});
    EXPECT_EQ(value("SELECT api_version::text || omitted::text FROM push_setting"),
              "{2,13}{contacts.phone,notes.body}");
    on->take_push_settings({preview_version, {}});
    EXPECT_EQ(value("SELECT api_version::text || omitted::text FROM push_setting"), "{1000,0}{}");
}

TEST_F(Store, FindsEditsThatHaveNoEntry)
{
    apply(contacts, {ada});
    sql("UPDATE contacts SET name = 'Eve'", true);
    EXPECT_EQ(on->recover_edits(), 0);
    sql("DELETE FROM outbox");
    EXPECT_EQ(on->recover_edits(), 1);
}

TEST_F(Store, ASilentChangeIsReadAloneAndAHarmlessOneIsNot)
{
    apply(contacts, {ada});
    // Another order of unknown things: no column differs.
    EXPECT_EQ(
        apply(contacts, {R"({"type":"contact","id":"c1","name":"Ada","email":"ada@example.com",)"
                         R"("created_at":100,"updated_at":200,"custom_attributes":{"plan":"pro"},)"
                         R"("x_new":1,"tags":{"data":[{"id":"t1"},{"id":"t2"}],"total_count":2}})"})
            .queued,
        0U);
    EXPECT_TRUE(queue("contacts").empty());
    EXPECT_EQ(value("SELECT raw ->> 'x_new' FROM contacts"), "1");
    // A tag was added without touching updated_at.
    EXPECT_EQ(
        apply(contacts, {R"({"type":"contact","id":"c1","name":"Ada","email":"ada@example.com",)"
                         R"("created_at":100,"updated_at":200,"custom_attributes":{"plan":"pro"},)"
                         R"("tags":{"data":[{"id":"t1"}],"total_count":1,"has_more":false}})"})
            .queued,
        1U);
    ASSERT_EQ(queue("contacts").size(), 1U);
    EXPECT_EQ(queue("contacts")[0].id, "c1");
    EXPECT_EQ(value("SELECT count(*) FROM contact_tags"), "2");
}

// The list showed a change that was undone before the record was read alone. When it comes back for
// good, the list shows nothing new.
TEST_F(Store, ASightingThatItsReadingContradictedIsDoubtedBySweeps)
{
    constexpr std::string_view fewer_tags =
        R"({"type":"contact","id":"c1","name":"Ada","email":"ada@example.com","created_at":100,)"
        R"("updated_at":200,"custom_attributes":{"plan":"pro"},)"
        R"("tags":{"data":[{"id":"t1"}],"total_count":1,"has_more":false}})";
    apply(contacts, {ada});
    apply(contacts, {fewer_tags});
    page_work reading;
    reading.plan = &contacts;
    reading.from = projection::get;
    reading.records = {ada};
    reading.causes = queue("contacts");
    on->apply_page(reading);
    ASSERT_TRUE(queue("contacts").empty());

    page_work sighting;
    sighting.plan = &contacts;
    sighting.records = {fewer_tags};
    EXPECT_EQ(on->apply_page(sighting).queued, 0U);
    sighting.is_sweep = true;
    EXPECT_EQ(on->apply_page(sighting).queued, 1U);
    // Once the list shows what the row holds, there is nothing to doubt.
    apply(contacts, {ada});
    const auto version = value("SELECT xmin FROM contacts");
    sighting.records = {ada};
    EXPECT_EQ(on->apply_page(sighting).unchanged, 1U);
    EXPECT_EQ(value("SELECT xmin FROM contacts"), version);
}

TEST_F(Store, AFirstReadingThatFindsNothingNewWritesNothing)
{
    apply(contacts, {ada});
    const auto version = value("SELECT xmin FROM contacts");
    EXPECT_EQ(apply(contacts, {ada}, projection::get).applied, 0U);
    EXPECT_EQ(apply(contacts, {ada}).unchanged, 1U);
    EXPECT_EQ(value("SELECT xmin FROM contacts"), version);
}

TEST_F(Store, ALongListIsAskedForAndItsAbsencesMeanNothing)
{
    apply(contacts, {ada});
    apply(contacts, {R"({"id":"c1","name":"Ada","created_at":100,"updated_at":300,)"
                     R"("tags":{"data":[{"id":"t9"}],"total_count":12,"has_more":true}})"});
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"),
              "t1,t2,t9");
    const auto noted = queue("contacts");
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted[0].part, "contact_tags");

    child_work whole;
    whole.plan = &contacts;
    whole.table = 1;
    while (contacts.tables()[whole.table].name != "contact_tags") {
        ++whole.table;
    }
    whole.parent_key = "c1";
    whole.elements = {R"({"id":"t2"})", R"({"id":"t9"})"};
    whole.cause = noted[0];
    // An element that cannot be read is not an absent one.
    const auto elements = whole.elements;
    whole.elements = {R"({"id":"t2"})", "42"};
    EXPECT_EQ(on->apply_children({&whole, 1}), std::set<std::string>{"c1"});
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"),
              "t1,t2,t9");
    EXPECT_EQ(queue("contacts").size(), 1U);
    whole.elements = elements;
    EXPECT_TRUE(on->apply_children({&whole, 1}).empty());
    EXPECT_EQ(value("SELECT string_agg(tag_id, ',' ORDER BY tag_id) FROM contact_tags"), "t2,t9");
    EXPECT_TRUE(queue("contacts").empty());
}

TEST_F(Store, ListsOfConversationsOnlyCauseReadings)
{
    constexpr std::string_view item =
        R"({"type":"conversation","id":"7","created_at":1,"updated_at":2})";
    EXPECT_EQ(apply(conversations, {item}).queued, 1U);
    EXPECT_EQ(value("SELECT count(*) FROM conversations"), "0");
    const auto noted = queue("conversations");
    ASSERT_EQ(noted.size(), 1U);

    page_work reading;
    reading.plan = &conversations;
    reading.from = projection::get;
    constexpr std::string_view whole =
        R"({"type":"conversation","id":"7","created_at":1,"updated_at":2,"conversation_parts":)"
        R"({"conversation_parts":[{"type":"conversation_part","id":"8","part_type":"comment",)"
        R"("body":"<p>hi</p>","created_at":1,"updated_at":1}],"total_count":1}})";
    reading.records = {whole};
    reading.causes = noted;
    on->apply_page(reading);
    EXPECT_EQ(value("SELECT body FROM conversation_parts WHERE conversation_id = '7'"),
              "<p>hi</p>");
    EXPECT_TRUE(queue("conversations").empty());
    // The sighting that caused the reading never causes a second one.
    EXPECT_EQ(apply(conversations, {item}).queued, 0U);
}

TEST_F(Store, AReadingThatWasNotedAnewMeanwhileStaysNoted)
{
    const std::vector<std::string> ids{"7"};
    on->note_refetch("conversations", ids, "", lane::polls, "changed", false);
    const auto noted = queue("conversations");
    on->note_refetch("conversations", ids, "", lane::hints, "changed", false);
    on->drop_refetch("conversations", noted.at(0));
    ASSERT_EQ(queue("conversations").size(), 1U);
    EXPECT_EQ(queue("conversations")[0].in, lane::hints);
}

TEST_F(Store, WhatWasPutBackBeforeTheClockWasSetBackIsDue)
{
    const std::vector<std::string> ids{"7"};
    on->note_refetch("conversations", ids, "", lane::polls, "changed", false);
    const wall_time before(240h);
    on->retry_refetch("conversations", queue("conversations").at(0), before + 5min);
    EXPECT_TRUE(on->due_refetches("conversations", before, 10).empty());
    EXPECT_EQ(on->due_refetches("conversations", before - 48h, 10).size(), 1U);
}

TEST_F(Store, APoisonousRecordGoesToTheDeadLettersAndTheRestOfItsPageIsApplied)
{
    // A key that no index can hold is refused by PostgreSQL itself.
    sql("ALTER TABLE contacts ADD CONSTRAINT nobody_is_called_mallory CHECK (name <> 'Mallory')");
    const auto outcome =
        apply(contacts, {ada, R"({"id":"c2","name":"Mallory","created_at":1,"updated_at":1})",
                         R"({"id":"c3","name":)"});
    EXPECT_EQ(outcome.applied, 1U);
    EXPECT_EQ(value("SELECT string_agg(id, ',') FROM contacts"), "c1");
    const auto letters = on->dead_letters(std::nullopt);
    ASSERT_EQ(letters.size(), 2U);
    EXPECT_EQ(letters[0].bytes, R"({"id":"c3","name":)");
    EXPECT_EQ(letters[1].record_id, "c2");
}

TEST_F(Store, AnAbsenceMarksTheRowAndASightingOfItIsReadAlone)
{
    apply(contacts, {ada});
    absence gone;
    gone.plan = &contacts;
    gone.key = "c1";
    gone.how = deletion::merged;
    gone.merged_into = "c5";
    on->apply_absence(gone);
    EXPECT_EQ(value("SELECT deletion FROM contacts"), "merged");
    EXPECT_EQ(value("SELECT new_id FROM id_alias WHERE old_id = 'c1'"), "c5");
    EXPECT_EQ(value("SELECT count(*) FROM live_contacts"), "0");
    EXPECT_EQ(apply(contacts, {ada_later}).applied, 0U);
    EXPECT_EQ(apply(contacts, {ada_later}, projection::get).applied, 1U);
    EXPECT_EQ(value("SELECT count(*) FROM live_contacts"), "1");
}

TEST_F(Store, ProgressMovesWithThePageAndNeverWithoutIt)
{
    const std::vector<time_slice> slices(1);
    on->save_slices("contacts", "first", wall_time(5s), slices);
    page_work work;
    work.plan = &contacts;
    work.records = {ada};
    work.progress = checkpoint{"first", 0, "next", 1, false};
    on->apply_page(work);
    EXPECT_EQ(on->load_slices("contacts", "first").at(0).position, "next");
    // A record twice in a page is one record.
    work.records = {ada, ada};
    on->apply_page(work);
    EXPECT_EQ(on->load_slices("contacts", "first").at(0).records, 2U);

    sql("ALTER TABLE contacts ADD CONSTRAINT no_more CHECK (id = 'c1')");
    sql("ALTER TABLE dead_letter ADD CONSTRAINT none CHECK (false) NOT VALID");
    work.records = {R"({"id":"c2","created_at":1,"updated_at":1})"};
    work.progress->position = "after that";
    EXPECT_THROW(on->apply_page(work), statement_refused);
    EXPECT_EQ(on->load_slices("contacts", "first").at(0).position, "next");
}

TEST_F(Store, WhoLostTheLeaseWritesNothing)
{
    const auto other_epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    const auto other = make_postgres_store(options, other_epoch);
    EXPECT_FALSE(other->take_lease("a standby", 9s));
    EXPECT_THROW(other->renew_lease(*epoch + 1, "{}"), lease_lost);
    ASSERT_TRUE(other->take_lease("a standby", duration(0)));
    EXPECT_THROW(apply(contacts, {ada}), lease_lost);
    EXPECT_THROW(on->renew_lease(*epoch, "{}"), lease_lost);
    EXPECT_EQ(value("SELECT count(*) FROM contacts"), "0");
}

TEST_F(Store, ListsWithoutTimesFollowTheLatestSighting)
{
    apply(tags, {R"({"type":"tag","id":"1","name":"vip"})"});
    EXPECT_EQ(apply(tags, {R"({"type":"tag","id":"1","name":"VIP"})"}).applied, 1U);
    EXPECT_EQ(value("SELECT name FROM tags"), "VIP");
}

TEST_F(Store, SaysWhatDiffers)
{
    apply(contacts, {ada});
    page_work look;
    look.plan = &contacts;
    look.records = {ada};
    EXPECT_TRUE(on->compare_page(look).found.empty());
    sql("UPDATE contacts SET name = 'Eve'");
    sql("DELETE FROM contact_tags WHERE tag_id = 't1'");
    sql("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('c1', 't7')");
    std::vector<std::string> places;
    for (const auto& one : on->compare_page(look).found) {
        places.push_back(one.table + ":" + one.place + ":" + one.problem);
    }
    std::sort(places.begin(), places.end());
    EXPECT_EQ(places, (std::vector<std::string>{"contact_tags:c1 t1:missing here",
                                                "contact_tags:c1 t7:missing in Intercom",
                                                "contacts:name:differs"}));
}

TEST_F(Store, OldRecordsAreLeftOut)
{
    page_work work;
    work.plan = &contacts;
    work.records = {ada, R"({"id":"c0","created_at":50,"updated_at":200})"};
    work.since = 100 * second;
    on->apply_page(work);
    EXPECT_EQ(value("SELECT string_agg(id, ',') FROM contacts"), "c1");
}

TEST_F(Store, DecodesStoredDocumentsAgain)
{
    apply(contacts, {ada});
    sql("UPDATE contacts SET name = NULL");
    on->edit_resource("contacts", [](resource_state&) {});
    while (on->redecode(contacts, 10)) {
    }
    EXPECT_EQ(value("SELECT name FROM contacts"), "Ada");
    EXPECT_EQ(value("SELECT redecoded_to FROM resource_state"), "NULL");
}

TEST_F(Store, WhatWasDecodedAgainTakesOverWhateverIsServedNext)
{
    apply(contacts, {ada});
    apply(contacts, {ada});
    on->edit_resource("contacts", [](resource_state&) {});
    while (on->redecode(contacts, 10)) {
    }
    sql("UPDATE contacts SET raw = '{}'");
    // Neither its time nor a column differs, and yet the document may.
    EXPECT_EQ(apply(contacts, {ada}).applied, 1U);
    EXPECT_EQ(value("SELECT raw ->> 'id' FROM contacts"), "c1");
    EXPECT_EQ(apply(contacts, {ada}).applied, 0U);
}

TEST_F(Store, DecodingToOtherShapesBeginsAtTheBeginning)
{
    apply(contacts, {ada, R"({"id":"c2","created_at":50,"updated_at":200})"});
    on->edit_resource("contacts", [](resource_state&) {});
    EXPECT_TRUE(on->redecode(contacts, 1));
    EXPECT_EQ(value("SELECT redecoded_to FROM resource_state"), "c1");
    const record_plan older{*find_resource("contacts"), api_version{2, 10},
                            testing::optional_tables()};
    EXPECT_TRUE(on->redecode(older, 1));
    EXPECT_EQ(value("SELECT redecoded_to FROM resource_state"), "c1");
    EXPECT_TRUE(on->redecode(older, 1));
    EXPECT_EQ(value("SELECT redecoded_to FROM resource_state"), "c2");
    EXPECT_EQ(on->load_resource("contacts").decoding_towards, older.fingerprint());
}

TEST_F(Store, EditsOfOneResourceDoNotUndoEachOther)
{
    on->ask_for_sweep("contacts");
    on->edit_resource("contacts", [](resource_state& state) { state.phase = "live"; });
    on->ask_for_sweep("contacts");
    on->edit_resource("contacts", [](resource_state& state) { state.trouble = "slow"; });
    const auto state = on->load_resource("contacts");
    EXPECT_TRUE(state.sweep_due);
    EXPECT_EQ(state.phase, "live");
    EXPECT_EQ(state.trouble, "slow");
}

TEST_F(Store, DaysOfASliceAreThoseOfTheWorkspace)
{
    // 2021-03-14 04:30 UTC is still the 13th in New York.
    apply(contacts, {R"({"id":"c1","created_at":1615696200,"updated_at":1})"});
    time_slice fourteenth;
    fourteenth.from = 1615651200;  // 2021-03-13 16:00 UTC
    fourteenth.until = 1615737600; // a day later
    EXPECT_TRUE(on->live_keys(contacts, fourteenth, "America/New_York").empty());
    EXPECT_EQ(on->live_keys(contacts, fourteenth, "UTC").size(), 1U);
    EXPECT_EQ(on->live_keys(contacts, fourteenth, "").size(), 1U);
}

TEST(Migrate, AppliesOnceAndRefusesWhatItDoesNotKnow)
{
    const testing::scratch_schema schema;
    session_options options;
    options.dsn = testing::test_dsn();
    options.schema = schema.name();
    session connection(options);
    EXPECT_FALSE(check_migrations(connection, options).applied.empty());
    EXPECT_FALSE(migrate(connection, options).applied.empty());
    EXPECT_TRUE(migrate(connection, options).applied.empty());
    EXPECT_TRUE(check_migrations(connection, options).applied.empty());

    connection.transact([&](pqxx::transaction_base& transaction) {
        transaction.exec("INSERT INTO schema_migration (name, sha256) VALUES ('9999_later', 'x')");
    });
    EXPECT_THROW(migrate(connection, options), schema_mismatch);
    connection.transact([&](pqxx::transaction_base& transaction) {
        transaction.exec("DELETE FROM schema_migration WHERE name = '9999_later'");
        transaction.exec("UPDATE schema_migration SET sha256 = 'y' WHERE name = '0001_control'");
    });
    EXPECT_THROW(check_migrations(connection, options), schema_mismatch);
}

} // namespace
} // namespace intercom_mirror
