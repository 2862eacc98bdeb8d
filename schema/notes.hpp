#pragma once

#include "schema/describe.hpp"

// Notes belong to a contact or to a company and are described alike in both.
namespace intercom_mirror::describe {

inline constexpr std::string_view notes_table = "notes";
inline constexpr std::string_view notes_meaning =
    "Notes that teammates wrote about a contact or a company; each belongs to exactly one of them.";

inline constexpr column note_columns[] = {
    {"id", id, "id", "Intercom's id of the note."},
    insert_only({"body", text, "body", "Text of the note, HTML."}),
    {"created_at", timestamp, "created_at", "When the note was written."},
    {"author_type", text, "author.type", "Kind of author, admin as a rule."},
    insert_only(refers_to(
        "admins", {"author_id", reference, "author.id", "Id of the teammate who wrote it."})),
    {"author_name", text, "author.name", "Name of the teammate who wrote it."},
    {"author_email", text, "author.email", "Email address of the teammate who wrote it."},
};

inline constexpr body_member note_body[] = {{"body", "body"}, {"admin_id", "@admin"}};
inline constexpr column_rule note_rules[] = {{.column = "body", .is_required = true}};

constexpr writing note_writing(std::span<const write_request> create)
{
    return {.create = create,
            .columns = note_rules,
            .instead_of_delete = "Intercom has no request that deletes a note."};
}

} // namespace intercom_mirror::describe
