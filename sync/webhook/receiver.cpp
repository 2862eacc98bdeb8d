#include "sync/webhook/receiver.hpp"

#include "sync/webhook/notification.hpp"
#include "sync/webhook/signature.hpp"

#include <fmt/format.h>

#include <utility>

namespace intercom_mirror {

using boost::asio::awaitable;

std::string_view to_string(receipt what)
{
    switch (what) {
    case receipt::accepted:
        return "accepted";
    case receipt::other_workspace:
        return "other_workspace";
    case receipt::unsigned_one:
        return "unsigned";
    case receipt::malformed:
        return "malformed";
    case receipt::not_configured:
        return "not_configured";
    case receipt::unavailable:
        break;
    }
    return "unavailable";
}

webhook_receiver::webhook_receiver(inbox& keep, event_sink& log,
                                   std::set<std::string, std::less<>> mirrored)
    : inbox_(keep), log_(log), mirrored_(std::move(mirrored))
{
}

awaitable<webhook_receiver::answer> webhook_receiver::receive(std::string body,
                                                              std::vector<std::string> signatures,
                                                              std::string workspace)
{
    auto given = co_await judge(std::move(body), std::move(signatures), std::move(workspace));
    ++counts_[static_cast<std::size_t>(given.what)];
    co_return given;
}

awaitable<webhook_receiver::answer> webhook_receiver::judge(std::string body,
                                                            std::vector<std::string> signatures,
                                                            std::string workspace)
{
    if (!is_configured()) {
        co_return answer{receipt::not_configured, "no webhook secret is configured"};
    }
    if (signatures.size() != 1 || !is_signed(body, signatures.front(), secrets_)) {
        co_return answer{
            receipt::unsigned_one,
            fmt::format("{} has to sign the body with the app's client secret", signature_header)};
    }
    notification told;
    try {
        told = parse_notification(
            body, [this](std::string_view resource) { return mirrored_.contains(resource); });
    } catch (const malformed_notification& malformed) {
        co_return answer{receipt::malformed, malformed.what()};
    }
    if (workspace.empty()) {
        co_return answer{receipt::unavailable, "Intercom has not said yet which workspace this is"};
    }
    if (told.app_id != workspace) {
        co_return answer{receipt::other_workspace, "this mirror is of another workspace"};
    }
    if (told.lacks_id && without_id_.insert(told.entry.topic).second) {
        log_.warning("a webhook does not say which record it tells of; polls will find the change",
                     {{"detail", told.entry.topic}});
    }
    std::string outage;
    try {
        co_await inbox_.append(std::move(told.entry));
    } catch (const store_unavailable& unavailable) {
        outage = "the database cannot be used for now";
        log_.debug("a notification was turned away", {{"reason", unavailable.what()}});
    }
    if (!outage.empty()) {
        co_return answer{receipt::unavailable, outage};
    }
    co_return answer{receipt::accepted, {}};
}

} // namespace intercom_mirror
