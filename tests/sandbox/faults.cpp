#include "tests/sandbox/faults.hpp"

#include "tests/sandbox/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace intercom_sandbox {
namespace {

using namespace std::string_view_literals;

constexpr std::array kinds{"reset_before"sv,
                           "reset_after"sv,
                           "truncated"sv,
                           "stall"sv,
                           "drip"sv,
                           "slow"sv,
                           "too_many_requests"sv,
                           "server_error"sv,
                           "html_error"sv,
                           "redirect"sv,
                           "token_revoked"sv,
                           "scope_missing"sv,
                           "forbidden"sv,
                           "poison"sv,
                           "version_refused"sv,
                           "sort_refused"sv,
                           "empty_200"sv,
                           "not_json_200"sv,
                           "oversized"sv,
                           "reset_absent"sv,
                           "reset_past"sv,
                           "reset_absurd"sv,
                           "bad_record"sv,
                           "duplicate_record"sv,
                           "shuffled_page"sv,
                           "cursor_loop"sv,
                           "short_page"sv,
                           "lost_next"sv,
                           "foreign_next"sv,
                           "index_loss"sv,
                           "stale_content"sv,
                           "scroll_error"sv,
                           "scroll_expired"sv,
                           "scroll_exists"sv,
                           "late_effect"sv,
                           "error_after"sv,
                           "webhook_dropped"sv,
                           "webhook_duplicated"sv,
                           "webhook_late"sv,
                           "webhook_forged"sv};

bool is_number(const nlohmann::json& value, double low, double high)
{
    return value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
}

bool read_member(fault& f, const std::string& name, const nlohmann::json& value)
{
    if (name == "kind" && value.is_string()) {
        f.kind = value.get<std::string>();
        return std::find(kinds.begin(), kinds.end(), f.kind) != kinds.end();
    }
    if (name == "where" && value.is_string()) {
        f.where = value.get<std::string>();
        return true;
    }
    if (name == "probability" && is_number(value, 0, 1)) {
        f.probability = value.get<double>();
        return true;
    }
    if (name == "count" && value.is_number_unsigned()) {
        f.left = value.get<std::uint64_t>();
        return true;
    }
    if (name == "value" && is_number(value, 0, 1e12)) {
        f.value = value.get<double>();
        return true;
    }
    if (name == "seconds" && is_number(value, 0, 1e9)) {
        f.seconds = value.get<double>();
        return true;
    }
    return false;
}

} // namespace

bool fault_box::add(std::string_view json)
{
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("kind")) {
        return false;
    }
    fault f;
    for (const auto& [name, value] : parsed.items()) {
        if (!read_member(f, name, value)) {
            return false;
        }
    }
    faults_.push_back(std::move(f));
    return true;
}

fault* fault_box::find(std::string_view kind, std::string_view endpoint, time_point now)
{
    for (auto& f : faults_) {
        if (f.kind != kind || endpoint.find(f.where) == endpoint.npos || f.left == 0U) {
            continue;
        }
        if (f.seconds && !f.until) {
            f.until = now + std::chrono::microseconds(static_cast<std::int64_t>(*f.seconds * 1e6));
        }
        if (!f.until || now < *f.until) {
            return &f;
        }
    }
    return nullptr;
}

const fault* fault_box::strikes(std::string_view kind, std::string_view endpoint, time_point now)
{
    if (faults_.empty()) {
        return nullptr;
    }
    fault* f = find(kind, endpoint, now);
    if (f == nullptr || !die_.chance(f->probability)) {
        return nullptr;
    }
    if (f->left) {
        --*f->left;
    }
    ++fired_[f->kind];
    return f;
}

const fault* fault_box::in_force(std::string_view kind, std::string_view endpoint, time_point now)
{
    if (faults_.empty()) {
        return nullptr;
    }
    const fault* f = find(kind, endpoint, now);
    if (f != nullptr) {
        ++fired_[f->kind];
    }
    return f;
}

std::string spoil(std::string_view record, dice& die)
{
    const std::string text(record);
    switch (die.below(12)) {
    case 0:
        return "null";
    case 1:
        return "42";
    case 2:
        return R"("a string where a record should be")";
    case 3:
        return "{}";
    case 4:
        return R"({"type":"unknown","id":{"not":"an id"}})";
    case 5:
        return with_member(text, "tags", R"("all of them")");
    case 6:
        return with_member(text, "deep", std::string(200, '[') + std::string(200, ']'));
    case 7:
        return with_member(text, "name", "\"bad \xff\xc3( utf-8\"");
    case 8:
        return with_member(text, "broken", "nul");
    case 9:
        return with_member(text, "deep", std::string(100'000, '[') + std::string(100'000, ']'));
    case 10:
        return with_member(text, "id", R"("the same member twice")");
    default:
        return with_member(text, "created_at", R"("the day before yesterday")");
    }
}

} // namespace intercom_sandbox
