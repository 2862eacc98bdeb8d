#include "sync/push/fates.hpp"

#include <algorithm>
#include <set>

namespace intercom_mirror {
namespace {

using kind = field_outcome::kind;

// The worse, the higher.
int weight(kind what)
{
    switch (what) {
    case kind::undecided:
        return 4;
    case kind::rejected:
        return 3;
    case kind::lost:
        return 2;
    case kind::applied:
        return 1;
    case kind::taken_back:
        break;
    }
    return 0;
}

std::string_view state_of(kind what)
{
    switch (what) {
    case kind::undecided:
        return "conflict";
    case kind::rejected:
        return "rejected";
    case kind::lost:
        return "conflict_lost";
    case kind::applied:
        return "applied";
    case kind::taken_back:
        break;
    }
    return "superseded";
}

} // namespace

std::vector<edit_fate> fates_of(const edits_taken& edits, const field_outcomes& outcomes,
                                bool was_sent, const column_claim& is_by_member,
                                const std::set<edited_field>& edited_since)
{
    std::vector<edit_fate> fates;
    std::set<edited_field> edited_later = edited_since;
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
        const auto fields = fields_of(edit->fields, is_by_member);
        // Of a create, what was edited since went out with it.
        const bool is_superseded = edit->operation != "create" && !fields.empty() &&
                                   std::ranges::all_of(fields, [&](const auto& each) {
                                       return edited_later.contains(each);
                                   });
        edit_fate fate;
        fate.id = edit->id;
        const field_outcome earlier{was_sent ? kind::applied : kind::taken_back,
                                    was_sent ? "" : "taken back before it was sent", ""};
        const field_outcome* worst = nullptr;
        for (const auto& field : fields) {
            const auto found = outcomes.find(field);
            const auto& outcome = found == outcomes.end() ? earlier : found->second;
            if (worst == nullptr || weight(outcome.what) > weight(worst->what)) {
                worst = &outcome;
            }
        }
        if (worst == nullptr) {
            worst = &earlier;
        }
        fate.state = state_of(worst->what);
        fate.reason = worst->reason;
        fate.request_id = worst->request_id;
        if (is_superseded && worst->what != kind::undecided) {
            fate.state = "superseded";
            fate.reason = "edited again before it was sent";
        }
        fates.push_back(std::move(fate));
        edited_later.insert(fields.begin(), fields.end());
    }
    std::ranges::reverse(fates);
    return fates;
}

} // namespace intercom_mirror
