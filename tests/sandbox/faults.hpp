#pragma once

#include "tests/sandbox/dice.hpp"
#include "tests/sandbox/http.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

// Misbehaviour that can be switched on, each as a JSON object:
//
//   {"kind":"server_error","probability":0.2,"count":5,"where":"/contacts/search",
//    "value":502,"seconds":30}
//
// Only `kind` is needed. `probability` (1) is per request that could show it, `count` how often it
// fires at most, `where` a piece of the endpoint's label ("GET /contacts/{}/tags"), `seconds` how
// long it stays. Kinds, with the meaning of `value`:
//
//   connection   reset_before, reset_after, truncated, stall, drip, slow (ms, 5000)
//   refusals     too_many_requests, server_error (status, 503), html_error (status, 502),
//                redirect, token_revoked (every request from then on), scope_missing (401),
//                forbidden (403), poison (400), version_refused, sort_refused
//   writes       late_effect (seconds, 60): no answer, and the effect within that time;
//                error_after (status, 502): carried out, and answered by an error
//   webhooks     webhook_dropped, webhook_duplicated, webhook_late, webhook_forged, see
//   webhooks.hpp bodies       empty_200, not_json_200, oversized (bytes, 64 Mi) rate headers
//   reset_absent, reset_past, reset_absurd pages        bad_record, duplicate_record,
//   shuffled_page, cursor_loop, short_page, lost_next,
//                foreign_next
//   index        index_loss (share of records hidden from lists and search, 0.5), stale_content
//   scroll       scroll_error, scroll_expired, scroll_exists
struct fault
{
    std::string kind;
    double probability = 1;
    std::optional<std::uint64_t> left;
    std::string where;
    std::optional<double> value;
    std::optional<double> seconds;
    std::optional<time_point> until; // known once time is
};

class fault_box
{
public:
    explicit fault_box(std::uint64_t seed) : die_(seed) {}

    bool add(std::string_view json);
    void clear() { faults_.clear(); }
    [[nodiscard]] bool is_empty() const { return faults_.empty(); }

    // Whether a fault of that kind happens to this request; null if not.
    const fault* strikes(std::string_view kind, std::string_view endpoint, time_point now);
    // A standing condition rather than an event: in force, or null. Counted, but no dice.
    const fault* in_force(std::string_view kind, std::string_view endpoint, time_point now);

    [[nodiscard]] const std::map<std::string, std::uint64_t>& fired() const { return fired_; }
    dice& die() { return die_; }

private:
    fault* find(std::string_view kind, std::string_view endpoint, time_point now);

    dice die_;
    std::vector<fault> faults_;
    std::map<std::string, std::uint64_t> fired_;
};

// A record nobody can make sense of, in place of `record`; braces and quotes still balance, or
// there would be no telling where the next one begins.
std::string spoil(std::string_view record, dice& die);

} // namespace intercom_sandbox
