#pragma once

#include "sync/clock.hpp"
#include "sync/intercom/http_transport.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// Answers the API documents and a caller must look at. Everything else is an exception.
enum class answer {
    ok,              // 2xx
    missing,         // 404, or 410 that does not say where to
    merged,          // 410 whose Link names what it was merged into
    conflict,        // 409
    forbidden,       // 401, 402 or 403 although the token is alive: this resource is not for us
    version_invalid, // 400: this version of the API lacks the endpoint
    rejected,        // 400, 422 and other 4xx: repeating it does not help
};

struct api_reply
{
    answer kind = answer::ok;
    unsigned status = 0;
    std::string body; // unpacked
    std::string request_id;
    std::optional<wall_time> server_date;
    std::string error_code; // of the first error of an error envelope, else empty
    std::string error_message;
    std::string canonical_id; // merged: the id to ask for instead
};

// No usable answer. `kind` says what to do differently; `what_was_sent` whether it can have had an
// effect.
class api_failure : public std::runtime_error
{
public:
    enum class kind {
        unreachable,       // name, connection, TLS, or cut off
        timed_out,         // no answer, or not all of it, in time
        server_error,      // 408, 5xx
        not_json,          // 2xx with an empty or foreign body
        too_large,         // more bytes than we are ready to take
        unexpected_status, // redirects and what HTTP has no name for
    };

    api_failure(kind what, transport_failure::sent what_was_sent, const std::string& why,
                unsigned status = 0, std::string request_id = {})
        : std::runtime_error(why), kind_(what), sent_(what_was_sent), status_(status),
          request_id_(std::move(request_id))
    {
    }

    [[nodiscard]] kind what_kind() const { return kind_; }
    [[nodiscard]] transport_failure::sent what_was_sent() const { return sent_; }
    [[nodiscard]] unsigned status() const { return status_; } // 0 without an answer
    [[nodiscard]] const std::string& request_id() const { return request_id_; }

    // The same question for fewer records may be answered.
    [[nodiscard]] bool suggests_smaller_page() const;

private:
    kind kind_;
    transport_failure::sent sent_;
    unsigned status_;
    std::string request_id_;
};

// Intercom knows our token no more: nothing is sent until there is another one.
class token_rejected : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Reads a response that is not a 429. `needs_body`: a good answer without JSON is a failure. Throws
// api_failure. At most `body_bytes_max` bytes are unpacked.
api_reply read_reply(http_response response, bool needs_body, std::size_t body_bytes_max);

} // namespace intercom_mirror
