#include "config/values.hpp"

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <libpq-fe.h>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

namespace intercom_mirror {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text)
{
    Number number{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || text.empty()) {
        return std::nullopt;
    }
    return number;
}

// A number of exactly that many digits at the front of `text`, which it is cut off from.
std::optional<int> take_digits(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits ||
        !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits),
                     [](char symbol) { return symbol >= '0' && symbol <= '9'; })) {
        return std::nullopt;
    }
    const auto number = parse_number<int>(text.substr(0, digits));
    text.remove_prefix(digits);
    return number;
}

bool take_symbol(std::string_view& text, std::string_view allowed)
{
    if (text.empty() || allowed.find(text.front()) == allowed.npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

// "Z", "+02:00": how far ahead of UTC.
std::optional<std::chrono::minutes> parse_offset(std::string_view text)
{
    if (text == "Z") {
        return std::chrono::minutes(0);
    }
    const int sign = text.starts_with('-') ? -1 : 1;
    const bool has_sign = take_symbol(text, "+-");
    const auto hours = take_digits(text, 2);
    const bool colon = take_symbol(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!has_sign || !hours || !colon || !minutes || !text.empty() || *hours > 23 ||
        *minutes > 59) {
        return std::nullopt;
    }
    return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text)
{
    using namespace std::chrono;
    const auto years = take_digits(text, 4);
    const bool dash = take_symbol(text, "-");
    const auto months = take_digits(text, 2);
    const bool second_dash = take_symbol(text, "-");
    const auto days = take_digits(text, 2);
    if (!years || !months || !days || !dash || !second_dash) {
        return std::nullopt;
    }
    const year_month_day date(year(*years), month(static_cast<unsigned>(*months)),
                              day(static_cast<unsigned>(*days)));
    if (!date.ok()) {
        return std::nullopt;
    }
    const sys_seconds midnight = sys_days(date);
    if (text.empty()) {
        return midnight;
    }
    const bool separator = take_symbol(text, "T ");
    const auto hour = take_digits(text, 2);
    const bool colon = take_symbol(text, ":");
    const auto minute = take_digits(text, 2);
    const bool second_colon = take_symbol(text, ":");
    const auto second = take_digits(text, 2);
    if (take_symbol(text, ".")) {
        if (!take_digits(text, 1)) {
            return std::nullopt;
        }
        text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    }
    const auto east = parse_offset(text);
    if (!separator || !colon || !second_colon || !hour || !minute || !second || !east ||
        *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return midnight + hours(*hour) + minutes(*minute) + seconds(*second) - *east;
}

std::size_t edit_distance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

// Whether a name or address can only mean this machine.
bool is_loopback(std::string_view host)
{
    if (host == "localhost" || host == "::1" || host == "[::1]") {
        return true;
    }
    // 127.0.0.0/8, and only in its plain form: 127.evil.example is a name.
    const auto is_part_of_an_address = [](char symbol) {
        return symbol == '.' || (symbol >= '0' && symbol <= '9');
    };
    return host.starts_with("127.") && std::all_of(host.begin(), host.end(), is_part_of_an_address);
}

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    if (text.size() < 2) {
        return std::nullopt;
    }
    std::int64_t unit = 0;
    switch (text.back()) {
    case 's':
        unit = 1;
        break;
    case 'm':
        unit = 60;
        break;
    case 'h':
        unit = 3600;
        break;
    case 'd':
        unit = 86400;
        break;
    case 'w':
        unit = 7 * 86400;
        break;
    default:
        return std::nullopt;
    }
    const auto count = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
    // A century is more than anybody means and far from overflow.
    constexpr std::int64_t longest = 100LL * 366 * 86400;
    if (!count || *count < 0 || *count > longest / unit) {
        return std::nullopt;
    }
    return std::chrono::seconds(*count * unit);
}

std::optional<moment> parse_moment(std::string_view text)
{
    if (text.starts_with('-')) {
        const auto distance = parse_duration(text.substr(1));
        return distance ? std::optional(moment{std::nullopt, *distance}) : std::nullopt;
    }
    const auto date = parse_date(text);
    return date ? std::optional(moment{date}) : std::nullopt;
}

std::optional<listen_address> parse_listen(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos || colon == 0) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    if (host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != host.npos) {
        return std::nullopt;
    }
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port || host.empty()) {
        return std::nullopt;
    }
    return listen_address{std::string(host), *port};
}

bool is_safe_origin(std::string_view url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || !parsed->has_authority() || parsed->has_userinfo() || parsed->has_query() ||
        parsed->has_fragment() || !parsed->encoded_path().empty()) {
        return false;
    }
    const std::string_view host(parsed->encoded_host().data(), parsed->encoded_host().size());
    if (host.empty() || (parsed->has_port() && parsed->port_number() == 0)) {
        return false;
    }
    return parsed->scheme() == "https" || (parsed->scheme() == "http" && is_loopback(host));
}

std::optional<postgres_route> parse_dsn(const std::string& dsn)
{
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(dsn.c_str(), nullptr), &PQconninfoFree);
    if (!parsed) {
        return std::nullopt;
    }
    postgres_route route;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        const std::string_view value = option->val == nullptr ? "" : option->val;
        if (keyword == "password") {
            route.has_password = !value.empty();
        } else if (keyword == "sslmode") {
            route.names_sslmode = !value.empty();
            route.verifies_server = value == "verify-full";
        } else if (keyword == "host" || keyword == "hostaddr") {
            route.names_host = route.names_host || !value.empty();
            // Several hosts are separated by commas; an empty one and a path are Unix sockets.
            for (std::size_t from = 0; from <= value.size();) {
                const auto comma = std::min(value.find(',', from), value.size());
                const auto host = value.substr(from, comma - from);
                const bool is_socket = host.empty() || host.front() == '/' || host.front() == '@';
                route.is_remote = route.is_remote || (!is_socket && !is_loopback(host));
                from = comma + 1;
            }
        }
    }
    return route;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates)
{
    std::string best;
    std::size_t closest = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < closest) {
            closest = distance;
            best = candidate;
        }
    }
    return best;
}

std::string origin_of(const intercom_options& intercom)
{
    if (!intercom.base_url.empty()) {
        return intercom.base_url;
    }
    switch (intercom.region) {
    case region::us:
        return "https://api.intercom.io";
    case region::eu:
        return "https://api.eu.intercom.io";
    case region::au:
        return "https://api.au.intercom.io";
    }
    return {};
}

} // namespace intercom_mirror
