#pragma once

#include "schema/resource.hpp"

#include <cstdint>
#include <optional>

namespace intercom_mirror {

// What the mirror holds of a record when a document of it comes in.
struct stored_head
{
    std::optional<std::uint64_t> list_hash;
    std::optional<std::uint64_t> get_hash;
    std::optional<std::int64_t> updated_at; // microseconds since 1970
    bool is_deleted = false;
};

enum class verdict : std::uint8_t {
    unchanged,  // nothing to do
    apply,      // store it
    compare,    // same time, other content: store the hash if no column differs, else read it alone
    read_alone, // only a GET may say what is true
    ignore      // older than what is stored
};

// Decides what becomes of a document, so that no stale read ever overwrites a newer one, on any
// path. A GET reads Intercom's primary store and wins over lists and searches, which lag behind.
verdict judge(const resource& described, projection from, std::uint64_t hash,
              std::optional<std::int64_t> updated_at, const std::optional<stored_head>& stored);

} // namespace intercom_mirror
