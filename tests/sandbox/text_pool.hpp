#pragma once

#include "tests/sandbox/dice.hpp"

#include <string>
#include <string_view>

namespace intercom_sandbox {

// Texts as people write them, and, when `nasty`, as software has to survive them: emoji, right to
// left, U+0000, lone surrogates, control characters.
std::string person_name(dice& die, bool nasty);
std::string company_name(dice& die, bool nasty);
std::string sentence(dice& die, bool nasty);
// HTML of one or more paragraphs; when nasty, one in a few hundred is some 200 kB long.
std::string html_body(dice& die, bool nasty);
std::string slug(std::string_view text); // letters and digits for e-mail addresses
// A JSON number, string or list no program expects; for custom attributes.
std::string odd_json_value(dice& die);

std::string hex_id(dice& die, std::int64_t created_at); // 24 hex digits, the first 8 the time
std::string uuid(std::uint64_t a, std::uint64_t b);

} // namespace intercom_sandbox
