#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Articles, internal articles, collections and news items. Texts in other languages than the
// default one are not written by these requests yet.
namespace intercom_sandbox {
namespace {

[[noreturn]] void refuse(const std::string& message)
{
    throw refusal{400, "parameter_invalid", message};
}

void put(patch<document>& changes, const std::string& name, std::string json)
{
    changes.add(name, [name, to = std::move(json)](document& d) {
        if (d.value(name) == to) {
            return false;
        }
        d.set(name, to);
        return true;
    });
}

void put_text(patch<document>& changes, const fields& body, const std::string& name)
{
    if (const auto text = body.text(name)) {
        put(changes, name, quoted(*text));
    }
}

void put_nullable_text(patch<document>& changes, const fields& body, const std::string& name)
{
    if (const auto text = body.nullable_text(name)) {
        put(changes, name, *text ? quoted(**text) : "null");
    }
}

void put_flag(patch<document>& changes, const fields& body, const std::string& name)
{
    if (const auto flag = body.boolean(name)) {
        put(changes, name, *flag ? "true" : "false");
    }
}

void put_choice(patch<document>& changes, const fields& body, const std::string& name,
                std::initializer_list<std::string_view> values)
{
    if (const auto value = body.choice(name, values)) {
        put(changes, name, quoted(*value));
    }
}

const document* find(const world& w, std::string_view kind, const std::string& id)
{
    const auto shelf = w.documents.find(kind);
    if (shelf == w.documents.end()) {
        return nullptr;
    }
    const auto found = std::find_if(shelf->second.begin(), shelf->second.end(),
                                    [&](const document& d) { return d.exists && d.id == id; });
    return found == shelf->second.end() ? nullptr : &*found;
}

// An article that stands in no collection stands alone.
void put_parent(patch<document>& changes, const fields& body, const world& w)
{
    body.choice("parent_type", {"collection", "section"});
    const auto parent = body.nullable_id("parent_id");
    if (!parent) {
        return;
    }
    if (*parent && find(w, "collections", **parent) == nullptr) {
        refuse("there is no collection " + **parent);
    }
    put(changes, "parent_id", *parent ? **parent : "null");
    put(changes, "parent_type", *parent ? quoted("collection") : "null");
    put(changes, "parent_ids", *parent ? "[" + **parent + "]" : "[]");
}

std::string assignments_of(const std::vector<fields>& wanted, const world& w, bool is_live,
                           seconds now, std::vector<std::string>& feeds)
{
    elements all;
    for (const fields& one : wanted) {
        one.require({"newsfeed_id"});
        const std::string feed = *one.id("newsfeed_id");
        if (find(w, "newsfeeds", feed) == nullptr) {
            refuse("there is no newsfeed " + feed);
        }
        const auto at = one.time("published_at");
        if (at.value_or(now) > now) {
            refuse("published_at cannot be in the future");
        }
        all.add(members()
                    .raw("newsfeed_id", feed)
                    .number("published_at", is_live ? at.value_or(now) : now)
                    .object());
        feeds.push_back(feed);
    }
    return all.array();
}

constexpr std::string_view article_members =
    "title description body author_id state parent_id parent_type";
constexpr std::string_view article_members_of_216 =
    " ai_chatbot_availability ai_copilot_availability ai_sales_agent_availability";

fields article_body(const call& c)
{
    std::string known(article_members);
    known += c.version >= 216 ? article_members_of_216 : "";
    return {c.asked.body, known};
}

document blank_article(const world& w)
{
    const std::string statistics = members()
                                       .text("type", "article_statistics")
                                       .number("views", 0)
                                       .number("conversations", 0)
                                       .number("reactions", 0)
                                       .number("happy_reaction_percentage", 0)
                                       .number("neutral_reaction_percentage", 0)
                                       .number("sad_reaction_percentage", 0)
                                       .object();
    document d;
    d.fields = {{"workspace_id", quoted(w.workspace_id)},
                {"title", "null"},
                {"description", "null"},
                {"body", "null"},
                {"author_id", "null"},
                {"state", quoted("draft")},
                {"url", "null"},
                {"parent_id", "null", 0, 215},
                {"parent_type", "null", 0, 215},
                {"parent_ids", "[]"},
                {"default_locale", quoted("en")},
                {"translated_content", "null"},
                {"statistics", statistics, 0, every_version, true},
                {"has_unpublished_changes", "false", 216},
                {"ai_chatbot_availability", "false", 216},
                {"ai_copilot_availability", "false", 216},
                {"ai_sales_agent_availability", "false", 216},
                {"help_center_audience", quoted("everyone"), 216}};
    return d;
}

} // namespace

document& write_api::document_of(std::string_view kind, const call& c) const
{
    auto& shelf = world_.documents[std::string(kind)];
    const auto found = std::find_if(shelf.begin(), shelf.end(), [&](const document& d) {
        return d.exists && d.id == c.ids.front();
    });
    if (found == shelf.end()) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    return *found;
}

response write_api::add_document(std::string_view kind, document fresh,
                                 const patch<document>& changes, const call& c)
{
    fresh.id = world_.fresh_number();
    fresh.created_at = fresh.updated_at = unix_seconds(c.now);
    changes.apply(fresh);
    auto& shelf = world_.documents[std::string(kind)];
    shelf.push_back(std::move(fresh));
    note(std::string(kind), shelf.back().id, "created");
    return json_response(200, c.show.of(*find_kind(kind), shelf.back(), true));
}

response write_api::change_document(std::string_view kind, const patch<document>& changes,
                                    const call& c)
{
    document& d = document_of(kind, c);
    const auto changed = changes.apply(d);
    if (!changed.empty()) {
        ++d.version;
        d.updated_at = std::max(d.updated_at, unix_seconds(c.now));
    }
    note(std::string(kind), d.id, "updated", changed);
    return json_response(200, c.show.of(*find_kind(kind), d, true));
}

response write_api::delete_document(std::string_view kind, std::string_view object, const call& c)
{
    document& d = document_of(kind, c);
    d.exists = false;
    note(std::string(kind), d.id, "deleted");
    return json_response(
        200, members().text("id", d.id).text("object", object).boolean("deleted", true).object());
}

void write_api::put_admin(patch<document>& changes, const fields& body,
                          const std::string& name) const
{
    if (const auto id = body.id(name)) {
        put(changes, name, world_.admins[admin_named(*id, "not_found", "Resource Not Found")].id);
    }
}

patch<document> write_api::read_article(const fields& body) const
{
    patch<document> changes;
    put_text(changes, body, "title");
    put_nullable_text(changes, body, "description");
    put_nullable_text(changes, body, "body");
    put_admin(changes, body, "author_id");
    put_choice(changes, body, "state", {"published", "draft"});
    put_parent(changes, body, world_);
    for (const char* flag :
         {"ai_chatbot_availability", "ai_copilot_availability", "ai_sales_agent_availability"}) {
        put_flag(changes, body, flag);
    }
    return changes;
}

response write_api::create_article(const call& c)
{
    const fields body = article_body(c);
    body.require({"title", "author_id"});
    return add_document("articles", blank_article(world_), read_article(body), c);
}

response write_api::update_article(const call& c)
{
    return change_document("articles", read_article(article_body(c)), c);
}

response write_api::delete_article(const call& c)
{
    return delete_document("articles", "article", c);
}

patch<document> write_api::read_internal_article(const fields& body) const
{
    patch<document> changes;
    put_text(changes, body, "title");
    put_nullable_text(changes, body, "body");
    put_admin(changes, body, "owner_id");
    put_admin(changes, body, "author_id");
    return changes;
}

response write_api::create_internal_article(const call& c)
{
    const fields body(c.asked.body, "title body owner_id author_id");
    body.require({"title", "owner_id", "author_id"});
    document fresh;
    fresh.fields = {{"title", "null"},
                    {"body", "null"},
                    {"owner_id", "null"},
                    {"author_id", "null"},
                    {"locale", quoted("en")},
                    {"audience_ids", "[]", 216},
                    {"ai_chatbot_availability", "false", 216}};
    return add_document("internal_articles", std::move(fresh), read_internal_article(body), c);
}

response write_api::update_internal_article(const call& c)
{
    const fields body(c.asked.body, "title body owner_id author_id");
    return change_document("internal_articles", read_internal_article(body), c);
}

response write_api::delete_internal_article(const call& c)
{
    return delete_document("internal_articles", "internal_article", c);
}

patch<document> write_api::read_collection(const fields& body) const
{
    patch<document> changes;
    put_text(changes, body, "name");
    put_nullable_text(changes, body, "description");
    if (const auto parent = body.nullable_id("parent_id")) {
        if (*parent && find(world_, "collections", **parent) == nullptr) {
            refuse("there is no collection " + **parent);
        }
        put(changes, "parent_id", *parent ? quoted(**parent) : "null");
    }
    if (const auto center = body.nullable_id("help_center_id"); center && *center) {
        if (find(world_, "help_centers", **center) == nullptr) {
            refuse("there is no help center " + **center);
        }
        put(changes, "help_center_id", **center);
    }
    return changes;
}

response write_api::create_collection(const call& c)
{
    const fields body(c.asked.body, "name description parent_id help_center_id");
    body.require({"name"});
    document fresh;
    const auto centers = listed(world_.documents, *find_kind("help_centers"));
    fresh.fields = {{"workspace_id", quoted(world_.workspace_id)},
                    {"name", "null"},
                    {"description", "null"},
                    {"icon", quoted("book-bookmark")},
                    {"order", "1"},
                    {"default_locale", quoted("en")},
                    {"translated_content", "null"},
                    {"url", "null"},
                    {"parent_id", "null"},
                    {"help_center_id", centers.empty() ? "null" : centers.front()->id}};
    return add_document("collections", std::move(fresh), read_collection(body), c);
}

response write_api::update_collection(const call& c)
{
    return change_document("collections",
                           read_collection({c.asked.body, "name description parent_id"}), c);
}

response write_api::delete_collection(const call& c)
{
    return delete_document("collections", "collection", c);
}

patch<document> write_api::read_news_item(const call& c) const
{
    const fields body(c.asked.body, "title body sender_id state deliver_silently labels reactions "
                                    "newsfeed_assignments");
    body.require({"title", "sender_id"});
    patch<document> changes;
    put_text(changes, body, "title");
    put_nullable_text(changes, body, "body");
    put_admin(changes, body, "sender_id");
    put_choice(changes, body, "state", {"draft", "live"});
    put_flag(changes, body, "deliver_silently");
    std::ignore = body.texts("labels");
    for (const char* list : {"labels", "reactions"}) {
        if (body.has(list)) {
            if (!body.is_list(list)) {
                refuse(std::string(list) + " must be a list");
            }
            put(changes, list, body.raw(list));
        }
    }
    if (const auto wanted = body.objects("newsfeed_assignments", "newsfeed_id published_at")) {
        std::vector<std::string> feeds;
        std::string json = assignments_of(*wanted, world_, body.text("state") != "draft",
                                          unix_seconds(c.now), feeds);
        put(changes, "newsfeed_assignments", std::move(json));
        changes.put("newsfeeds", &document::belongs_to, feeds);
    }
    return changes;
}

response write_api::create_news_item(const call& c)
{
    document fresh;
    fresh.fields = {{"workspace_id", quoted(world_.workspace_id)},
                    {"title", "null"},
                    {"body", "null"},
                    {"sender_id", "null"},
                    {"state", quoted("draft")},
                    {"labels", "[]"},
                    {"cover_image_url", "null"},
                    {"reactions", "[]"},
                    {"deliver_silently", "false"},
                    {"newsfeed_assignments", "[]"}};
    return add_document("news_items", std::move(fresh), read_news_item(c), c);
}

response write_api::update_news_item(const call& c)
{
    return change_document("news_items", read_news_item(c), c);
}

response write_api::delete_news_item(const call& c)
{
    return delete_document("news_items", "news-item", c);
}

} // namespace intercom_sandbox
