#include "tests/sandbox/documents.hpp"
#include "tests/sandbox/render.hpp"

namespace intercom_sandbox {

bool renderer::has(const document_kind& kind) const
{
    return version_ >= kind.since;
}

std::string renderer::of(const document_kind& kind, const document& d, bool is_alone) const
{
    members m(style_of(d.id, d.version));
    if (!kind.type.empty()) {
        m.text("type", kind.type);
    }
    kind.has_number_ids ? m.raw("id", d.id) : m.text("id", d.id);
    const auto moment = [&](std::string_view name, seconds at) {
        kind.has_iso_times ? m.text(name, iso_time(at)) : m.number(name, at);
    };
    moment("created_at", d.created_at);
    if (kind.has_updated_at) {
        moment("updated_at", d.updated_at);
    }
    for (const field& each : d.fields) {
        const bool is_served = each.since <= version_ && version_ <= each.until;
        if (!is_served || (each.is_alone && !is_alone)) {
            continue;
        }
        each.json == "null" ? m.null(each.name) : m.raw(each.name, each.json);
    }
    if (kind.has_tags && version_ >= 213) {
        elements tags;
        for (const slot which : d.tags) {
            if (world_.tags[which].exists) {
                tags.add(of(world_.tags[which]));
            }
        }
        m.raw("tags", members().text("type", "tag.list").raw("tags", tags.array()).object());
    }
    return m.object();
}

} // namespace intercom_sandbox
