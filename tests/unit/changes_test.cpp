#include "schema/catalogue.hpp"
#include "schema/operations.hpp"
#include "schema/tables.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace intercom_mirror {
namespace {

// Names in braces differ between versions of the API; the addresses do not.
std::string without_names(const std::string& request)
{
    return std::regex_replace(request, std::regex("\\{[^}]*\\}"), "{}");
}

// Every operation of API 2.10 that changes something, as its official description lists them.
// (POST to a search or a list reads.)
const std::vector<std::string> writes_of_2_10{
    "PUT /admins/{}/away",
    "POST /articles",
    "PUT /articles/{}",
    "DELETE /articles/{}",
    "POST /companies",
    "PUT /companies/{}",
    "DELETE /companies/{}",
    "POST /contacts",
    "PUT /contacts/{}",
    "DELETE /contacts/{}",
    "POST /contacts/merge",
    "POST /contacts/{}/archive",
    "POST /contacts/{}/unarchive",
    "POST /contacts/{}/companies",
    "DELETE /contacts/{}/companies/{}",
    "POST /contacts/{}/notes",
    "POST /contacts/{}/subscriptions",
    "DELETE /contacts/{}/subscriptions/{}",
    "POST /contacts/{}/tags",
    "DELETE /contacts/{}/tags/{}",
    "POST /conversations",
    "PUT /conversations/{}",
    "POST /conversations/redact",
    "POST /conversations/{}/convert",
    "POST /conversations/{}/customers",
    "DELETE /conversations/{}/customers/{}",
    "POST /conversations/{}/parts",
    "POST /conversations/{}/reply",
    "POST /conversations/{}/run_assignment_rules",
    "POST /conversations/{}/tags",
    "DELETE /conversations/{}/tags/{}",
    "POST /data_attributes",
    "PUT /data_attributes/{}",
    "POST /events",
    "POST /events/summaries",
    "POST /export/cancel/{}",
    "POST /export/content/data",
    "POST /help_center/collections",
    "PUT /help_center/collections/{}",
    "DELETE /help_center/collections/{}",
    "POST /messages",
    "POST /news/news_items",
    "PUT /news/news_items/{}",
    "DELETE /news/news_items/{}",
    "POST /phone_call_redirects",
    "POST /tags",
    "DELETE /tags/{}",
    "POST /ticket_types",
    "PUT /ticket_types/{}",
    "POST /ticket_types/{}/attributes",
    "PUT /ticket_types/{}/attributes/{}",
    "POST /tickets",
    "PUT /tickets/{}",
    "POST /tickets/{}/reply",
    "POST /tickets/{}/tags",
    "DELETE /tickets/{}/tags/{}",
    "PUT /visitors",
    "POST /visitors/convert",
};

TEST(Changes, CoverEveryWritingOperationOfTheOldestVersion)
{
    std::set<std::string> caused;
    for (const change& each : changes_of(catalogue(), functions())) {
        if (each.versions.holds(oldest_version)) {
            caused.insert(without_names(each.request));
        }
    }
    for (const std::string& request : writes_of_2_10) {
        EXPECT_TRUE(caused.contains(request)) << request;
    }
}

TEST(Changes, AreThoseThePageAboutSqlShows)
{
    std::ostringstream page;
    page << std::ifstream(SOURCE_DIR "/docs/sql.md").rdbuf();
    const std::string table = changes_markdown(changes_of(catalogue(), functions()));
    EXPECT_NE(page.str().find(table), std::string::npos) << table;
}

// --- What requests say of columns and parameters is there
// ------------------------------------------

using known_names = std::set<std::string, std::less<>>;

void expect_known(const write_request& request, const known_names& known, const std::string& where)
{
    const std::string target(request.target);
    const std::regex in_braces("\\{([^}]*)\\}");
    for (std::sregex_iterator each(target.begin(), target.end(), in_braces), end; each != end;
         ++each) {
        EXPECT_TRUE(known.contains(each->str(1))) << where << ": " << target;
    }
    for (const std::string_view column : split_names(request.columns)) {
        EXPECT_TRUE(known.contains(column)) << where << ": " << column;
    }
    if (!request.when.empty()) {
        EXPECT_TRUE(known.contains(request.when.substr(0, request.when.find('=')))) << where;
    }
    for (const body_member& member : request.body) {
        EXPECT_FALSE(member.place.empty()) << where;
        if (member.value.find_first_of("=:@*") != 0) {
            EXPECT_TRUE(known.contains(member.value.substr(0, member.value.find('.'))))
                << where << ": " << member.value;
        }
    }
}

void expect_known(const writing& write, const known_names& known, const std::string& where)
{
    for (const auto requests : {write.create, write.update, write.remove}) {
        for (const write_request& each : requests) {
            expect_known(each, known, where);
        }
    }
    for (const column_rule& rule : write.columns) {
        EXPECT_TRUE(known.contains(rule.column)) << where << ": " << rule.column;
    }
    for (const std::string_view column : split_names(write.natural_key)) {
        EXPECT_TRUE(known.contains(column)) << where << ": " << column;
    }
}

TEST(Changes, NameColumnsThatAreThere)
{
    const auto tables = tables_of(catalogue());
    const auto names_of = [&](std::string_view name) {
        known_names known;
        for (const table_column& column : std::ranges::find(tables, name, &table::name)->columns) {
            known.emplace(column.name);
        }
        return known;
    };
    for (const resource* each : catalogue()) {
        expect_known(each->write, names_of(each->name), std::string(each->name));
        for (const child& child : each->children) {
            expect_known(child.write, names_of(child.table), std::string(child.table));
        }
    }
}

TEST(Changes, NameParametersThatAreThere)
{
    std::set<std::string_view> names;
    for (const function& each : functions()) {
        EXPECT_TRUE(names.insert(each.name).second) << each.name;
        known_names known;
        bool is_optional_before = false;
        for (const parameter& one : each.parameters) {
            known.emplace(one.name);
            EXPECT_FALSE(is_optional_before && one.is_required) << each.name << ": " << one.name;
            is_optional_before = !one.is_required;
            const bool is_in_target = each.request.target.find("{" + std::string(one.name) + "}") !=
                                      std::string_view::npos;
            EXPECT_TRUE(is_in_target || !one.place.empty()) << each.name << ": " << one.name;
        }
        expect_known(each.request, known, std::string(each.name));
        EXPECT_EQ(each.entity.empty(), each.entity_id.empty()) << each.name;
        EXPECT_TRUE(each.entity.empty() || known.contains(each.entity_id)) << each.name;
    }
}

// Whatever may be edited has a request to go out by, in some version.
TEST(Changes, HaveARequestForEveryEditableColumn)
{
    for (const resource* each : catalogue()) {
        for (const column& column : each->columns) {
            if (!column.editable) {
                continue;
            }
            const bool has_request =
                std::ranges::any_of(each->write.update, [&](const auto& request) {
                    const auto columns = split_names(request.columns);
                    return columns.empty() ||
                           std::ranges::find(columns, column.name) != columns.end();
                });
            EXPECT_TRUE(has_request) << each->name << "." << column.name;
        }
    }
}

} // namespace
} // namespace intercom_mirror
