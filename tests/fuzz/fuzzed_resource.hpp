#pragma once

#include "sync/record/record_plan.hpp"

// A resource with every form of path and child the catalogue knows, small enough for a fuzzer to
// find its way about.
namespace intercom_mirror::fuzzed {

inline constexpr column columns[] = {
    {"id", column_type::id, "id", "-"},          {"updated_at", column_type::timestamp, "u", "-"},
    {"t", column_type::text, "t.x|t", "-"},      {"r", column_type::reference, "r", "-"},
    {"b", column_type::boolean, "b", "-"},       {"i", column_type::bigint, "i", "-"},
    {"n", column_type::numeric, "n", "-"},       {"d", column_type::timestamp, "d", "-"},
    {"j", column_type::jsonb, "j", "-"},         {"k", column_type::text, "j.k", "-"},
    {"m", column_type::text, "m&id|=none", "-"}, {"o", column_type::text, "o.p", "-"},
};
inline constexpr column file_columns[] = {
    {"position", column_type::bigint, "#", "-"},
    {"s", column_type::text, "s|.", "-"},
    {"above", column_type::text, "^body", "-"},
};
inline constexpr child part_children[] = {
    {.table = "files",
     .kind = child_kind::values,
     .meaning = "-",
     .path = "f",
     .parent_column = "part_id",
     .columns = file_columns,
     .key = "part_id,position"},
};
inline constexpr column part_columns[] = {
    {"id", column_type::id, "id", "-"},
    {"body", column_type::text, "body", "-"},
    {"kind", column_type::text, "k|=a", "-"},
    {"u", column_type::timestamp, "^u", "-"},
};
inline constexpr column tag_columns[] = {{"tag", column_type::id, "id|.", "-"}};
inline constexpr child children[] = {
    {.table = "parts",
     .kind = child_kind::records,
     .meaning = "-",
     .path = "p.l|p",
     .parent_column = "thing_id",
     .columns = part_columns,
     .key = "id",
     .scope = "kind=a",
     .window = 2,
     .children = part_children},
    {.table = "tags",
     .kind = child_kind::links,
     .meaning = "-",
     .path = "g.d|g.e",
     .parent_column = "thing_id",
     .columns = tag_columns,
     .key = "thing_id,tag"},
};
inline constexpr unmapped in_raw[] = {{"*.y", "-"}, {"p.l.z", "-"}};
inline constexpr resource things{.name = "things",
                                 .singular = "thing",
                                 .meaning = "-",
                                 .columns = columns,
                                 .children = children,
                                 .volatile_members = "v,f.*",
                                 .sets = "g.d,p.l.f",
                                 .left_in_raw = in_raw};

} // namespace intercom_mirror::fuzzed
