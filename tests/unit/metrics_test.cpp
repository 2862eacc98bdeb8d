#include "daemon/metrics.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

// Something of everything that can be told.
metrics_sources full(const nlohmann::json& status)
{
    metrics_sources from;
    from.status = &status;
    from.progress = {{"contacts", "poll", 1, 2, 3, 4}};
    from.fates = {{"applied", 2}};
    from.push_latency.add(1500ms);
    from.database["mirror"].working.add(2ms);
    from.database["mirror"].waiting.add(0ms);
    from.api.answers[{"GET /contacts/{id}", 200}] = 5;
    from.api.latencies["GET /contacts/{id}"].add(300ms);
    from.server.answers[200] = 1;
    return from;
}

nlohmann::json sample_status()
{
    return nlohmann::json::parse(R"({
        "resources": [{"resource": "contacts", "phase": "live", "rows": 3, "deleted": 1,
                       "lag_seconds": 30, "reads_waiting": 0, "dead_letters": 0,
                       "trouble": null}],
        "edits": {"open": [{"state": "pending", "count": 2, "oldest_seconds": 7}],
                  "conflicts": 1}})");
}

// What alert rules and dashboards are checked against: name, type, and names of labels.
TEST(Metrics, AreThoseOfTheList)
{
    const auto status = sample_status();
    std::istringstream text(metrics_text(full(status)));
    std::map<std::string, std::string> types;
    std::map<std::string, std::set<std::string>> labels;
    const std::regex label("(\\w+)=\"");
    for (std::string line; std::getline(text, line);) {
        std::istringstream words(line);
        std::string first;
        std::string second;
        std::string name;
        words >> first >> second >> name;
        if (first == "#") {
            if (second == "TYPE") {
                std::string& type = types[name];
                EXPECT_TRUE(type.empty()) << name << " comes twice";
                words >> type;
            }
            continue;
        }
        name = line.substr(0, line.find_first_of("{ "));
        for (std::sregex_iterator at(line.begin(), line.end(), label), end; at != end; ++at) {
            labels[std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "")].insert(
                (*at)[1]);
        }
    }
    std::string list;
    for (const auto& [name, type] : types) {
        EXPECT_TRUE(name.starts_with("intercom_mirror_")) << name;
        EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
        list += name + " " + type;
        for (const auto& each : labels[name]) {
            list += each == "le" ? "" : " " + each;
        }
        list += "\n";
    }
    testing::expect_golden("metrics.txt", list);
}

TEST(Metrics, CountLatenciesByRanges)
{
    histogram times;
    times.add(1ms);
    times.add(30ms);
    times.add(1h);
    EXPECT_EQ(times.counts().front(), 1U);
    EXPECT_EQ(times.counts().back(), 1U);
    EXPECT_NEAR(times.seconds(), 3600.031, 1e-6);
    const auto status = sample_status();
    const auto text = metrics_text(full(status));
    for (const char* line :
         {"intercom_mirror_edit_seconds_bucket{le=\"1\"} 0",
          "intercom_mirror_edit_seconds_bucket{le=\"2.5\"} 1",
          "intercom_mirror_edit_seconds_bucket{le=\"+Inf\"} 1",
          "intercom_mirror_edit_seconds_sum 1.5", "intercom_mirror_edits_open{state=\"pending\"} 2",
          "intercom_mirror_edits_oldest_seconds{state=\"pending\"} 7",
          "intercom_mirror_conflicts_open 1"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
    }
}

TEST(Metrics, TellWhatTheyCanWithoutADatabase)
{
    const auto text = metrics_text({});
    EXPECT_NE(text.find("intercom_mirror_database_up 0"), std::string::npos);
    EXPECT_EQ(text.find("intercom_mirror_rows{"), std::string::npos);
}

} // namespace
} // namespace intercom_mirror
