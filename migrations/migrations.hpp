#pragma once

#include <span>
#include <string_view>

namespace intercom_mirror {

// A step of the database's schema, embedded at build time from a .sql file of this directory.
struct migration
{
    std::string_view name;   // file name without .sql: "0001_control"
    std::string_view sha256; // of the file, hexadecimal
    std::string_view sql;
};

// In the order of their names.
std::span<const migration> all_migrations();

} // namespace intercom_mirror
