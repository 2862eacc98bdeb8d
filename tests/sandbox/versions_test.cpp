#include "tests/sandbox/client.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

constexpr std::array all_versions{"2.10", "2.11", "2.12", "2.13",    "2.14",
                                  "2.15", "2.16", "2.17", "Preview", "Unstable"};

// The same workspace, asked in one version and another.
struct Versions : ::testing::Test
{
    response ask(const std::string& version, const std::string& method, const std::string& target,
                 const std::string& body = "")
    {
        return asker.ask(method, target, body,
                         {{"Authorization", "Bearer secret"}, {"Intercom-Version", version}});
    }
    json get(const std::string& version, const std::string& target)
    {
        return client::read(ask(version, "GET", target));
    }
    refused refusal(const std::string& version, const std::string& method,
                    const std::string& target, const std::string& body = "")
    {
        return client::refusal_of(ask(version, method, target, body));
    }
    // The versions in which the condition holds.
    template <class Condition>
    std::set<std::string> where(Condition holds)
    {
        std::set<std::string> found;
        for (const std::string version : all_versions) {
            if (holds(version)) {
                found.insert(version);
            }
        }
        return found;
    }
    static std::set<std::string> since(const std::string& first)
    {
        return {std::find(all_versions.begin(), all_versions.end(), first), all_versions.end()};
    }
    // All documents of a resource as GET by id serves them in that version.
    std::vector<json> truth(const std::string& version, const std::string& resource)
    {
        std::vector<json> lines;
        const std::string all = asker.world.truth(resource, version).value();
        for (std::string_view text = all; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
            lines.push_back(json::parse(text.substr(0, text.find('\n'))));
        }
        return lines;
    }
    bool any(const std::string& version, const std::string& resource,
             const std::function<bool(const json&)>& holds)
    {
        const auto lines = truth(version, resource);
        return std::any_of(lines.begin(), lines.end(), holds);
    }
    // The versions in which some document of the resource has the member.
    std::set<std::string> having(const std::string& resource, const std::string& pointer)
    {
        const json::json_pointer at(pointer);
        return where([&](const std::string& version) {
            return any(version, resource, [&](const json& r) { return r.contains(at); });
        });
    }

    client asker{[] {
        options wanted = client::plain();
        wanted.contacts = 120;
        wanted.conversations = 120;
        wanted.tickets = 60;
        return wanted;
    }()};
};

TEST_F(Versions, OffersEachEndpointWhereItExists)
{
    const auto offering = [&](const std::string& method, const std::string& target,
                              const std::string& body = "") {
        return where([&](const std::string& version) {
            const auto said = refusal(version, method, target, body);
            EXPECT_TRUE(said.first == 200 || said == refused(400, "intercom_version_invalid") ||
                        said.first == 404)
                << version << target << said.first;
            return said.second != "intercom_version_invalid";
        });
    };
    const std::string query = R"({"query":{"field":"name","operator":"=","value":"x"}})";
    EXPECT_EQ(offering("GET", "/contacts"), since("2.10"));
    EXPECT_EQ(offering("GET", "/ticket_states"), since("2.12"));
    EXPECT_EQ(offering("GET", "/contacts/find_by_external_id/x"), since("2.13"));
    EXPECT_EQ(offering("GET", "/conversations/deleted"), since("2.16"));
    EXPECT_EQ(offering("POST", "/companies/search", query), since("Preview"));
    for (const std::string unknown : {"2.9", "2.18", "preview", "3.0", "2.010"}) {
        EXPECT_EQ(refusal(unknown, "GET", "/me"), refused(400, "intercom_version_invalid"));
    }
}

TEST_F(Versions, OwnersAreNumbersAndThenTexts)
{
    const auto is_text = [&](const std::string& version) {
        return any(version, "contacts", [](const json& c) { return c["owner_id"].is_string(); });
    };
    const auto is_number = [&](const std::string& version) {
        return any(version, "contacts", [](const json& c) { return c["owner_id"].is_number(); });
    };
    EXPECT_EQ(where(is_text), since("2.16"));
    EXPECT_EQ(where(is_number),
              (std::set<std::string>{"2.10", "2.11", "2.12", "2.13", "2.14", "2.15"}));
}

TEST_F(Versions, NobodyIsNullOrZeroOrATextByTurns)
{
    for (const std::string version : all_versions) {
        std::set<json> nobody;
        for (const json& c : truth(version, "conversations")) {
            const json& who = c["admin_assignee_id"];
            EXPECT_FALSE(who.is_string()) << version;
            if (who.is_null() || who == 0) {
                nobody.insert(who);
            }
        }
        const bool is_new = since("2.16").contains(version);
        EXPECT_EQ(nobody, is_new ? std::set<json>{0} : (std::set<json>{nullptr, 0})) << version;
        for (const json& t : truth(version, "tickets")) {
            EXPECT_EQ(t["team_assignee_id"].is_number(), is_new) << version;
            EXPECT_EQ(t["team_assignee_id"].is_string(), !is_new) << version;
        }
    }
}

TEST_F(Versions, TicketStatesAreTextsAndThenObjects)
{
    const auto is_object = [&](const std::string& version) {
        return any(version, "tickets", [](const json& t) {
            EXPECT_EQ(t.contains("ticket_state_internal_label"), t["ticket_state"].is_string());
            return t["ticket_state"].is_object();
        });
    };
    EXPECT_EQ(where(is_object), since("2.12"));
}

TEST_F(Versions, PrioritiesHaveOtherNames)
{
    for (const std::string version : all_versions) {
        std::set<std::string> names;
        for (const json& c : truth(version, "conversations")) {
            names.insert(c["priority"].get<std::string>());
        }
        const std::set<std::string> known =
            since("2.16").contains(version)
                ? std::set<std::string>{"none", "low", "medium", "high", "urgent"}
                : std::set<std::string>{"priority", "not_priority"};
        EXPECT_GE(names.size(), 2U);
        EXPECT_TRUE(std::includes(known.begin(), known.end(), names.begin(), names.end()))
            << version;
    }
}

TEST_F(Versions, MembersAppearWithTheirVersion)
{
    EXPECT_EQ(having("contacts", "/formatted_phone"),
              (std::set<std::string>{"2.11", "Preview", "Unstable"}));
    EXPECT_EQ(having("contacts", "/enabled_push_messaging"), since("2.12"));
    EXPECT_EQ(having("companies", "/notes"), since("2.16"));
    EXPECT_EQ(having("conversations", "/ai_agent_participated"), since("2.11"));
    EXPECT_EQ(having("conversations", "/statistics/assigned_team_first_response_time"),
              since("2.12"));
    EXPECT_EQ(having("conversations", "/statistics/handling_time"), since("2.13"));
    EXPECT_EQ(having("conversations", "/conversation_parts/conversation_parts/0/state"),
              since("2.13"));
    EXPECT_EQ(
        having("conversations", "/conversation_parts/conversation_parts/0/author/from_ai_agent"),
        since("2.14"));
    EXPECT_EQ(having("conversations", "/conversation_rating/updated_at"), since("2.14"));
    EXPECT_EQ(having("conversations", "/company/id"), since("2.15"));
    EXPECT_EQ(having("conversations", "/source/email_message_metadata"), since("2.16"));
    EXPECT_EQ(having("conversations", "/channel"), since("2.16"));
    EXPECT_EQ(having("tickets", "/ticket_parts/ticket_parts/0/app_package_code"), since("2.13"));
    EXPECT_EQ(having("tickets", "/previous_ticket_state_id"), since("2.16"));
    EXPECT_EQ(having("admins", "/role/name"), since("2.16"));
    EXPECT_EQ(having("teams", "/assignment_limit"), since("2.14"));
    EXPECT_EQ(having("ticket_types", "/ticket_states"), since("2.12"));
    const auto rates_workflows = [&](const std::string& version) {
        return any(version, "conversations", [](const json& c) {
            return c["conversation_rating"].is_object() &&
                   c["conversation_rating"]["teammate"]["type"] == "workflow";
        });
    };
    EXPECT_EQ(where(rates_workflows), since("2.17"));
    const auto knows_moments = [&](const std::string& version) {
        return any(version, "data_attributes",
                   [](const json& a) { return a["data_type"] == "datetime"; });
    };
    EXPECT_EQ(where(knows_moments), since("2.17"));
}

TEST_F(Versions, ListsStandUnderOtherNames)
{
    EXPECT_TRUE(get("2.10", "/ticket_types").contains("ticket_types"));
    EXPECT_TRUE(get("2.12", "/ticket_types").contains("data"));
    EXPECT_TRUE(get("2.11", "/conversations").contains("data"));
    EXPECT_TRUE(get("2.12", "/conversations").contains("conversations"));
    const std::string id = truth("2.10", "contacts").front()["id"];
    EXPECT_TRUE(get("2.11", "/contacts/" + id + "/companies").contains("companies"));
    EXPECT_TRUE(get("2.12", "/contacts/" + id + "/companies").contains("data"));
    EXPECT_TRUE(truth("2.11", "ticket_types")
                    .front()["ticket_type_attributes"]
                    .contains("ticket_type_attributes"));
}

TEST_F(Versions, TheNextPageIsNamedInEveryForm)
{
    const auto next = [&](const std::string& version, const std::string& target) {
        return get(version, target)["pages"].value("next", json("absent"));
    };
    EXPECT_TRUE(next("2.14", "/contacts").contains("starting_after"));
    EXPECT_FALSE(next("2.14", "/contacts").contains("per_page"));
    EXPECT_TRUE(next("2.15", "/contacts").contains("per_page"));
    EXPECT_EQ(next("2.16", "/contacts?per_page=150"), "absent");
    EXPECT_TRUE(next("Preview", "/contacts?per_page=150").is_null());
    const json listed = client::read(ask("2.16", "POST", "/companies/list?per_page=10"));
    EXPECT_TRUE(listed["pages"]["next"].is_string());
}

TEST_F(Versions, ContactsAreSearchedByDayAndThenBySecond)
{
    const auto contacts = truth("2.10", "contacts");
    const auto pivot = contacts[contacts.size() / 2]["created_at"].get<std::int64_t>();
    const auto since_pivot =
        std::count_if(contacts.begin(), contacts.end(), [pivot](const json& contact) {
            return contact["created_at"].get<std::int64_t>() >= pivot;
        });
    const auto ask_for = [&](const std::string& version, const char* op, std::int64_t value) {
        const json query{{"query", client::filter("created_at", op, value)}};
        return ask(version, "POST", "/contacts/search", query.dump());
    };
    // A second earlier is the same day, of which > wants nothing.
    EXPECT_EQ(where([&](const auto& version) {
                  const json found = client::read(ask_for(version, ">", pivot - 1));
                  return found["total_count"] == since_pivot;
              }),
              since("2.17"));
    EXPECT_EQ(
        where([&](const auto& version) { return ask_for(version, ">=", pivot).status == 200; }),
        since("2.17"));
}

TEST_F(Versions, AnOrderNobodyKnowsIsTakenForNoneAndThenRefused)
{
    const json query{{"query", client::filter("created_at", ">", 0)},
                     {"sort", {{"field", "updated_at"}, {"order", "desc"}}}};
    EXPECT_EQ(where([&](const auto& version) {
                  return refusal(version, "POST", "/contacts/search", query.dump()) ==
                         refused(400, "invalid_sort_order");
              }),
              since("2.16"));
}

TEST_F(Versions, ConversationAttributesMove)
{
    EXPECT_EQ(where([&](const auto& version) {
                  return refusal(version, "GET", "/data_attributes?model=conversation").first ==
                         422;
              }),
              since("2.16"));
    const std::string all = "/conversations/attributes";
    std::vector<std::string> made;
    for (const char* name : {"severity", "old"}) {
        const json attribute{{"name", name}, {"data_type", "string"}};
        made.push_back(client::read(asker.write("POST", all, attribute, "2.16"))["id"].dump());
    }
    EXPECT_EQ(asker.write("DELETE", all + "/" + made[1], nullptr, "2.16").status, 200U);
    EXPECT_EQ(where([&](const auto& version) {
                  return any(version, "data_attributes",
                             [](const json& a) { return a["type"] == "conversation_attribute"; });
              }),
              since("2.16"));
    // Each has its own name for what it is, and only one form says what it belongs to.
    for (const std::string version : {"2.15", "2.16"}) {
        EXPECT_EQ(any(version, "data_attributes",
                      [](const json& a) { return a.value("model", "") == "conversation"; }),
                  version == "2.15");
    }
    EXPECT_EQ(get("2.16", all + "?include_archived=true")["data"].size(), 2U);
    const json kept = get("2.16", all)["data"];
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0]["name"], "severity");
}

TEST_F(Versions, CompaniesTellOfTheirNotes)
{
    EXPECT_EQ(where([&](const auto& version) {
                  return any(version, "notes", [](const json& n) { return n.contains("company"); });
              }),
              since("2.16"));
    const auto told = [&](const std::string& version, const json& company) {
        const json& notes = company["notes"];
        return notes[version == "Preview" ? "data" : "notes"].size();
    };
    for (const std::string version : {"2.16", "Preview"}) {
        std::size_t companies_with_notes = 0;
        for (const json& company : truth(version, "companies")) {
            const std::string path = "/companies/" + company["id"].get<std::string>() + "/notes";
            const json list = get(version, path);
            EXPECT_EQ(told(version, company),
                      std::min<std::size_t>(list["total_count"].get<std::size_t>(),
                                            version == "Preview" ? 10 : 60));
            companies_with_notes += list["data"].empty() ? 0 : 1;
        }
        EXPECT_GT(companies_with_notes, 0U);
    }
}

TEST_F(Versions, MergedContactsAreMissingAndThenGoneElsewhere)
{
    asker.now += 1h;
    asker.world.mutate(asker.now, 600);
    std::string merged;
    std::string into;
    for (const json& r : asker.truth("removed")) {
        if (r["how"] == "merged") {
            merged = r["id"];
            into = r["into"];
        }
    }
    ASSERT_FALSE(merged.empty());
    EXPECT_EQ(where([&](const auto& version) {
                  const response said = ask(version, "GET", "/contacts/" + merged);
                  EXPECT_TRUE(said.status == 404 || said.status == 410);
                  EXPECT_EQ(header(said.headers, "Link").empty(), said.status == 404);
                  return client::refusal_of(said) == refused(410, "contact_merged");
              }),
              since("2.16"));
}

TEST_F(Versions, DeletedConversationsAreListedLatestFirst)
{
    for (int hour = 0; hour < 8; ++hour) {
        asker.now += 1h;
        asker.world.mutate(asker.now, 400);
    }
    std::vector<std::string> expected;
    for (const json& r : asker.truth("removed")) {
        if (r["resource"] == "conversations") {
            expected.push_back(r["id"]);
        }
    }
    ASSERT_GE(expected.size(), 4U);
    const auto walk = [&](const std::string& order) {
        std::vector<std::string> ids;
        for (int page = 1;; ++page) {
            const json listed = get("2.16", "/conversations/deleted?per_page=3&order=" + order +
                                                "&page=" + std::to_string(page));
            EXPECT_EQ(listed["total_count"], expected.size());
            std::int64_t before = 0;
            for (const json& one : listed["conversations"]) {
                ids.push_back(one["id"]);
                const auto at = one["deleted_at"].get<std::int64_t>();
                EXPECT_TRUE(before == 0 || (order == "asc" ? before <= at : at <= before));
                before = at;
            }
            if (listed["pages"]["next"].is_null()) {
                return ids;
            }
        }
    };
    EXPECT_EQ(walk("asc"), expected);
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(walk("desc"), expected);
    EXPECT_EQ(refusal("2.16", "GET", "/conversations/deleted?order=up"),
              refused(400, "parameter_invalid"));
}

TEST_F(Versions, PreviewFindsCompaniesThatHaveUsers)
{
    const auto search = [&](const json& filter) {
        return ask("Preview", "POST", "/companies/search",
                   json{{"query", filter}, {"pagination", {{"per_page", 150}}}}.dump());
    };
    const json all = client::read(search(client::filter("created_at", ">", 0)));
    std::size_t listed = 0;
    for (const json& c : asker.truth("companies")) {
        listed += c["_truth"]["is_listed"].get<bool>() ? 1 : 0;
    }
    EXPECT_EQ(all["total_count"], listed);
    EXPECT_EQ(all["data"].size(), listed);
    EXPECT_GT(asker.truth("companies").size(), listed);
    const auto refusal_of = [&](const json& filter) { return client::refusal_of(search(filter)); };
    EXPECT_EQ(refusal_of(client::filter("plan.name", "=", "Basic")), refused(400, "invalid_field"));
    EXPECT_EQ(refusal_of(client::filter("segment_id", "=", "x")), refused(400, "invalid_field"));
    EXPECT_EQ(refusal_of(client::filter("updated_at", "IN", {1, 2})),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(refusal_of(client::filter("tag_id", "IN", {"1"})), refused(400, "parameter_invalid"));
    const json by_update =
        client::read(ask("Preview", "POST", "/companies/search",
                         json{{"query", client::filter("created_at", ">", 0)},
                              {"sort", {{"field", "updated_at"}, {"order", "descending"}}}}
                             .dump()));
    EXPECT_TRUE(std::is_sorted(
        by_update["data"].begin(), by_update["data"].end(),
        [](const json& a, const json& b) { return a["updated_at"] > b["updated_at"]; }));
}

TEST_F(Versions, WithoutOneTheWorkspacesOwnCounts)
{
    options wanted = client::plain();
    wanted.api_version = "2.11";
    client old(wanted);
    EXPECT_EQ(client::refusal_of(old.ask("GET", "/ticket_states")),
              refused(400, "intercom_version_invalid"));
    EXPECT_EQ(old.world.truth("tickets"), old.world.truth("tickets", "2.11"));
    EXPECT_NE(old.world.truth("tickets"), old.world.truth("tickets", "2.12"));
    EXPECT_FALSE(old.world.truth("tickets", "2.09"));
}

} // namespace
} // namespace intercom_sandbox
