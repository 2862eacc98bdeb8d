#include "tests/sandbox/truth.hpp"

// The truth is NDJSON: one object per line and record that exists at this moment, whatever the
// search index knows, in the order of creation. GET /_sandbox/truth/RESOURCE with one of
//
//   contacts companies conversations tickets notes admins teams tags segments data_attributes
//   subscription_types ticket_types ticket_states visitors
//
// Each line is the document as GET by id (or, for small lists, the list) serves it in the
// workspace's version, with all its nastiness, and one member more, `_truth`. Ids in it are
// strings.
//
//   contacts       {"tags":[id],"companies":[id],"segments":[id],"notes":[id],
//                   "subscriptions":[{"id":id,"consent":"opt_in"|"opt_out"}]}
//                  all of them; the document itself shows ten of each at most
//   companies      {"contacts":[id],"tags":[id],"segments":[id],"is_listed":bool}
//                  is_listed: shown by /companies/list and search (has a user); the scroll and GET
//                  by id show the others too
//   conversations  {"parts":[id],"all_parts":N,"ticket":id|null,"contacts":[id],"tags":[id]}
//                  parts: what can be read, the newest 500, oldest first; all_parts: what there is
//   tickets        {"parts":[id],"all_parts":N,"conversation":id|null,"contacts":[id],
//                   "tags":[id],"company":id|null}; the last two are in no document
//   others         {}
//
// GET /_sandbox/truth/removed has a line for each contact, company, conversation or ticket that
// went, in that order, and none for what came back:
//
//   {"resource":"contacts","id":id,"how":"deleted"|"archived"|"merged","into":id|null}
//
// GET /_sandbox/truth/data_events has a line for each that was submitted:
//
//   {"event_name":…,"contact_id":id,"created_at":N,"metadata":{…}}
//
// Conversations and tickets of contacts that are removed stay, and keep naming them. Notes of
// contacts that are removed cannot be read and are not listed.
namespace intercom_sandbox {
namespace {

constexpr std::size_t parts_shown_max = 500;

template <class List, class Id>
std::string ids(const List& list, Id&& id)
{
    elements out;
    for (const auto& one : list) {
        out.add(quoted(id(one)));
    }
    return out.array();
}

void add_line(std::string& out, std::string_view document, std::string_view truth)
{
    out += with_member(document, "_truth", truth);
    out += '\n';
}

std::string truth_of(const world& w, const contact& c)
{
    elements subscriptions;
    for (const slot s : c.subscriptions) {
        const auto& type = w.subscription_types[s];
        subscriptions.add(
            members().text("id", type.id).text("consent", type.consent_type).object());
    }
    return members()
        .raw("tags", ids(c.tags, [&w](slot t) { return w.tags[t].id; }))
        .raw("companies", ids(c.companies, [&w](slot s) { return w.companies.at(s).id; }))
        .raw("segments", ids(c.segments, [&w](slot s) { return w.segments[s].id; }))
        .raw("notes", ids(c.notes, [&w](slot n) { return w.notes[n].id; }))
        .raw("subscriptions", subscriptions.array())
        .object();
}

std::string truth_of(const world& w, const company& c, const std::vector<slot>& users)
{
    return members()
        .raw("contacts", ids(users, [&w](slot s) { return w.contacts.at(s).id; }))
        .raw("tags", ids(c.tags, [&w](slot t) { return w.tags[t].id; }))
        .raw("segments", ids(c.segments, [&w](slot s) { return w.segments[s].id; }))
        .boolean("is_listed", is_listed(c))
        .object();
}

void add_thread(const world& w, members& m, const thread& t)
{
    const std::size_t shown = std::min(t.parts.size(), parts_shown_max);
    const std::vector<part> newest(t.parts.end() - static_cast<std::ptrdiff_t>(shown),
                                   t.parts.end());
    m.raw("parts", ids(newest, [](const part& p) { return p.id; }));
    m.number("all_parts", static_cast<std::int64_t>(t.parts.size()));
    m.raw("contacts", ids(t.contacts, [&w](slot s) { return w.contacts.at(s).id; }));
}

std::string truth_of(const world& w, const conversation& c)
{
    members m;
    add_thread(w, m, c);
    m.raw("tags", ids(c.tags, [&w](const applied_tag& t) { return w.tags[t.which].id; }));
    c.ticket ? m.text("ticket", w.tickets.at(*c.ticket).id) : m.null("ticket");
    return m.object();
}

std::string truth_of(const world& w, const ticket& t)
{
    members m;
    add_thread(w, m, t);
    const auto twin = w.conversations.find(t.id);
    twin&& w.conversations.at(*twin).alive == life::live ? m.text("conversation", t.id)
                                                         : m.null("conversation");
    m.raw("tags", ids(t.tags, [&w](const applied_tag& one) { return w.tags[one.which].id; }));
    t.company ? m.text("company", w.companies.at(*t.company).id) : m.null("company");
    return m.object();
}

template <class Record, class Write>
std::string lines_of(const shelf<Record>& records, Write&& write)
{
    std::string out;
    for (slot which = 0; which < records.size(); ++which) {
        if (records.at(which).alive == life::live) {
            write(out, which, records.at(which));
        }
    }
    return out;
}

template <class List>
std::string small_lines(const List& list, const renderer& show)
{
    std::string out;
    for (const auto& one : list) {
        if constexpr (requires { one.exists; }) {
            if (!one.exists) {
                continue;
            }
        }
        add_line(out, show.of(one), "{}");
    }
    return out;
}

std::string notes(const world& w, const renderer& show)
{
    std::string out;
    for (const auto& n : w.notes) {
        const life owner =
            n.company ? w.companies.at(*n.company).alive : w.contacts.at(n.contact).alive;
        if (owner == life::live) {
            add_line(out, show.of(n), "{}");
        }
    }
    return out;
}

std::string data_events(const world& w)
{
    std::string out;
    for (const auto& e : w.data_events) {
        out += members()
                   .text("event_name", e.name)
                   .text("contact_id", w.contacts.at(e.contact).id)
                   .number("created_at", e.created_at)
                   .raw("metadata", e.metadata)
                   .object() +
               "\n";
    }
    return out;
}

std::string removed(const world& w)
{
    std::string out;
    for (const auto& r : w.removed) {
        members m;
        m.text("resource", r.resource).text("id", r.id).text("how", r.how);
        r.into.empty() ? m.null("into") : m.text("into", r.into);
        out += m.object() + "\n";
    }
    return out;
}

} // namespace

std::string write_truth(const world& w, const renderer& show, std::string_view resource)
{
    if (resource == "contacts") {
        return lines_of(w.contacts, [&](std::string& out, slot, const contact& c) {
            add_line(out, show.of(c), truth_of(w, c));
        });
    }
    if (resource == "companies") {
        return lines_of(w.companies, [&](std::string& out, slot which, const company& c) {
            add_line(out, show.of(c), truth_of(w, c, w.users_of[which]));
        });
    }
    if (resource == "conversations") {
        return lines_of(w.conversations, [&](std::string& out, slot, const conversation& c) {
            add_line(out, show.with_parts(c), truth_of(w, c));
        });
    }
    if (resource == "tickets") {
        return lines_of(w.tickets, [&](std::string& out, slot, const ticket& t) {
            add_line(out, show.of(t), truth_of(w, t));
        });
    }
    if (resource == "admins") {
        return small_lines(w.admins, show);
    }
    if (resource == "teams") {
        return small_lines(w.teams, show);
    }
    if (resource == "tags") {
        return small_lines(w.tags, show);
    }
    if (resource == "segments") {
        return small_lines(w.segments, show);
    }
    if (resource == "data_attributes") {
        return small_lines(w.attributes, show);
    }
    if (resource == "subscription_types") {
        return small_lines(w.subscription_types, show);
    }
    if (resource == "ticket_types") {
        return small_lines(w.ticket_types, show);
    }
    if (resource == "ticket_states") {
        return small_lines(w.ticket_states, show);
    }
    if (resource == "visitors") {
        return small_lines(w.visitors, show);
    }
    if (resource == "data_events") {
        return data_events(w);
    }
    if (resource == "notes") {
        return notes(w, show);
    }
    return resource == "removed" ? removed(w) : "";
}

} // namespace intercom_sandbox
