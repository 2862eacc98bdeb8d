#include "schema/catalogue.hpp"
#include "schema/topics.hpp"
#include "sync/webhook/notification.hpp"
#include "sync/webhook/signature.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace intercom_mirror {
namespace {

const std::array<secret, 2> both{secret("new"), secret("key")};

// RFC 2202 and FIPS 198 agree with: printf '%s' "$body" | openssl dgst -sha1 -hmac key
constexpr std::string_view fox = "The quick brown fox jumps over the lazy dog";
constexpr std::string_view signature_of_fox = "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9";

TEST(Signature, IsTheHmacOfTheBody)
{
    EXPECT_EQ(signature_of(fox, secret("key")), signature_of_fox);
    EXPECT_TRUE(is_signed(fox, signature_of_fox, std::array{secret("key")}));
}

TEST(Signature, HoldsUnderEitherSecretWhileOneReplacesTheOther)
{
    EXPECT_TRUE(is_signed(fox, signature_of_fox, both));
    EXPECT_TRUE(is_signed(fox, signature_of(fox, secret("new")), both));
    EXPECT_FALSE(is_signed(fox, signature_of(fox, secret("older")), both));
    EXPECT_FALSE(is_signed(fox, signature_of_fox, {}));
}

TEST(Signature, IsOfTheseBytesAlone)
{
    EXPECT_FALSE(is_signed(std::string(fox) + " ", signature_of_fox, both));
    EXPECT_FALSE(is_signed("", signature_of_fox, both));
}

TEST(Signature, HasOneFormOnly)
{
    const std::string right(signature_of_fox);
    std::string capitals = right;
    std::transform(capitals.begin() + 5, capitals.end(), capitals.begin() + 5, ::toupper);
    EXPECT_TRUE(is_signed(fox, capitals, both));
    for (const auto& wrong :
         {std::string(), std::string("sha1="), right.substr(5), right + "0", " " + right,
          right.substr(0, right.size() - 1), right.substr(0, right.size() - 1) + "g",
          "sha256=" + right.substr(5)}) {
        EXPECT_FALSE(is_signed(fox, wrong, both)) << wrong;
    }
}

notification parsed(std::string_view body)
{
    return parse_notification(body, [](std::string_view name) { return name != "admins"; });
}

// "contacts/1 companies/2", and the reasons
std::string hints_of(const notification& told)
{
    std::string all;
    for (const auto& one : told.entry.hints) {
        all += (all.empty() ? "" : " ") + one.resource + "/" + one.id;
    }
    return all;
}

std::string about(std::string_view topic, std::string_view item)
{
    return R"({"type":"notification_event","id":"notif_1","app_id":"abc","created_at":1700000000,)"
           R"("topic":")" +
           std::string(topic) + R"(","data":{"type":"notification_event_data","item":)" +
           std::string(item) + "}}";
}

TEST(Notification, NamesTheRecordItIsAbout)
{
    const auto told = parsed(about("contact.user.updated", R"({"type":"contact","id":"c1"})"));
    EXPECT_EQ(told.app_id, "abc");
    EXPECT_EQ(told.entry.id, "notif_1");
    EXPECT_EQ(told.entry.topic, "contact.user.updated");
    EXPECT_EQ(told.entry.happened_at, 1700000000);
    EXPECT_EQ(hints_of(told), "contacts/c1");
    EXPECT_EQ(told.entry.hints.at(0).reason, "webhook: written");
    EXPECT_FALSE(told.lacks_id);
}

TEST(Notification, LooksIntoPairsForTheRecord)
{
    EXPECT_EQ(hints_of(parsed(about("contact.user.tag.created",
                                    R"({"id":"t","contact":{"id":"c1"},"tag":{"id":"t1"}})"))),
              "contacts/c1");
    EXPECT_EQ(hints_of(parsed(about("company.contact.attached",
                                    R"({"company":{"id":"o1"},"contact":{"id":"c1"}})"))),
              "companies/o1 contacts/c1");
    EXPECT_EQ(hints_of(parsed(about("company.contact.attached", R"({"id":"o1"})"))),
              "companies/o1");
    EXPECT_EQ(hints_of(parsed(
                  about("conversation_part.redacted", R"({"id":"p1","conversation_id":12})"))),
              "conversations/12");
}

TEST(Notification, SaysHowARecordWentAway)
{
    EXPECT_EQ(parsed(about("contact.deleted", R"({"id":"c1"})")).entry.hints.at(0).reason,
              "webhook: removed");
    EXPECT_EQ(parsed(about("contact.merged", R"({"id":"c1"})")).entry.hints.at(0).reason,
              "webhook: merged");
}

TEST(Notification, TakesATicketsIdNotItsNumberForPeople)
{
    EXPECT_EQ(hints_of(parsed(about("ticket.created", R"({"ticket_id":"40","id":"633"})"))),
              "tickets/633");
}

TEST(Notification, OfNothingThatIsMirroredIsKeptAndCausesNothing)
{
    for (const char* topic :
         {"ping", "content_stat.news", "admin.away_mode_updated", "new.topic"}) {
        const auto told = parsed(about(topic, R"({"id":"x"})"));
        EXPECT_EQ(hints_of(told), "") << topic;
        EXPECT_FALSE(told.lacks_id) << topic;
    }
}

TEST(Notification, ThatDoesNotSayWhichRecordIsNoFault)
{
    for (const char* item : {"{}", R"({"id":null})", R"({"id":""})", R"({"id":{"id":"c1"}})",
                             R"({"id":"a/../b"})", R"({"id":"a\u0000b"})", R"({"id":"é"})"}) {
        const auto told = parsed(about("contact.user.updated", item));
        EXPECT_EQ(hints_of(told), "") << item;
        EXPECT_TRUE(told.lacks_id) << item;
    }
}

TEST(Notification, WithoutAnIdIsKnownByWhatItSays)
{
    const auto id = [](std::string_view created_at, std::string_view record) {
        return parsed(R"({"id":null,"app_id":"a","topic":"contact.user.updated","created_at":)" +
                      std::string(created_at) + R"(,"data":{"item":{"id":")" + std::string(record) +
                      R"("}}})")
            .entry.id;
    };
    EXPECT_EQ(id("1", "c1"), "contact.user.updated:1:contacts/c1");
    EXPECT_NE(id("1", "c1"), id("1", "c2"));
    EXPECT_NE(id("1", "c1"), id("2", "c1"));
}

TEST(Notification, ThatIsNoneIsRefused)
{
    const std::string long_name(201, 'x');
    for (const auto& body : std::vector<std::string>{
             "", "x", "[]", "null", "\"\"", "{", "{}", R"({"topic":"ping"})", R"({"app_id":"a"})",
             R"({"app_id":1e400,"topic":""})", R"({"app_id":"a","topic":["ping"]})",
             R"({"app_id":"a","topic":"ping"} x)", R"({"app_id":"a","topic":"pi ng"})",
             R"({"app_id":"a","topic":"ping\u0000"})",
             R"({"app_id":"a","topic":")" + long_name + R"("})",
             R"({"app_id":"a","topic":"contact.user.updated","data":{"item":[]}})",
             R"({"app_id":"a","topic":"contact.user.updated"})",
             R"({"app_id":"a","topic":"ping","data":)" + std::string(100'000, '[') +
                 std::string(100'000, ']') + "}"}) {
        EXPECT_THROW(parsed(body), malformed_notification) << body.substr(0, 80);
    }
}

TEST(Topics, AreAboutResourcesThatCanBeReadAlone)
{
    for (const auto& each : topics()) {
        const auto* about_it = find_resource(each.resource);
        ASSERT_NE(about_it, nullptr) << each.name;
        EXPECT_NE(about_it->get_target, "") << each.name;
        EXPECT_FALSE(each.id.empty()) << each.name;
    }
}

TEST(Topics, AreEachSaidOnceOfAResource)
{
    std::vector<std::string> seen;
    for (const auto& each : topics()) {
        seen.push_back(std::string(each.name) + " " + std::string(each.id));
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

} // namespace
} // namespace intercom_mirror
