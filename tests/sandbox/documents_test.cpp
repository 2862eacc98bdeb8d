#include "tests/sandbox/client.hpp"
#include "tests/sandbox/documents.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct Documents : ::testing::Test
{
    client asker;

    // All of a list, page after page where it has pages.
    std::vector<json> walk(const std::string& target, const std::string& key = "data")
    {
        std::vector<json> all;
        for (int page = 1;; ++page) {
            const std::string separator = target.find('?') == target.npos ? "?" : "&";
            const json answer =
                asker.get(target + separator + "per_page=7&page=" + std::to_string(page));
            for (const json& one : answer[key]) {
                all.push_back(one);
            }
            if (page >= answer["pages"]["total_pages"].get<int>()) {
                return all;
            }
            EXPECT_FALSE(answer["pages"]["next"].is_null());
        }
    }

    static std::multiset<std::string> ids_of(const std::vector<json>& all)
    {
        std::multiset<std::string> found;
        for (const json& one : all) {
            found.insert(one["id"].is_string() ? one["id"].get<std::string>() : one["id"].dump());
        }
        return found;
    }
};

TEST_F(Documents, AreListedWholeEachOnce)
{
    for (const document_kind& kind : document_kinds()) {
        // Those that are parts of another document, or come by cursors, have tests of their own.
        if (kind.path.empty() || kind.by == document_kind::paging::cursor || kind.since > 214) {
            continue;
        }
        const std::string name(kind.name);
        const std::string path = "/" + std::string(kind.path);
        std::vector<json> listed;
        if (kind.by == document_kind::paging::whole) {
            const json answer = asker.get(path);
            listed.assign(answer["data"].begin(), answer["data"].end());
        } else {
            const std::string since = name == "activity_logs" ? "?created_at_after=0" : "";
            listed = walk(path + since, std::string(kind.list_key));
        }
        EXPECT_EQ(listed.size(), kind.usual_number) << name;
        EXPECT_EQ(ids_of(listed), ids_of(asker.truth(name))) << name;
    }
}

TEST_F(Documents, AreServedAloneByTheirId)
{
    for (const document_kind& kind : document_kinds()) {
        if (kind.one_path.empty()) {
            continue;
        }
        const std::string path = "/" + std::string(kind.path) + "/";
        json wanted = asker.truth(std::string(kind.name)).front();
        wanted.erase("_truth");
        const std::string id =
            wanted["id"].is_string() ? wanted["id"].get<std::string>() : wanted["id"].dump();
        EXPECT_EQ(asker.get(path + id), wanted);
        EXPECT_EQ(client::refusal_of(asker.ask("GET", path + "none")), refused(404, "not_found"));
    }
}

TEST_F(Documents, OfHelpCentersComeNewestFirst)
{
    for (const char* path : {"/articles", "/help_center/collections"}) {
        std::int64_t last = std::numeric_limits<std::int64_t>::max();
        for (const json& one : walk(path)) {
            const auto at = one["updated_at"].get<std::int64_t>();
            EXPECT_LE(at, last) << path;
            last = at;
        }
    }
}

TEST_F(Documents, ShowStatisticsOfArticlesAloneOnly)
{
    const json page = asker.get("/articles");
    const json& listed = page["data"][0];
    EXPECT_FALSE(listed.contains("statistics"));
    const json alone = asker.get("/articles/" + listed["id"].get<std::string>());
    EXPECT_TRUE(alone["statistics"].contains("views"));
}

TEST_F(Documents, OfTheActivityLogAreListedSinceAMomentThatMustBeGiven)
{
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/admins/activity_logs")),
              refused(400, "parameter_missing"));
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/admins/activity_logs?created_at_after=noon")),
              refused(400, "parameter_invalid"));
    const auto all = walk("/admins/activity_logs?created_at_after=0", "activity_logs");
    const auto middle = all[all.size() / 2]["created_at"].get<std::int64_t>();
    const auto later =
        walk("/admins/activity_logs?created_at_after=" + std::to_string(middle), "activity_logs");
    EXPECT_LT(later.size(), all.size());
    for (const json& one : later) {
        EXPECT_GE(one["created_at"].get<std::int64_t>(), middle);
    }
    const json page = asker.get("/admins/activity_logs?created_at_after=0");
    EXPECT_FALSE(page.contains("total_count"));
    EXPECT_TRUE(page["pages"]["next"].is_string());
}

TEST_F(Documents, OfNewsfeedsAreTheLiveItemsAssignedToThem)
{
    for (const json& feed : asker.truth("newsfeeds")) {
        const std::string id = feed["id"].get<std::string>();
        std::multiset<std::string> wanted;
        for (const json& item : asker.truth("news_items")) {
            for (const json& one : item["newsfeed_assignments"]) {
                if (one["newsfeed_id"].dump() == id && item["state"] == "live") {
                    wanted.insert(item["id"].get<std::string>());
                }
            }
        }
        EXPECT_FALSE(wanted.empty());
        EXPECT_EQ(ids_of(walk("/news/newsfeeds/" + id + "/items")), wanted);
    }
}

TEST_F(Documents, AreRefusedByVersionsThatDoNotHaveThem)
{
    const auto ask = [this](const std::string& path, const std::string& version) {
        return client::refusal_of(asker.ask(
            "GET", path, "", {{"Authorization", "Bearer a"}, {"Intercom-Version", version}}));
    };
    EXPECT_EQ(ask("/internal_articles", "2.12"), refused(400, "intercom_version_invalid"));
    EXPECT_EQ(ask("/internal_articles", "2.13").first, 200U);
    EXPECT_EQ(ask("/away_status_reasons", "2.13"), refused(400, "intercom_version_invalid"));
}

TEST_F(Documents, OfCustomObjectsAreListedTypeByType)
{
    client newest(client::plain("2.16"));
    std::size_t all = 0;
    for (const std::string type : {"Order", "Test_Object"}) {
        const json page = newest.get("/custom_object_instances/" + type + "?per_page=150");
        for (const json& one : page["data"]) {
            EXPECT_EQ(one["type"], type);
        }
        all += page["data"].size();
    }
    EXPECT_EQ(all, newest.truth("custom_object_instances").size());
    EXPECT_EQ(client::refusal_of(newest.ask("GET", "/custom_object_instances/Unknown")),
              refused(404, "not_found"));
    EXPECT_TRUE(client(client::plain("2.15")).truth("custom_object_instances").empty());
}

TEST_F(Documents, OfHandlingAreServedForEachConversation)
{
    client newest(client::plain("2.16"));
    std::map<std::string, std::size_t> expected;
    for (const json& one : newest.truth("conversation_handling_events")) {
        ++expected[one["_truth"]["owner"].get<std::string>()];
    }
    EXPECT_FALSE(expected.empty());
    for (const auto& [id, count] : expected) {
        const json events =
            newest.get("/conversations/" + id + "/handling_events")["handling_events"];
        EXPECT_EQ(events.size(), count);
        EXPECT_EQ(events[0]["type"], "paused");
        EXPECT_EQ(events[1]["type"], "resumed");
    }
    EXPECT_EQ(newest.ask("GET", "/conversations/1/handling_events").status, 404U);
}

TEST_F(Documents, AreAsManyAsWanted)
{
    options wanted = client::plain();
    wanted.documents = {{"articles", 3U}, {"news_items", 0U}};
    client other(wanted);
    EXPECT_EQ(other.truth("articles").size(), 3U);
    EXPECT_TRUE(other.truth("news_items").empty());
    EXPECT_FALSE(other.truth("collections").empty());
}

TEST_F(Documents, ChangeComeAndGo)
{
    const std::string before = asker.world.truth("articles") + asker.world.truth("news_items");
    const auto logs = asker.truth("activity_logs").size();
    const auto news = ids_of(asker.truth("news_items"));
    asker.world.mutate(noon + 60s, 6000);
    EXPECT_NE(asker.world.truth("articles") + asker.world.truth("news_items"), before);
    EXPECT_GT(asker.truth("activity_logs").size(), logs);
    const auto after = ids_of(asker.truth("news_items"));
    std::vector<std::string> gone;
    std::set_difference(news.begin(), news.end(), after.begin(), after.end(),
                        std::back_inserter(gone));
    EXPECT_FALSE(gone.empty());
}

} // namespace
} // namespace intercom_sandbox
