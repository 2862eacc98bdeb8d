#include "daemon/log.hpp"

#include "sync/record/sanitise.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace intercom_mirror {
namespace {

// What comes from outside must neither start a line of its own nor steer a terminal, nor break a
// reader by bytes that are no UTF-8.
std::string escaped(std::string_view text)
{
    std::string safe;
    safe.reserve(text.size());
    for (const char symbol : text) {
        const auto byte = static_cast<unsigned char>(symbol);
        if (symbol == '"' || symbol == '\\') {
            safe += '\\';
            safe += symbol;
        } else if (symbol == '\n') {
            safe += "\\n";
        } else if (symbol == '\t') {
            safe += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(safe), "\\u{:04x}", byte);
        } else {
            safe += symbol;
        }
    }
    std::string buffer;
    return std::string(sanitise(safe, buffer));
}

spdlog::level::level_enum level_of(severity level)
{
    switch (level) {
    case severity::debug:
        return spdlog::level::debug;
    case severity::info:
        return spdlog::level::info;
    case severity::warning:
        return spdlog::level::warn;
    case severity::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

severity least(log_level level)
{
    switch (level) {
    case log_level::debug:
        return severity::debug;
    case log_level::info:
        return severity::info;
    case log_level::warning:
        return severity::warning;
    case log_level::error:
        return severity::error;
    }
    return severity::info;
}

class stderr_log final : public event_sink
{
public:
    explicit stderr_log(const log_options& settings)
        : logger_("intercom-mirror", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
          is_json_(settings.format == log_format::json)
    {
        logger_.set_level(level_of(least(settings.level)));
        logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            is_json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                     : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
            spdlog::pattern_time_type::utc));
    }

    void report(severity level, std::string_view message,
                std::span<const event_field> fields) override
    {
        const auto native = level_of(level);
        if (logger_.should_log(native)) {
            logger_.log(native,
                        is_json_ ? json_members(message, fields) : text_line(message, fields));
        }
    }

private:
    spdlog::logger logger_;
    bool is_json_;
};

class journal_log final : public event_sink
{
public:
    explicit journal_log(severity lowest) : lowest_(lowest) {}

    void report(severity level, std::string_view message,
                std::span<const event_field> fields) override
    {
        if (level < lowest_) {
            return;
        }
        std::vector<std::string> entries = journal_entries(level, message, fields);
        std::vector<iovec> pieces;
        pieces.reserve(entries.size());
        for (std::string& entry : entries) {
            pieces.push_back({entry.data(), entry.size()});
        }
        // When it fails there is nobody to tell.
        ::sd_journal_sendv(pieces.data(), static_cast<int>(pieces.size()));
    }

private:
    severity lowest_;
};

} // namespace

std::string text_line(std::string_view message, std::span<const event_field> fields)
{
    std::string line = escaped(message);
    for (const event_field& field : fields) {
        const std::string value = escaped(field.value);
        const bool is_plain = !value.empty() && value.find_first_of(" \\=") == value.npos;
        const std::string_view quote = is_plain ? "" : "\"";
        fmt::format_to(std::back_inserter(line), " {}={}{}{}", field.name, quote, value, quote);
    }
    return line;
}

std::string json_members(std::string_view message, std::span<const event_field> fields)
{
    std::string members = fmt::format(R"("message":"{}")", escaped(message));
    for (const event_field& field : fields) {
        const std::string_view quote = field.is_number ? "" : "\"";
        fmt::format_to(std::back_inserter(members), R"(,"{}":{}{}{})", field.name, quote,
                       escaped(field.value), quote);
    }
    return members;
}

std::vector<std::string> journal_entries(severity level, std::string_view message,
                                         std::span<const event_field> fields)
{
    // syslog's numbers, see RFC 5424
    constexpr int priorities[] = {7, 6, 4, 3};
    std::vector<std::string> entries{
        "MESSAGE=" + text_line(message, fields),
        fmt::format("PRIORITY={}", priorities[static_cast<std::size_t>(level)]),
        "SYSLOG_IDENTIFIER=intercom-mirror"};
    for (const event_field& field : fields) {
        std::string name = "INTERCOM_MIRROR_";
        for (const char symbol : field.name) {
            name += symbol == '_' ? symbol : static_cast<char>(symbol - 'a' + 'A');
        }
        entries.push_back(name + "=" + escaped(field.value));
    }
    return entries;
}

std::unique_ptr<event_sink> make_log(const log_options& settings)
{
    // Without a journal, as in a container, events would vanish without a word.
    const bool has_journal = ::access("/run/systemd/journal/socket", W_OK) == 0;
    if (settings.format == log_format::journald && has_journal) {
        return std::make_unique<journal_log>(least(settings.level));
    }
    return std::make_unique<stderr_log>(settings);
}

} // namespace intercom_mirror
