#include "tests/sandbox/client.hpp"
#include "tests/sandbox/gzip.hpp"
#include "tests/sandbox/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <zlib.h>

#include <thread>

namespace intercom_sandbox {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

std::string gunzip(const std::string& bytes)
{
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string in = bytes;
    std::string out(bytes.size() * 50 + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0U);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

TEST(Gzip, JoinsPiecesAndPlainTextIntoOneBody)
{
    deflater compress;
    const std::string piece = compress.piece("known record known record");
    gzip_page page;
    page.add("[");
    page.add("known record known record", piece);
    page.add(std::string(200'000, 'x'));
    page.add("known record known record", piece);
    page.add("]");
    EXPECT_EQ(gunzip(page.finish()), "[known record known record" + std::string(200'000, 'x') +
                                         "known record known record]");
    EXPECT_EQ(gunzip(compress.gzip("")), "");
}

// A server on a free port, and a connection to it that stays open.
struct Server : ::testing::Test
{
    Server() : served(settings()), thread([this] { served.run(); })
    {
        socket.connect({boost::asio::ip::address_v4::loopback(), served.port()});
    }
    ~Server() override
    {
        served.stop();
        thread.join();
    }

    static server_options settings()
    {
        server_options wanted;
        wanted.workspace = client::plain();
        wanted.workspace.compresses = true;
        wanted.latency_max = std::chrono::milliseconds(3);
        return wanted;
    }
    http::response<http::string_body> ask(http::verb method, const std::string& target,
                                          const std::string& body = "", bool takes_gzip = false)
    {
        http::request<http::string_body> message(method, target, 11, body);
        message.set("Authorization", "Bearer x");
        message.set("Host", "sandbox");
        if (takes_gzip) {
            message.set("Accept-Encoding", "gzip");
        }
        message.prepare_payload();
        http::write(socket, message);
        http::response<http::string_body> answer;
        http::read(socket, buffer, answer);
        return answer;
    }

    server served;
    std::thread thread;
    boost::asio::io_context io;
    tcp::socket socket{io};
    boost::beast::flat_buffer buffer;
};

TEST_F(Server, AnswersManyRequestsOnOneConnection)
{
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(ask(http::verb::get, "/me").result_int(), 200U);
    }
    EXPECT_EQ(ask(http::verb::post, "/companies/list?per_page=2").result_int(), 200U);
    const json stats = json::parse(ask(http::verb::get, "/_sandbox/stats").body());
    EXPECT_EQ(stats["requests"], 4);
    EXPECT_EQ(stats["max_concurrent"], 1);
}

TEST_F(Server, CompressesToTheSameText)
{
    for (const char* target : {"/contacts?per_page=150", "/conversations?per_page=20", "/tags"}) {
        const auto plain = ask(http::verb::get, target);
        const auto packed = ask(http::verb::get, target, "", true);
        EXPECT_EQ(packed[http::field::content_encoding], "gzip");
        EXPECT_EQ(gunzip(packed.body()), plain.body()) << target;
    }
    const json page = json::parse(ask(http::verb::get, "/conversations?per_page=1").body());
    const std::string one = "/conversations/" + page["conversations"][0]["id"].get<std::string>();
    EXPECT_EQ(gunzip(ask(http::verb::get, one, "", true).body()), ask(http::verb::get, one).body());
}

TEST_F(Server, BreaksConnectionsWhenToldTo)
{
    ask(http::verb::post, "/_sandbox/faults", R"({"kind":"truncated","count":1})");
    EXPECT_THROW(ask(http::verb::get, "/contacts"), boost::system::system_error);
    socket = tcp::socket(io);
    buffer.clear();
    socket.connect({boost::asio::ip::address_v4::loopback(), served.port()});
    ask(http::verb::post, "/_sandbox/faults", R"({"kind":"reset_after","count":1})");
    EXPECT_THROW(ask(http::verb::get, "/contacts"), boost::system::system_error);
}

} // namespace
} // namespace intercom_sandbox
