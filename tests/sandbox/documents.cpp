#include "tests/sandbox/documents_made.hpp"

#include <algorithm>
#include <array>

// The kinds, how their documents are made, and how they change.
namespace intercom_sandbox {
namespace {

using namespace made;

constexpr seconds day = 86400;
constexpr seconds span = 2 * 365 * day;

// --- Help centers --------------------------------------------------------------------------------

document make_help_center(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"workspace_id", quoted(w.workspace_id)},
                {"identifier", quoted("help-center-" + d.id)},
                {"website_turned_on", flag(die.chance(0.7))},
                {"display_name", words(w, die)},
                {"url", quoted("https://help" + d.id + ".example")},
                {"custom_domain", maybe(die, quoted("help" + d.id + ".example"))},
                {"default", flag(die.chance(0.5)), 216},
                {"locales", R"(["en","de"])", 216}};
    return d;
}

bool change_help_center(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("display_name", words(w, die))
                    : d.set("website_turned_on", flag(die.chance(0.5)));
    return true;
}

std::string collection_translations(world& w, dice& die)
{
    if (die.chance(0.3)) {
        return "null";
    }
    members all;
    all.text("type", "group_translated_content");
    for (const auto locale : locales) {
        if (die.chance(0.4)) {
            all.raw(locale, members()
                                .text("type", "group_content")
                                .raw("name", words(w, die))
                                .raw("description", maybe(die, words(w, die)))
                                .object());
        }
    }
    return all.object();
}

document make_collection(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const document* parent = die.chance(0.4) ? some_document(w, die, "collections") : nullptr;
    d.fields = {{"workspace_id", quoted(w.workspace_id)},
                {"name", words(w, die)},
                {"description", maybe(die, words(w, die))},
                {"icon", quoted("bookmark")},
                {"order", number(die.between(1, 40))},
                {"default_locale", quoted("en")},
                {"translated_content", collection_translations(w, die)},
                {"url", quoted("https://help.example/collection-" + d.id)},
                {"parent_id", parent == nullptr ? "null" : quoted(parent->id)},
                {"help_center_id", id_of(some_document(w, die, "help_centers"))}};
    return d;
}

bool change_collection(world& w, dice& die, document& d)
{
    switch (die.below(3)) {
    case 0:
        d.set("name", words(w, die));
        break;
    case 1:
        d.set("description", maybe(die, words(w, die)));
        break;
    default:
        d.set("translated_content", collection_translations(w, die));
    }
    return true;
}

std::string article_translations(world& w, dice& die, seconds at)
{
    if (die.chance(0.3)) {
        return "null";
    }
    members all;
    all.text("type", "article_translated_content");
    for (const auto locale : locales) {
        if (die.chance(0.2)) {
            all.null(locale);
        } else if (die.chance(0.4)) {
            all.raw(locale, members()
                                .text("type", "article_content")
                                .raw("title", words(w, die))
                                .raw("description", words(w, die))
                                .raw("body", quoted(html_body(die, w.settings.nasty)))
                                .raw("author_id", some_admin(w, die))
                                .text("state", die.chance(0.5) ? "published" : "draft")
                                .number("created_at", at)
                                .number("updated_at", at)
                                .raw("url", maybe(die, quoted("https://help.example/a")))
                                .object());
        }
    }
    return all.object();
}

std::string article_statistics(dice& die)
{
    return members()
        .text("type", "article_statistics")
        .number("views", die.between(0, 100000))
        .number("conversations", die.between(0, 500))
        .number("reactions", die.between(0, 900))
        .raw("happy_reaction_percentage", number(die.between(0, 99)) + ".25")
        .number("neutral_reaction_percentage", die.between(0, 100))
        .raw("sad_reaction_percentage", "0.1")
        .object();
}

document make_article(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const document* parent = some_document(w, die, "collections");
    const document* other = some_document(w, die, "collections");
    elements parents;
    for (const document* each : {parent, other}) {
        if (each != nullptr) {
            parents.add(each->id);
        }
    }
    d.fields = {{"workspace_id", quoted(w.workspace_id)},
                {"title", words(w, die)},
                {"description", maybe(die, words(w, die))},
                {"body", maybe(die, quoted(html_body(die, w.settings.nasty)))},
                {"author_id", some_admin(w, die)},
                {"state", quoted(die.chance(0.7) ? "published" : "draft")},
                {"url", maybe(die, quoted("https://help.example/en/articles/" + d.id))},
                {"parent_id", id_of(parent), 0, 215},
                {"parent_type", parent == nullptr ? "null" : quoted("collection"), 0, 215},
                {"parent_ids", parents.array()},
                {"default_locale", quoted("en")},
                {"translated_content", article_translations(w, die, at)},
                {"statistics", article_statistics(die), 0, every_version, true},
                {"body_markdown", words(w, die), 216},
                {"has_unpublished_changes", flag(die.chance(0.2)), 216},
                {"draft_updated_at", maybe(die, number(at)), 216},
                {"ai_chatbot_availability", flag(die.chance(0.5)), 216},
                {"ai_copilot_availability", "false", 216},
                {"ai_sales_agent_availability", "false", 216},
                {"created_by_id", some_admin(w, die), 216},
                {"help_center_audience", quoted("everyone"), 216}};
    for (slot tag = 0; tag < w.tags.size(); ++tag) {
        if (die.chance(0.05)) {
            d.tags.push_back(tag);
        }
    }
    return d;
}

bool change_article(world& w, dice& die, document& d)
{
    switch (die.below(6)) {
    case 0:
        d.set("title", words(w, die));
        return true;
    case 1:
        d.set("body", quoted(html_body(die, w.settings.nasty)));
        return true;
    case 2:
        d.set("state", quoted(die.chance(0.5) ? "published" : "draft"));
        return true;
    case 3:
        d.set("translated_content", article_translations(w, die, d.updated_at));
        return true;
    case 4: {
        // Tags move no updated_at.
        const auto tag = static_cast<slot>(die.below(w.tags.size()));
        if (std::erase(d.tags, tag) == 0) {
            d.tags.push_back(tag);
        }
        return false;
    }
    default:
        // Nor do readers.
        d.set("statistics", article_statistics(die));
        return false;
    }
}

// --- News ----------------------------------------------------------------------------------------

document make_newsfeed(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"name", words(w, die)}};
    return d;
}

bool change_newsfeed(world& w, dice& die, document& d)
{
    d.set("name", words(w, die));
    return true;
}

void show_assignments(document& d)
{
    elements all;
    for (const auto& feed : d.belongs_to) {
        all.add(members().raw("newsfeed_id", feed).number("published_at", d.created_at).object());
    }
    d.set("newsfeed_assignments", all.array());
}

void assign_or_withdraw(const world& w, dice& die, document& d)
{
    const document* feed = some_document(w, die, "newsfeeds");
    if (feed != nullptr && std::erase(d.belongs_to, feed->id) == 0) {
        d.belongs_to.push_back(feed->id);
    }
    show_assignments(d);
}

document make_news_item(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"workspace_id", quoted(w.workspace_id)},
                {"title", words(w, die)},
                {"body", quoted(html_body(die, w.settings.nasty))},
                {"sender_id", some_admin(w, die)},
                {"state", quoted(die.chance(0.7) ? "live" : "draft")},
                {"labels", "[" + words(w, die) + "]"},
                {"cover_image_url", maybe(die, quoted("https://img.example/" + d.id + ".png"))},
                {"reactions", die.chance(0.5) ? R"(["🙂",null])" : "[null,null,null,null]"},
                {"deliver_silently", flag(die.chance(0.5))},
                {"newsfeed_assignments", "[]"}};
    for (int i = 0; i < 2; ++i) {
        assign_or_withdraw(w, die, d);
    }
    return d;
}

bool change_news_item(world& w, dice& die, document& d)
{
    switch (die.below(3)) {
    case 0:
        d.set("title", words(w, die));
        break;
    case 1:
        d.set("state", quoted(d.value("state") == "\"live\"" ? "draft" : "live"));
        break;
    default:
        assign_or_withdraw(w, die, d);
    }
    return true;
}

// --- Logs ----------------------------------------------------------------------------------------

document make_activity_log(world& w, dice& die, seconds at)
{
    static constexpr std::array<std::string_view, 4> types{"app_name_change", "admin_login_success",
                                                           "message_state_change", "role_change"};
    const admin& by = die.pick(w.admins);
    document d = begin(w, at);
    d.id = uuid(spread(spread(d.id), w.settings.seed), spread(d.id));
    d.fields = {{"performed_by", members()
                                     .text("type", "admin")
                                     .text("id", by.id)
                                     .text("email", by.email)
                                     .text("ip", "127.0.0.1")
                                     .object()},
                {"metadata", maybe(die, members()
                                            .raw("before", words(w, die))
                                            .raw("after", words(w, die))
                                            .number("update_by", die.between(1, 99))
                                            .object())},
                {"activity_type", quoted(die.pick(types))},
                {"activity_description", words(w, die)}};
    return d;
}

// --- What teammates and Fin know -----------------------------------------------------------------

document make_away_status_reason(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"label", words(w, die)},
                {"emoji", quoted("☕")},
                {"order", number(die.between(1, 20))},
                {"deleted", flag(die.chance(0.2))}};
    return d;
}

bool change_away_status_reason(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("label", words(w, die)) : d.set("deleted", flag(die.chance(0.5)));
    return true;
}

document make_internal_article(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"title", words(w, die)},
                {"body", maybe(die, quoted(html_body(die, w.settings.nasty)))},
                {"owner_id", some_admin(w, die)},
                {"author_id", some_admin(w, die)},
                {"locale", quoted(die.pick(locales))},
                {"body_markdown", words(w, die), 216},
                {"audience_ids", "[1,2]", 216},
                {"ai_chatbot_availability", flag(die.chance(0.5)), 216}};
    return d;
}

bool change_internal_article(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("title", words(w, die))
                    : d.set("body", quoted(html_body(die, w.settings.nasty)));
    return true;
}

document make_content_import_source(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"last_synced_at", number(at)},
                {"status", quoted(die.chance(0.8) ? "active" : "deactivated")},
                {"url", quoted("https://support.example/" + d.id)},
                {"sync_behavior", quoted(die.chance(0.5) ? "api" : "automatic")},
                {"audience_ids", "null", 216}};
    return d;
}

bool change_content_import_source(world&, dice& die, document& d)
{
    d.set("status", quoted(die.chance(0.5) ? "active" : "deactivated"));
    return true;
}

document make_external_page(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"title", words(w, die)},
                {"html", quoted(html_body(die, w.settings.nasty))},
                {"url", maybe(die, quoted("https://support.example/pages/" + d.id))},
                {"ai_agent_availability", flag(die.chance(0.5))},
                {"ai_copilot_availability", flag(die.chance(0.5))},
                {"ai_sales_agent_availability", flag(die.chance(0.5))},
                {"fin_availability", flag(die.chance(0.5))},
                {"locale", quoted("en")},
                {"source_id", id_of(some_document(w, die, "content_import_sources"))},
                {"external_id", quoted("page/" + d.id)},
                {"last_ingested_at", number(at)}};
    return d;
}

bool change_external_page(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("html", quoted(html_body(die, w.settings.nasty)))
                    : d.set("ai_agent_availability", flag(die.chance(0.5)));
    return true;
}

// --- Calls ---------------------------------------------------------------------------------------

// Some contact or conversation by its id, quoted; or nobody.
template <class Record>
std::string some_record(const shelf<Record>& from, dice& die)
{
    return from.size() == 0 || die.chance(0.2)
               ? "null"
               : quoted(from.at(static_cast<slot>(die.below(from.size()))).id);
}

document make_call(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const std::string address = "https://api.intercom.io/calls/" + d.id;
    d.fields = {{"conversation_id", some_record(w.conversations, die)},
                {"admin_id", maybe(die, quoted(some_admin(w, die)))},
                {"contact_id", some_record(w.contacts, die)},
                {"state", quoted(die.chance(0.8) ? "completed" : "ringing")},
                {"initiated_at", number(at)},
                {"answered_at", maybe(die, quoted("2025-07-17T11:18:08.000Z"))},
                {"ended_at", maybe(die, number(at + 60))},
                {"recording_url", maybe(die, quoted(address + "/recording"))},
                {"transcription_url", maybe(die, quoted(address + "/transcript"))},
                {"call_type", quoted("phone")},
                {"direction", quoted(die.chance(0.5) ? "outbound" : "inbound")},
                {"ended_reason", maybe(die, quoted("completed"))},
                {"phone", quoted("+15551234567")}};
    return d;
}

bool change_call(world&, dice& die, document& d)
{
    die.chance(0.5) ? d.set("state", quoted("completed"))
                    : d.set("ended_reason", quoted(die.chance(0.5) ? "completed" : "hang up"));
    return true;
}

// How many there are at first.
unsigned wanted_number(const world& w, const document_kind& kind)
{
    const auto wanted = w.settings.documents.find(kind.name);
    return wanted == w.settings.documents.end() ? kind.usual_number : wanted->second;
}

// What refers to a newsfeed lets go of it.
void forget_newsfeed(world& w, const std::string& id, seconds now)
{
    for (document& item : w.documents["news_items"]) {
        if (std::erase(item.belongs_to, id) != 0) {
            show_assignments(item);
            item.updated_at = now;
            ++item.version;
        }
    }
}

} // namespace

void document::set(std::string_view name, std::string json)
{
    for (field& each : fields) {
        if (each.name == name) {
            each.json = std::move(json);
            return;
        }
    }
}

std::string_view document::value(std::string_view name) const
{
    for (const field& each : fields) {
        if (each.name == name) {
            return each.json;
        }
    }
    return {};
}

// What others refer to comes first.
std::span<const document_kind> document_kinds()
{
    using paging = document_kind::paging;
    static constexpr std::array content{
        document_kind{.name = "help_centers",
                      .usual_number = 2,
                      .since = 0,
                      .type = "",
                      .path = "help_center/help_centers",
                      .one_path = "help_center/help_centers/{}",
                      .parameters = "",
                      .make = make_help_center,
                      .change = change_help_center},
        document_kind{.name = "collections",
                      .usual_number = 30,
                      .since = 0,
                      .type = "",
                      .path = "help_center/collections",
                      .one_path = "help_center/collections/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .newest_first = true,
                      .make = make_collection,
                      .change = change_collection},
        document_kind{.name = "articles",
                      .usual_number = 60,
                      .since = 0,
                      .type = "article",
                      .path = "articles",
                      .one_path = "articles/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 25,
                      .newest_first = true,
                      .has_tags = true,
                      .make = make_article,
                      .change = change_article},
        document_kind{.name = "newsfeeds",
                      .usual_number = 3,
                      .since = 0,
                      .type = "newsfeed",
                      .path = "news/newsfeeds",
                      .one_path = "news/newsfeeds/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 10,
                      .make = make_newsfeed,
                      .change = change_newsfeed},
        document_kind{.name = "news_items",
                      .usual_number = 70,
                      .since = 0,
                      .type = "news-item",
                      .path = "news/news_items",
                      .one_path = "news/news_items/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 10,
                      .make = make_news_item,
                      .change = change_news_item},
        // The list has neither total_count nor an order, and wants to know since when.
        document_kind{.name = "activity_logs",
                      .usual_number = 150,
                      .since = 0,
                      .type = "",
                      .path = "admins/activity_logs",
                      .one_path = "",
                      .parameters = "page per_page created_at_after created_at_before",
                      .by = paging::numbered,
                      .list_type = "activity_log.list",
                      .list_key = "activity_logs",
                      .has_total = false,
                      .next_is_url = true,
                      .has_updated_at = false,
                      .make = make_activity_log},
        document_kind{.name = "away_status_reasons",
                      .usual_number = 6,
                      .since = 214,
                      .type = "away_status_reason",
                      .path = "away_status_reasons",
                      .one_path = "",
                      .parameters = "",
                      .make = make_away_status_reason,
                      .change = change_away_status_reason},
        document_kind{.name = "internal_articles",
                      .usual_number = 60,
                      .since = 213,
                      .type = "internal_article",
                      .path = "internal_articles",
                      .one_path = "internal_articles/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 25,
                      .make = make_internal_article,
                      .change = change_internal_article},
        document_kind{.name = "content_import_sources",
                      .usual_number = 4,
                      .since = 212,
                      .type = "content_import_source",
                      .path = "ai/content_import_sources",
                      .one_path = "ai/content_import_sources/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 50,
                      .has_number_ids = true,
                      .make = make_content_import_source,
                      .change = change_content_import_source},
        document_kind{.name = "external_pages",
                      .usual_number = 40,
                      .since = 212,
                      .type = "external_page",
                      .path = "ai/external_pages",
                      .one_path = "ai/external_pages/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 50,
                      .make = make_external_page,
                      .change = change_external_page},
        document_kind{.name = "calls",
                      .usual_number = 30,
                      .since = 214,
                      .type = "call",
                      .path = "calls",
                      .one_path = "calls/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 25,
                      .page_most = 25,
                      .make = make_call,
                      .change = change_call},
    };
    static const std::vector<document_kind> all = [] {
        std::vector<document_kind> both(content.begin(), content.end());
        for (const auto& more : {settings_kinds(), custom_kinds()}) {
            both.insert(both.end(), more.begin(), more.end());
        }
        return both;
    }();
    return all;
}

const document_kind* find_kind(std::string_view name)
{
    for (const document_kind& kind : document_kinds()) {
        if (kind.name == name) {
            return &kind;
        }
    }
    return nullptr;
}

std::vector<const document*> listed(const document_shelves& shelves, const document_kind& kind)
{
    std::vector<const document*> found;
    const auto shelf = shelves.find(kind.name);
    if (shelf != shelves.end()) {
        for (const document& each : shelf->second) {
            if (each.exists) {
                found.push_back(&each);
            }
        }
    }
    if (kind.newest_first) {
        std::sort(found.begin(), found.end(), [](const document* a, const document* b) {
            return a->updated_at != b->updated_at ? a->updated_at > b->updated_at : a->id < b->id;
        });
    }
    return found;
}

std::vector<const document*> items_of(const document_shelves& shelves, const document& newsfeed)
{
    auto found = listed(shelves, *find_kind("news_items"));
    std::erase_if(found, [&newsfeed](const document* item) {
        return item->value("state") != "\"live\"" ||
               std::find(item->belongs_to.begin(), item->belongs_to.end(), newsfeed.id) ==
                   item->belongs_to.end();
    });
    return found;
}

void populate_documents(world& w, dice& die, seconds start)
{
    for (const document_kind& kind : document_kinds()) {
        auto& shelf = w.documents[std::string(kind.name)];
        for (unsigned i = 0; i < wanted_number(w, kind); ++i) {
            shelf.push_back(kind.make(w, die, start - 60 - die.between(0, span)));
            document& made = shelf.back();
            if (kind.has_updated_at) {
                made.updated_at = die.between(made.created_at, start - 1);
            }
        }
    }
}

bool change_documents(world& w, seconds now)
{
    dice& die = w.die;
    const document_kind& kind = die.pick(document_kinds());
    auto& shelf = w.documents[std::string(kind.name)];
    if (shelf.empty()) {
        return false; // none is wanted
    }
    const auto chosen = die.below(10);
    if (kind.change == nullptr || chosen < 2) {
        shelf.push_back(kind.make(w, die, now));
        return true;
    }
    document& d = shelf[static_cast<std::size_t>(die.below(shelf.size()))];
    if (!d.exists) {
        return false;
    }
    ++d.version;
    if (chosen == 2) {
        d.exists = false;
        if (kind.name == "newsfeeds") {
            forget_newsfeed(w, d.id, now);
        }
    } else if (kind.change(w, die, d)) {
        d.updated_at = std::max(d.updated_at, now);
    }
    return true;
}

} // namespace intercom_sandbox
