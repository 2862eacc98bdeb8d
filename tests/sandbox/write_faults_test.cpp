#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

// What may go wrong with a write, and the journal that tells what was really done.
struct WriteFaults : ::testing::Test
{
    client asker{client::plain("2.14")};
    std::string person =
        asker.send("POST", "/contacts", {{"email", "shaky@x.example"}})["id"].get<std::string>();

    WriteFaults() { asker.world.forget_writes(); }
    void on(const std::string& json) { ASSERT_TRUE(asker.world.add_fault(json)); }
    response rename(const std::string& name)
    {
        return asker.write("PUT", "/contacts/" + person, {{"name", name}});
    }
    json name() { return asker.get("/contacts/" + person)["name"]; }
};

TEST_F(WriteFaults, ResetBeforeHasNoEffect)
{
    on(R"({"kind":"reset_before","count":1,"where":"PUT /contacts"})");
    EXPECT_EQ(rename("one").fault, transport_fault::reset_before_effect);
    EXPECT_TRUE(name().is_null());
    EXPECT_TRUE(asker.writes().empty());
}

TEST_F(WriteFaults, ResetAfterHasItsEffectAndNoAnswer)
{
    on(R"({"kind":"reset_after","count":1,"where":"PUT /contacts"})");
    EXPECT_EQ(rename("one").fault, transport_fault::reset_after_effect);
    EXPECT_EQ(name(), "one");
    EXPECT_EQ(asker.writes().back()["answered"], false);
    EXPECT_EQ(asker.write_counts()["PUT /contacts/{}"],
              (json{{"accepted", 1}, {"refused", 0}, {"unanswered", 1}, {"late", 0}}));
}

TEST_F(WriteFaults, AStallHasItsEffectToo)
{
    on(R"({"kind":"stall","count":1})");
    EXPECT_EQ(rename("one").fault, transport_fault::stall);
    EXPECT_EQ(name(), "one");
    EXPECT_EQ(asker.writes().back()["answered"], false);
}

TEST_F(WriteFaults, AnErrorMayComeAfterTheEffect)
{
    on(R"({"kind":"error_after","count":1,"value":504})");
    EXPECT_EQ(rename("one").status, 504U);
    EXPECT_EQ(name(), "one");
    const json entry = asker.writes().back();
    EXPECT_EQ(entry["status"], 200);
    EXPECT_EQ(entry["answered"], false);
    // It is for writes that were carried out, not for reads or refusals.
    on(R"({"kind":"error_after"})");
    EXPECT_EQ(asker.ask("GET", "/me").status, 200U);
    EXPECT_EQ(asker.write("PUT", "/contacts/nobody", {{"name", "x"}}).status, 404U);
}

TEST_F(WriteFaults, AnErrorBeforeHasNone)
{
    on(R"({"kind":"server_error","count":1,"where":"PUT /contacts"})");
    EXPECT_EQ(rename("one").status, 503U);
    on(R"({"kind":"too_many_requests","count":1,"where":"PUT /contacts"})");
    EXPECT_EQ(rename("one").status, 429U);
    EXPECT_TRUE(name().is_null());
    EXPECT_TRUE(asker.writes().empty());
}

TEST_F(WriteFaults, AnEffectMayComeLateOnTheGivenClock)
{
    on(R"({"kind":"late_effect","count":1,"value":60})");
    EXPECT_EQ(rename("late").fault, transport_fault::reset_after_effect);
    EXPECT_TRUE(name().is_null());
    EXPECT_TRUE(asker.writes().empty());
    rename("newer");
    asker.now += 60s;
    EXPECT_EQ(name(), "late");
    const json entry = asker.writes().back();
    EXPECT_EQ(entry["late"], true);
    EXPECT_EQ(entry["answered"], false);
    EXPECT_GT(entry["at"], 1'700'000'000.0);
    EXPECT_LT(entry["at"], 1'700'000'060.0);
    EXPECT_EQ(asker.write_counts()["PUT /contacts/{}"]["late"], 1);
}

TEST_F(WriteFaults, ALateEffectThatIsNoLongerPossibleHappensNot)
{
    on(R"({"kind":"late_effect","count":1,"value":5})");
    rename("late");
    asker.send("DELETE", "/contacts/" + person);
    asker.now += 5s;
    EXPECT_EQ(asker.ask("GET", "/me").status, 200U);
    const json counts = asker.write_counts();
    EXPECT_EQ(counts["PUT /contacts/{}"]["refused"], 1);
    EXPECT_EQ(counts["PUT /contacts/{}"]["accepted"], 0);
}

TEST_F(WriteFaults, LateEffectsAndBackgroundChangesKeepTheirOrder)
{
    options wanted = client::plain("2.14");
    wanted.mutations_per_second = 10;
    const auto run = [&](int steps) {
        client c(wanted);
        EXPECT_TRUE(c.world.add_fault(R"({"kind":"late_effect","probability":0.5})"));
        for (int i = 0; i < 20; ++i) {
            c.write("POST", "/companies", {{"company_id", "n" + std::to_string(i)}});
        }
        for (int i = 0; i < steps; ++i) {
            c.now += std::chrono::seconds(120) / steps;
            c.world.pass_time(c.now);
        }
        return c.world.truth("companies") + c.world.writes();
    };
    EXPECT_EQ(run(1), run(120));
}

TEST_F(WriteFaults, TheJournalIsReadAndForgottenByControlRequests)
{
    rename("one");
    rename("two");
    const auto control = [&](const std::string& method, const std::string& target) {
        return asker.world.answer({method, "/_sandbox" + target, {}, ""}, asker.now).body;
    };
    EXPECT_EQ(client::lines_of(control("GET", "/writes")).size(), 2U);
    const auto second = client::lines_of(control("GET", "/writes?after=2"));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0]["n"], 3) << "numbers go on after what was forgotten";
    EXPECT_EQ(second[0]["effects"], json::array({{{"resource", "contacts"},
                                                  {"id", person},
                                                  {"how", "updated"},
                                                  {"fields", {"name"}}}}));
    EXPECT_EQ(json::parse(control("GET", "/writes/counts"))["PUT /contacts/{}"]["accepted"], 2);
    control("DELETE", "/writes");
    EXPECT_EQ(control("GET", "/writes"), "");
    EXPECT_EQ(control("GET", "/writes/counts"), "{}");
}

// The writes of 2.10, as its description lists them, of what the workspace holds.
TEST(Writes, OfVersion210AreAllKnown)
{
    client asker(client::plain("2.10"));
    for (const char* operation : {"PUT /admins/1/away",
                                  "POST /articles",
                                  "PUT /articles/1",
                                  "DELETE /articles/1",
                                  "POST /help_center/collections",
                                  "PUT /help_center/collections/1",
                                  "DELETE /help_center/collections/1",
                                  "POST /news/news_items",
                                  "PUT /news/news_items/1",
                                  "DELETE /news/news_items/1",
                                  "POST /companies",
                                  "PUT /companies/1",
                                  "DELETE /companies/1",
                                  "POST /contacts",
                                  "POST /contacts/merge",
                                  "PUT /contacts/1",
                                  "DELETE /contacts/1",
                                  "POST /contacts/1/archive",
                                  "POST /contacts/1/unarchive",
                                  "POST /contacts/1/companies",
                                  "DELETE /contacts/1/companies/1",
                                  "POST /contacts/1/notes",
                                  "POST /contacts/1/subscriptions",
                                  "DELETE /contacts/1/subscriptions/1",
                                  "POST /contacts/1/tags",
                                  "DELETE /contacts/1/tags/1",
                                  "POST /conversations",
                                  "POST /conversations/redact",
                                  "PUT /conversations/1",
                                  "POST /conversations/1/convert",
                                  "POST /conversations/1/customers",
                                  "DELETE /conversations/1/customers/1",
                                  "POST /conversations/1/parts",
                                  "POST /conversations/1/reply",
                                  "POST /conversations/1/run_assignment_rules",
                                  "POST /conversations/1/tags",
                                  "DELETE /conversations/1/tags/1",
                                  "POST /data_attributes",
                                  "PUT /data_attributes/1",
                                  "POST /events",
                                  "POST /events/summaries",
                                  "POST /export/cancel/1",
                                  "POST /export/content/data",
                                  "POST /messages",
                                  "POST /phone_call_redirects",
                                  "POST /tags",
                                  "DELETE /tags/1",
                                  "POST /ticket_types",
                                  "PUT /ticket_types/1",
                                  "POST /ticket_types/1/attributes",
                                  "PUT /ticket_types/1/attributes/1",
                                  "POST /tickets",
                                  "PUT /tickets/1",
                                  "POST /tickets/1/reply",
                                  "POST /tickets/1/tags",
                                  "DELETE /tickets/1/tags/1",
                                  "PUT /visitors",
                                  "POST /visitors/convert"}) {
        const std::string what = operation;
        const auto blank = what.find(' ');
        const response r = asker.write(what.substr(0, blank), what.substr(blank + 1));
        EXPECT_EQ(r.body.find("The requested resource was not found"), std::string::npos) << what;
        EXPECT_EQ(r.body.find("intercom_version_invalid"), std::string::npos) << what;
        EXPECT_GE(r.status, 400U) << what;
        EXPECT_LT(r.status, 500U) << what;
    }
    EXPECT_EQ(asker.write("POST", "/no_such_thing").status, 404U);
    EXPECT_TRUE(asker.writes().empty());
}

} // namespace
} // namespace intercom_sandbox
