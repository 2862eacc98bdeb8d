#include "daemon/admin.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace intercom_mirror {
namespace {

using nlohmann::json;

constexpr std::string_view scheme = "Bearer ";
constexpr std::array<std::string_view, 8> actions{
    "retry_edit",         "discard_edit",        "release_edit", "resolve_conflict",
    "replay_dead_letter", "discard_dead_letter", "backfill",     "cancel_backfill"};

// Digests are compared, so that time tells neither where the texts part nor how long they are.
bool is_same(std::string_view given, const secret& token)
{
    const auto digest_of = [](std::string_view text) {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
        SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
        return digest;
    };
    const auto expected = digest_of(token.reveal());
    const auto found = digest_of(given);
    return CRYPTO_memcmp(expected.data(), found.data(), expected.size()) == 0;
}

std::string only_value(const served_request& asked, std::string_view name)
{
    const auto values = asked.values(name);
    return values.size() == 1 ? values.front() : std::string();
}

bool comes_from_elsewhere(const served_request& asked)
{
    const auto origins = asked.values("Origin");
    const auto host = only_value(asked, "Host");
    const bool is_ours = std::ranges::all_of(origins, [&](const std::string& origin) {
        return !host.empty() && (origin == "http://" + host || origin == "https://" + host);
    });
    const auto sites = asked.values("Sec-Fetch-Site");
    return !is_ours || std::ranges::any_of(sites, [](const std::string& site) {
        return site != "same-origin" && site != "none";
    });
}

std::string text_in(const json& body, const char* member)
{
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) {
        return {};
    }
    if (!found->is_string()) {
        throw std::invalid_argument(fmt::format("{} has to be a text", member));
    }
    return found->get<std::string>();
}

} // namespace

std::optional<served_response> refusal_of_admin(const served_request& asked, const secret& token)
{
    if (token.empty()) {
        return served_response{403, "read-only: no http.admin_token_file is configured\n"};
    }
    if (comes_from_elsewhere(asked)) {
        return served_response{403, "only the daemon's own page may ask for this\n"};
    }
    if (reader_of(asked, token) != reader::admin) {
        return served_response{401, "the admin token is missing or wrong\n"};
    }
    if (only_value(asked, "Content-Type") != "application/json") {
        return served_response{415, "send application/json\n"};
    }
    return std::nullopt;
}

reader reader_of(const served_request& asked, const secret& token)
{
    if (asked.values("Authorization").empty()) {
        return reader::anybody;
    }
    const auto given = only_value(asked, "Authorization");
    const bool is_right = !token.empty() && given.starts_with(scheme) &&
                          is_same(std::string_view(given).substr(scheme.size()), token);
    return is_right ? reader::admin : reader::stranger;
}

decision parse_decision(std::string_view body)
{
    const auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object()) {
        throw std::invalid_argument("expected a JSON object with an action");
    }
    decision decided;
    decided.action = text_in(parsed, "action");
    if (std::ranges::find(actions, decided.action) == actions.end()) {
        throw std::invalid_argument(
            fmt::format("there is no such action; expected one of {}", fmt::join(actions, ", ")));
    }
    decided.which = text_in(parsed, "which");
    decided.resource = text_in(parsed, "resource");
    decided.since = text_in(parsed, "since");
    decided.until = text_in(parsed, "until");
    if (decided.action != "backfill") {
        const auto id = parsed.find("id");
        if (id == parsed.end() || !id->is_number_integer() || id->get<std::int64_t>() <= 0) {
            throw std::invalid_argument("id has to be a positive number");
        }
        decided.id = id->get<std::int64_t>();
    }
    if (decided.action == "resolve_conflict" && decided.which != "local" &&
        decided.which != "remote") {
        throw std::invalid_argument("which has to be local or remote");
    }
    return decided;
}

std::string carry_out(store& on, const decision& decided)
{
    const auto id = decided.id;
    if (decided.action == "retry_edit") {
        on.retry_edit(id);
        return fmt::format("edit {} is sent again", id);
    }
    if (decided.action == "discard_edit") {
        on.discard_edit(id);
        return fmt::format("edit {} is given up, and the row as before", id);
    }
    if (decided.action == "release_edit") {
        return fmt::format("{} edits are released", on.release_edits(id));
    }
    if (decided.action == "resolve_conflict") {
        on.resolve_conflict(id, decided.which);
        return fmt::format("conflict {} is resolved: {}", id, decided.which);
    }
    if (decided.action == "discard_dead_letter") {
        on.remove_dead_letter(id);
        return fmt::format("dead letter {} is gone", id);
    }
    if (decided.action == "cancel_backfill") {
        return on.cancel_backfill(id) ? fmt::format("backfill {} is cancelled", id)
                                      : fmt::format("backfill {} is over already", id);
    }
    throw std::logic_error("an action that others carry out: " + decided.action);
}

} // namespace intercom_mirror
