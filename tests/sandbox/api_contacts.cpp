#include "tests/sandbox/api.hpp"

#include <algorithm>
#include <charconv>

namespace intercom_sandbox {

listing_request api::read_cursor_list(const call& c, std::size_t usual) const
{
    listing_request wanted;
    wanted.per_page = usual;
    if (const auto text = c.target.parameter("per_page")) {
        const auto read =
            std::from_chars(text->data(), text->data() + text->size(), wanted.per_page);
        if (read.ec != std::errc() || wanted.per_page == 0 || wanted.per_page > 150) {
            throw refusal{400, "parameter_invalid", "per_page must lie between 1 and 150"};
        }
    }
    wanted.starting_after = c.target.parameter("starting_after").value_or("");
    return wanted;
}

template <class Record>
response api::cursor_answer(const call& c, const shelf<Record>& from, const cursor_page& page,
                            std::string_view type, std::string_view key)
{
    std::vector<served> texts;
    texts.reserve(page.records.size());
    for (const slot which : page.records) {
        const bool is_old =
            from.outdated(which) && faults_.strikes("stale_content", c.label, c.now) != nullptr;
        texts.push_back(serve(c, is_old ? *from.outdated(which) : *from.indexed(which)));
    }
    disturb(c, texts);
    std::string next;
    if (page.next && faults_.strikes("lost_next", c.label, c.now) == nullptr) {
        next = ",\"next\":{\"page\":" + std::to_string(page.page + 1) +
               ",\"starting_after\":" + quoted(*page.next) + "}";
        if (faults_.strikes("foreign_next", c.label, c.now) != nullptr) {
            next = ",\"next\":\"https://intercom.attacker.example/" + std::string(key) + "\"";
        }
    }
    const std::size_t total_pages = (page.total + page.per_page - 1) / page.per_page;
    const std::string head =
        R"({"type":")" + std::string(type) + R"(","pages":{"type":"pages","page":)" +
        std::to_string(page.page) + ",\"per_page\":" + std::to_string(page.per_page) +
        ",\"total_pages\":" + std::to_string(total_pages) + next +
        "},\"total_count\":" + std::to_string(page.total) + ",\"" + std::string(key) + "\":[";
    return list_answer(c, head, texts, "]}");
}

namespace {

// Faults of walks by cursor: an earlier cursor comes again, pages are shorter than asked.
void mislead(fault_box& faults, const call& c, listing_request& wanted, cursor_page& page)
{
    const bool can_loop = page.next && !wanted.starting_after.empty();
    if (can_loop && faults.strikes("cursor_loop", c.label, c.now) != nullptr) {
        page.next = wanted.starting_after;
    }
}

void restrict_listing(fault_box& faults, const call& c, listing_request& wanted)
{
    if (faults.strikes("short_page", c.label, c.now) != nullptr) {
        wanted.per_page = std::max<std::size_t>(1, wanted.per_page / 3);
    }
    if (const auto* loss = faults.in_force("index_loss", c.label, c.now)) {
        wanted.share_hidden = loss->value.value_or(0.5);
    }
}

} // namespace

template <class Record>
response api::search_answer(const call& c, const shelf<Record>& from, search_memory& memory,
                            std::size_t per_page_default, std::string_view type,
                            std::string_view key)
{
    constexpr bool is_contact = std::is_same_v<Record, contact>;
    const bool is_list = c.asked.method == "GET";
    listing_request wanted = is_list ? read_cursor_list(c, per_page_default)
                                     : parse_search(c.asked.body, per_page_default);
    wanted.default_order = is_contact ? 0 : 1;
    wanted.is_by_day = is_contact && c.version <= 216;
    if (!wanted.sort_field.empty() && faults_.strikes("sort_refused", c.label, c.now) != nullptr) {
        throw refusal{400, "parameter_invalid", "sort is not supported"};
    }
    restrict_listing(faults_, c, wanted);
    cursor_page page = find_page(world_, from, wanted, memory);
    mislead(faults_, c, wanted, page);
    return cursor_answer(c, from, page, type, key);
}

response api::list_contacts(const call& c)
{
    return search_answer(c, world_.contacts, contact_memory_, 10, "list", "data");
}

response api::search_contacts(const call& c)
{
    return search_answer(c, world_.contacts, contact_memory_, 50, "list", "data");
}

response api::list_conversations(const call& c)
{
    return search_answer(c, world_.conversations, conversation_memory_, 20, "conversation.list",
                         "conversations");
}

response api::search_conversations(const call& c)
{
    return search_answer(c, world_.conversations, conversation_memory_, 20, "conversation.list",
                         "conversations");
}

response api::search_tickets(const call& c)
{
    return search_answer(c, world_.tickets, ticket_memory_, 20, "ticket.list", "tickets");
}

response api::one_conversation(const call& c)
{
    const auto which = world_.conversations.find(c.ids.front());
    if (!which || world_.conversations.at(*which).alive != life::live) {
        throw refusal{404, "not_found", "Resource Not Found"};
    }
    const conversation& r = world_.conversations.at(*which);
    return record_answer(
        c, {c.show.with_parts(r), c.packs ? packed_alone(c.show, r) : std::string_view{}});
}

response api::one_ticket(const call& c)
{
    const auto which = world_.tickets.find(c.ids.front());
    if (!which || world_.tickets.at(*which).alive != life::live) {
        throw refusal{404, "ticket_not_found", "Ticket not found"};
    }
    return record_answer(c, serve(c, world_.tickets.at(*which)));
}

slot find_contact(const world& w, const std::string& id, version_number version)
{
    const auto which = w.contacts.find(id);
    if (which && version >= 216 && w.contacts.at(*which).alive == life::merged) {
        slot into = *w.contacts.at(*which).merged_into;
        for (int hops = 0; hops < 2 && w.contacts.at(into).merged_into; ++hops) {
            into = *w.contacts.at(into).merged_into;
        }
        throw refusal{410,
                      "contact_merged",
                      "Contact was merged",
                      {{"Link", "</contacts/" + w.contacts.at(into).id + ">; rel=\"canonical\""}}};
    }
    if (!which || w.contacts.at(*which).alive != life::live) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    return *which;
}

slot api::contact_of(const call& c) const
{
    return find_contact(world_, c.ids.front(), 0);
}

response api::one_contact(const call& c)
{
    return record_answer(
        c, serve(c, world_.contacts.at(find_contact(world_, c.ids.front(), c.version))));
}

response api::contact_by_external_id(const call& c)
{
    const auto found = world_.by_external_id.find(c.ids.front());
    if (found == world_.by_external_id.end()) {
        throw refusal{404, "not_found", "User Not Found"};
    }
    return record_answer(c, serve(c, world_.contacts.at(found->second)));
}

response api::contact_companies(const call& c)
{
    const contact& r = world_.contacts.at(contact_of(c));
    const auto numbers = read_page(c, 50, 60);
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(r.companies.size(), from + numbers.per_page); ++i) {
        texts.push_back(serve(c, world_.companies.at(r.companies[i])));
    }
    return page_answer(c, std::move(texts), numbers, r.companies.size(), true);
}

response api::contact_notes(const call& c)
{
    const contact& r = world_.contacts.at(contact_of(c));
    const auto numbers = read_page(c, 50, 60);
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(r.notes.size(), from + numbers.per_page); ++i) {
        texts.push_back({c.show.of(world_.notes[r.notes[i]])});
    }
    return page_answer(c, std::move(texts), numbers, r.notes.size(), false);
}

response api::contact_segments(const call& c)
{
    elements data;
    for (const slot s : world_.contacts.at(contact_of(c)).segments) {
        data.add(c.show.of(world_.segments[s]));
    }
    return json_response(200, members().text("type", "list").raw("data", data.array()).object());
}

response api::contact_subscriptions(const call& c)
{
    elements data;
    for (const slot which : world_.contacts.at(contact_of(c)).subscriptions) {
        data.add(c.show.of(world_.subscription_types[which]));
    }
    return json_response(200, members().text("type", "list").raw("data", data.array()).object());
}

response api::contact_tags(const call& c)
{
    const contact& r = world_.contacts.at(contact_of(c));
    elements data;
    for (const slot t : r.tags) {
        const std::string by =
            members().text("type", "admin").text("id", world_.admins.front().id).object();
        data.add(members()
                     .text("type", "tag")
                     .text("id", world_.tags[t].id)
                     .text("name", world_.tags[t].name)
                     .number("applied_at", std::max<seconds>(r.created_at, 0))
                     .raw("applied_by", by)
                     .object());
    }
    return json_response(200, members().text("type", "list").raw("data", data.array()).object());
}

} // namespace intercom_sandbox
