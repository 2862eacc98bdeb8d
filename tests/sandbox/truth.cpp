#include "tests/sandbox/truth.hpp"

// The truth is NDJSON: one object per line and record that exists at this moment, whatever the
// search index knows, in the order of creation. GET /_sandbox/truth/RESOURCE with one of
//
//   contacts companies conversations tickets notes admins teams tags segments data_attributes
//   subscription_types ticket_types ticket_states visitors data_export_jobs data_events
//   data_event_summaries conversation_handling_events,
//   or a kind of documents.hpp; nothing of kinds that the workspace's version does not have
//
// Each line is the document as GET by id (or, for small lists, the list) serves it in the
// workspace's version or the one asked for, with all its nastiness, and one member more, `_truth`.
// Ids in it are strings.
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
//   newsfeeds      {"items":[id]}, what they show
//   office_hours_exceptions, help_center_redirects
//                  {"owner":id}, what they belong to
//   conversation_handling_events
//                  {"owner":id}, oldest first
//   data_events, data_event_summaries
//                  {"owner":id}; of each live contact, oldest first, those that could be listed
//                  when the workspace began, and by name
//   data_attributes, from version 2.16 on, of custom attributes of conversations
//                  {"model","full_name"}, which their own list leaves out
//   notes          {}, a contact's or, from version 2.16 on, where companies tell of them, a
//                  company's
//   others         {}
//
// GET /_sandbox/truth/removed has a line for each contact, company, conversation or ticket that
// went, in that order, and none for what came back:
//
//   {"resource":"contacts","id":id,"how":"deleted"|"archived"|"merged","into":id|null}
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
        if (owner == life::live && (!n.company || show.has_company_notes())) {
            add_line(out, show.of(n), "{}");
        }
    }
    return out;
}

// In the form of the list that has them in this version.
std::string attributes(const world& w, const renderer& show)
{
    std::string out;
    for (const auto& a : w.attributes) {
        if (show.has_conversation_attributes() && has_own_api(a)) {
            add_line(out, show.conversation_attribute(a),
                     members().text("model", a.model).text("full_name", a.full_name).object());
        } else {
            add_line(out, show.of(a), "{}");
        }
    }
    return out;
}

std::string documents(const world& w, const renderer& show, const document_kind& kind)
{
    std::string out;
    if (!show.has(kind)) {
        return out;
    }
    for (const document* each : listed(w.documents, kind)) {
        members m;
        if (kind.path.empty() && !each->belongs_to.empty()) {
            m.text("owner", each->belongs_to.front());
        }
        if (kind.name == "newsfeeds") {
            m.raw("items",
                  ids(items_of(w.documents, *each), [](const document* d) { return d->id; }));
        }
        add_line(out, show.of(kind, *each, true), m.object());
    }
    return out;
}

std::string events(const world& w, const renderer& show, bool are_summed)
{
    return lines_of(w.contacts, [&](std::string& out, slot which, const contact& c) {
        const std::string truth = members().text("owner", c.id).object();
        if (are_summed) {
            for (const auto& one : summaries_of(w, which)) {
                add_line(out, show.of(one), truth);
            }
            return;
        }
        for (const data_event* one : listed_events(w, which, w.start)) {
            add_line(out, show.of(*one, c), truth);
        }
    });
}

std::string handling_events(const world& w, const renderer& show)
{
    if (!show.has_handling_events()) {
        return "";
    }
    return lines_of(w.conversations, [&](std::string& out, slot, const conversation& c) {
        const std::string truth = members().text("owner", c.id).object();
        for (const auto& one : handling_of(c)) {
            add_line(out, show.of(one), truth);
        }
    });
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
        return attributes(w, show);
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
    if (resource == "data_export_jobs") {
        return small_lines(w.exports, show);
    }
    if (resource == "notes") {
        return notes(w, show);
    }
    if (resource == "data_events" || resource == "data_event_summaries") {
        return events(w, show, resource != "data_events");
    }
    if (resource == "conversation_handling_events") {
        return handling_events(w, show);
    }
    if (const document_kind* kind = find_kind(resource)) {
        return documents(w, show, *kind);
    }
    return resource == "removed" ? removed(w) : "";
}

} // namespace intercom_sandbox
