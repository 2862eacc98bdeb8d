#pragma once

#include "schema/describe.hpp"

#include <array>

// Files sent with a conversation's first message, a part of a conversation or a part of a ticket
// stand in one table and are described alike in all three.
namespace intercom_mirror::describe {

inline constexpr std::string_view attachments_table = "attachments";
inline constexpr std::string_view attachments_meaning =
    "Files sent with conversations and tickets: names and addresses, not the contents.";
inline constexpr std::string_view attachments_key = "part_kind,part_id,position";

// `kind`: the constant path of part_kind, "=ticket_part" for instance.
constexpr auto attachment_columns(std::string_view kind)
{
    return std::array{
        column{"part_kind", text, kind,
               "What it was sent with: conversation_source, conversation_part or ticket_part."},
        column{"position", bigint, "#", "Place among the files of the same message, from 0."},
        column{"type", text, "type", "Kind of attachment, upload as a rule."},
        column{"name", text, "name", "File name."},
        column{"url", text, "url", "Address of the file when it was last read; it expires."},
        column{"content_type", text, "content_type", "MIME type."},
        column{"filesize", bigint, "filesize", "Size in bytes."},
        column{"width", bigint, "width", "Width of an image in pixels."},
        column{"height", bigint, "height", "Height of an image in pixels."},
    };
}

} // namespace intercom_mirror::describe
