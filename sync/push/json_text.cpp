#include "sync/push/json_text.hpp"

#include "sync/record/record_plan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace intercom_mirror {
namespace {

using json = nlohmann::json;

constexpr std::string_view parts_of_numbers = "0123456789+-.eE";

std::string with_huge_numbers_as_texts(std::string_view text)
{
    std::string made;
    bool is_string = false;
    for (std::size_t at = 0; at < text.size();) {
        const char letter = text[at];
        const bool begins_number =
            !is_string && (letter == '-' || (letter >= '0' && letter <= '9'));
        std::size_t length = 1;
        if (begins_number) {
            length = std::min(text.find_first_not_of(parts_of_numbers, at), text.size()) - at;
        } else if (is_string && letter == '\\') {
            length = std::min<std::size_t>(2, text.size() - at);
        } else if (letter == '"') {
            is_string = !is_string;
        }
        const std::string token(text.substr(at, length));
        const bool is_huge = begins_number && !std::isfinite(std::strtod(token.c_str(), nullptr));
        made += is_huge ? '"' + token + '"' : token;
        at += length;
    }
    return made;
}

json parse(std::string_view text)
{
    try {
        return json::parse(text);
    } catch (const json::out_of_range&) {
        return json::parse(with_huge_numbers_as_texts(text));
    }
}

} // namespace

json parse_json(std::string_view text)
{
    try {
        return parse(text);
    } catch (const json::exception& broken) {
        throw malformed_record(broken.what());
    }
}

json parse_answer(std::string_view text)
{
    try {
        return parse(text);
    } catch (const json::exception&) {
        return json(json::value_t::discarded);
    }
}

} // namespace intercom_mirror
