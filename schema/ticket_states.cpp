#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the state."},
    {"category", text, "category",
     "Stage it belongs to: submitted, in_progress, waiting_on_customer or resolved."},
    {"internal_label", text, "internal_label", "Name as teammates see it."},
    {"external_label", text, "external_label", "Name as customers see it."},
    {"archived", boolean, "archived", "Whether it is archived."},
};

constexpr listing listings[] = {
    since(12, listing{.target = "/ticket_states", .list_keys = "data|ticket_states"}),
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"ticket_types", "copies of rows of ticket_types: the types that offer this state"},
};

} // namespace

constinit const resource ticket_states_resource{
    .name = "ticket_states",
    .singular = "ticket_state",
    .meaning = "States that tickets can be in.",
    .columns = columns,
    .listings = listings,
    .sets = "ticket_types.data",
    .versions = {.first = {2, 12}},
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
