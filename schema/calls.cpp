#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the call."},
    refers_to("conversations", {"conversation_id", reference, "conversation_id",
                                "Id of the conversation it belongs to."}),
    refers_to("admins", {"admin_id", reference, "admin_id", "Id of the teammate."}),
    refers_to("contacts", {"contact_id", reference, "contact_id", "Id of the contact."}),
    {"state", text, "state", "How far the call is, completed for instance."},
    {"call_type", text, "call_type", "Kind of call, phone for instance."},
    {"direction", text, "direction", "inbound or outbound."},
    {"ended_reason", text, "ended_reason", "Why it ended."},
    {"phone", text, "phone", "Phone number of the contact."},
    {"recording_url", text, "recording_url", "Address of the recording, for a token of the API."},
    {"transcription_url", text, "transcription_url",
     "Address of the transcript, for a token of the API."},
    {"fin_recording_url", text, "fin_recording_url", "Address of the recording of Fin's part."},
    {"fin_transcription_url", text, "fin_transcription_url",
     "Address of the transcript of Fin's part."},
    {"initiated_at", timestamp, "initiated_at", "When it began to ring."},
    {"answered_at", timestamp, "answered_at", "When it was answered."},
    {"ended_at", timestamp, "ended_at", "When it ended."},
    {"created_at", timestamp, "created_at", "When the call was created."},
    {"updated_at", timestamp, "updated_at", "When the call was last changed."},
};

// 25 is the most that Intercom serves.
constexpr listing listings[] = {
    {.by = paging::page, .target = "/calls", .list_keys = "data", .page_size = 25},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"duration", "served by the newest version alone"},
    {"talk_time", "served by the newest version alone"},
    {"queue_time", "served by the newest version alone"},
    {"hold_time", "served by the newest version alone"},
};

} // namespace

constinit const resource calls_resource{
    .name = "calls",
    .singular = "call",
    .meaning = "Phone calls.",
    .columns = columns,
    .get_target = "/calls/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .versions = {{2, 14}},
    .is_optional = true,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
