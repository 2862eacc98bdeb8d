#pragma once

#include "sync/store/store.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace intercom_mirror {

// Not a notification of Intercom's: what is wrong, and where; never what it says.
class malformed_notification : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct notification
{
    std::string app_id; // of the workspace
    inbox_entry entry;
    // The topic tells of a record, but the notification does not say which one.
    bool lacks_id = false;
};

// Reads the envelope {"topic", "app_id", "id", "created_at", "data": {"item"}} and, by the
// catalogue's topics, which records it is about. `is_mirrored`: whether anybody reads that
// resource. A notification without an id gets one made of topic, time and records.
// Throws malformed_notification.
notification parse_notification(std::string_view body,
                                const std::function<bool(std::string_view)>& is_mirrored);

} // namespace intercom_mirror
