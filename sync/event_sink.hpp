#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

// How the engine tells an operator what happened: one event, one line. What becomes of it is the
// daemon's business (daemon/log.hpp).
namespace intercom_mirror {

enum class severity : std::uint8_t { debug, info, warning, error };

// Events may carry only what stands in this list, so that nobody logs a mail address in passing:
// any other name does not compile. Add names here; none may hold personal data or a secret.
inline constexpr std::string_view event_fields[] = {
    "attempt",   "bytes",     "code",   "command",   "count",      "cursor",   "database_error",
    "detail",    "duration",  "epoch",  "every",     "expected",   "file",     "found",
    "hint",      "in_flight", "key",    "lag",       "lane",       "limit",    "method",
    "migration", "operation", "pages",  "path",      "phase",      "port",     "projection",
    "rate",      "reason",    "record", "remaining", "request_id", "resource", "rows",
    "schema",    "seed",      "share",  "signal",    "slice",      "status",   "table",
    "target",    "version",   "wait",
};

class field_name
{
public:
    // NOLINTNEXTLINE(google-explicit-constructor): {"resource", "contacts"} is how it is written.
    consteval field_name(const char* name) : text_(name)
    {
        for (const std::string_view each : event_fields) {
            if (each == text_) {
                return;
            }
        }
        throw "this name is not in event_fields";
    }

    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

struct event_field
{
    event_field(field_name name, std::string_view value) : name(name.text()), value(value) {}
    event_field(field_name name, const char* value) : name(name.text()), value(value) {}
    event_field(field_name name, const std::string& value) : name(name.text()), value(value) {}
    event_field(field_name name, std::integral auto value)
        : name(name.text()), value(std::to_string(value)), is_number(true)
    {
    }
    event_field(field_name name, bool value)
        : name(name.text()), value(value ? "true" : "false"), is_number(true)
    {
    }

    std::string_view name;
    std::string value;
    bool is_number = false; // or true, false: stands without quotes in JSON
};

class event_sink
{
public:
    virtual ~event_sink() = default;

    virtual void report(severity level, std::string_view message,
                        std::span<const event_field> fields) = 0;

    using fields = std::initializer_list<event_field>;
    void debug(std::string_view message, fields with = {})
    {
        report(severity::debug, message, with);
    }
    void info(std::string_view message, fields with = {}) { report(severity::info, message, with); }
    void warning(std::string_view message, fields with = {})
    {
        report(severity::warning, message, with);
    }
    void error(std::string_view message, fields with = {})
    {
        report(severity::error, message, with);
    }
};

} // namespace intercom_mirror
