#include "sync/store/gate.hpp"

#include "sync/seeded_bug.hpp"

namespace intercom_mirror {
namespace {

verdict judge_get(std::uint64_t hash, std::optional<std::int64_t> updated_at,
                  const std::optional<stored_head>& stored)
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
    return verdict::apply;
}

} // namespace

verdict judge(const resource& described, projection from, std::uint64_t hash,
              std::optional<std::int64_t> updated_at, const std::optional<stored_head>& stored)
{
    if (from == projection::get) {
        return judge_get(hash, updated_at, stored);
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
    if (stored->list_hash == hash) {
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
