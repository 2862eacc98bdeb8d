#include "schema/catalogue.hpp"
#include "sync/record/record_plan.hpp"
#include "sync/record/sanitise.hpp"
#include "sync/record/slice.hpp"

#include <benchmark/benchmark.h>

#include <string>

// What one page costs before it reaches the database.
namespace intercom_mirror {
namespace {

std::string contact(int number)
{
    const std::string id = "6762f0d0b2c3" + std::to_string(100'000'000'000 + number);
    const auto list = [&id](const std::string& what, int count) {
        std::string data;
        for (int at = 0; at < count; ++at) {
            data += std::string(at == 0 ? "" : ",") + R"({"id":")" + std::to_string(7'000 + at) +
                    R"(","type":"tag","url":"/tags/)" + std::to_string(7'000 + at) + R"("})";
        }
        return R"({"type":"list","data":[)" + data + R"(],"url":"/contacts/)" + id + "/" + what +
               R"(","total_count":)" + std::to_string(count) + R"(,"has_more":false})";
    };
    return R"({"type":"contact","id":")" + id +
           R"(","workspace_id":"abc12345","external_id":"70","role":"user","email":"jane.doe+)" +
           std::to_string(number) +
           R"(@example.com","phone":null,"name":"Jane \"JD\" Doe","avatar":{"type":"avatar",)"
           R"("image_url":"https://static.example.com/avatars/1.png"},"owner_id":991267715,)"
           R"("social_profiles":{"type":"list","data":[]},"has_hard_bounced":false,)"
           R"("marked_email_as_spam":false,"unsubscribed_from_emails":false,)"
           R"("created_at":1734537424,"updated_at":1734537499,"signed_up_at":1734537424,)"
           R"("last_seen_at":1734537424,"last_replied_at":null,"last_contacted_at":1734537424,)"
           R"("last_email_opened_at":null,"last_email_clicked_at":null,"language_override":null,)"
           R"("browser":"chrome","browser_version":"131.0.0.0","browser_language":"en",)"
           R"("os":"OS X 10.15.7","location":{"type":"location","country":"Ireland",)"
           R"("region":"Leinster","city":"Dublin","country_code":"IRL","continent_code":"EU"},)"
           R"("android_app_name":null,"android_app_version":null,"android_device":null,)"
           R"("android_os_version":null,"android_sdk_version":null,"android_last_seen_at":null,)"
           R"("ios_app_name":null,"ios_app_version":null,"ios_device":null,"ios_os_version":null,)"
           R"("ios_sdk_version":null,"ios_last_seen_at":null,"custom_attributes":{"plan":"gold",)"
           R"("seats":25,"trial ends":1734537424,"beta":true,"note":"caf\u00e9"},"tags":)" +
           list("tags", 3) + R"(,"notes":)" + list("notes", 0) + R"(,"companies":)" +
           list("companies", 1) + R"(,"opted_out_subscription_types":)" + list("subscriptions", 0) +
           R"(,"opted_in_subscription_types":)" + list("subscriptions", 0) +
           R"(,"utm_campaign":null,"utm_content":null,"utm_medium":null,"utm_source":null,)"
           R"("utm_term":null,"referrer":null,"enabled_push_messaging":null})";
}

std::string page()
{
    std::string body = R"({"type":"list","data":[)";
    for (int number = 0; number < 150; ++number) {
        body += (number == 0 ? "" : ",") + contact(number);
    }
    return body + R"(],"total_count":150,"pages":{"type":"pages","page":1,"per_page":150,)"
                  R"("total_pages":1}})";
}

const record_plan& contacts()
{
    static const record_plan made(*find_resource("contacts"), {2, 14});
    return made;
}

void count_bytes(benchmark::State& state, std::size_t each)
{
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void slice_a_page(benchmark::State& state)
{
    const std::string body = page();
    for (auto _ : state) {
        benchmark::DoNotOptimize(slice_page(body, "data"));
    }
    count_bytes(state, body.size());
}
BENCHMARK(slice_a_page);

void slice_long_texts(benchmark::State& state)
{
    const std::string body = "{\"data\":[\"" + std::string(1'000'000, 'x') + "\"]}";
    for (auto _ : state) {
        benchmark::DoNotOptimize(slice_page(body, "data"));
    }
    count_bytes(state, body.size());
}
BENCHMARK(slice_long_texts);

void sanitise_a_page(benchmark::State& state)
{
    const std::string body = page();
    std::string buffer;
    for (auto _ : state) {
        benchmark::DoNotOptimize(sanitise(body, buffer));
    }
    count_bytes(state, body.size());
}
BENCHMARK(sanitise_a_page);

void sanitise_umlauts(benchmark::State& state)
{
    std::string text;
    for (int at = 0; at < 100'000; ++at) {
        text += "\xD0\x96\xD1\x8A ";
    }
    std::string buffer;
    for (auto _ : state) {
        benchmark::DoNotOptimize(sanitise(text, buffer));
    }
    count_bytes(state, text.size());
}
BENCHMARK(sanitise_umlauts);

void scan_a_contact(benchmark::State& state)
{
    const std::string record = contact(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(contacts().scan(record));
    }
    count_bytes(state, record.size());
}
BENCHMARK(scan_a_contact);

void decode_a_contact(benchmark::State& state)
{
    const std::string record = contact(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(contacts().decode(record, projection::list));
    }
    count_bytes(state, record.size());
}
BENCHMARK(decode_a_contact);

} // namespace
} // namespace intercom_mirror
