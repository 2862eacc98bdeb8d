#pragma once

#include "tests/sandbox/workspace.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace intercom_sandbox {

using json = nlohmann::json;
using namespace std::chrono_literals;

inline constexpr time_point noon{std::chrono::seconds(1'700'000'000)}; // 2023-11-14 22:13:20 UTC

// A workspace and somebody with a token who asks it questions. The data is plain unless a test is
// about the other kind: a JSON library refuses to read some of that.
struct client
{
    explicit client(options wanted = plain()) : world(wanted, noon) {}

    static options plain()
    {
        options o;
        o.nasty = false;
        return o;
    }
    static options plain(const std::string& api_version)
    {
        options o = plain();
        o.api_version = api_version;
        return o;
    }

    response ask(const std::string& method, const std::string& target, const std::string& body = "",
                 header_list headers = {{"Authorization", "Bearer secret"}})
    {
        return world.answer({method, target, std::move(headers), body}, now);
    }
    json get(const std::string& target) { return read(ask("GET", target)); }
    json post(const std::string& target, const json& body = nullptr)
    {
        return read(ask("POST", target, body.is_null() ? "" : body.dump()));
    }
    // A write as a good client sends it; without a version, in the workspace's.
    response write(const std::string& method, const std::string& target, const json& body = nullptr,
                   const std::string& version = "")
    {
        header_list headers{{"Authorization", "Bearer secret"},
                            {"Content-Type", "application/json"}};
        if (!version.empty()) {
            headers.emplace_back("Intercom-Version", version);
        }
        return ask(method, target, body.is_null() ? "" : body.dump(), std::move(headers));
    }
    json send(const std::string& method, const std::string& target, const json& body = nullptr)
    {
        return read(write(method, target, body));
    }
    // The journal.
    std::vector<json> writes() const { return lines_of(world.writes()); }
    json write_counts() const { return json::parse(world.write_counts()); }
    // Status and error code of an answer that is a refusal.
    static std::pair<unsigned, std::string> refusal_of(const response& r)
    {
        const json body = json::parse(r.body, nullptr, false);
        const bool is_error = body.is_object() && body.value("type", "") == "error.list";
        return {r.status, is_error ? body["errors"][0]["code"].get<std::string>() : ""};
    }
    std::vector<json> truth(const std::string& resource) const
    {
        return lines_of(world.truth(resource));
    }
    static std::vector<json> lines_of(const std::string& all)
    {
        std::vector<json> lines;
        std::string_view text;
        for (text = all; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
            lines.push_back(json::parse(text.substr(0, text.find('\n'))));
        }
        return lines;
    }
    // All records of a search, page after page.
    std::vector<json> search(const std::string& resource, const json& query, json sort = nullptr,
                             int per_page = 7)
    {
        std::vector<json> found;
        json body{{"query", query}, {"pagination", {{"per_page", per_page}}}};
        if (!sort.is_null()) {
            body["sort"] = std::move(sort);
        }
        for (;;) {
            const json page = post("/" + resource + "/search", body);
            const json& records = page.contains("data") ? page["data"] : page[resource];
            found.insert(found.end(), records.begin(), records.end());
            total = page["total_count"].get<std::size_t>();
            if (!page["pages"].contains("next")) {
                return found;
            }
            body["pagination"]["starting_after"] = page["pages"]["next"]["starting_after"];
        }
    }
    static json filter(const std::string& field, const std::string& op, const json& value)
    {
        return {{"field", field}, {"operator", op}, {"value", value}};
    }
    static std::vector<std::string> ids(const std::vector<json>& records)
    {
        std::vector<std::string> all;
        for (const json& r : records) {
            all.push_back(r["id"].get<std::string>());
        }
        return all;
    }

    static json read(const response& r)
    {
        EXPECT_EQ(r.status, 200U) << r.body.substr(0, 300);
        return json::parse(r.body);
    }

    time_point now = noon;
    workspace world;
    std::size_t total = 0; // of the last search
};

} // namespace intercom_sandbox
