#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// `order` is a word of SQL: the column is called otherwise.
constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the reason."},
    {"label", text, "label", "The reason in words."},
    {"emoji", text, "emoji", "Emoji shown with it."},
    {"display_order", bigint, "order", "Place among the reasons (`order`)."},
    {"deleted", boolean, "deleted", "Whether it was deleted; teammates may still be away for it."},
    {"created_at", timestamp, "created_at", "When the reason was created."},
    {"updated_at", timestamp, "updated_at", "When the reason was last changed."},
};

// Older documentation shows a bare array instead of a list.
constexpr listing listings[] = {
    {.target = "/away_status_reasons", .list_keys = "data"},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource away_status_reasons_resource{
    .name = "away_status_reasons",
    .singular = "away_status_reason",
    .meaning = "Reasons that teammates give for being away.",
    .columns = columns,
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 14}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
