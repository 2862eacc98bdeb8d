#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

// JSON texts as values. Numbers that the library would change or refuse are guarded (see
// sync/record/exact_numbers.hpp): what is sent or stored has to have them plain again.
namespace intercom_mirror {

// Throws malformed_record.
nlohmann::json parse_json(std::string_view text);

// An answer of whatever kind: discarded if it is no JSON.
nlohmann::json parse_answer(std::string_view text);

} // namespace intercom_mirror
