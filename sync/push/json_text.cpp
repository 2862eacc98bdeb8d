#include "sync/push/json_text.hpp"

#include "sync/record/exact_numbers.hpp"
#include "sync/record/record_plan.hpp"

#include <nlohmann/json.hpp>

namespace intercom_mirror {

using json = nlohmann::json;

json parse_json(std::string_view text)
{
    try {
        return json::parse(guard_numbers(text));
    } catch (const json::exception& broken) {
        throw malformed_record(broken.what());
    }
}

json parse_answer(std::string_view text)
{
    try {
        return json::parse(guard_numbers(text));
    } catch (const json::exception&) {
        return json(json::value_t::discarded);
    }
}

} // namespace intercom_mirror
