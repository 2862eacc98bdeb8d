#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// Whether ids are unique beyond one type is not documented.
constexpr column columns[] = {
    {"_key", text, "type&id", "Key of the row for the daemon: type and id."},
    {"id", id, "id", "Intercom's id of the instance."},
    {"type", text, "type", "Identifier of the type of object."},
    {"external_id", text, "external_id", "Your own id of it."},
    {"external_created_at", timestamp, "external_created_at", "When it was created on your side."},
    {"external_updated_at", timestamp, "external_updated_at",
     "When it was last changed on your side."},
    {"custom_attributes", jsonb, "custom_attributes", "Values of the type's attributes, by name."},
    {"created_at", timestamp, "created_at", "When it was created in Intercom."},
    {"updated_at", timestamp, "updated_at", "When it was last changed in Intercom."},
};

// {id} is a type: the list is asked for once for each that the configuration names.
constexpr listing listings[] = {
    {.by = paging::page,
     .target = "/custom_object_instances/{id}",
     .list_keys = "data",
     .page_size = 150},
};

} // namespace

// Before 2.16 instances can be read alone, but not listed.
constinit const resource custom_object_instances_resource{
    .name = "custom_object_instances",
    .singular = "custom_object_instance",
    .meaning = "Instances of custom objects, of the types that the configuration names.",
    .columns = columns,
    .key = "_key",
    .primary_key = "type,id",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 16}},
    .is_optional = true,
};

} // namespace intercom_mirror
