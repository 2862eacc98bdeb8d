#pragma once

#include "config/options.hpp"
#include "sync/event_sink.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Writes events to stderr (text, json) or to systemd's journal, one line each; those below the
// level are dropped. May be used from any thread.
std::unique_ptr<event_sink> make_log(const log_options& settings);

// message resource=contacts detail="two words"
std::string text_line(std::string_view message, std::span<const event_field> fields);

// "message":"…","resource":"contacts": the members of a JSON object.
std::string json_members(std::string_view message, std::span<const event_field> fields);

// MESSAGE=…, PRIORITY=6, INTERCOM_MIRROR_RESOURCE=contacts
std::vector<std::string> journal_entries(severity level, std::string_view message,
                                         std::span<const event_field> fields);

} // namespace intercom_mirror
