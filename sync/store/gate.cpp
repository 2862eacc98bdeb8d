#include "sync/store/gate.hpp"

#include "sync/seeded_bug.hpp"

namespace intercom_mirror {
namespace {

// From what was served to another version or read by another catalogue: whatever comes next is
// worth more, even if no column differs.
bool is_decoded_again(const stored_head& stored)
{
    return !stored.list_hash && !stored.get_hash && !stored.is_deleted;
}

verdict judge_get(const resource& described, std::uint64_t hash,
                  std::optional<std::int64_t> updated_at, const std::optional<stored_head>& stored)
{
    if (!stored) {
        return verdict::apply;
    }
    if (stored->get_hash == hash && !stored->is_deleted) {
        return verdict::unchanged;
    }
    // Something newer was stored while this answer travelled.
    if (updated_at && stored->updated_at && *updated_at < *stored->updated_at) {
        return verdict::read_alone;
    }
    // Served alone for the first time: the form alone is no change.
    const bool is_same_time = updated_at == stored->updated_at;
    const bool is_known = stored->get_hash || stored->is_deleted || described.list_is_poorer ||
                          is_decoded_again(*stored);
    return is_known || !is_same_time ? verdict::apply : verdict::compare;
}

} // namespace

verdict judge(const resource& described, projection from, std::uint64_t hash,
              std::optional<std::int64_t> updated_at, const std::optional<stored_head>& stored,
              bool is_sweep)
{
    if (from == projection::get) {
        return judge_get(described, hash, updated_at, stored);
    }
    const auto when_new = described.list_is_poorer ? verdict::read_alone : verdict::apply;
    if (!stored) {
        return when_new;
    }
    if (stored->is_deleted && SEEDED_BUG(deleted_stays_deleted)) {
        return verdict::ignore;
    }
    if (stored->is_deleted) {
        return described.get_target.empty() ? verdict::apply : verdict::read_alone;
    }
    if (is_decoded_again(*stored)) {
        const bool is_older = updated_at && stored->updated_at && *updated_at < *stored->updated_at;
        return !is_older                      ? when_new
               : described.get_target.empty() ? verdict::ignore
                                              : verdict::read_alone;
    }
    const bool is_seen = stored->list_hash && is_same_sighting(*stored->list_hash, hash);
    if (is_seen && !(is_sweep && is_contradicted(*stored->list_hash))) {
        return verdict::unchanged;
    }
    if (!described.has_updated_at || !updated_at || !stored->updated_at) {
        // Without a time, and without a GET to ask, the document in hand is all there is.
        return described.get_target.empty() || !described.has_updated_at ? when_new
                                                                         : verdict::read_alone;
    }
    if (*updated_at > *stored->updated_at || SEEDED_BUG(older_content_applied)) {
        return when_new;
    }
    if (SEEDED_BUG(same_time_is_same_content)) {
        return verdict::ignore;
    }
    return *updated_at == *stored->updated_at ? verdict::compare : verdict::ignore;
}

} // namespace intercom_mirror
