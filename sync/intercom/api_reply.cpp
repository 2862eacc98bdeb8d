#include "sync/intercom/api_reply.hpp"

#include "sync/intercom/gzip.hpp"
#include "sync/intercom/http_date.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace intercom_mirror {
namespace {

using nlohmann::json;
using sent = transport_failure::sent;

// Error envelopes are short; what is longer is some proxy's page.
constexpr std::size_t envelope_bytes_max = std::size_t{64} << 10U;

bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

// Whether the text begins and ends as a JSON document of ours does; what is in between is checked
// when it is read.
bool looks_like_json(std::string_view text)
{
    const auto* const first = std::ranges::find_if_not(text, is_blank);
    if (first == text.end()) {
        return false;
    }
    const auto last = *std::find_if_not(text.rbegin(), text.rend(), is_blank);
    return (*first == '{' && last == '}') || (*first == '[' && last == ']');
}

std::string text_of(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_string() ? member->get<std::string>()
                                                         : std::string();
}

// {"type":"error.list","request_id":…,"errors":[{"code":…,"message":…}]}; older endpoints say
// `type` for `code`.
void read_envelope(api_reply& reply)
{
    if (reply.body.size() > envelope_bytes_max || !looks_like_json(reply.body)) {
        return;
    }
    const auto envelope = json::parse(reply.body, nullptr, false);
    if (!envelope.is_object()) {
        return;
    }
    if (auto id = text_of(envelope, "request_id"); !id.empty()) {
        reply.request_id = std::move(id);
    }
    const auto errors = envelope.find("errors");
    if (errors == envelope.end() || !errors->is_array() || errors->empty() ||
        !errors->front().is_object()) {
        return;
    }
    const auto& error = errors->front();
    reply.error_code = text_of(error, "code");
    if (reply.error_code.empty()) {
        reply.error_code = text_of(error, "type");
    }
    reply.error_message = text_of(error, "message");
}

// Link: </contacts/6762f0dd1bb69f9f2193bb83>; rel="canonical"
std::string canonical_id(std::string_view link)
{
    const auto begin = link.find('<');
    const auto end = link.find('>');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin ||
        link.find("canonical", end) == std::string_view::npos) {
        return {};
    }
    const auto target = link.substr(begin + 1, end - begin - 1);
    const auto slash = target.rfind('/');
    const auto id = slash == std::string_view::npos ? target : target.substr(slash + 1);
    const bool is_id = std::ranges::all_of(id, [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '_';
    });
    return is_id ? std::string(id) : std::string();
}

answer kind_of(const api_reply& reply)
{
    switch (reply.status) {
    case 400:
        return reply.error_code == "intercom_version_invalid" ? answer::version_invalid
                                                              : answer::rejected;
    case 401:
    case 402:
    case 403:
        return answer::forbidden;
    case 404:
        return answer::missing;
    case 409:
        return answer::conflict;
    case 410:
        return reply.canonical_id.empty() ? answer::missing : answer::merged;
    default:
        return reply.status < 300 ? answer::ok : answer::rejected;
    }
}

void unpack(http_response& response, std::size_t body_bytes_max)
{
    if (!response.is_gzip || response.body.empty()) {
        return;
    }
    try {
        response.body = gunzip(response.body, body_bytes_max);
    } catch (const bad_gzip& failure) {
        throw api_failure(api_failure::kind::not_json, sent::unknown, failure.what(),
                          response.status);
    }
}

} // namespace

bool api_failure::suggests_smaller_page() const
{
    return kind_ == kind::timed_out || kind_ == kind::too_large || status_ == 408 ||
           (status_ >= 502 && status_ <= 504);
}

api_reply read_reply(http_response response, bool needs_body, std::size_t body_bytes_max)
{
    unpack(response, body_bytes_max);
    api_reply reply;
    reply.status = response.status;
    reply.request_id = std::string(response.header("X-Request-Id"));
    reply.server_date = parse_http_date(response.header("Date"));
    reply.body = std::move(response.body);

    const auto status = "answer " + std::to_string(reply.status);
    if (reply.status < 300 && reply.status >= 200) {
        const bool may_be_empty = !needs_body && reply.body.empty();
        if (!may_be_empty && !looks_like_json(reply.body)) {
            throw api_failure(api_failure::kind::not_json, sent::unknown,
                              status + (reply.body.empty() ? " without a body" : " is not JSON"),
                              reply.status, reply.request_id);
        }
        return reply;
    }
    read_envelope(reply);
    if (reply.status == 408 || reply.status >= 500) {
        throw api_failure(api_failure::kind::server_error, sent::unknown, status, reply.status,
                          reply.request_id);
    }
    if (reply.status < 400) {
        throw api_failure(api_failure::kind::unexpected_status, sent::unknown, status, reply.status,
                          reply.request_id);
    }
    reply.canonical_id = canonical_id(response.header("Link"));
    reply.kind = kind_of(reply);
    return reply;
}

} // namespace intercom_mirror
