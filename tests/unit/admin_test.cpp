#include "daemon/admin.hpp"
#include "daemon/page.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <regex>
#include <stdexcept>

namespace intercom_mirror {
namespace {

const secret token("an-admin-token-of-its-own");

// What the page itself sends.
served_request from_the_page()
{
    served_request asked;
    asked.method = "POST";
    asked.path = "/api/actions";
    asked.headers = {{"Host", "127.0.0.1:8750"},
                     {"Origin", "http://127.0.0.1:8750"},
                     {"Sec-Fetch-Site", "same-origin"},
                     {"Content-Type", "application/json"},
                     {"Authorization", "Bearer " + token.reveal()}};
    return asked;
}

served_request with(const std::string& name, const std::optional<std::string>& value)
{
    auto asked = from_the_page();
    std::erase_if(asked.headers, [&](const auto& each) { return each.first == name; });
    if (value) {
        asked.headers.emplace_back(name, *value);
    }
    return asked;
}

unsigned status_for(const served_request& asked, const secret& configured = token)
{
    const auto refusal = refusal_of_admin(asked, configured);
    return refusal ? refusal->status : 200;
}

TEST(Admin, LetsThePageAndProgramsDecide)
{
    EXPECT_EQ(status_for(from_the_page()), 200U);
    // A program sends no Origin.
    auto program = with("Origin", std::nullopt);
    std::erase_if(program.headers, [](const auto& each) { return each.first == "Sec-Fetch-Site"; });
    EXPECT_EQ(status_for(program), 200U);
    // Behind a proxy that speaks TLS.
    auto proxied = with("Origin", "https://mirror.example");
    std::erase_if(proxied.headers, [](const auto& each) { return each.first == "Host"; });
    proxied.headers.emplace_back("Host", "mirror.example");
    EXPECT_EQ(status_for(proxied), 200U);
}

TEST(Admin, RefusesWhatComesFromElsewhereHoweverGoodItsToken)
{
    for (const char* origin : {"http://evil.example", "null", "", "http://127.0.0.1:8751",
                               "http://127.0.0.1:8750.evil.example", "ftp://127.0.0.1:8750"}) {
        EXPECT_EQ(status_for(with("Origin", origin)), 403U) << origin;
    }
    for (const char* site : {"cross-site", "same-site"}) {
        EXPECT_EQ(status_for(with("Sec-Fetch-Site", site)), 403U) << site;
    }
    EXPECT_EQ(status_for(with("Host", std::nullopt)), 403U);
    auto twice = from_the_page();
    twice.headers.emplace_back("Origin", "http://evil.example");
    EXPECT_EQ(status_for(twice), 403U);
}

TEST(Admin, RefusesWhateverIsNotTheToken)
{
    for (const char* given : {"", "Bearer", "Bearer ", "Bearer an-admin-token-of-its-ow",
                              "Bearer an-admin-token-of-its-own ",
                              "Basic an-admin-token-of-its-own", "an-admin-token-of-its-own"}) {
        EXPECT_EQ(status_for(with("Authorization", given)), 401U) << given;
    }
    EXPECT_EQ(status_for(with("Authorization", std::nullopt)), 401U);
    auto twice = from_the_page();
    twice.headers.emplace_back("Authorization", "Bearer " + token.reveal());
    EXPECT_EQ(status_for(twice), 401U);
}

TEST(Admin, IsNobodyWhereNoTokenIsConfigured)
{
    EXPECT_EQ(status_for(from_the_page(), secret()), 403U);
    EXPECT_EQ(status_for(with("Authorization", "Bearer "), secret()), 403U);
    EXPECT_EQ(reader_of(with("Authorization", "Bearer "), secret()), reader::stranger);
    EXPECT_EQ(reader_of(with("Authorization", std::nullopt), secret()), reader::anybody);
}

TEST(Admin, TakesJsonOnly)
{
    // A form of somebody else's page could send this without asking first.
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
        EXPECT_EQ(status_for(with("Content-Type", type)), 415U) << type;
    }
}

TEST(Admin, UnderstandsDecisions)
{
    const auto decided =
        parse_decision(R"({"action": "resolve_conflict", "id": 7, "which": "local"})");
    EXPECT_EQ(decided.action, "resolve_conflict");
    EXPECT_EQ(decided.id, 7);
    EXPECT_EQ(decided.which, "local");
    EXPECT_EQ(parse_decision(R"({"action": "backfill", "resource": "contacts"})").resource,
              "contacts");
    for (const char* bad : {"", "[]", "{}", R"({"action": "drop_everything", "id": 1})",
                            R"({"action": "retry_edit"})", R"({"action": "retry_edit", "id": "1"})",
                            R"({"action": "retry_edit", "id": -1})",
                            R"({"action": "retry_edit", "id": 1.5})", R"({"action": 3, "id": 1})",
                            R"({"action": "resolve_conflict", "id": 1, "which": "theirs"})",
                            R"({"action": "backfill", "resource": ["contacts"]})"}) {
        EXPECT_THROW(parse_decision(bad), std::invalid_argument) << bad;
    }
}

TEST(Page, AsksNobodyElseForAnything)
{
    const std::string page(status_page());
    ASSERT_GT(page.size(), 1000U);
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    // The name of SVG's elements is an address only by its looks.
    const auto rest = std::regex_replace(page, std::regex("http://www.w3.org/2000/svg"), "");
    EXPECT_FALSE(std::regex_search(rest, std::regex("https?:|//[a-z]+\\.|@import|url\\(")));
    // Neither of them would be allowed by the policy.
    EXPECT_FALSE(std::regex_search(page, std::regex("<[^>]+ (style|on[a-z]+)=")));
}

TEST(Page, AllowsItsOwnScriptAndNoOther)
{
    const auto policy = policy_of("<style>a</style><script>b</script>");
    // openssl dgst -sha256 -binary | base64
    EXPECT_NE(policy.find("script-src 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='"),
              std::string::npos)
        << policy;
    EXPECT_NE(policy.find("style-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"),
              std::string::npos)
        << policy;
    EXPECT_TRUE(policy.starts_with("default-src 'none'; "));
}

} // namespace
} // namespace intercom_mirror
