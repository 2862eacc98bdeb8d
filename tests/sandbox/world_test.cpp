#include "tests/sandbox/client.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace intercom_sandbox {
namespace {

using id_set = std::set<std::string>;

id_set as_set(const json& list)
{
    id_set all;
    for (const json& id : list) {
        all.insert(id.is_object() ? id["id"].get<std::string>() : id.get<std::string>());
    }
    return all;
}

std::map<std::string, json> by_id(const std::vector<json>& records)
{
    std::map<std::string, json> all;
    for (const json& r : records) {
        all.emplace(r["id"].get<std::string>(), r);
    }
    return all;
}

// Every list agrees with its counts and with the other side of the relation.
void expect_coherence(client& asker)
{
    const auto contacts = by_id(asker.truth("contacts"));
    const auto companies = by_id(asker.truth("companies"));
    const auto notes = by_id(asker.truth("notes"));
    const auto tags = by_id(asker.truth("tags"));
    std::map<std::string, id_set> users;
    std::size_t notes_named = 0;
    for (const auto& [id, c] : contacts) {
        const json& truth = c["_truth"];
        for (const auto& list : {"tags", "companies", "notes"}) {
            EXPECT_EQ(c[list]["total_count"], truth[list].size());
            EXPECT_EQ(c[list]["data"].size(), std::min<std::size_t>(10, truth[list].size()));
            EXPECT_EQ(c[list]["has_more"], truth[list].size() > 10);
            EXPECT_EQ(c[list]["url"], "/contacts/" + id + "/" + list);
        }
        EXPECT_EQ(c["opted_in_subscription_types"]["total_count"].get<std::size_t>() +
                      c["opted_out_subscription_types"]["total_count"].get<std::size_t>(),
                  truth["subscriptions"].size());
        for (const json& company : truth["companies"]) {
            EXPECT_TRUE(companies.contains(company.get<std::string>()));
            EXPECT_TRUE(users[company.get<std::string>()].insert(id).second);
        }
        for (const json& tag : truth["tags"]) {
            EXPECT_TRUE(tags.contains(tag.get<std::string>()));
        }
        for (const json& note : truth["notes"]) {
            ASSERT_TRUE(notes.contains(note.get<std::string>()));
            EXPECT_EQ(notes.at(note.get<std::string>())["contact"]["id"], id);
        }
        notes_named += truth["notes"].size();
    }
    for (const auto& [id, c] : companies) {
        for (const json& note : c["notes"]["notes"]) {
            EXPECT_EQ(notes.at(note["id"].get<std::string>())["company"]["id"], id);
        }
        notes_named += c["notes"]["notes"].size();
        EXPECT_EQ(as_set(c["_truth"]["contacts"]), users[id]);
        EXPECT_EQ(c["user_count"], users[id].size());
    }
    EXPECT_EQ(notes_named, notes.size());
    const auto tickets = by_id(asker.truth("tickets"));
    const auto conversations = by_id(asker.truth("conversations"));
    for (const auto& [id, c] : conversations) {
        if (!c["statistics"].is_null()) {
            EXPECT_EQ(c["statistics"]["count_conversation_parts"], c["_truth"]["all_parts"]);
        }
        EXPECT_EQ(as_set(c["conversation_parts"]["conversation_parts"]),
                  as_set(c["_truth"]["parts"]));
        EXPECT_EQ(as_set(c["tags"]["tags"]), as_set(c["_truth"]["tags"]));
        for (const json& link : c["linked_objects"]["data"]) {
            EXPECT_TRUE(tickets.contains(link["id"].get<std::string>()));
        }
        if (!c["ticket"].is_null()) {
            EXPECT_EQ(tickets.at(id)["_truth"]["conversation"], id);
        }
    }
    for (const auto& [id, t] : tickets) {
        EXPECT_EQ(as_set(t["ticket_parts"]["ticket_parts"]), as_set(t["_truth"]["parts"]));
        for (const json& link : t["linked_objects"]["data"]) {
            EXPECT_TRUE(conversations.contains(link["id"].get<std::string>()));
        }
    }
    for (const json& r : asker.truth("removed")) {
        const std::string id = r["id"].get<std::string>();
        const auto said = asker.ask("GET", "/" + r["resource"].get<std::string>() + "/" + id);
        EXPECT_EQ(said.status, r["how"] == "merged" ? 410U : 404U);
        EXPECT_FALSE(contacts.contains(id) || companies.contains(id));
    }
}

TEST(World, HoldsAsManyAsAskedFor)
{
    client asker;
    EXPECT_EQ(asker.truth("companies").size(), 50U);
    EXPECT_EQ(asker.truth("contacts").size(), 300U);
    EXPECT_EQ(asker.truth("conversations").size(), 100U);
    EXPECT_EQ(asker.truth("tickets").size(), 40U);
}

TEST(World, IsCoherentFromTheStart)
{
    client asker;
    expect_coherence(asker);
}

TEST(World, StaysCoherentWhateverChanges)
{
    client asker;
    for (int round = 0; round < 5; ++round) {
        asker.now += 10min;
        asker.world.mutate(asker.now, 200);
        expect_coherence(asker);
    }
}

// What search and lists show, once the index has caught up, is what GET shows.
TEST(World, SearchAgreesWithGetAfterTheLag)
{
    options wanted = client::plain();
    wanted.index_lag = 5s;
    client asker(wanted);
    asker.now += 1s;
    asker.world.mutate(asker.now, 500);
    asker.now += 5s;
    for (const std::string resource : {"contacts", "tickets"}) {
        for (const json& shown : asker.search(resource, client::filter("created_at", ">", 0))) {
            EXPECT_EQ(shown, asker.get("/" + resource + "/" + shown["id"].get<std::string>()));
        }
    }
    for (json shown : asker.search("conversations", client::filter("created_at", ">", 0))) {
        json alone = asker.get("/conversations/" + shown["id"].get<std::string>());
        EXPECT_TRUE(alone.contains("conversation_parts"));
        alone.erase("conversation_parts");
        EXPECT_EQ(shown, alone);
    }
}

TEST(World, ListsShowEveryLiveRecordOnce)
{
    client asker;
    for (const std::string resource : {"contacts", "conversations"}) {
        std::vector<json> all;
        std::string after;
        do {
            const json page = asker.get("/" + resource + "?per_page=40" + after);
            const json& rows = page.contains("data") ? page["data"] : page[resource];
            all.insert(all.end(), rows.begin(), rows.end());
            after = page["pages"].contains("next")
                        ? "&starting_after=" +
                              page["pages"]["next"]["starting_after"].get<std::string>()
                        : "";
        } while (!after.empty());
        auto shown = client::ids(all);
        auto live = client::ids(asker.truth(resource));
        std::sort(shown.begin(), shown.end());
        std::sort(live.begin(), live.end());
        EXPECT_EQ(shown, live);
    }
    EXPECT_EQ(asker.get("/contacts")["data"].size(), 10U);
    EXPECT_EQ(asker.get("/conversations")["conversations"].size(), 20U);
}

TEST(World, TruncatedListsAreCompleteUnderTheirUrl)
{
    options wanted = client::plain();
    wanted.contacts = 1'500;
    client asker(wanted);
    std::map<std::string, int> truncated;
    for (const json& c : asker.truth("contacts")) {
        for (const std::string list : {"tags", "companies", "notes"}) {
            if (!c[list]["has_more"].get<bool>()) {
                continue;
            }
            ++truncated[list];
            const std::string url = c[list]["url"].get<std::string>();
            id_set ids;
            if (list == "tags") {
                ids = as_set(asker.get(url)["data"]);
            }
            for (std::size_t page = 1; list != "tags"; ++page) {
                const json body = asker.get(url + "?page=" + std::to_string(page));
                ids.merge(as_set(body["data"]));
                EXPECT_EQ(body["total_count"], c[list]["total_count"]);
                if (body["pages"]["next"].is_null()) {
                    break;
                }
            }
            EXPECT_EQ(ids, as_set(c["_truth"][list]));
        }
    }
    EXPECT_EQ(truncated.size(), 3U);
}

TEST(World, ShowsTheNewestFiveHundredParts)
{
    client asker;
    const auto all = asker.truth("conversations");
    const auto longest = std::find_if(all.begin(), all.end(),
                                      [](const json& c) { return c["_truth"]["all_parts"] > 500; });
    ASSERT_NE(longest, all.end());
    const json& parts = (*longest)["conversation_parts"];
    EXPECT_EQ(parts["total_count"], 500);
    EXPECT_EQ((*longest)["_truth"]["all_parts"], 620);
    EXPECT_EQ(parts["conversation_parts"].back()["created_at"], (*longest)["updated_at"]);
}

std::string everything(const workspace& w)
{
    std::string all;
    for (const char* resource : {"contacts", "companies", "conversations", "tickets", "notes",
                                 "admins", "tags", "data_attributes", "removed"}) {
        all += w.truth(resource);
    }
    return all;
}

TEST(World, RepeatsItselfForASeed)
{
    options wanted;
    workspace first(wanted, noon);
    workspace second(wanted, noon);
    for (int i = 1; i <= 300; ++i) {
        first.mutate(noon + std::chrono::seconds(i));
        second.mutate(noon + std::chrono::seconds(i));
    }
    EXPECT_EQ(everything(first), everything(second));
    wanted.seed = 2;
    EXPECT_NE(everything(first), everything(workspace(wanted, noon)));
}

TEST(World, ChangesAtTheRateSet)
{
    options wanted = client::plain();
    wanted.mutations_per_second = 20;
    workspace changing(wanted, noon);
    workspace changed(client::plain(), noon);
    changing.pass_time(noon + 2s);
    for (int i = 1; i <= 40; ++i) {
        changed.mutate(noon + i * 50ms);
    }
    EXPECT_EQ(everything(changing), everything(changed));
}

TEST(World, EditsMoveUpdatedAtAndSilentOnesDoNot)
{
    client asker;
    const auto before = by_id(asker.truth("contacts"));
    asker.now += 1h;
    asker.world.mutate(asker.now, 400);
    int moved = 0;
    int silent = 0;
    for (const json& c : asker.truth("contacts")) {
        const auto old = before.find(c["id"].get<std::string>());
        if (old == before.end() || old->second == c) {
            continue;
        }
        (old->second["updated_at"] == c["updated_at"] ? silent : moved) += 1;
    }
    EXPECT_GT(moved, 5);
    EXPECT_GT(silent, 5);
}

TEST(World, IsNastyByDefault)
{
    options wanted;
    wanted.contacts = 3'000;
    wanted.conversations = 2'000;
    workspace w(wanted, noon);
    const std::string contacts = w.truth("contacts");
    const std::string conversations = w.truth("conversations");
    for (const char* bit : {"\\u0000", "\\ud83d", "\\ude00", "🚀", "مرحبا", "1e400",
                            "36893488147419103232", "\"dotted.name.here\"", "\"rocket 🚀\"",
                            "\"x_experiment\"", "\"has_more\":true", "\"created_at\":-"}) {
        EXPECT_NE(contacts.find(bit), std::string::npos) << bit;
    }
    EXPECT_NE(conversations.find("\"all_parts\":620"), std::string::npos);
    EXPECT_NE(conversations.find("\"type\":\"conversation_part\",\"id\":2"), std::string::npos);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < conversations.size();) {
        const std::size_t end = conversations.find("</p>\\n\"", at);
        longest = std::max(longest, std::min(end, conversations.size()) - at);
        at = end == std::string::npos ? conversations.size() : end + 1;
    }
    EXPECT_GT(longest, 200'000U);
    EXPECT_EQ(w.truth("contacts"), contacts);
}

} // namespace
} // namespace intercom_sandbox
