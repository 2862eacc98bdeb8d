#include "tests/sandbox/client.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace intercom_sandbox {
namespace {

using refused = std::pair<unsigned, std::string>;

struct Search : ::testing::Test
{
    client asker;

    // The ids of the live records of the truth that satisfy a condition.
    std::set<std::string> expected(const std::string& resource,
                                   const std::function<bool(const json&)>& holds)
    {
        std::set<std::string> ids;
        for (const json& r : asker.truth(resource)) {
            if (holds(r)) {
                ids.insert(r["id"].get<std::string>());
            }
        }
        return ids;
    }
    std::set<std::string> found(const std::string& resource, const json& query)
    {
        const auto ids = client::ids(asker.search(resource, query));
        EXPECT_EQ(ids.size(), std::set<std::string>(ids.begin(), ids.end()).size());
        return {ids.begin(), ids.end()};
    }
    refused refusal(const std::string& resource, const json& query, const json& sort = nullptr)
    {
        json body{{"query", query}};
        if (!sort.is_null()) {
            body["sort"] = sort;
        }
        return client::refusal_of(asker.ask("POST", "/" + resource + "/search", body.dump()));
    }
};

// America/New_York in November is five hours behind: the day of 1 699 900 000 (13 November,
// 13:26 local time) is [1 699 851 600, 1 699 938 000).
constexpr std::int64_t within_day = 1'699'900'000;
constexpr std::int64_t day_begins = 1'699'851'600;
constexpr std::int64_t day_ends = 1'699'938'000;

TEST_F(Search, ComparesContactsByCalendarDayOfTheWorkspace)
{
    const auto updated = [](const json& c) { return c["updated_at"].get<std::int64_t>(); };
    EXPECT_EQ(found("contacts", client::filter("updated_at", ">", within_day)),
              expected("contacts", [&](const json& c) { return updated(c) >= day_ends; }));
    EXPECT_EQ(found("contacts", client::filter("updated_at", "<", within_day)),
              expected("contacts", [&](const json& c) { return updated(c) < day_begins; }));
    EXPECT_EQ(found("contacts", client::filter("updated_at", "=", within_day)),
              expected("contacts", [&](const json& c) {
                  return updated(c) >= day_begins && updated(c) < day_ends;
              }));
}

TEST_F(Search, UnitesTheDayAndTheDaysAfterIt)
{
    const json query{{"operator", "OR"},
                     {"value",
                      {client::filter("updated_at", ">", within_day),
                       client::filter("updated_at", "=", within_day)}}};
    EXPECT_EQ(found("contacts", query), expected("contacts", [](const json& c) {
                  return c["updated_at"].get<std::int64_t>() >= day_begins;
              }));
}

TEST_F(Search, RefusesOperatorsThatDatesOfContactsDoNotHave)
{
    for (const char* op : {">=", "<=", "!="}) {
        EXPECT_EQ(refusal("contacts", client::filter("created_at", op, 1)),
                  refused(400, "parameter_invalid"));
    }
    EXPECT_EQ(refusal("contacts", client::filter("created_at", "IN", {1, 2})),
              refused(400, "parameter_invalid"));
}

TEST_F(Search, ComparesConversationsAndTicketsBySecond)
{
    for (const std::string resource : {"conversations", "tickets"}) {
        const auto all = asker.truth(resource);
        const auto pivot = all[all.size() / 2]["created_at"].get<std::int64_t>();
        const auto created = [](const json& r) { return r["created_at"].get<std::int64_t>(); };
        const auto check = [&](const char* op, const std::function<bool(std::int64_t)>& holds) {
            EXPECT_EQ(found(resource, client::filter("created_at", op, pivot)),
                      expected(resource, [&](const json& r) { return holds(created(r)); }))
                << resource << op;
        };
        check(">", [pivot](std::int64_t at) { return at > pivot; });
        check("<", [pivot](std::int64_t at) { return at < pivot; });
        check("=", [pivot](std::int64_t at) { return at == pivot; });
        check(">=", [pivot](std::int64_t at) { return at >= pivot; });
        check("<=", [pivot](std::int64_t at) { return at <= pivot; });
        check("!=", [pivot](std::int64_t at) { return at != pivot; });
    }
}

TEST_F(Search, FindsNothingForMilliseconds)
{
    EXPECT_TRUE(found("tickets", client::filter("created_at", "<", 1'700'000'000'000)).empty());
    EXPECT_TRUE(found("contacts", client::filter("created_at", ">", 1'600'000'000'000)).empty());
}

TEST_F(Search, TakesNumericStringsForDates)
{
    EXPECT_EQ(found("tickets", client::filter("created_at", ">", "1650000000")),
              found("tickets", client::filter("created_at", ">", 1'650'000'000)));
}

TEST_F(Search, FiltersContactsByTagSegmentAndRole)
{
    const auto contacts = asker.truth("contacts");
    const auto tagged = std::find_if(contacts.begin(), contacts.end(),
                                     [](const json& c) { return !c["_truth"]["tags"].empty(); });
    ASSERT_NE(tagged, contacts.end());
    const json tag = (*tagged)["_truth"]["tags"][0];
    const auto has = [](const json& list, const json& id) {
        return std::find(list.begin(), list.end(), id) != list.end();
    };
    EXPECT_EQ(found("contacts", client::filter("tag_id", "=", tag)),
              expected("contacts", [&](const json& c) { return has(c["_truth"]["tags"], tag); }));
    EXPECT_EQ(refusal("contacts", client::filter("tag_id", "IN", json::array({tag}))),
              refused(400, "parameter_invalid"));
    const json segment = asker.get("/segments")["segments"][0]["id"];
    EXPECT_EQ(
        found("contacts", client::filter("segment_id", "=", segment)),
        expected("contacts", [&](const json& c) { return has(c["_truth"]["segments"], segment); }));
    EXPECT_EQ(found("contacts", client::filter("role", "=", "lead")),
              expected("contacts", [](const json& c) { return c["role"] == "lead"; }));
}

TEST_F(Search, FindsByIdExternalIdAndEmail)
{
    const auto contacts = asker.truth("contacts");
    const auto known = std::find_if(contacts.begin(), contacts.end(), [](const json& c) {
        return c["external_id"].is_string() && c["email"] != "";
    });
    ASSERT_NE(known, contacts.end());
    const std::set<std::string> alone{(*known)["id"].get<std::string>()};
    for (const char* field : {"id", "external_id", "email"}) {
        EXPECT_EQ(found("contacts", client::filter(field, "=", (*known)[field])), alone) << field;
        EXPECT_EQ(found("contacts", client::filter(field, "IN", {(*known)[field], "none"})), alone);
    }
}

TEST_F(Search, CombinesFiltersTwoLevelsDeep)
{
    const json leads_or_named{{"operator", "OR"},
                              {"value",
                               {client::filter("role", "=", "lead"),
                                client::filter("email_domain", "=", "example.com")}}};
    const json query{{"operator", "AND"},
                     {"value", {leads_or_named, client::filter("updated_at", "<", within_day)}}};
    EXPECT_EQ(found("contacts", query), expected("contacts", [](const json& c) {
                  const bool is_chosen = c["role"] == "lead" || c["email_domain"] == "example.com";
                  return is_chosen && c["updated_at"].get<std::int64_t>() < day_begins;
              }));
    const json deeper{{"operator", "AND"}, {"value", {query}}};
    EXPECT_EQ(refusal("contacts", deeper), refused(400, "parameter_invalid"));
}

TEST_F(Search, RefusesMoreThanFifteenFiltersInAGroup)
{
    json group{{"operator", "OR"}, {"value", json::array()}};
    for (int i = 0; i < 15; ++i) {
        group["value"].push_back(client::filter("role", "=", "lead"));
    }
    EXPECT_EQ(asker.ask("POST", "/contacts/search", json{{"query", group}}.dump()).status, 200U);
    group["value"].push_back(client::filter("role", "=", "user"));
    EXPECT_EQ(refusal("contacts", group), refused(400, "parameter_invalid"));
}

TEST_F(Search, RefusesWhatItDoesNotKnow)
{
    EXPECT_EQ(refusal("contacts", client::filter("shoe_size", "=", 1)),
              refused(400, "invalid_field"));
    EXPECT_EQ(refusal("tickets", client::filter("tag_ids", "=", "1")),
              refused(400, "invalid_field"));
    EXPECT_EQ(refusal("tickets", client::filter("created_at", ">", true)),
              refused(400, "type_mismatch"));
    EXPECT_EQ(refusal("tickets", client::filter("open", "=", "yes")),
              refused(400, "type_mismatch"));
    EXPECT_EQ(refusal("tickets", client::filter("title", "LIKE", "x")),
              refused(400, "parameter_invalid"));
    const json fine = client::filter("created_at", ">", 1);
    EXPECT_EQ(refusal("tickets", fine, {{"field", "updated_at"}, {"order", "desc"}}),
              refused(400, "invalid_sort_order"));
    EXPECT_EQ(refusal("tickets", fine, {{"field", "colour"}, {"order", "ascending"}}),
              refused(400, "invalid_field"));
    const json stranger{{"query", fine}, {"sorting", {{"field", "id"}}}};
    EXPECT_EQ(client::refusal_of(asker.ask("POST", "/tickets/search", stranger.dump())),
              refused(400, "parameter_invalid"));
    const json greedy{{"query", fine}, {"pagination", {{"per_page", 151}}}};
    EXPECT_EQ(client::refusal_of(asker.ask("POST", "/tickets/search", greedy.dump())),
              refused(400, "parameter_invalid"));
    EXPECT_EQ(client::refusal_of(asker.ask("GET", "/contacts?limit=5")),
              refused(400, "parameter_invalid"));
}

TEST_F(Search, SortsBothWaysAndCountsAll)
{
    for (const std::string resource : {"contacts", "conversations", "tickets"}) {
        for (const std::string field : {"created_at", "updated_at"}) {
            const json all = client::filter("created_at", ">", 0);
            auto up = client::ids(
                asker.search(resource, all, {{"field", field}, {"order", "ascending"}}));
            const auto down = client::ids(
                asker.search(resource, all, {{"field", field}, {"order", "descending"}}));
            EXPECT_EQ(asker.total, down.size());
            std::reverse(up.begin(), up.end());
            EXPECT_EQ(up, down) << resource << field;
            EXPECT_EQ(down.size(), asker.truth(resource).size());
        }
    }
}

TEST_F(Search, OrderIsThatOfTheSortField)
{
    const auto rows = asker.search("contacts", client::filter("created_at", ">", 0),
                                   {{"field", "updated_at"}, {"order", "ascending"}});
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const json& a, const json& b) {
        return a["updated_at"] < b["updated_at"];
    }));
}

TEST_F(Search, CursorsAreKeysetLike)
{
    const json all = client::filter("created_at", ">", 0);
    const json sort{{"field", "updated_at"}, {"order", "ascending"}};
    const json body{{"query", all}, {"sort", sort}, {"pagination", {{"per_page", 150}}}};
    json page = asker.post("/contacts/search", body);
    const auto before = asker.search("contacts", all, sort, 150);
    // Whatever moves behind the cursor while we walk is met again; nothing else is.
    asker.now += 1h;
    asker.world.mutate(asker.now, 200);
    json next = body;
    next["pagination"]["starting_after"] = page["pages"]["next"]["starting_after"];
    page = asker.post("/contacts/search", next);
    for (const json& c : page["data"]) {
        EXPECT_GE(c["updated_at"], before[149]["updated_at"]);
    }
}

TEST(IndexLag, KeepsCreationsAndEditsFromSearchButNotFromGet)
{
    options wanted = client::plain();
    wanted.index_lag = 5s;
    client asker(wanted);
    const auto known = client::ids(asker.truth("conversations"));
    asker.now += 1s;
    asker.world.mutate(asker.now, 100);
    std::set<std::string> fresh;
    for (const auto& id : client::ids(asker.truth("conversations"))) {
        if (std::find(known.begin(), known.end(), id) == known.end()) {
            fresh.insert(id);
            EXPECT_EQ(asker.ask("GET", "/conversations/" + id).status, 200U);
        }
    }
    ASSERT_FALSE(fresh.empty());
    const auto shown = [&] {
        const auto ids =
            client::ids(asker.search("conversations", client::filter("created_at", ">", 0)));
        return std::count_if(ids.begin(), ids.end(),
                             [&](const auto& id) { return fresh.contains(id); });
    };
    EXPECT_EQ(shown(), 0);
    asker.now += 5s;
    EXPECT_EQ(shown(), static_cast<std::ptrdiff_t>(fresh.size()));
}

TEST(IndexLag, HidesWhatIsGoneAtOnce)
{
    options wanted = client::plain();
    wanted.index_lag = 1h;
    client asker(wanted);
    asker.world.mutate(asker.now, 300);
    std::set<std::string> gone;
    for (const json& r : asker.truth("removed")) {
        gone.insert(r["id"].get<std::string>());
    }
    for (const std::string resource : {"contacts", "conversations", "tickets"}) {
        for (const auto& id :
             client::ids(asker.search(resource, client::filter("created_at", ">", 0)))) {
            EXPECT_FALSE(gone.contains(id)) << resource;
        }
    }
}

} // namespace
} // namespace intercom_sandbox
