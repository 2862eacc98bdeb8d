#include "tests/integration/pushing.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Merges are told from this version on.
struct PushMerged : Push
{
    std::string lead;
    std::string user;

    PushMerged() : Push({2, 16})
    {
        for (const auto& each : listed("/contacts?per_page=50", "data")) {
            auto& found = each["role"] == "lead" ? lead : user;
            if (found.empty()) {
                found = each["id"];
                mirror_one("contacts", found);
            }
        }
        world.forget_writes();
    }
    void merge()
    {
        ask("POST", "/contacts/merge",
            {{"from", lead}, {"into", user}, {"skip_duplicate_validation", true}});
        world.forget_writes();
    }
    std::string survivor(const std::string& what)
    {
        return asked("SELECT " + what + " FROM contacts WHERE id = '" + user + "'");
    }
};

TEST_F(PushMerged, EditsOfAMergedContactGoOnAsEditsOfTheSurvivor)
{
    edit("UPDATE contacts SET phone = '+15550001' WHERE id = '" + lead + "'");
    merge();
    push();
    EXPECT_THAT(writes(), ElementsAre("PUT /contacts/" + user + R"( {"phone":"+15550001"})"));
    EXPECT_EQ(fates(), "superseded applied");
    EXPECT_EQ(survivor("phone"), "+15550001");
    EXPECT_EQ(survivor("_pending"), "null");
    EXPECT_EQ(
        asked("SELECT concat_ws(' ', deletion, _pending) FROM contacts WHERE id = '" + lead + "'"),
        "merged");
    EXPECT_EQ(asked("SELECT count(DISTINCT edited_by) FROM outbox"), "1");
}

TEST_F(PushMerged, LinksAndNotesOfAMergedContactMoveToTheSurvivor)
{
    const auto tag = listed("/tags", "data")[0]["id"].get<std::string>();
    mirror.write("DELETE FROM contact_tags WHERE tag_id = '" + tag + "'");
    edit("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('" + lead + "', '" + tag + "')");
    edit("INSERT INTO notes (contact_id, body) VALUES ('" + lead + "', 'moved')");
    edit("SELECT archive_contact('" + lead + "')");
    merge();
    push();
    EXPECT_EQ(fates(), "applied applied conflict_lost");
    EXPECT_EQ(asked("SELECT contact_id FROM contact_tags WHERE tag_id = '" + tag + "'"), user);
    EXPECT_EQ(asked("SELECT contact_id FROM notes WHERE body LIKE '%moved%'"), user);
    EXPECT_EQ(
        asked("SELECT count(*) FROM contacts WHERE id = '" + user + "' AND deleted_at IS NOT NULL"),
        "0");
}

TEST_F(PushMerged, EditsWaitForASurvivorThatIsNotHereYet)
{
    mirror.write("DELETE FROM contacts WHERE id = '" + user + "'");
    edit("UPDATE contacts SET phone = '+15550002' WHERE id = '" + lead + "'");
    merge();
    push();
    EXPECT_EQ(fates(), "waiting");
    EXPECT_THAT(writes(), IsEmpty());
    mirror_one("contacts", user);
    pass(11s);
    push();
    EXPECT_EQ(fates(), "superseded applied");
    EXPECT_EQ(survivor("phone"), "+15550002");
}

TEST_F(Push, AnEditIntercomStumblesOverIsParkedAndOthersGoOn)
{
    const auto other = listed("/contacts?per_page=5", "data")[1]["id"].get<std::string>();
    mirror_one("contacts", other);
    update("name = 'Poison'");
    // The first failure says little: nobody else was served yet.
    for (int i = 0; i < 13; ++i) {
        ASSERT_TRUE(
            world.add_fault(R"({"kind":"server_error","value":500,"count":1,"where":"PUT"})"));
        push();
        edit("UPDATE contacts SET phone = '+1555" + std::to_string(i) + "' WHERE id = '" + other +
             "'");
        push();
        pass(16min);
    }
    EXPECT_EQ(asked("SELECT state FROM outbox ORDER BY id LIMIT 1"), "parked");
    EXPECT_EQ(asked("SELECT attempts FROM outbox ORDER BY id LIMIT 1"), "12");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'applied'"), "13");
    EXPECT_EQ(row("name"), "Poison") << "until somebody decides";
    mirror.write("SELECT retry_edit((SELECT min(id) FROM outbox))");
    push();
    EXPECT_EQ(remote()["name"], "Poison");
}

TEST_F(Push, AnOutageParksNothing)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"server_error","value":503})"));
    update("name = 'Patient'");
    for (int i = 0; i < 20; ++i) {
        push();
        pass(16min);
    }
    EXPECT_EQ(fates(), "waiting");
    EXPECT_EQ(asked("SELECT attempts FROM outbox"), "0");
    world.clear_faults();
    push();
    EXPECT_EQ(fates(), "applied");
}

TEST_F(Push, AValueIntercomKeepsChangingBackIsParked)
{
    for (int i = 0; i < 4; ++i) {
        update("name = 'Mine'");
        push();
        ask("PUT", "/contacts/" + person, {{"name", "Theirs"}});
        mirror_one("contacts", person);
    }
    EXPECT_EQ(fates(), "applied applied applied parked");
    EXPECT_THAT(asked("SELECT reason FROM outbox ORDER BY id DESC LIMIT 1"),
                HasSubstr("keeps changing name back"));
    EXPECT_EQ(remote()["name"], "Theirs");
}

TEST_F(Push, AValueSetBackAndForthHereIsNoBounce)
{
    for (int i = 0; i < 5; ++i) {
        update("name = 'One'");
        push();
        update("name = 'Two'");
        push();
    }
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'applied'"), "10");
}

// A process that ended between Intercom's refusal and what follows from it.
TEST_F(Push, ARefusalThatWasNotToldYetIsTold)
{
    const auto before = row("phone");
    ASSERT_TRUE(world.add_fault(R"({"kind":"poison","count":2,"where":"PUT /contacts"})"));
    update("phone = '+15559999'");
    // The GET, the PUT, and then the process is gone.
    wire.on_request([&, count = 0]() mutable { return ++count == 3; });
    boost::asio::co_spawn(io, pushing->push_once(), [](std::exception_ptr) {});
    time.run_for(io, 5s);
    EXPECT_EQ(fates(), "sending");
    wire.on_request({});
    start();
    push();
    EXPECT_EQ(fates(), "rejected");
    EXPECT_EQ(row("phone IS NOT DISTINCT FROM " + (before == "null" ? "NULL" : "'" + before + "'")),
              "t");
    EXPECT_EQ(row("_pending"), "null");
}

TEST_F(Push, AnEditUnderIntercomsIdGoesOnWhenTheRowInsertedHereGetsIt)
{
    edit("INSERT INTO contacts (email, external_id, role) VALUES ('both@x.example', 'both', "
         "'user')");
    ASSERT_TRUE(world.add_fault(R"({"kind":"reset_after","count":1,"where":"POST /contacts"})"));
    push();
    // A poll brings it in, and somebody edits that row before the create's fate is known.
    std::string id;
    for (const auto& each : listed("/contacts?per_page=50", "data")) {
        id = each["external_id"] == "both" ? each["id"].get<std::string>() : id;
    }
    ASSERT_FALSE(id.empty());
    mirror_one("contacts", id);
    edit("UPDATE contacts SET name = 'Later' WHERE id = '" + id + "'");
    pass(61s);
    push();
    push();
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE is_open"), "0");
    EXPECT_EQ(asked("SELECT string_agg(id || ' ' || name, ',') FROM contacts"
                    " WHERE external_id = 'both'"),
              id + " Later");
    EXPECT_EQ(ask("GET", "/contacts/" + id)["name"], "Later");
}

TEST_F(Push, ADatabaseOfYesterdaySendsNothingBlindly)
{
    const auto id =
        listed("/conversations?per_page=5", "conversations")[0]["id"].get<std::string>();
    mirror_one("conversations", id);
    update("name = 'Sent before'");
    edit("INSERT INTO contacts (email, external_id, role) VALUES ('y@x.example', 'y', 'user')");
    edit("INSERT INTO conversation_parts (conversation_id, part_type, body) VALUES ('" + id +
         "', 'note', 'said before')");
    edit("SELECT send_message(message_type => 'in_app', from_id => '" +
         rules.requests.acting_admin + "', to_type => 'user', to_id => '" + person +
         "', body => 'told before')");
    // All of it was sent, and then the database became what it was before.
    ask("PUT", "/contacts/" + person, {{"name", "Sent before"}});
    ask("POST", "/contacts", {{"email", "y@x.example"}, {"external_id", "y"}, {"role", "user"}});
    world.forget_writes();
    mirror.write("INSERT INTO resource_state (resource, poll_cursor) VALUES ('contacts', now())"
                 " ON CONFLICT (resource) DO UPDATE SET poll_cursor = now(), sweep_due = false");
    const auto now = std::chrono::floor<duration>(std::chrono::system_clock::now());
    EXPECT_EQ(on->note_older_copy(1000, now, time.wall() + 60s), 4);
    EXPECT_EQ(asked("SELECT sweep_due AND poll_cursor < now() - interval '59 minutes'"
                    " FROM resource_state WHERE resource = 'contacts'"),
              "t");
    EXPECT_EQ(asked("SELECT count FROM beacon"), "1000");
    push();
    EXPECT_THAT(writes(), IsEmpty());
    pass(61s);
    push();
    EXPECT_EQ(asked("SELECT string_agg(state, ' ' ORDER BY id) FROM outbox"),
              "applied applied parked parked");
    EXPECT_THAT(writes(), IsEmpty());
}

} // namespace
} // namespace intercom_mirror
