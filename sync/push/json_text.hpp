#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

// JSON texts as values. Numbers no double can hold, which PostgreSQL's and Intercom's texts may
// have, become texts of their digits: the parser of the library gives up on the whole for one.
namespace intercom_mirror {

// Throws malformed_record.
nlohmann::json parse_json(std::string_view text);

// An answer of whatever kind: discarded if it is no JSON.
nlohmann::json parse_answer(std::string_view text);

} // namespace intercom_mirror
