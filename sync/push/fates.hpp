#pragma once

#include "sync/push/merge.hpp"
#include "sync/store/outbox.hpp"

#include <map>
#include <string>
#include <vector>

namespace intercom_mirror {

// What became of one field of the edits that went out together.
struct field_outcome
{
    enum class kind {
        applied,    // Intercom has the value
        taken_back, // nothing had changed after all
        lost,       // in a conflict
        undecided,  // somebody has to decide a conflict
        rejected    // by Intercom
    };
    kind what = kind::applied;
    std::string reason;
    std::string request_id;
};

using field_outcomes = std::map<edited_field, field_outcome>;

// The fates of edits of one row, oldest first, once there is nothing more to send of them. A field
// without an outcome was settled before: `was_sent` by a request, or else taken back. The worst
// that happened to any of its fields is what an edit is told, and an edit all of whose fields were
// edited again before they went out is superseded.
std::vector<edit_fate> fates_of(const edits_taken& edits, const field_outcomes& outcomes,
                                bool was_sent, const column_claim& is_by_member,
                                const std::set<edited_field>& edited_since = {});

} // namespace intercom_mirror
