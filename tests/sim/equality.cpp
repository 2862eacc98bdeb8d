#include "tests/sim/equality.hpp"

#include "tests/sim/json_value.hpp"
#include "tests/sim/mirrored_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>

namespace intercom_simulation {
namespace {

constexpr std::size_t differences_max = 30;

struct compared_column
{
    std::string name;
    char type = 't';
    std::vector<std::string> paths;
};

std::vector<compared_column> read_columns(std::string_view text)
{
    std::vector<compared_column> columns;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        compared_column one;
        const auto path_at = word.find('=');
        std::string paths = path_at == word.npos ? "" : word.substr(path_at + 1);
        std::string name = word.substr(0, path_at);
        if (const auto type_at = name.find(':'); type_at != name.npos) {
            one.type = name[type_at + 1];
            name.resize(type_at);
        }
        one.name = name;
        std::istringstream alternatives(paths.empty() ? name : paths);
        for (std::string path; std::getline(alternatives, path, '|');) {
            one.paths.push_back(path);
        }
        columns.push_back(std::move(one));
    }
    return columns;
}

using cell = std::optional<std::string>;
using row = std::vector<cell>;
using rows = std::map<std::string, row>;

std::string micros_text(const std::string& lexeme)
{
    constexpr long long seconds_max = 100'000'000'000;
    const long long number = std::stoll(lexeme);
    const bool is_millis = number > seconds_max || number < -seconds_max;
    return std::to_string(number * (is_millis ? 1'000 : 1'000'000));
}

// As the column should hold it; nothing for NULL.
cell expected_cell(char type, const json_value& value)
{
    using kind = json_value::kind;
    const bool is_scalar =
        value.is == kind::string || value.is == kind::number || value.is == kind::boolean;
    switch (type) {
    case 't':
        return is_scalar ? cell(value.text) : std::nullopt;
    case 'r':
        return is_scalar && value.text != "0" && !value.text.empty() ? cell(value.text)
                                                                     : std::nullopt;
    case 'b':
        return value.is == kind::boolean ? cell(value.text == "true" ? "t" : "f") : std::nullopt;
    case 'n':
    case 'm':
        return value.is == kind::number ? cell(canonical_number(value.text)) : std::nullopt;
    case 'd':
        return value.is == kind::number ? cell(micros_text(value.text)) : std::nullopt;
    default:
        return value.is == kind::null ? std::nullopt : cell(canonical(value));
    }
}

row expected_row(const std::vector<compared_column>& columns, const json_value& document)
{
    row made;
    for (const auto& column : columns) {
        cell found;
        for (const auto& path : column.paths) {
            found = found ? found : expected_cell(column.type, document.along(path));
        }
        made.push_back(std::move(found));
    }
    return made;
}

cell stored_cell(char type, const pqxx::field& field)
{
    if (field.is_null()) {
        return std::nullopt;
    }
    switch (type) {
    case 'n':
    case 'm':
        return canonical_number(field.c_str());
    case 'j':
        return canonical(parse_json(field.c_str()));
    default:
        return std::string(field.c_str());
    }
}

std::string shown(const cell& value)
{
    return value ? "'" + value->substr(0, 120) + "'" : "NULL";
}

// Documents of the truth, parsed once.
using documents = std::vector<json_value>;

documents read_lines(const std::string& text)
{
    documents all;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        all.push_back(parse_json(line));
    }
    return all;
}

documents read_truth(const intercom_sandbox::workspace& truth, std::string_view resource)
{
    return read_lines(truth.truth(resource));
}

// Addresses of files expire: each answer has others.
void drop_addresses(json_value& in, bool is_file)
{
    if (is_file) {
        in.erase("url");
    }
    for (std::size_t i = 0; i < in.elements.size(); ++i) {
        const bool holds_files = i < in.names.size() && in.names[i] == "attachments";
        const bool is_array = in.elements[i].is == json_value::kind::array;
        if (holds_files && is_array) {
            for (auto& file : in.elements[i].elements) {
                drop_addresses(file, true);
            }
        } else {
            drop_addresses(in.elements[i], false);
        }
    }
}

void sort_elements(json_value& document, std::string_view path)
{
    json_value* at = &document;
    std::istringstream names{std::string(path)};
    for (std::string name; std::getline(names, name, '.');) {
        const auto found = std::find(at->names.begin(), at->names.end(), name);
        if (found == at->names.end()) {
            return;
        }
        at = &at->elements[static_cast<std::size_t>(found - at->names.begin())];
    }
    if (at->is == json_value::kind::array) {
        std::sort(at->elements.begin(), at->elements.end(),
                  [](const auto& a, const auto& b) { return canonical(a) < canonical(b); });
    }
}

void strip(json_value& document, const std::string& table)
{
    document.erase("_truth");
    std::istringstream names{std::string(columns::left_out_of_raw(table))};
    for (std::string name; names >> name;) {
        document.erase(name);
    }
    std::istringstream sets{std::string(columns::sets)};
    for (std::string path; sets >> path;) {
        sort_elements(document, path);
    }
    drop_addresses(document, false);
}

class comparison
{
public:
    explicit comparison(pqxx::connection& mirror) : work_(mirror) {}

    std::vector<std::string> found;

    void differ(std::string line)
    {
        if (found.size() < differences_max) {
            found.push_back(std::move(line));
        }
    }

    pqxx::result ask(const std::string& sql) { return work_.exec(sql); }

    // Rows of `from` (a table and what follows), known by `key`.
    void rows_of(const std::string& table, const std::string& key, const std::string& from,
                 std::string_view columns_text, const rows& expected,
                 const std::function<bool(const std::string&)>& may_be_extra = {})
    {
        const auto columns = read_columns(columns_text);
        std::string list = key;
        for (const auto& column : columns) {
            list += column.type == 'd'
                        ? fmt::format(", (extract(epoch FROM t.{}) * 1000000)::bigint", column.name)
                        : fmt::format(", t.{}", column.name);
        }
        rows stored;
        for (const auto& one : ask(fmt::format("SELECT {} FROM {}", list, from))) {
            row made;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                made.push_back(
                    stored_cell(columns[i].type, one[static_cast<pqxx::row::size_type>(i + 1)]));
            }
            stored.emplace(one[0].c_str(), std::move(made));
        }
        for (const auto& [id, wanted] : expected) {
            const auto there = stored.find(id);
            if (there == stored.end()) {
                differ(fmt::format("{} {}: is missing", table, id));
                continue;
            }
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (wanted[i] != there->second[i]) {
                    differ(fmt::format("{} {}: {} is {} and should be {}", table, id,
                                       columns[i].name, shown(there->second[i]), shown(wanted[i])));
                }
            }
        }
        for (const auto& [id, what] : stored) {
            if (!expected.contains(id) && !(may_be_extra && may_be_extra(id))) {
                differ(fmt::format("{} {}: should not be there", table, id));
            }
        }
    }

    // A resource's own table.
    void records(const std::string& table, std::string_view columns_text, const documents& all,
                 const std::string& key = "t.id")
    {
        const auto columns = read_columns(columns_text);
        rows expected;
        std::map<std::string, std::string> raws;
        for (const auto& document : all) {
            const std::string id =
                key == "t.id" ? document.at("id").text
                              : document.at("model").text + "/" + document.at("full_name").text;
            expected.emplace(id, expected_row(columns, document));
            json_value bare = document;
            strip(bare, table);
            raws.emplace(id, canonical(bare));
        }
        rows_of(table, key, table + " AS t WHERE t.deleted_at IS NULL", columns_text, expected);
        for (const auto& one : ask(fmt::format(
                 "SELECT {}, t.raw FROM {} AS t WHERE t.deleted_at IS NULL", key, table))) {
            const auto wanted = raws.find(one[0].c_str());
            if (wanted == raws.end()) {
                continue;
            }
            json_value raw = parse_json(one[1].is_null() ? "null" : one[1].c_str());
            strip(raw, table);
            if (canonical(raw) != wanted->second) {
                differ(fmt::format("{} {}: raw is {} and should be {}", table, wanted->first,
                                   canonical(raw), wanted->second));
            }
        }
    }

    // Tombstones of what was removed say how; rows of what was never mirrored are missing.
    void tombstones(const std::string& table, const std::string& how,
                    const std::set<std::string>& ids)
    {
        for (const auto& one :
             ask(fmt::format("SELECT id, deletion FROM {} WHERE deleted_at IS NOT NULL", table))) {
            if (ids.contains(one[0].c_str()) && one[1].c_str() != how) {
                differ(fmt::format("{} {}: is marked {} and should be {}", table, one[0].c_str(),
                                   one[1].c_str(), how));
            }
        }
    }

private:
    pqxx::nontransaction work_;
};

// "FROM" of the children of live parents.
std::string of_live(std::string_view child, std::string_view parent, std::string_view column,
                    std::string_view condition = "true")
{
    return fmt::format("{} AS t JOIN {} AS p ON p.id = t.{} WHERE p.deleted_at IS NULL AND {}",
                       child, parent, column, condition);
}

std::string pair_key(const json_value& parent, const json_value& child)
{
    return parent.text + "/" + child.text;
}

rows links(const documents& all, std::string_view member)
{
    rows expected;
    for (const auto& document : all) {
        for (const auto& id : document.at("_truth").at(member).elements) {
            expected.emplace(pair_key(document.at("id"), id), row());
        }
    }
    return expected;
}

// The elements of an array inside each document, by parent and `id` (or their place).
rows children(const documents& all, std::string_view path, std::string_view id,
              std::string_view columns_text)
{
    const auto columns = read_columns(columns_text);
    rows expected;
    for (const auto& document : all) {
        std::size_t position = 0;
        for (const auto& element : document.along(path).elements) {
            const std::string own = id == "#" ? std::to_string(position++) : element.at(id).text;
            expected.emplace(document.at("id").text + "/" + own, expected_row(columns, element));
        }
    }
    return expected;
}

void compare_contacts(comparison& to, const documents& contacts, const documents& notes)
{
    to.records("contacts", columns::contacts, contacts);
    for (const auto& [table, other, member] :
         {std::tuple{"contact_tags", "tag_id", "tags"},
          std::tuple{"contact_companies", "company_id", "companies"},
          std::tuple{"contact_segments", "segment_id", "segments"}}) {
        to.rows_of(table, fmt::format("t.contact_id || '/' || t.{}", other),
                   of_live(table, "contacts", "contact_id"), "", links(contacts, member));
    }
    rows subscriptions;
    for (const auto& contact : contacts) {
        for (const auto& one : contact.at("_truth").at("subscriptions").elements) {
            subscriptions.emplace(pair_key(contact.at("id"), one.at("id")),
                                  row{one.at("consent").text});
        }
    }
    to.rows_of("contact_subscriptions", "t.contact_id || '/' || t.subscription_type_id",
               of_live("contact_subscriptions", "contacts", "contact_id"), "consent",
               subscriptions);
    to.rows_of("contact_social_profiles", "t.contact_id || '/' || t.position",
               of_live("contact_social_profiles", "contacts", "contact_id"),
               columns::social_profiles,
               children(contacts, "social_profiles.data", "#", columns::social_profiles));
    rows expected_notes;
    const auto note_columns = read_columns(columns::notes);
    for (const auto& note : notes) {
        expected_notes.emplace(note.at("id").text, expected_row(note_columns, note));
    }
    to.rows_of("notes", "t.id", of_live("notes", "contacts", "contact_id", "t.deleted_at IS NULL"),
               columns::notes, expected_notes);
}

// Parts older than the newest 500 cannot be read any more and stay.
std::set<std::string> long_threads(const documents& threads)
{
    std::set<std::string> ids;
    for (const auto& thread : threads) {
        if (std::stoll(thread.at("_truth").at("all_parts").text) > 500) {
            ids.insert(thread.at("id").text);
        }
    }
    return ids;
}

// Parts and their files; `kind` is "conversation" or "ticket".
void compare_parts(comparison& to, const documents& threads, const std::string& kind,
                   std::string_view part_columns)
{
    const std::string table = kind + "_parts";
    const std::string path = table + "." + table;
    const auto is_kept = [ids = long_threads(threads)](const std::string& key) {
        return ids.contains(key.substr(0, key.find('/')));
    };
    const std::string parent = kind + "_id";
    to.rows_of(table, fmt::format("t.{} || '/' || t.id", parent),
               of_live(table, kind + "s", parent, "t.deleted_at IS NULL"), part_columns,
               children(threads, path, "id", part_columns), is_kept);

    const auto columns = read_columns(columns::attachments);
    rows files;
    for (const auto& thread : threads) {
        for (const auto& part : thread.along(path).elements) {
            std::size_t position = 0;
            for (const auto& file : part.at("attachments").elements) {
                files.emplace(
                    fmt::format("{}/{}/{}", thread.at("id").text, part.at("id").text, position++),
                    expected_row(columns, file));
            }
        }
    }
    to.rows_of("attachments of " + table,
               fmt::format("q.{} || '/' || t.part_id || '/' || t.position", parent),
               fmt::format("attachments AS t JOIN {} AS q ON q.id = t.part_id JOIN {}s AS p"
                           " ON p.id = q.{} WHERE p.deleted_at IS NULL AND t.part_kind = '{}_part'",
                           table, kind, parent, kind),
               columns::attachments, files, is_kept);
}

void compare_thread_links(comparison& to, const documents& threads, const std::string& kind)
{
    const std::string parent = kind + "_id";
    to.rows_of(kind + "_contacts", fmt::format("t.{} || '/' || t.contact_id", parent),
               of_live(kind + "_contacts", kind + "s", parent), "", links(threads, "contacts"));
    to.rows_of(kind + "_linked_objects", fmt::format("t.{} || '/' || t.linked_object_id", parent),
               of_live(kind + "_linked_objects", kind + "s", parent), columns::linked_objects,
               children(threads, "linked_objects.data", "id", columns::linked_objects));
}

void compare_conversations(comparison& to, const documents& conversations)
{
    to.records("conversations", columns::conversations, conversations);
    compare_parts(to, conversations, "conversation", columns::conversation_parts);
    compare_thread_links(to, conversations, "conversation");
    to.rows_of("conversation_teammates", "t.conversation_id || '/' || t.admin_id",
               of_live("conversation_teammates", "conversations", "conversation_id"), "",
               children(conversations, "teammates.teammates", "id", ""));
    to.rows_of("conversation_tags", "t.conversation_id || '/' || t.tag_id",
               of_live("conversation_tags", "conversations", "conversation_id"),
               columns::conversation_tags,
               children(conversations, "tags.tags", "id", columns::conversation_tags));
    to.rows_of(
        "attachments of conversations", "t.part_id || '/' || t.position",
        of_live("attachments", "conversations", "part_id", "t.part_kind = 'conversation_source'"),
        columns::attachments,
        children(conversations, "source.attachments", "#", columns::attachments));
}

// The objects inside `translated_content`, by parent and language.
rows translations(const documents& all, std::string_view columns_text)
{
    const auto columns = read_columns(columns_text);
    rows expected;
    for (const auto& document : all) {
        const auto& content = document.at("translated_content");
        for (std::size_t i = 0; i < content.names.size(); ++i) {
            if (content.elements[i].is == json_value::kind::object) {
                expected.emplace(document.at("id").text + "/" + content.names[i],
                                 expected_row(columns, content.elements[i]));
            }
        }
    }
    return expected;
}

void compare_help_centers(comparison& to, const documents& collections, const documents& articles)
{
    to.records("collections", columns::collections, collections);
    to.rows_of("collection_translations", "t.collection_id || '/' || t.locale",
               of_live("collection_translations", "collections", "collection_id"),
               columns::collection_translations,
               translations(collections, columns::collection_translations));
    to.records("articles", columns::articles, articles);
    to.rows_of("article_translations", "t.article_id || '/' || t.locale",
               of_live("article_translations", "articles", "article_id"),
               columns::article_translations,
               translations(articles, columns::article_translations));
    to.rows_of("article_tags", "t.article_id || '/' || t.tag_id",
               of_live("article_tags", "articles", "article_id"), "",
               children(articles, "tags.tags", "id", ""));
}

void compare_news(comparison& to, const documents& newsfeeds, const documents& items)
{
    to.records("newsfeeds", columns::newsfeeds, newsfeeds);
    to.rows_of("newsfeed_items", "t.newsfeed_id || '/' || t.news_item_id",
               of_live("newsfeed_items", "newsfeeds", "newsfeed_id"), "",
               links(newsfeeds, "items"));
    to.records("news_items", columns::news_items, items);
    rows assigned;
    const auto columns = read_columns(columns::news_item_newsfeeds);
    for (const auto& item : items) {
        for (const auto& one : item.at("newsfeed_assignments").elements) {
            assigned.emplace(pair_key(item.at("id"), one.at("newsfeed_id")),
                             expected_row(columns, one));
        }
    }
    to.rows_of("news_item_newsfeeds", "t.news_item_id || '/' || t.newsfeed_id",
               of_live("news_item_newsfeeds", "news_items", "news_item_id"),
               columns::news_item_newsfeeds, assigned);
}

std::set<std::string> ids_of(const documents& all)
{
    std::set<std::string> ids;
    for (const auto& document : all) {
        ids.insert(document.at("id").text);
    }
    return ids;
}

} // namespace

std::vector<std::string> equality::differences() const
{
    comparison to(mirror_);
    const auto read = [this](std::string_view resource) { return read_truth(truth_, resource); };

    compare_contacts(to, read("contacts"), read("notes"));
    const auto companies = read("companies");
    to.records("companies", columns::companies, companies);
    to.rows_of("company_tags", "t.company_id || '/' || t.tag_id",
               of_live("company_tags", "companies", "company_id"), "", links(companies, "tags"));
    to.rows_of("company_segments", "t.company_id || '/' || t.segment_id",
               of_live("company_segments", "companies", "company_id"), "",
               links(companies, "segments"));
    compare_conversations(to, read("conversations"));
    const auto tickets = read("tickets");
    to.records("tickets", columns::tickets, tickets);
    compare_parts(to, tickets, "ticket", columns::ticket_parts);
    compare_thread_links(to, tickets, "ticket");

    to.records("admins", columns::admins, read("admins"));
    const auto teams = read("teams");
    to.records("teams", columns::teams, teams);
    rows members;
    for (const auto& team : teams) {
        for (const auto& admin : team.at("admin_ids").elements) {
            members.emplace(pair_key(team.at("id"), admin), row());
        }
    }
    to.rows_of("team_admins", "t.team_id || '/' || t.admin_id",
               of_live("team_admins", "teams", "team_id"), "", members);
    to.records("tags", columns::tags, read("tags"));
    to.records("segments", columns::segments, read("segments"));
    to.records("data_attributes", columns::data_attributes, read("data_attributes"),
               "t.model || '/' || t.full_name");
    to.records("subscription_types", columns::subscription_types, read("subscription_types"));
    const auto types = read("ticket_types");
    to.records("ticket_types", columns::ticket_types, types);
    to.rows_of(
        "ticket_type_attributes", "t.ticket_type_id || '/' || t.id",
        of_live("ticket_type_attributes", "ticket_types", "ticket_type_id", "t.deleted_at IS NULL"),
        columns::ticket_type_attributes,
        children(types, "ticket_type_attributes.data", "id", columns::ticket_type_attributes));
    to.records("ticket_states", columns::ticket_states, read("ticket_states"));
    to.records("help_centers", columns::help_centers, read("help_centers"));
    compare_help_centers(to, read("collections"), read("articles"));
    compare_news(to, read("newsfeeds"), read("news_items"));
    to.records("activity_logs", columns::activity_logs, read("activity_logs"));
    to.records("away_status_reasons", columns::away_status_reasons, read("away_status_reasons"));
    to.records("internal_articles", columns::internal_articles, read("internal_articles"));
    to.records("content_import_sources", columns::content_import_sources,
               read("content_import_sources"));
    to.records("external_pages", columns::external_pages, read("external_pages"));

    std::map<std::string, std::set<std::string>> removed;
    for (const auto& one : read("removed")) {
        removed[one.at("resource").text].insert(one.at("id").text);
    }
    // Up to version 2.15 a contact that cannot be read may be archived, merged or deleted.
    to.tombstones("contacts", "gone", removed["contacts"]);
    for (const auto* table : {"companies", "conversations", "tickets"}) {
        to.tombstones(table, "deleted", removed[table]);
    }
    return to.found;
}

std::vector<std::string> equality::missed_changes(const std::set<std::string>& returned,
                                                  const std::string& first_companies) const
{
    comparison to(mirror_);
    std::set<std::string> companies;
    for (const auto& one : to.ask("SELECT id FROM companies")) {
        companies.insert(one[0].c_str());
    }
    for (const auto& document : read_lines(first_companies)) {
        const std::string id = document.at("id").text;
        if (!companies.contains(id) && !returned.contains(id)) {
            to.differ(fmt::format("companies {}: the first mirror did not bring it", id));
        }
    }
    for (const std::string table : {"contacts", "conversations", "tickets"}) {
        std::map<std::string, long long> stored;
        for (const auto& one :
             to.ask(fmt::format("SELECT id, extract(epoch FROM updated_at)::bigint FROM {}"
                                " WHERE deleted_at IS NULL AND updated_at IS NOT NULL",
                                table))) {
            stored.emplace(one[0].c_str(), one[1].as<long long>());
        }
        for (const auto& document : read_truth(truth_, table)) {
            const std::string id = document.at("id").text;
            const auto there = stored.find(id);
            const auto changed = std::stoll(document.at("updated_at").text);
            if (returned.contains(id)) {
                continue;
            }
            if (there == stored.end()) {
                to.differ(fmt::format("{} {}: polls did not bring it", table, id));
            } else if (there->second < changed) {
                to.differ(fmt::format("{} {}: polls missed a change {} s later", table, id,
                                      changed - there->second));
            }
        }
    }
    return to.found;
}

std::vector<std::string> equality::false_deletions(const std::set<std::string>& removed_once) const
{
    comparison to(mirror_);
    for (const std::string table : {"contacts",
                                    "companies",
                                    "conversations",
                                    "tickets",
                                    "admins",
                                    "teams",
                                    "tags",
                                    "segments",
                                    "subscription_types",
                                    "ticket_types",
                                    "ticket_states",
                                    "help_centers",
                                    "collections",
                                    "articles",
                                    "newsfeeds",
                                    "news_items",
                                    "activity_logs",
                                    "away_status_reasons",
                                    "internal_articles",
                                    "content_import_sources",
                                    "external_pages"}) {
        const auto deleted = to.ask(
            fmt::format("SELECT id FROM {} WHERE deleted_at IS NOT NULL ORDER BY id", table));
        if (deleted.empty()) {
            continue;
        }
        const auto existing = ids_of(read_truth(truth_, table));
        for (const auto& one : deleted) {
            if (existing.contains(one[0].c_str()) && !removed_once.contains(one[0].c_str())) {
                to.differ(fmt::format("{} {}: is marked deleted and has existed all the time",
                                      table, one[0].c_str()));
            }
        }
    }
    return to.found;
}

} // namespace intercom_simulation
