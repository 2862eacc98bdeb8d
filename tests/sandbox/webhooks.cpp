#include "tests/sandbox/webhooks.hpp"

#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace intercom_sandbox {
namespace {

constexpr auto retry_after = std::chrono::minutes(1);
constexpr unsigned attempts_max = 2;

// The text of HTML, as conversations show it to webhooks since 2.15.
std::string plain_text(std::string_view html)
{
    std::string text;
    bool is_tag = false;
    for (const char c : html) {
        is_tag = is_tag || c == '<';
        text += is_tag ? "" : std::string(1, c);
        is_tag = is_tag && c != '>';
    }
    return text;
}

// A conversation with its newest part only.
std::string conversation_item(const conversation& r, const renderer& show, version_number version)
{
    conversation shown = r;
    shown.kept = {};
    if (shown.parts.size() > 1) {
        shown.parts.erase(shown.parts.begin(), shown.parts.end() - 1);
    }
    if (version >= 215) {
        shown.body = plain_text(shown.body);
        for (part& p : shown.parts) {
            p.body = p.body ? std::optional(plain_text(*p.body)) : std::nullopt;
        }
    }
    return show.with_parts(shown);
}

std::string contact_item(const world& w, const event& e, const renderer& show)
{
    const contact& r = w.contacts.at(e.which);
    if (e.topic == "contact.deleted" || e.topic == "contact.archived") {
        return members()
            .text("type", "contact")
            .text("id", r.id)
            .text("external_id", r.external_id)
            .object();
    }
    if (e.topic.find(".tag.") != std::string::npos) {
        return members()
            .text("type", "contact_tag")
            .raw("tag", show.of(w.tags[*e.other]))
            .raw("contact", show.of(r))
            .object();
    }
    return show.of(r);
}

std::string company_item(const world& w, const event& e, const renderer& show)
{
    const company& r = w.companies.at(e.which);
    if (e.topic == "company.deleted") {
        return members()
            .text("type", "company")
            .text("id", r.id)
            .text("company_id", r.company_id)
            .object();
    }
    if (e.other) {
        return members()
            .text("type", "contact_company")
            .raw("company", show.of(r))
            .raw("contact", show.of(w.contacts.at(*e.other)))
            .object();
    }
    return show.of(r);
}

std::string item_of(const world& w, const event& e, const renderer& show, version_number version)
{
    switch (e.of) {
    case record_kind::contact:
        return contact_item(w, e, show);
    case record_kind::company:
        return company_item(w, e, show);
    case record_kind::ticket:
        return show.of(w.tickets.at(e.which));
    case record_kind::admin:
        return show.of(w.admins[e.which]);
    case record_kind::conversation:
        break;
    }
    const conversation& r = w.conversations.at(e.which);
    return e.topic == "conversation.deleted"
               ? members().text("type", "conversation").text("id", r.id).object()
               : conversation_item(r, show, version);
}

} // namespace

std::string signature(std::string_view secret, std::string_view body)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), bytes.data(), &length);
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex = "sha1=";
    for (unsigned i = 0; i < length; ++i) {
        hex += digits[bytes[i] >> 4U];
        hex += digits[bytes[i] & 15U];
    }
    return hex;
}

void webhooks::listen(std::string url, std::string secret, world& w, time_point now)
{
    url_ = std::move(url);
    secret_ = std::move(secret);
    waiting_.clear();
    w.told.clear();
    w.is_listened_to = true;
    queue({0, now, "HEAD"}, now);
    announce("ping", members().text("type", "ping").text("message", "Hello").object(),
             w.workspace_id, now);
}

void webhooks::stop(world& w)
{
    waiting_.clear();
    w.told.clear();
    w.is_listened_to = false;
}

void webhooks::queue(notification one, time_point due)
{
    one.number = ++numbers_;
    one.due = due;
    waiting_.push_back(std::move(one));
}

void webhooks::announce(std::string_view topic, std::string_view item,
                        std::string_view workspace_id, time_point now)
{
    ++told_;
    const auto strikes = [&](std::string_view kind) { return faults_.strikes(kind, topic, now); };
    if (strikes("webhook_dropped") != nullptr) {
        return;
    }
    notification one{0, now};
    one.topic = topic;
    one.head = R"({"type":"notification_event","id":"notif_)" +
               uuid(spread(told_, 17), spread(told_)) + R"(","topic":)" + quoted(topic) +
               R"(,"app_id":)" + quoted(workspace_id) + R"(,"created_at":)" +
               std::to_string(unix_seconds(now)) + R"(,"self":null,"links":{})";
    one.tail = R"(,"data":{"type":"notification_event_data","item":)" + std::string(item) + "}}";
    auto due = now;
    if (const auto* late = strikes("webhook_late")) {
        due += std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::duration<double>(faults_.die().uniform() * late->value.value_or(60)));
    }
    if (strikes("webhook_duplicated") != nullptr) {
        queue(one, due);
    }
    if (strikes("webhook_forged") != nullptr) {
        notification forged = one;
        forged.is_forged = true;
        queue(std::move(forged), due);
    }
    queue(std::move(one), due);
}

void webhooks::collect(world& w, const renderer& show, version_number version, time_point now)
{
    for (const event& e : w.told) {
        announce(e.topic, item_of(w, e, show, version), w.workspace_id, now);
    }
    w.told.clear();
}

std::vector<delivery> webhooks::take_due(time_point now, std::size_t most)
{
    std::vector<delivery> due;
    for (notification& one : waiting_) {
        if (due.size() >= most) {
            break;
        }
        if (one.due > now || one.is_under_way) {
            continue;
        }
        one.is_under_way = true;
        ++one.attempts;
        ++sent_;
        one.first_sent_at = one.first_sent_at.value_or(unix_seconds(now));
        delivery d{one.number, one.method, url_, {}, ""};
        if (one.method == "POST") {
            d.body = one.head + R"(,"delivery_status":"pending","delivery_attempts":)" +
                     std::to_string(one.attempts) + R"(,"delivered_at":0,"first_sent_at":)" +
                     std::to_string(*one.first_sent_at) + one.tail;
            d.headers = {
                {"Content-Type", "application/json"},
                {"User-Agent", "intercom-parrot-service-client/1.0"},
                {"X-Hub-Signature", signature(one.is_forged ? secret_ + "?" : secret_, d.body)}};
        }
        due.push_back(std::move(d));
    }
    return due;
}

void webhooks::report(std::uint64_t number, bool is_accepted, time_point now)
{
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const notification& one) { return one.number == number; });
    if (found == waiting_.end()) {
        return; // nobody listens any more
    }
    ++(is_accepted ? accepted_ : failed_);
    if (is_accepted || found->attempts >= attempts_max || found->method == "HEAD") {
        given_up_ += is_accepted ? 0 : 1;
        waiting_.erase(found);
        return;
    }
    found->is_under_way = false;
    found->due = now + retry_after;
}

std::string webhooks::json() const
{
    const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    return members()
        .number("told", number(told_))
        .number("sent", number(sent_))
        .number("accepted", number(accepted_))
        .number("failed", number(failed_))
        .number("given_up", number(given_up_))
        .number("waiting", number(waiting_.size()))
        .object();
}

} // namespace intercom_sandbox
