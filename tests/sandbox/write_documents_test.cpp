#include "tests/sandbox/client.hpp"

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct DocumentWrites : ::testing::Test
{
    client asker{client::plain("2.14")};
    std::string author = asker.truth("admins").front()["id"].get<std::string>();

    std::string first(const std::string& kind)
    {
        return asker.truth(kind).front()["id"].get<std::string>();
    }
    refused refusal(const std::string& method, const std::string& target,
                    const json& body = nullptr)
    {
        return client::refusal_of(asker.write(method, target, body));
    }
};

TEST_F(DocumentWrites, ArticlesAreCreatedChangedAndDeleted)
{
    const std::string parent = first("collections");
    const json made = asker.send("POST", "/articles",
                                 {{"title", "T"},
                                  {"author_id", std::stoll(author)},
                                  {"parent_id", std::stoll(parent)},
                                  {"parent_type", "collection"}});
    EXPECT_EQ(made["state"], "draft");
    EXPECT_EQ(made["parent_ids"].dump(), "[" + parent + "]");
    EXPECT_EQ(made["statistics"]["views"], 0);
    const std::string path = "/articles/" + made["id"].get<std::string>();
    asker.now += 5s;
    const json changed =
        asker.send("PUT", path, {{"title", "U"}, {"state", "published"}, {"parent_id", nullptr}});
    EXPECT_EQ(changed["title"], "U");
    EXPECT_EQ(changed["updated_at"], made["updated_at"].get<std::int64_t>() + 5);
    EXPECT_TRUE(changed["parent_type"].is_null());
    EXPECT_EQ(asker.get(path), changed);
    EXPECT_EQ(asker.send("DELETE", path)["deleted"], true);
    EXPECT_EQ(asker.ask("GET", path).status, 404U);

    EXPECT_EQ(refusal("POST", "/articles", {{"title", "T"}}), refused(400, "parameter_not_found"));
    const std::string other = "/articles/" + first("articles");
    EXPECT_EQ(refusal("PUT", other, {{"state", "live"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("PUT", other, {{"parent_id", "1"}}), refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal("PUT", other, {{"ai_chatbot_availability", true}}),
              refused(400, "bad_request"))
        << "of a later version";
    EXPECT_EQ(refusal("PUT", "/articles/none", {{"title", "T"}}), refused(404, "not_found"));
}

TEST_F(DocumentWrites, CollectionsStandInEachOther)
{
    const json outer = asker.send("POST", "/help_center/collections", {{"name", "Outer"}});
    const json inner = asker.send("POST", "/help_center/collections",
                                  {{"name", "Inner"}, {"parent_id", outer["id"]}});
    EXPECT_EQ(inner["parent_id"], outer["id"]);
    const std::string path = "/help_center/collections/" + inner["id"].get<std::string>();
    EXPECT_TRUE(asker.send("PUT", path, {{"parent_id", nullptr}})["parent_id"].is_null());
    EXPECT_EQ(asker.send("DELETE", path)["object"], "collection");
    EXPECT_EQ(refusal("POST", "/help_center/collections", {{"description", "d"}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(refusal("PUT", "/help_center/collections/" + outer["id"].get<std::string>(),
                      {{"help_center_id", 1}}),
              refused(400, "bad_request"))
        << "they stay in their help center";
}

TEST_F(DocumentWrites, NewsItemsNeedTitleAndSenderEachTime)
{
    const std::string feed = first("newsfeeds");
    const json sender = std::stoll(author);
    const json made = asker.send("POST", "/news/news_items",
                                 {{"title", "T"},
                                  {"sender_id", sender},
                                  {"state", "live"},
                                  {"newsfeed_assignments", {{{"newsfeed_id", std::stoll(feed)}}}}});
    EXPECT_EQ(made["newsfeed_assignments"][0]["newsfeed_id"].dump(), feed);
    const std::string path = "/news/news_items/" + made["id"].get<std::string>();
    const json shown = asker.get("/news/newsfeeds/" + feed + "/items?per_page=50");
    EXPECT_NE(shown["data"].dump().find("\"" + made["id"].get<std::string>() + "\""),
              std::string::npos);
    EXPECT_EQ(refusal("PUT", path, {{"title", "T"}}), refused(400, "parameter_not_found"));
    const json changed =
        asker.send("PUT", path, {{"title", "T"}, {"sender_id", sender}, {"labels", {"a", "b"}}});
    EXPECT_EQ(changed["labels"], json::array({"a", "b"}));
    EXPECT_EQ(changed["newsfeed_assignments"], made["newsfeed_assignments"]);
    EXPECT_EQ(refusal("PUT", path,
                      {{"title", "T"},
                       {"sender_id", sender},
                       {"newsfeed_assignments", {{{"newsfeed_id", 1}}}}}),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(asker.send("DELETE", path)["object"], "news-item");
}

TEST_F(DocumentWrites, InternalArticlesNeedOwnerAndAuthor)
{
    const json made = asker.send(
        "POST", "/internal_articles",
        {{"title", "T"}, {"owner_id", std::stoll(author)}, {"author_id", std::stoll(author)}});
    const std::string path = "/internal_articles/" + made["id"].get<std::string>();
    EXPECT_EQ(asker.send("PUT", path, {{"body", "b"}})["body"], "b");
    EXPECT_EQ(refusal("POST", "/internal_articles", {{"title", "T"}}),
              refused(400, "parameter_not_found"));
    EXPECT_EQ(client::refusal_of(asker.write("PUT", path, {{"body", "b"}}, "2.12")),
              refused(400, "intercom_version_invalid"));
    EXPECT_EQ(asker.send("DELETE", path)["object"], "internal_article");
}

} // namespace
} // namespace intercom_sandbox
