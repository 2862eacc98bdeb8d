#include "tests/integration/push_fixture.hpp"

#include <gmock/gmock.h>

namespace intercom_mirror {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What help centers and newsfeeds show, written by SQL.
struct PushDocuments : push_fixture
{
    std::string author = rules.requests.acting_admin;

    // The first of a kind, mirrored.
    std::string some(const std::string& resource, const std::string& target)
    {
        const std::string id = listed(target, "data")[0]["id"].get<std::string>();
        mirror_one(resource, id);
        return id;
    }
    std::string id_of(const std::string& table, const std::string& where)
    {
        return asked("SELECT id FROM " + table + " WHERE " + where);
    }
};

TEST_F(PushDocuments, ArticlesAreCreated)
{
    const auto collection = some("collections", "/help_center/collections");
    edit("INSERT INTO articles (title, body, author_id, state, parent_id, parent_type) VALUES"
         " ('Hello', '<p>Hi</p>', '" +
         author + "', 'published', '" + collection + "', 'collection')");
    push();
    EXPECT_THAT(writes(), ElementsAre(R"(POST /articles {"author_id":)" + author +
                                      R"(,"body":"<p>Hi</p>","parent_id":)" + collection +
                                      R"(,"parent_type":"collection","state":"published")"
                                      R"(,"title":"Hello"})"));
    EXPECT_EQ(fates(), "applied");
    const auto id = id_of("articles", "title = 'Hello'");
    EXPECT_FALSE(id.starts_with("local:"));
    EXPECT_EQ(ask("GET", "/articles/" + id)["parent_ids"].dump(), "[" + collection + "]");
    EXPECT_EQ(
        asked("SELECT parent_ids::text || statistics_views FROM articles WHERE id = '" + id + "'"),
        "[" + collection + "]0")
        << "the answer is the whole record";
}

TEST_F(PushDocuments, ArticlesAreChangedAndMoved)
{
    const auto id = some("articles", "/articles");
    edit("UPDATE articles SET title = 'Other' WHERE id = '" + id + "'");
    push();
    EXPECT_THAT(writes(), ElementsAre("PUT /articles/" + id + R"( {"title":"Other"})"));
    world.forget_writes();
    edit("UPDATE articles SET parent_id = NULL, parent_type = NULL WHERE id = '" + id + "'");
    push();
    EXPECT_THAT(writes(),
                ElementsAre("PUT /articles/" + id + R"( {"parent_id":null,"parent_type":null})"));
    EXPECT_EQ(fates(), "applied applied");
    EXPECT_EQ(asked("SELECT parent_ids::text FROM articles WHERE id = '" + id + "'"), "[]");
}

TEST_F(PushDocuments, ArticlesAreRefusedWhatIntercomWouldNotTake)
{
    const auto id = some("articles", "/articles");
    const auto refused = [&](const std::string& statement) {
        try {
            edit(statement);
        } catch (const std::exception& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    const std::string where = " WHERE id = '" + id + "'";
    EXPECT_THAT(refused("INSERT INTO articles (title) VALUES ('No author')"),
                HasSubstr("author_id"));
    EXPECT_THAT(refused("UPDATE articles SET state = 'live'" + where), HasSubstr("state"));
    EXPECT_THAT(refused("UPDATE articles SET url = 'x'" + where), HasSubstr("url"));
    EXPECT_THAT(refused("UPDATE articles SET parent_type = NULL, parent_id = '1'" + where),
                HasSubstr("parent_id and parent_type"));
    EXPECT_THAT(refused("UPDATE articles SET ai_chatbot_availability = true" + where),
                HasSubstr("2.16"));
    EXPECT_THAT(refused("DELETE FROM articles" + where), HasSubstr("delete_article"));
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(PushDocuments, ArticlesAreDeletedByAFunction)
{
    const auto id = some("articles", "/articles");
    edit("SELECT delete_article('" + id + "')");
    push();
    EXPECT_THAT(writes(), ElementsAre("DELETE /articles/" + id));
    EXPECT_EQ(asked("SELECT deletion FROM articles WHERE id = '" + id + "'"), "deleted");
}

TEST_F(PushDocuments, CollectionsAreCreatedInsideEachOther)
{
    const auto center = listed("/help_center/help_centers", "data")[0]["id"].get<std::string>();
    mirror_one("help_centers", center);
    edit("INSERT INTO collections (name, help_center_id) VALUES ('Outer', '" + center + "')");
    edit("INSERT INTO collections (name, description, parent_id)"
         " SELECT 'Inner', 'inside', id FROM collections WHERE name = 'Outer'");
    push();
    push();
    const auto outer = id_of("collections", "name = 'Outer'");
    const auto inner = id_of("collections", "name = 'Inner'");
    EXPECT_THAT(
        writes(),
        ElementsAre(R"(POST /help_center/collections {"help_center_id":)" + center +
                        R"(,"name":"Outer"})",
                    R"(POST /help_center/collections {"description":"inside","name":"Inner")"
                    R"(,"parent_id":")" +
                        outer + R"("})"));
    world.forget_writes();
    edit("UPDATE collections SET name = 'Top', parent_id = NULL WHERE id = '" + inner + "'");
    push();
    EXPECT_THAT(writes(), ElementsAre("PUT /help_center/collections/" + inner +
                                      R"( {"name":"Top","parent_id":null})"));
    EXPECT_EQ(fates(), "applied applied applied");
}

TEST_F(PushDocuments, NewsItemsAreCreatedWithTheirNewsfeeds)
{
    const auto feed = some("newsfeeds", "/news/newsfeeds");
    edit("INSERT INTO news_items (title, sender_id, state, labels) VALUES ('New', '" + author +
         R"(', 'live', '["Product"]'))");
    push();
    EXPECT_THAT(writes(),
                ElementsAre(R"(POST /news/news_items {"labels":["Product"],"sender_id":)" + author +
                            R"(,"state":"live","title":"New"})"));
    world.forget_writes();

    pqxx::work both(*editor);
    const auto local =
        both.exec1("INSERT INTO news_items (title, sender_id) VALUES ('Assigned', '" + author +
                   "') RETURNING id")[0]
            .as<std::string>();
    both.exec("INSERT INTO news_item_newsfeeds (news_item_id, newsfeed_id) VALUES ('" + local +
              "', '" + feed + "')");
    both.commit();
    push();
    EXPECT_THAT(writes(),
                ElementsAre(R"(POST /news/news_items {"newsfeed_assignments":)"
                            R"([{"newsfeed_id":)" +
                            feed + R"(}],"sender_id":)" + author + R"(,"title":"Assigned"})"));
    EXPECT_EQ(fates(), "applied applied");
    const auto id = id_of("news_items", "title = 'Assigned'");
    EXPECT_EQ(asked("SELECT count(*) FROM news_item_newsfeeds WHERE news_item_id = '" + id +
                    "' AND newsfeed_id = '" + feed + "' AND published_at IS NOT NULL"),
              "1");
}

TEST_F(PushDocuments, ChangesOfNewsItemsNameTitleAndSender)
{
    const auto id = some("news_items", "/news/news_items");
    const auto item = ask("GET", "/news/news_items/" + id);
    edit("UPDATE news_items SET deliver_silently = NOT deliver_silently WHERE id = '" + id + "'");
    push();
    EXPECT_THAT(writes(), ElementsAre("PUT /news/news_items/" + id + R"( {"deliver_silently":)" +
                                      (item["deliver_silently"] == true ? "false" : "true") +
                                      R"(,"sender_id":)" + item["sender_id"].dump() +
                                      R"(,"title":)" + item["title"].dump() + "}"));
    EXPECT_EQ(fates(), "applied");
    EXPECT_EQ(ask("GET", "/news/news_items/" + id)["newsfeed_assignments"],
              item["newsfeed_assignments"]);
}

TEST_F(PushDocuments, InternalArticlesAreWritten)
{
    edit("INSERT INTO internal_articles (title, owner_id, author_id) VALUES ('Inside', '" + author +
         "', '" + author + "')");
    push();
    const auto id = id_of("internal_articles", "title = 'Inside'");
    edit("UPDATE internal_articles SET body = '<p>b</p>' WHERE id = '" + id + "'");
    push();
    EXPECT_THAT(writes(), ElementsAre(R"(POST /internal_articles {"author_id":)" + author +
                                          R"(,"owner_id":)" + author + R"(,"title":"Inside"})",
                                      "PUT /internal_articles/" + id + R"( {"body":"<p>b</p>"})"));
    edit("SELECT delete_internal_article('" + id + "')");
    push();
    EXPECT_EQ(asked("SELECT deletion FROM internal_articles WHERE id = '" + id + "'"), "deleted");
}

} // namespace
} // namespace intercom_mirror
