#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// A time zone of the system's database. Contact search up to API 2.16 compares calendar days of
// the workspace's zone; this says where such a day begins.
class zone
{
public:
    // Throws std::runtime_error when the system does not know `name`.
    explicit zone(const std::string& name);

    [[nodiscard]] const std::string& name() const { return name_; }
    // The first and the past-the-end second of the calendar day that holds `unix_seconds`.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> day_of(std::int64_t unix_seconds) const;

private:
    [[nodiscard]] std::int64_t offset_at(std::int64_t unix_seconds) const;
    [[nodiscard]] std::int64_t midnight(std::int64_t local_day) const;

    std::string name_;
    std::int64_t first_offset_ = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> changes_; // from when on, seconds east
};

} // namespace intercom_sandbox
