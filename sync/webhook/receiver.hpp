#pragma once

#include "config/secret.hpp"
#include "sync/event_sink.hpp"
#include "sync/webhook/inbox.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

enum class receipt : std::uint8_t {
    accepted,        // committed; acted on if it tells of a record
    other_workspace, // genuine, but not ours: an app has one address for all its workspaces
    unsigned_one,    // the signature is missing or wrong
    malformed,
    not_configured, // there is no secret to check signatures with
    unavailable     // cannot be kept for now
};
inline constexpr std::size_t receipt_count = 6;
std::string_view to_string(receipt what);

// Decides about each notification, in this order: signature, form, workspace, inbox. What is
// refused leaves nothing behind. One thread.
class webhook_receiver
{
public:
    // `mirrored`: names of the resources whose queues somebody works off.
    webhook_receiver(inbox& keep, event_sink& log, std::set<std::string, std::less<>> mirrored);

    // Client secrets of the app: the one in use, and while it is being changed the other one.
    void use_secrets(std::vector<secret> secrets) { secrets_ = std::move(secrets); }
    [[nodiscard]] bool is_configured() const { return !secrets_.empty(); }

    struct answer
    {
        receipt what = receipt::unavailable;
        std::string reason; // what was expected; says nothing of the body's content
    };
    // `signatures`: the values of X-Hub-Signature; `workspace`: its id, empty while unknown.
    boost::asio::awaitable<answer> receive(std::string body, std::vector<std::string> signatures,
                                           std::string workspace);

    // How often each receipt was given.
    [[nodiscard]] const std::array<std::uint64_t, receipt_count>& counts() const { return counts_; }

private:
    boost::asio::awaitable<answer> judge(std::string body, std::vector<std::string> signatures,
                                         std::string workspace);

    inbox& inbox_;
    event_sink& log_;
    std::set<std::string, std::less<>> mirrored_;
    std::vector<secret> secrets_;
    std::set<std::string, std::less<>> without_id_; // topics told of once
    std::array<std::uint64_t, receipt_count> counts_{};
};

} // namespace intercom_mirror
