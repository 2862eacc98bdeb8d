#include "sync/intercom/origin.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace intercom_mirror {
namespace {

namespace urls = boost::urls;

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

// Scheme, host and port; throws std::invalid_argument when they are not http(s) and plain.
origin origin_of(const urls::url_view& url)
{
    origin result;
    if (url.scheme_id() == urls::scheme::https) {
        result.is_tls = true;
    } else if (url.scheme_id() == urls::scheme::http) {
        result.is_tls = false;
    } else {
        throw std::invalid_argument("a URL must begin with https://");
    }
    if (url.has_userinfo()) {
        throw std::invalid_argument("a URL must not carry a user name or password");
    }
    const auto host = lower(std::string_view(url.host_address()));
    if (host.empty()) {
        throw std::invalid_argument("a URL must name a host");
    }
    result.host = host;
    result.port = result.is_tls ? 443 : 80;
    const std::string_view port =
        url.has_port() ? std::string_view(url.port()) : std::string_view();
    if (!port.empty()) {
        const auto* const end = port.data() + port.size();
        const auto parsed = std::from_chars(port.data(), end, result.port);
        if (parsed.ec != std::errc() || parsed.ptr != end || result.port == 0) {
            throw std::invalid_argument("a URL's port must be from 1 to 65535");
        }
    }
    return result;
}

bool is_plain(char letter)
{
    return letter > ' ' && letter < '\x7f';
}

} // namespace

std::string origin::authority() const
{
    const bool is_v6 = host.find(':') != std::string::npos;
    auto result = is_v6 ? "[" + host + "]" : host;
    if (port != (is_tls ? 443 : 80)) {
        result += ":" + std::to_string(port);
    }
    return result;
}

bool is_loopback(std::string_view host)
{
    if (host == "localhost") {
        return true;
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

origin parse_origin(std::string_view url)
{
    const auto parsed = urls::parse_uri(url);
    if (!parsed) {
        throw std::invalid_argument("not a URL like https://api.intercom.io");
    }
    auto result = origin_of(*parsed);
    const auto path = parsed->encoded_path();
    if ((!path.empty() && path != "/") || parsed->has_query() || parsed->has_fragment()) {
        throw std::invalid_argument("only scheme, host and port are expected, no path");
    }
    if (!result.is_tls && !is_loopback(result.host)) {
        throw std::invalid_argument("plain http is for this machine only; use https");
    }
    return result;
}

std::optional<std::string> target_at(const origin& ours, std::string_view url)
{
    if (!std::ranges::all_of(url, is_plain)) {
        return std::nullopt;
    }
    const auto parsed = urls::parse_uri_reference(url);
    if (!parsed) {
        return std::nullopt;
    }
    if (parsed->has_scheme()) {
        try {
            if (origin_of(*parsed) != ours) {
                return std::nullopt;
            }
        } catch (const std::invalid_argument&) {
            return std::nullopt;
        }
    } else if (parsed->has_authority()) {
        return std::nullopt; // "//elsewhere/…"
    }
    std::string target(std::string_view(parsed->encoded_path()));
    if (target.empty() || target.front() != '/') {
        return std::nullopt;
    }
    if (parsed->has_query()) {
        target += '?';
        target += std::string_view(parsed->encoded_query());
    }
    return target;
}

} // namespace intercom_mirror
