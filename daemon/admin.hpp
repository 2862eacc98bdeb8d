#pragma once

#include "config/secret.hpp"
#include "daemon/http_server.hpp"
#include "sync/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace intercom_mirror {

// Whether a request may decide something: it has the admin token and comes from the daemon's own
// page, if from any. Nothing when it may; else the answer that says why not. No cookie is involved,
// so a page of somebody else's has nothing to send along; that it may not even try is said by the
// header Origin.
std::optional<served_response> refusal_of_admin(const served_request& asked, const secret& token);

// The same for reading more than everybody may: a wrong token is refused, none is just nobody.
enum class reader : std::uint8_t { anybody, admin, stranger };
reader reader_of(const served_request& asked, const secret& token);

// What somebody decided on the status page.
struct decision
{
    std::string action; // retry_edit, discard_edit, release_edit, resolve_conflict, …
    std::int64_t id = 0;
    std::string which;    // resolve_conflict: local or remote
    std::string resource; // backfill, as the next two
    std::string since;
    std::string until;
};

// Throws std::invalid_argument with a sentence for who sent it.
decision parse_decision(std::string_view body);

// Carries it out, but for replaying dead letters. Returns what to tell the person; throws
// statement_refused, permission_missing, store_unavailable.
std::string carry_out(store& on, const decision& decided);

} // namespace intercom_mirror
