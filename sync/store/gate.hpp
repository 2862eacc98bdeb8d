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

// What a GET is caused by is the hash the row keeps of lists: the same sighting does not cause
// another. Its lowest bit is spent on a mark: the GET said something else than the list. Should the
// record return to what the list showed, the list looks unchanged and the row is wrong, so sweeps
// look at marked rows again.
constexpr std::uint64_t agreed(std::uint64_t list_hash)
{
    return list_hash & ~std::uint64_t{1};
}
constexpr std::uint64_t contradicted(std::uint64_t list_hash)
{
    return list_hash | 1U;
}
constexpr bool is_contradicted(std::uint64_t list_hash)
{
    return (list_hash & 1U) != 0;
}
constexpr bool is_same_sighting(std::uint64_t a, std::uint64_t b)
{
    return agreed(a) == agreed(b);
}

enum class verdict : std::uint8_t {
    unchanged,  // nothing to do
    apply,      // store it
    compare,    // perhaps other content: store the hash if no column differs, else read it alone
    read_alone, // only a GET may say what is true
    ignore      // older than what is stored
};

// Decides what becomes of a document, so that no stale read ever overwrites a newer one, on any
// path. A GET reads Intercom's primary store and wins over lists and searches, which lag behind.
// `is_sweep`: the sighting is of a walk over everything.
verdict judge(const resource& described, projection from, std::uint64_t hash,
              std::optional<std::int64_t> updated_at, const std::optional<stored_head>& stored,
              bool is_sweep = false);

} // namespace intercom_mirror
