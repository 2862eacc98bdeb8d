#include "tests/sandbox/client.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/webhooks.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <map>
#include <set>
#include <thread>

namespace intercom_sandbox {
namespace {

TEST(Signature, IsTheHmacOfTheBytes)
{
    // RFC 2202, test case 2.
    EXPECT_EQ(signature("Jefe", "what do ya want for nothing?"),
              "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

struct Webhooks : ::testing::Test
{
    client asker{settings()};

    static options settings() { return client::plain("2.14"); }
    Webhooks()
    {
        asker.world.listen("http://127.0.0.1:1/hook", "s3cret", asker.now);
        accept_all();
    }
    std::vector<delivery> take() { return asker.world.take_webhooks(asker.now, 1000); }
    // The notifications that are due, all of which are accepted.
    std::vector<json> accept_all()
    {
        std::vector<json> bodies;
        for (const delivery& d : take()) {
            asker.world.report_webhook(d.number, true, asker.now);
            if (!d.body.empty()) {
                bodies.push_back(json::parse(d.body));
            }
        }
        return bodies;
    }
    std::vector<std::string> topics()
    {
        std::vector<std::string> all;
        for (const json& one : accept_all()) {
            all.push_back(one["topic"]);
        }
        return all;
    }
    json counts() { return json::parse(asker.world.webhook_counts()); }
    void on(const std::string& fault) { ASSERT_TRUE(asker.world.add_fault(fault)); }
};

using topic_list = std::vector<std::string>;

TEST_F(Webhooks, BeginWithAHeadAndAPing)
{
    asker.world.listen("http://127.0.0.1:1/other", "s3cret", asker.now);
    const auto first = take();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].method, "HEAD");
    EXPECT_EQ(first[1].method, "POST");
    EXPECT_EQ(first[1].url, "http://127.0.0.1:1/other");
    EXPECT_EQ(json::parse(first[1].body)["topic"], "ping");
    EXPECT_TRUE(take().empty()) << "they are under way";
}

TEST_F(Webhooks, AreSignedAndEnveloped)
{
    const std::string id = asker.send("POST", "/contacts", {{"email", "w@x.example"}})["id"];
    const auto due = take();
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(header(due[0].headers, "X-Hub-Signature"), signature("s3cret", due[0].body));
    EXPECT_EQ(header(due[0].headers, "User-Agent"), "intercom-parrot-service-client/1.0");
    const json body = json::parse(due[0].body);
    EXPECT_EQ(body["type"], "notification_event");
    EXPECT_EQ(body["topic"], "contact.user.created");
    EXPECT_TRUE(body["id"].get<std::string>().starts_with("notif_"));
    EXPECT_EQ(body["app_id"], asker.get("/me")["app"]["id_code"]);
    EXPECT_EQ(body["delivery_attempts"], 1);
    EXPECT_EQ(body["created_at"], 1'700'000'000);
    EXPECT_EQ(body["data"]["type"], "notification_event_data");
    EXPECT_EQ(body["data"]["item"], asker.get("/contacts/" + id));
}

TEST_F(Webhooks, TellWhatIsWritten)
{
    const std::string id = asker.send("POST", "/contacts", {{"email", "w@x.example"}})["id"];
    const std::string path = "/contacts/" + id;
    const std::string tag = asker.truth("tags").back()["id"];
    const std::string company = asker.truth("companies").back()["id"];
    const std::string admin = asker.truth("admins").front()["id"];
    topics();
    const auto told = [&](const std::string& method, const std::string& target,
                          const json& body = nullptr) {
        asker.send(method, target, body);
        return topics();
    };
    EXPECT_EQ(told("PUT", path, {{"name", "N"}}), (topic_list{"contact.user.updated"}));
    EXPECT_EQ(told("PUT", path, {{"name", "N"}}), topic_list{}) << "nothing changed";
    EXPECT_EQ(told("PUT", path, {{"email", "v@x.example"}}),
              (topic_list{"contact.user.updated", "contact.email.updated"}));
    EXPECT_EQ(told("POST", path + "/tags", {{"id", tag}}),
              (topic_list{"contact.user.tag.created"}));
    EXPECT_EQ(told("POST", path + "/companies", {{"id", company}}),
              (topic_list{"company.contact.attached"}));
    EXPECT_EQ(told("PUT", "/companies/" + company, {{"size", 77}}),
              (topic_list{"company.updated"}));
    EXPECT_EQ(told("POST", path + "/notes", {{"body", "x"}}), topic_list{}) << "no topic for notes";
    const std::string talk = asker.send(
        "POST", "/conversations",
        {{"from", {{"type", "user"}, {"id", id}}}, {"body", "Hello"}})["conversation_id"];
    EXPECT_EQ(topics(), (topic_list{"conversation.user.created"}));
    const std::string parts = "/conversations/" + talk + "/parts";
    EXPECT_EQ(
        told("POST", parts, {{"message_type", "close"}, {"type", "admin"}, {"admin_id", admin}}),
        (topic_list{"conversation.admin.closed"}));
    EXPECT_EQ(told("POST", "/conversations/" + talk + "/reply",
                   {{"message_type", "comment"},
                    {"type", "user"},
                    {"intercom_user_id", id},
                    {"body", "still"}}),
              (topic_list{"conversation.user.replied"}));
    EXPECT_EQ(told("POST", path + "/archive"), (topic_list{"contact.archived"}));
    EXPECT_EQ(told("POST", path + "/unarchive"), (topic_list{"contact.unarchive"}));
    EXPECT_EQ(told("DELETE", "/conversations/" + talk), (topic_list{"conversation.deleted"}));
    EXPECT_EQ(told("DELETE", path), (topic_list{"contact.deleted"}));
    EXPECT_EQ(told("PUT", "/admins/" + admin + "/away",
                   {{"away_mode_enabled", true}, {"away_mode_reassign", true}}),
              (topic_list{"admin.away_mode_updated"}));
}

TEST_F(Webhooks, ShowOnlyTheNewestPartAndOnlyIdsOfWhatIsGone)
{
    for (const json& c : asker.truth("conversations")) {
        if (c["_truth"]["all_parts"] > 3) {
            const std::string id = c["id"];
            asker.send("POST", "/conversations/" + id + "/reply",
                       {{"message_type", "note"},
                        {"type", "admin"},
                        {"admin_id", asker.truth("admins").front()["id"]},
                        {"body", "last"}});
            const json item = accept_all().front()["data"]["item"];
            EXPECT_EQ(item["conversation_parts"]["conversation_parts"].size(), 1U);
            EXPECT_EQ(item["conversation_parts"]["conversation_parts"][0]["body"], "<p>last</p>");
            asker.send("DELETE", "/conversations/" + id);
            EXPECT_EQ(accept_all().front()["data"]["item"],
                      (json{{"type", "conversation"}, {"id", id}}));
            return;
        }
    }
    FAIL() << "no conversation is long enough";
}

TEST_F(Webhooks, ArePlainTextSince215)
{
    client later(client::plain("2.15"));
    later.world.listen("http://127.0.0.1:1/hook", "s", later.now);
    const std::string id = later.truth("contacts").front()["id"];
    later.send("POST", "/conversations",
               {{"from", {{"type", "contact"}, {"id", id}}}, {"body", "Hi"}});
    const auto due = later.world.take_webhooks(later.now, 10);
    EXPECT_EQ(json::parse(due.back().body)["data"]["item"]["source"]["body"], "Hi");
}

TEST_F(Webhooks, TellWhatHappensByItself)
{
    std::map<std::string, int> seen;
    for (int i = 0; i < 1'500; ++i) {
        asker.now += 1s;
        asker.world.mutate(asker.now);
        for (const json& one : accept_all()) {
            const json& item = one["data"]["item"];
            ++seen[one["topic"].get<std::string>()];
            EXPECT_TRUE(item.contains("id") || item.contains("contact")) << one;
        }
    }
    for (const char* topic :
         {"contact.user.updated", "contact.deleted", "contact.archived", "contact.merged",
          "company.updated", "conversation.user.created", "conversation.admin.assigned",
          "ticket.created", "ticket.state.updated"}) {
        EXPECT_GT(seen[topic], 0) << topic;
    }
}

TEST_F(Webhooks, AreTriedOnceMoreAfterAMinute)
{
    asker.send("POST", "/companies", {{"company_id", "hooked"}});
    const auto first = take();
    ASSERT_EQ(first.size(), 1U);
    asker.world.report_webhook(first[0].number, false, asker.now);
    EXPECT_TRUE(take().empty());
    asker.now += 60s;
    const auto second = take();
    ASSERT_EQ(second.size(), 1U);
    const json body = json::parse(second[0].body);
    EXPECT_EQ(body["delivery_attempts"], 2);
    EXPECT_EQ(body["first_sent_at"], 1'700'000'000);
    EXPECT_EQ(body["id"], json::parse(first[0].body)["id"]);
    asker.world.report_webhook(second[0].number, false, asker.now);
    asker.now += 1h;
    EXPECT_TRUE(take().empty());
    EXPECT_EQ(counts()["given_up"], 1);
    EXPECT_EQ(counts()["waiting"], 0);
}

TEST_F(Webhooks, AreLostDoubledLateAndForgedOnRequest)
{
    int number = 0;
    const auto happen = [&] {
        asker.send("POST", "/companies", {{"company_id", "n" + std::to_string(++number)}});
    };
    on(R"({"kind":"webhook_dropped","count":1,"where":"company"})");
    happen();
    EXPECT_TRUE(take().empty());
    on(R"({"kind":"webhook_duplicated","count":1})");
    happen();
    const auto twice = accept_all();
    ASSERT_EQ(twice.size(), 2U);
    EXPECT_EQ(twice[0], twice[1]);
    on(R"({"kind":"webhook_late","count":1,"value":30})");
    happen();
    happen();
    EXPECT_EQ(accept_all().size(), 1U) << "the second one overtakes";
    asker.now += 30s;
    EXPECT_EQ(accept_all().size(), 1U);
    on(R"({"kind":"webhook_forged","count":1})");
    happen();
    int right = 0;
    for (const delivery& d : take()) {
        right += header(d.headers, "X-Hub-Signature") == signature("s3cret", d.body) ? 1 : -1;
    }
    EXPECT_EQ(right, 0);
}

TEST_F(Webhooks, EndWhenTold)
{
    const auto control = [&](const std::string& method, const std::string& body = "") {
        return asker.world.answer({method, "/_sandbox/webhooks", {}, body}, asker.now);
    };
    EXPECT_EQ(control("DELETE").status, 200U);
    asker.send("POST", "/companies", {{"company_id", "unheard"}});
    EXPECT_TRUE(take().empty());
    EXPECT_EQ(control("POST", R"({"url":"https://elsewhere.example/"})").status, 400U);
    EXPECT_EQ(control("POST", R"({"url":"http://127.0.0.1:1/h","secret":"s"})").status, 200U);
    EXPECT_EQ(take().size(), 2U);
    EXPECT_EQ(json::parse(control("GET").body)["told"], counts()["told"]);
}

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

// Reads one request after another, each on a connection of its own, and answers 200.
http::request<http::string_body> receive(boost::asio::io_context& io, tcp::acceptor& from)
{
    tcp::socket socket(io);
    from.accept(socket);
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> message;
    http::read(socket, buffer, message);
    http::response<http::string_body> answer(http::status::ok, 11);
    answer.prepare_payload();
    http::write(socket, answer);
    return message;
}

TEST(WebhookServer, DeliversOverTheSocket)
{
    boost::asio::io_context io;
    tcp::acceptor listener(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    server_options wanted;
    wanted.workspace = client::plain();
    wanted.workspace.mutations_per_second = 100;
    wanted.webhook_url =
        "http://127.0.0.1:" + std::to_string(listener.local_endpoint().port()) + "/hook";
    wanted.webhook_secret = "s3cret";
    server served(wanted);
    std::thread thread([&] { served.run(); });
    std::set<std::string> methods;
    std::set<std::string> topics;
    for (int i = 0; i < 10; ++i) {
        const auto message = receive(io, listener);
        EXPECT_EQ(message.target(), "/hook");
        methods.insert(std::string(message.method_string()));
        if (message.method() == http::verb::post) {
            EXPECT_EQ(message["X-Hub-Signature"], signature("s3cret", message.body()));
            topics.insert(json::parse(message.body())["topic"].get<std::string>());
        }
    }
    served.stop();
    thread.join();
    EXPECT_EQ(methods, (std::set<std::string>{"HEAD", "POST"}));
    EXPECT_TRUE(topics.contains("ping"));
    EXPECT_GT(topics.size(), 1U);
}

} // namespace
} // namespace intercom_sandbox
