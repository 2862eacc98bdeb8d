#include "tests/integration/pushing.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(Push, BringsAnEditToIntercomOnceAndTheAnswerToTheRow)
{
    update("name = ' Ada Lovelace '");
    push();
    EXPECT_THAT(writes(), ElementsAre(put(R"({"name":" Ada Lovelace "})")));
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(row("name"), remote()["name"].get<std::string>()) << "as Intercom normalised it";
    EXPECT_EQ(row("_pending"), "null");
    EXPECT_EQ(row("updated_at = to_timestamp(" + remote()["updated_at"].dump() + ")"), "t");
    EXPECT_EQ(asked("SELECT outcome FROM outbox_attempt"), "applied");
    EXPECT_NE(asked("SELECT request_id FROM outbox"), "null");
    push();
    EXPECT_EQ(writes().size(), 1U);
}

TEST_F(Push, SendsWhatIsLeftOfManyEdits)
{
    update("name = 'one'");
    update("name = 'two', phone = '+15551234'");
    update("name = 'three'");
    push();
    EXPECT_THAT(writes(), ElementsAre(put(R"({"name":"three","phone":"+15551234"})")));
    EXPECT_EQ(fates(), "superseded applied applied");
}

TEST_F(Push, SendsNothingOfAnEditThatWasTakenBack)
{
    const auto before = row("name");
    update("name = 'other'");
    update("name = '" + before + "'");
    push();
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Push, WhatIntercomMadeOfAFieldMeanwhileComesWhenAnEditIsTakenBack)
{
    const auto before = row("name");
    update("name = 'other'");
    ask("PUT", "/contacts/" + person, {{"name", "theirs"}});
    mirror_one("contacts", person);
    EXPECT_EQ(row("name"), "other");
    update("name = '" + before + "'");
    push();
    EXPECT_EQ(writes().size(), 1U) << "theirs";
    read_noted();
    EXPECT_EQ(row("name"), "theirs");
}

TEST_F(Push, LeavesIntercomsEditOfAnotherFieldAlone)
{
    update("name = 'Here'");
    ask("PUT", "/contacts/" + person, {{"phone", "+15550000"}});
    world.forget_writes();
    push();
    EXPECT_THAT(writes(), ElementsAre(put(R"({"name":"Here"})")));
    EXPECT_EQ(row("name || phone"), "Here+15550000");
}

TEST_F(Push, TellsOfAConflict)
{
    const auto before = row("name");
    update("name = 'Here'");
    ask("PUT", "/contacts/" + person, {{"name", "There"}});
    world.forget_writes();
    push();
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_EQ(fates(), "conflict_lost");
    EXPECT_EQ(row("name"), "There");
    EXPECT_EQ(asked("SELECT concat_ws(' ', base, local, remote, policy, resolution) FROM conflict"),
              json(before).dump() + R"( "Here" "There" remote_wins remote)");
}

TEST_F(Push, AConflictStaysLostWhenTheRestOfTheEditsIsSentAgain)
{
    update("name = 'Here'");
    update("phone = '+15551111'");
    ask("PUT", "/contacts/" + person, {{"name", "There"}});
    ASSERT_TRUE(world.add_fault(R"({"kind":"server_error","count":1,"where":"PUT /contacts"})"));
    push();
    EXPECT_EQ(fates(), "waiting waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "conflict_lost applied");
    EXPECT_EQ(row("concat_ws(' ', name, phone)"), "There +15551111");
}

TEST_F(Push, AsksSomebodyWhenThePolicyIsManual)
{
    rules.conflicts.policy = conflict_policy::manual;
    start();
    update("name = 'Here', phone = '+15551111'");
    ask("PUT", "/contacts/" + person, {{"name", "There"}});
    world.forget_writes();
    push();
    EXPECT_THAT(writes(), ElementsAre(put(R"({"phone":"+15551111"})")));
    EXPECT_EQ(fates(), "conflict");
    EXPECT_EQ(row("name"), "Here");
    mirror.write("SELECT resolve_conflict((SELECT id FROM conflict), 'local')");
    push();
    EXPECT_EQ(writes().back(), put(R"({"name":"Here"})"));
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(asked("SELECT count(*) FROM conflict"), "1");
}

TEST_F(Push, FindsOutWhetherAnUnansweredEditArrived)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"reset_after","count":1,"where":"PUT /contacts"})"));
    update("name = 'Arrived'");
    push();
    EXPECT_EQ(fates(), "waiting");
    push();
    EXPECT_EQ(writes().size(), 1U) << "held until a late effect has come";
    pass(61s);
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(writes().size(), 1U);
    EXPECT_EQ(remote()["name"], "Arrived");
}

TEST_F(Push, SendsAgainWhatDidNotArrive)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"server_error","count":1,"where":"PUT /contacts"})"));
    update("name = 'Again'");
    push();
    EXPECT_EQ(fates(), "waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_THAT(writes(), ElementsAre(put(R"({"name":"Again"})")));
}

TEST_F(Push, DoesNotLetALateEffectUndoANewerEdit)
{
    ASSERT_TRUE(
        world.add_fault(R"({"kind":"late_effect","count":1,"value":59,"where":"PUT /contacts"})"));
    update("name = 'Older'");
    push();
    update("name = 'Newer'");
    push();
    EXPECT_THAT(writes(), IsEmpty());
    pass(61s);
    push();
    EXPECT_EQ(remote()["name"], "Newer");
    EXPECT_EQ(fates(), "superseded applied");
    EXPECT_EQ(asked("SELECT count(*) FROM conflict"), "0");
}

TEST_F(Push, ToldNoByIntercomGivesTheReasonAndTheOldValue)
{
    const auto other = listed("/contacts?per_page=50", "data");
    std::string taken;
    for (const auto& each : other) {
        if (each["id"] != person && each["external_id"].is_string()) {
            taken = each["external_id"];
        }
    }
    ASSERT_FALSE(taken.empty());
    const auto before = row("external_id");
    update("external_id = '" + taken + "'");
    push();
    EXPECT_EQ(fates(), "rejected");
    EXPECT_THAT(asked("SELECT reason FROM outbox"), HasSubstr("Intercom refuses it (409"));
    EXPECT_EQ(row("external_id"), before);
    EXPECT_EQ(row("_pending"), "null");
    update("name = 'Goes on'");
    push();
    EXPECT_EQ(fates(), "rejected applied");
}

TEST_F(Push, PutsARefusedRowThatCannotBeReadAloneAsItWas)
{
    mirror.write(
        "INSERT INTO data_attributes (_key, id, model, full_name, name, data_type,"
        " description, custom, synced_at) VALUES ('contact/custom_attributes.none', '424242',"
        " 'contact', 'custom_attributes.none', 'none', 'string', 'before', true, now())");
    edit("UPDATE data_attributes SET description = 'after' WHERE id = '424242'");
    push();
    EXPECT_EQ(fates(), "rejected");
    EXPECT_EQ(asked("SELECT concat_ws(' ', description, _pending) FROM data_attributes"), "before");
}

TEST_F(Push, SaysSoWhenTheRecordIsGone)
{
    update("name = 'Nobody'");
    ask("DELETE", "/contacts/" + person);
    push();
    EXPECT_EQ(fates(), "conflict_lost");
    EXPECT_EQ(row("deleted_at IS NOT NULL AND _pending IS NULL"), "t");
}

TEST_F(Push, TakesOverWhatAKilledProcessHasBegun)
{
    update("name = 'Killed'");
    // A request goes out and the process is gone.
    wire.on_request([&, count = 0]() mutable { return ++count == 2; });
    boost::asio::co_spawn(io, pushing->push_once(), [](std::exception_ptr) {});
    time.run_for(io, 5s);
    EXPECT_EQ(fates(), "sending");
    wire.on_request({});
    start();
    push();
    EXPECT_EQ(fates(), "waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(remote()["name"], "Killed");
}

TEST_F(Push, CreatesARowAndGivesItIntercomsIdEverywhere)
{
    const auto tag = listed("/tags", "data")[0]["id"].get<std::string>();
    edit("INSERT INTO contacts (email, name, role) VALUES ('new@x.example', 'New', 'user')");
    edit("INSERT INTO contact_tags (contact_id, tag_id) SELECT id, '" + tag +
         "' FROM contacts WHERE email = 'new@x.example'");
    edit("INSERT INTO notes (contact_id, body) SELECT id, 'hello'"
         " FROM contacts WHERE email = 'new@x.example'");
    push();
    EXPECT_EQ(fates(), "applied applied applied");
    const auto id = asked("SELECT id FROM contacts WHERE email = 'new@x.example'");
    EXPECT_FALSE(id.starts_with("local:"));
    EXPECT_EQ(ask("GET", "/contacts/" + id)["name"], "New");
    EXPECT_EQ(ask("GET", "/contacts/" + id + "/tags")["data"][0]["id"], tag);
    EXPECT_EQ(ask("GET", "/contacts/" + id + "/notes")["data"].size(), 1U);
    EXPECT_EQ(asked("SELECT count(*) FROM contact_tags WHERE contact_id = '" + id + "'"), "1");
    EXPECT_EQ(asked("SELECT count(*) FROM notes WHERE contact_id = '" + id +
                    "' AND NOT starts_with(id, 'local:')"),
              "1");
    EXPECT_EQ(asked("SELECT count(*) FROM id_alias WHERE new_id = '" + id + "'"), "1");
    push();
    EXPECT_EQ(writes().size(), 3U);
    read_noted();
    EXPECT_EQ(asked("SELECT count(*) FROM notes WHERE contact_id = '" + id + "' AND raw IS NULL"),
              "0")
        << "what Intercom made of it comes";
}

TEST_F(Push, CreatesNothingTwice)
{
    for (const char* fault : {"reset_after", "late_effect", "error_after", "reset_before"}) {
        ASSERT_TRUE(world.add_fault(json{{"kind", fault},
                                         {"count", 1},
                                         {"value", fault == std::string("late_effect") ? 30 : 502},
                                         {"where", "POST /contacts"}}
                                        .dump()));
        edit("INSERT INTO contacts (email, role) VALUES ('" + std::string(fault) +
             "@x.example', 'user')");
        push();
        pass(61s);
        push();
        push();
        world.clear_faults();
    }
    EXPECT_EQ(fates(), "applied applied applied applied");
    EXPECT_EQ(asked("SELECT count(*) FROM contacts WHERE starts_with(id, 'local:')"), "0");
    int made = 0;
    for (const auto& each : writes()) {
        made += each.starts_with("POST /contacts ") ? 1 : 0;
    }
    EXPECT_EQ(made, 4);
}

TEST_F(Push, TakesARefusedRowAwayWithWhatHangsOnIt)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"poison","count":1,"where":"POST /contacts"})"));
    edit("INSERT INTO contacts (email, role) VALUES ('refused@x.example', 'user')");
    edit("INSERT INTO notes (contact_id, body) SELECT id, 'hello' FROM contacts"
         " WHERE email = 'refused@x.example'");
    push();
    EXPECT_EQ(fates(), "rejected rejected");
    EXPECT_EQ(asked("SELECT count(*) FROM contacts WHERE starts_with(id, 'local:')"), "0");
    EXPECT_EQ(asked("SELECT count(*) FROM notes WHERE starts_with(id, 'local:')"), "0");
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Push, WritesANoteAtMostOnce)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"server_error","count":1,"where":"POST /contacts"})"));
    edit("INSERT INTO notes (contact_id, body) VALUES ('" + person + "', 'once')");
    push();
    EXPECT_EQ(fates(), "waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "parked");
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Push, FindsANoteThatArrivedUnanswered)
{
    ask("POST", "/contacts/" + person + "/notes", {{"body", "arrived"}});
    world.forget_writes();
    pass(2s);
    ASSERT_TRUE(world.add_fault(R"({"kind":"reset_after","count":1,"where":"POST /contacts"})"));
    edit("INSERT INTO notes (contact_id, body) VALUES ('" + person + "', 'arrived')");
    push();
    EXPECT_EQ(fates(), "waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(writes().size(), 1U);
    const auto newest = remote("/notes")["data"];
    EXPECT_EQ(asked("SELECT count(*) FROM notes WHERE NOT starts_with(id, 'local:')"), "1");
    const auto id = asked("SELECT id FROM notes WHERE body LIKE '%arrived%'");
    EXPECT_TRUE(std::ranges::any_of(newest, [&](const json& each) { return each["id"] == id; }));
}

TEST_F(Push, FindsAReplyThatArrivedUnanswered)
{
    const auto id =
        listed("/conversations?per_page=5", "conversations")[0]["id"].get<std::string>();
    mirror_one("conversations", id);
    ASSERT_TRUE(world.add_fault(R"({"kind":"reset_after","count":1,"where":"reply"})"));
    edit("INSERT INTO conversation_parts (conversation_id, part_type, body) VALUES ('" + id +
         "', 'note', 'only once')");
    push();
    EXPECT_EQ(fates(), "waiting");
    pass(61s);
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(writes().size(), 1U);
    EXPECT_EQ(asked("SELECT count(*) FROM conversation_parts WHERE conversation_id = '" + id +
                    "' AND body LIKE '%only once%' AND NOT starts_with(id, 'local:')"),
              "1");
}

TEST_F(Push, MakesAndRemovesLinks)
{
    const auto tag = listed("/tags", "data")[0]["id"].get<std::string>();
    const auto has_tag = [&] {
        const auto tags = remote("/tags");
        return std::ranges::any_of(tags["data"],
                                   [&](const json& each) { return each["id"] == tag; });
    };
    edit("DELETE FROM contact_tags WHERE contact_id = '" + person + "'");
    edit("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('" + person + "', '" + tag + "')");
    push();
    EXPECT_TRUE(has_tag());
    edit("DELETE FROM contact_tags WHERE contact_id = '" + person + "'");
    push();
    EXPECT_FALSE(has_tag());
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE is_open"), "0");
}

TEST_F(Push, LinksAreWhatIntercomHasWhenEditsOfThemAreOver)
{
    const json tag{{"id", ask("POST", "/tags", {{"name", "of this test"}})["id"]}};
    const auto is_linked = [&] {
        return asked("SELECT count(*) FROM contact_tags WHERE tag_id = '" +
                     tag["id"].get<std::string>() + "'") == "1";
    };
    const auto link = [&] {
        edit("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('" + person + "', '" +
             tag["id"].get<std::string>() + "')");
    };
    link();
    push();
    ask("DELETE", "/contacts/" + person + "/tags/" + tag["id"].get<std::string>());
    read_noted();
    EXPECT_FALSE(is_linked()) << "somebody was faster than the reading after the edit";
    link();
    ask("POST", "/contacts/" + person + "/tags", tag);
    mirror_one("contacts", person);
    edit("DELETE FROM contact_tags WHERE tag_id = '" + tag["id"].get<std::string>() + "'");
    push();
    read_noted();
    EXPECT_TRUE(is_linked()) << "somebody else linked it before the link was taken back here";
}

TEST_F(Push, PutsARefusedLinkAsItWas)
{
    edit("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('" + person + "', '999999')");
    push();
    EXPECT_EQ(fates(), "rejected");
    EXPECT_EQ(asked("SELECT count(*) FROM contact_tags WHERE tag_id = '999999'"), "0");
}

TEST_F(Push, RepliesAndManagesConversations)
{
    const auto id =
        listed("/conversations?per_page=5", "conversations")[0]["id"].get<std::string>();
    mirror_one("conversations", id);
    edit("INSERT INTO conversation_parts (conversation_id, part_type, body) VALUES ('" + id +
         "', 'note', 'for us')");
    edit("UPDATE conversations SET state = 'closed', title = 'Done', admin_assignee_id = '" +
         rules.requests.acting_admin + "' WHERE id = '" + id + "'");
    push();
    EXPECT_EQ(asked("SELECT count(*) FROM outbox WHERE state = 'applied'"),
              asked("SELECT count(*) FROM outbox"))
        << asked("SELECT string_agg(concat_ws(' ', state, reason), '; ') FROM outbox");
    const auto now = ask("GET", "/conversations/" + id);
    EXPECT_EQ(now["state"], "closed");
    EXPECT_EQ(now["title"], "Done");
    EXPECT_EQ(asked("SELECT count(*) FROM conversation_parts WHERE conversation_id = '" + id +
                    "' AND body LIKE '%for us%' AND NOT starts_with(id, 'local:')"),
              "1");
    EXPECT_EQ(
        asked("SELECT concat_ws(' ', state, title, _pending) FROM conversations WHERE id = '" + id +
              "'"),
        "closed Done");
}

TEST_F(Push, UpdatesCompaniesAndTickets)
{
    const auto company = ask("POST", "/companies/list")["data"][0]["id"].get<std::string>();
    const auto ticket = some_ticket();
    mirror_one("companies", company);
    mirror_one("tickets", ticket);
    edit("UPDATE companies SET name = 'Acme', plan_name = 'gold' WHERE id = '" + company + "'");
    edit("UPDATE tickets SET title = 'Renamed', open = false, admin_assignee_id = '" +
         rules.requests.acting_admin + "' WHERE id = '" + ticket + "'");
    push();
    EXPECT_EQ(fates(), "applied applied") << asked("SELECT string_agg(reason, '; ') FROM outbox");
    const auto acme = ask("GET", "/companies/" + company);
    EXPECT_EQ(acme["name"], "Acme");
    EXPECT_EQ(acme["plan"]["name"], "gold");
    const auto renamed = ask("GET", "/tickets/" + ticket);
    EXPECT_EQ(renamed["ticket_attributes"]["_default_title_"], "Renamed");
    EXPECT_EQ(renamed["open"], false);
    EXPECT_EQ(asked("SELECT concat_ws(' ', title, open, admin_assignee_id, _pending) FROM tickets"),
              "Renamed f " + rules.requests.acting_admin);
    world.forget_writes();
    push();
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Push, CreatesTicketsAndTagsAndLinksThem)
{
    const auto company = ask("POST", "/companies/list")["data"][0]["id"].get<std::string>();
    mirror_one("companies", company);
    const auto type =
        ask("GET", "/tickets/" + some_ticket())["ticket_type"]["id"].get<std::string>();
    edit("INSERT INTO tickets (ticket_type_id, title) VALUES ('" + type + "', 'Made here')");
    edit("INSERT INTO ticket_contacts (ticket_id, contact_id) SELECT id, '" + person +
         "' FROM tickets WHERE title = 'Made here'");
    edit("INSERT INTO tags (name) VALUES ('Fresh')");
    edit("INSERT INTO contact_tags (contact_id, tag_id) SELECT '" + person +
         "', id FROM tags WHERE name = 'Fresh'");
    edit("INSERT INTO company_tags (company_id, tag_id) SELECT '" + company +
         "', id FROM tags WHERE name = 'Fresh'");
    push();
    EXPECT_EQ(fates(), "applied applied applied applied") << asked(
        "SELECT string_agg(concat_ws(' ', operation, table_name, reason), '; ') FROM outbox");
    const auto made = asked("SELECT id FROM tickets WHERE title = 'Made here'");
    EXPECT_EQ(ask("GET", "/tickets/" + made)["contacts"]["contacts"][0]["id"], person);
    const auto tag = asked("SELECT id FROM tags WHERE name = 'Fresh'");
    EXPECT_EQ(ask("GET", "/tags/" + tag)["name"], "Fresh");
    const auto tagged = ask("GET", "/companies/" + company);
    EXPECT_TRUE(std::ranges::any_of(tagged["tags"]["tags"],
                                    [&](const json& each) { return each["id"] == tag; }));
    EXPECT_EQ(asked("SELECT count(*) FROM contact_tags WHERE tag_id = '" + tag + "'"), "1");
}

TEST_F(Push, CarriesOutWhatFunctionsAskFor)
{
    edit("SELECT archive_contact('" + person + "')");
    push();
    EXPECT_EQ(fates(), "applied");
    EXPECT_THAT(writes(), ElementsAre("POST /contacts/" + person + "/archive"));
    EXPECT_EQ(asked("SELECT count(*) FROM refetch WHERE id = '" + person + "'"), "1");
}

TEST_F(Push, ShowsTheVeryRequestsThatItSends)
{
    update("name = 'Shown', phone = '+15552222'");
    edit("INSERT INTO contacts (email, role) VALUES ('shown@x.example', 'user')");
    const auto shown = preview();
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_EQ(fates(), "pending pending");
    push();
    std::string sent;
    for (const auto& each : writes()) {
        sent += each + "\n";
    }
    std::string all;
    for (const auto& each : shown) {
        all += each;
    }
    EXPECT_EQ(std::multiset<char>(sent.begin(), sent.end()),
              std::multiset<char>(all.begin(), all.end()));
    EXPECT_THAT(all, HasSubstr(put(R"({"name":"Shown","phone":"+15552222"})")));
}

TEST_F(Push, GivesEachOfManyEditsOneFateThoughAnswersGetLost)
{
    ASSERT_TRUE(world.add_fault(R"({"kind":"reset_after","probability":0.1,"where":"PUT"})"));
    ASSERT_TRUE(world.add_fault(R"({"kind":"error_after","probability":0.1,"where":"PUT"})"));
    ASSERT_TRUE(world.add_fault(R"({"kind":"late_effect","probability":0.1,"value":60})"));
    ASSERT_TRUE(world.add_fault(R"({"kind":"server_error","probability":0.1,"where":"contacts"})"));
    std::vector<std::string> people;
    for (const auto& each : listed("/contacts?per_page=50", "data")) {
        people.push_back(each["id"]);
        mirror_one("contacts", people.back());
    }
    std::map<std::string, std::string> wanted;
    for (int i = 0; i < 200; ++i) {
        const auto& who = people[dice() % people.size()];
        wanted[who] = "name " + std::to_string(i);
        edit("UPDATE contacts SET name = '" + wanted[who] + "' WHERE id = '" + who + "'");
        if (i % 20 == 0) {
            push();
            pass(10s);
        }
    }
    world.clear_faults();
    for (int i = 0; i < 20 && asked("SELECT count(*) FROM outbox WHERE is_open") != "0"; ++i) {
        push();
        pass(61s);
    }
    EXPECT_EQ(asked("SELECT string_agg(DISTINCT state, ' ') FROM outbox"), "applied superseded");
    EXPECT_EQ(asked("SELECT count(*) FROM outbox"), "200");
    EXPECT_EQ(asked("SELECT count(*) FROM conflict"), "0");
    for (const auto& [who, name] : wanted) {
        EXPECT_EQ(ask("GET", "/contacts/" + who)["name"], name);
        EXPECT_EQ(asked("SELECT name FROM contacts WHERE id = '" + who + "'"), name);
    }
    world.forget_writes();
    push();
    EXPECT_THAT(writes(), IsEmpty());
}

} // namespace
} // namespace intercom_mirror
