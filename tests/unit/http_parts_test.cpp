#include "sync/intercom/gzip.hpp"
#include "sync/intercom/http_date.hpp"
#include "sync/intercom/origin.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <vector>

namespace intercom_mirror::testing {
namespace {

std::string gzip(const std::string& plain)
{
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, plain.size()) + 64, '\0');
    auto input = plain;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

TEST(Gunzip, UnpacksWhatWasPacked)
{
    std::mt19937 dice(7);
    for (const std::size_t size : {0U, 1U, 300U, 100'000U, 3'000'000U}) {
        std::string plain(size, '\0');
        for (auto& letter : plain) {
            letter = static_cast<char>(dice() % 64 + ' ');
        }
        EXPECT_EQ(gunzip(gzip(plain), size), plain);
    }
}

TEST(Gunzip, UnpacksMembersOneAfterTheOther)
{
    EXPECT_EQ(gunzip(gzip("[1,") + gzip("2]"), 100), "[1,2]");
}

TEST(Gunzip, StopsAtTheLimitHoweverSmallTheBombIs)
{
    const auto bomb = gzip(std::string(50'000'000, ' '));
    ASSERT_LT(bomb.size(), 100'000U);
    EXPECT_THROW(gunzip(bomb, 1'000'000), bad_gzip);
    EXPECT_EQ(gunzip(gzip("12345"), 5), "12345");
    EXPECT_THROW(gunzip(gzip("12345"), 4), bad_gzip);
}

TEST(Gunzip, RefusesWhatIsCutOffOrNoGzip)
{
    const auto packed = gzip(std::string(10'000, 'x') + "end");
    for (std::size_t size = 0; size < packed.size(); ++size) {
        EXPECT_THROW(gunzip(packed.substr(0, size), 1'000'000), bad_gzip) << size;
    }
    EXPECT_THROW(gunzip("{\"plain\":1}", 100), bad_gzip);
    EXPECT_THROW(gunzip(packed + "garbage", 1'000'000), bad_gzip);
    auto broken = packed;
    broken[broken.size() - 6] = static_cast<char>(broken[broken.size() - 6] ^ 1);
    EXPECT_THROW(gunzip(broken, 1'000'000), bad_gzip);
}

TEST(HttpDate, ReadsTheFormServersMustSend)
{
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
              wall_time(std::chrono::seconds(784'111'777)));
    EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT"),
              wall_time(std::chrono::seconds(1'709'251'200)));
}

TEST(HttpDate, RefusesEverythingElse)
{
    for (const std::string text :
         {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
          "Sun, 31 Feb 2024 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
          "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 NOV 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT "}) {
        EXPECT_FALSE(parse_http_date(text)) << text;
    }
}

TEST(Origin, IsHttpsToAnywhereAndHttpToThisMachine)
{
    EXPECT_EQ(parse_origin("https://api.intercom.io"), (origin{true, "api.intercom.io", 443}));
    EXPECT_EQ(parse_origin("https://API.eu.Intercom.io/"),
              (origin{true, "api.eu.intercom.io", 443}));
    EXPECT_EQ(parse_origin("https://localhost:8443"), (origin{true, "localhost", 8443}));
    EXPECT_EQ(parse_origin("http://127.0.0.1:8480"), (origin{false, "127.0.0.1", 8480}));
    EXPECT_EQ(parse_origin("http://[::1]:80"), (origin{false, "::1", 80}));
    EXPECT_EQ(parse_origin("http://localhost"), (origin{false, "localhost", 80}));
}

TEST(Origin, RefusesEverythingElse)
{
    for (const std::string url :
         {"", "api.intercom.io", "http://api.intercom.io", "ftp://localhost", "https://",
          "https://user:secret@api.intercom.io", "https://api.intercom.io/v2",
          "https://api.intercom.io?x=1", "https://api.intercom.io:0",
          "https://api.intercom.io:99999", "http://127.0.0.1.evil.example",
          "http://localhost.evil.example", "http://0.0.0.0", "https://api.intercom.io\r\nx: y"}) {
        EXPECT_THROW(parse_origin(url), std::invalid_argument) << url;
    }
}

TEST(Origin, NamesThePortOnlyWhenItIsUnusual)
{
    EXPECT_EQ(parse_origin("https://api.intercom.io").authority(), "api.intercom.io");
    EXPECT_EQ(parse_origin("http://127.0.0.1:8480").authority(), "127.0.0.1:8480");
    EXPECT_EQ(parse_origin("http://[::1]:8480").authority(), "[::1]:8480");
}

TEST(Origin, FollowsUrlsOfItsOwnOnly)
{
    const auto ours = parse_origin("https://api.intercom.io");
    EXPECT_EQ(target_at(ours, "https://api.intercom.io/contacts?page=2"), "/contacts?page=2");
    EXPECT_EQ(target_at(ours, "https://API.intercom.io:443/contacts"), "/contacts");
    EXPECT_EQ(target_at(ours, "/contacts?starting_after=a%3D"), "/contacts?starting_after=a%3D");
    for (const std::string url :
         {"", "https://evil.example/contacts", "http://api.intercom.io/contacts",
          "https://api.intercom.io:444/contacts", "//evil.example/contacts", "contacts",
          "https://x@api.intercom.io/contacts", "https://api.intercom.io.evil.example/",
          "javascript:alert(1)", "/contacts\r\nHost: evil", "/a b"}) {
        EXPECT_FALSE(target_at(ours, url)) << url;
    }
}

} // namespace
} // namespace intercom_mirror::testing
