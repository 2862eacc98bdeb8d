#pragma once

#include "sync/record/content_hash.hpp"
#include "sync/record/shape.hpp"
#include "sync/record/table_plans.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// What a record_plan has compiled; read by scans and decodes, changed by nobody.
struct compiled_record
{
    compiled_record(const resource& entry, api_version spoken,
                    std::span<const std::string> omitted);

    const resource& described;
    api_version version;
    std::vector<table_plan> tables;
    std::uint64_t fingerprint;
    record_shape head;
    record_shape shape;
    volatile_paths left_out;
    // Left out when a record read alone is hashed as lists would show it; views into the names.
    std::string not_listed_names;
    volatile_paths not_listed;
    // By table: where the hash of a row's element begins in the head shape, and the names above.
    std::vector<std::size_t> hash_places;
    std::vector<std::vector<std::string_view>> hash_paths;
};

// An id longer than this does not fit an index, twice in one key.
inline constexpr std::size_t key_bytes_max = 1000;

} // namespace intercom_mirror
