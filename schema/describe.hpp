#pragma once

#include "schema/resource.hpp"

// Words in which the files of this directory describe columns, children and listings. Nobody else
// includes this.
namespace intercom_mirror::describe {

using enum column_type;

// May be edited by SQL.
constexpr column editable(column described)
{
    described.editable = true;
    return described;
}

// May be edited member by member: the values of attributes, by name.
constexpr column attributes(column described)
{
    described.editable = true;
    described.by_member = true;
    return described;
}

// May be given by the INSERT that creates the row.
constexpr column insert_only(column described)
{
    described.insert_only = true;
    return described;
}

// Holds the key of a row of that resource.
constexpr column refers_to(std::string_view resources, column described)
{
    described.refers_to = resources;
    return described;
}

// Served from that version on.
template <class Described = column>
constexpr Described since(int minor, Described described)
{
    described.versions.first = api_version{2, minor};
    return described;
}

// Served up to and including that version.
template <class Described = column>
constexpr Described until(int minor, Described described)
{
    described.versions.last = api_version{2, minor};
    return described;
}

inline constexpr version_range only_preview{.first = preview_version};

constexpr version_range from_version(int minor)
{
    return {.first = {2, minor}};
}

constexpr version_range up_to_version(int minor)
{
    return {.last = {2, minor}};
}

inline constexpr unmapped kind_is_the_table{"*.type",
                                            "names the kind of object, as the table does"};

} // namespace intercom_mirror::describe
