#include "tests/bench/documents.hpp"

#include <fmt/format.h>

#include <string_view>

namespace intercom_mirror::bench {
namespace {

constexpr int first_moment = 1'734'537'424;

// Spreads emails and references over their indexes, the same in every run.
unsigned scattered(int number)
{
    return static_cast<unsigned>(number) * 2'654'435'761U;
}

std::string contact_id(int number)
{
    return fmt::format("6762f0d0b2c3{:012}", number);
}

std::string list_of(std::string_view type, std::string_view address, int first, int count)
{
    std::string elements;
    for (int at = 0; at < count; ++at) {
        elements += fmt::format(R"({}{{"id":"{}","type":"{}","url":"/{}/{}"}})", at == 0 ? "" : ",",
                                first + at, type, address, first + at);
    }
    return fmt::format(
        R"({{"type":"list","data":[{}],"url":"/{}","total_count":{},"has_more":false}})", elements,
        address, count);
}

std::string part(int conversation, int at, int moment)
{
    const auto body = fmt::format(
        "<p>Hello, this is message {} of conversation {}: the order has not arrived, although the "
        "tracking page says it was delivered on Tuesday. Could you have a look, please?</p>",
        at, conversation);
    return fmt::format(
        R"({{"type":"conversation_part","id":"{}","part_type":"comment","body":"{}",)"
        R"("created_at":{},"updated_at":{},"notified_at":{},"assigned_to":null,)"
        R"("author":{{"id":"{}","type":"{}","name":"Jane Doe","email":"jane.doe@example.com"}},)"
        R"("attachments":[],"external_id":null,"redacted":false,"email_message_metadata":null,)"
        R"("metadata":{{}},"state":"open","tags":[],"event_details":{{}},"app_package_code":null}})",
        static_cast<std::int64_t>(conversation) * 1'000 + at + 10'000'000'000, body,
        moment + at * 60, moment + at * 60, moment + at * 60,
        at % 2 == 0 ? contact_id(conversation) : std::string("991267715"),
        at % 2 == 0 ? "user" : "admin");
}

} // namespace

std::string contact(int number)
{
    const auto id = contact_id(number);
    const auto moment = first_moment + number;
    const auto spread = scattered(number);
    const auto tags = list_of("tag", "tags", 7'000 + static_cast<int>(spread % 50), 3);
    const auto companies =
        list_of("company", "companies", 40'000 + static_cast<int>(spread % 997), 1);
    const auto subscriptions = list_of("subscription", "subscription_types", 31, 1);
    const auto none = list_of("note", "notes", 0, 0);
    std::string text = fmt::format(
        R"({{"type":"contact","id":"{}","workspace_id":"abc12345","external_id":"{}","role":"user",)"
        R"("email":"jane.doe+{:x}@example.com","phone":null,"name":"Jane \"JD\" Doe",)"
        R"("avatar":{{"type":"avatar","image_url":"https://static.example.com/avatars/1.png"}},)"
        R"("owner_id":991267715,"has_hard_bounced":false,"marked_email_as_spam":false,)"
        R"("unsubscribed_from_emails":false,"created_at":{},"updated_at":{},"signed_up_at":{},)"
        R"("last_seen_at":{},)",
        id, number, spread, moment, moment + 75, moment,
        moment + static_cast<int>(spread % 99'991));
    text += R"("social_profiles":{"type":"list","data":[{"type":"social_profile","name":"Twitter",)"
            R"("url":"http://twitter.example.com/jd"}]},"last_replied_at":null,)"
            R"("last_contacted_at":1734537424,"last_email_opened_at":null,)"
            R"("last_email_clicked_at":null,"language_override":null,"browser":"chrome",)"
            R"("browser_version":"131.0.0.0","browser_language":"en","os":"OS X 10.15.7",)"
            R"("location":{"type":"location","country":"Ireland","region":"Leinster",)"
            R"("city":"Dublin","country_code":"IRL","continent_code":"EU"},)"
            R"("android_app_name":null,"android_app_version":null,"android_device":null,)"
            R"("android_os_version":null,"android_sdk_version":null,"android_last_seen_at":null,)"
            R"("ios_app_name":null,"ios_app_version":null,"ios_device":null,"ios_os_version":null,)"
            R"("ios_sdk_version":null,"ios_last_seen_at":null,"custom_attributes":{"plan":"gold",)"
            R"("seats":25,"trial ends":1734537424,"beta":true,"note":"caf\u00e9"},)"
            R"("utm_campaign":null,"utm_content":null,"utm_medium":null,"utm_source":null,)"
            R"("utm_term":null,"referrer":null,"enabled_push_messaging":null,)";
    text += fmt::format(R"("tags":{},"notes":{},"companies":{},"opted_out_subscription_types":{},)"
                        R"("opted_in_subscription_types":{}}})",
                        tags, none, companies, subscriptions,
                        list_of("subscription", "subscription_types", 0, 0));
    return text;
}

std::string conversation(int number, int parts)
{
    const auto moment = first_moment + number * 61;
    std::string listed;
    for (int at = 0; at < parts; ++at) {
        listed += at == 0 ? "" : ",";
        listed += part(number, at, moment);
    }
    std::string text = fmt::format(
        R"({{"type":"conversation","id":"{}","title":null,"created_at":{},"updated_at":{},)"
        R"("waiting_since":null,"snoozed_until":null,"open":true,"state":"open","read":true,)"
        R"("priority":"not_priority","admin_assignee_id":{},"team_assignee_id":"5017690",)",
        215'000'000'000 + number, moment, moment + parts * 60,
        991'267'000U + scattered(number) % 40);
    text += fmt::format(
        R"("source":{{"type":"conversation","id":"{}","delivered_as":"customer_initiated",)"
        R"("subject":"","body":"<p>My order has not arrived.</p>","author":{{"type":"user",)"
        R"("id":"{}","name":"Jane Doe","email":"jane.doe@example.com"}},"attachments":[],)"
        R"("url":"https://shop.example.com/orders","redacted":false}},)",
        number, contact_id(number));
    text += fmt::format(
        R"("tags":{{"type":"tag.list","tags":[{{"type":"tag","id":"7001","name":"late","applied_at":{},)"
        R"("applied_by":{{"type":"admin","id":"991267715"}}}}]}},"contacts":{{"type":"contact.list",)"
        R"("contacts":[{{"type":"contact","id":"{}","external_id":"70"}}]}},)"
        R"("teammates":{{"type":"admin.list","teammates":[{{"type":"admin","id":"991267715"}}]}},)",
        moment, contact_id(number));
    text += fmt::format(
        R"("first_contact_reply":{{"created_at":{0},"type":"conversation","url":null}},)"
        R"("sla_applied":null,"conversation_rating":null,"statistics":{{)"
        R"("type":"conversation_statistics","time_to_assignment":120,"time_to_admin_reply":180,)"
        R"("time_to_first_close":null,"time_to_last_close":null,"median_time_to_reply":60,)"
        R"("first_contact_reply_at":{0},"first_assignment_at":{0},"first_admin_reply_at":{0},)"
        R"("first_close_at":null,"last_assignment_at":{0},"last_assignment_admin_reply_at":{0},)"
        R"("last_contact_reply_at":{0},"last_admin_reply_at":{0},"last_close_at":null,)"
        R"("last_closed_by_id":null,"count_reopens":0,"count_assignments":1,)"
        R"("count_conversation_parts":{1}}},"ai_agent_participated":false,"ai_agent":null,)"
        R"("custom_attributes":{{"order":"4711","channel":"web"}},"topics":{{"type":"topic.list",)"
        R"("topics":[],"total_count":0}},"ticket":null,"linked_objects":{{"type":"list","data":[],)"
        R"("total_count":0,"has_more":false}},)",
        moment, parts);
    text += fmt::format(R"("conversation_parts":{{"type":"conversation_part.list",)"
                        R"("conversation_parts":[{}],"total_count":{}}}}})",
                        listed, parts);
    return text;
}

} // namespace intercom_mirror::bench
