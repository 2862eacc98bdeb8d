#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Data exports, and calls that go on in the Messenger.
namespace intercom_sandbox {
namespace {

constexpr auto export_starts = std::chrono::seconds(2);
constexpr auto export_takes = std::chrono::seconds(5);
constexpr seconds export_lifetime = 2 * 86400;

bool is_active(const data_export& e)
{
    return e.status == "pending" || e.status == "in_progress";
}

// Not the usual envelope.
response phone_error(std::string_view key, std::string_view message)
{
    return json_response(400, members().text("error_key", key).text("message", message).object());
}

} // namespace

// One at a time.
response write_api::request_export(const call& c)
{
    const fields body(c.asked.body, "created_at_after created_at_before");
    body.require({"created_at_after", "created_at_before"});
    if (*body.time("created_at_after") > *body.time("created_at_before")) {
        throw refusal{400, "parameter_invalid", "created_at_after is later than created_at_before"};
    }
    if (std::any_of(world_.exports.begin(), world_.exports.end(), is_active)) {
        throw refusal{429, "rate_limit_exceeded", "Another export job is active"};
    }
    const std::string id = "export" + world_.fresh_number();
    world_.exports.push_back({id, "pending", c.origin});
    const std::size_t index = world_.exports.size() - 1;
    later_.at(c.now + export_starts, [this, index](time_point) {
        data_export& e = world_.exports[index];
        e.status = is_active(e) ? "in_progress" : e.status;
    });
    later_.at(c.now + export_takes, [this, index](time_point then) {
        data_export& e = world_.exports[index];
        if (is_active(e)) {
            e.status = "completed";
            e.expires_at = unix_seconds(then) + export_lifetime;
        }
    });
    note("data_exports", id, "created");
    return json_response(200, c.show.of(world_.exports[index]));
}

response write_api::cancel_export(const call& c)
{
    for (data_export& e : world_.exports) {
        if (e.id == c.ids.front()) {
            e.status = is_active(e) ? "canceled" : e.status;
            note("data_exports", e.id, "canceled");
            return json_response(200, c.show.of(e));
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

response write_api::switch_phone(const call& c)
{
    const fields body(c.asked.body, "phone custom_attributes");
    body.require({"phone"});
    const std::string phone = *body.text("phone");
    const bool is_number =
        phone.size() >= 8 && phone.size() <= 16 && phone.front() == '+' &&
        std::all_of(phone.begin() + 1, phone.end(), [](char d) { return d >= '0' && d <= '9'; });
    if (!is_number) {
        return phone_error("invalid_phone_number", "Invalid phone number");
    }
    const auto attributes = read_attributes(world_, body, "custom_attributes", "contact");
    for (slot i = 0; i < world_.contacts.size(); ++i) {
        const contact& r = world_.contacts.at(i);
        if (r.alive != life::live || r.phone != phone || attributes.empty()) {
            continue;
        }
        world_.contacts.edit(i, c.now, [&](contact& known) {
            for (const auto& one : attributes) {
                apply(known.custom, one);
            }
            known.updated_at = std::max(known.updated_at, unix_seconds(c.now));
        });
        note("contacts", r.id, "updated", {"custom_attributes"});
    }
    note("phone_call_redirects", phone, "sent");
    const std::string url = "http://via.intercom.io/msgr/" + uuid(spread(phone), die_.roll());
    return json_response(200,
                         members().text("type", "phone_call_redirect").text("url", url).object());
}

} // namespace intercom_sandbox
