#include "tests/sandbox/api.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace intercom_sandbox {

response json_response(unsigned status, std::string body)
{
    response answer;
    answer.status = status;
    answer.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    answer.body = std::move(body);
    return answer;
}

response error_response(unsigned status, std::string_view code, std::string_view message,
                        std::string_view request_id)
{
    const std::string error = members().text("code", code).text("message", message).object();
    return json_response(status, members()
                                     .text("type", "error.list")
                                     .text("request_id", request_id)
                                     .raw("errors", "[" + error + "]")
                                     .object());
}

// Everything that can be read.
std::span<const api::endpoint> api::endpoints()
{
    static constexpr std::array fixed{
        endpoint{"GET", "me", 0, "", &api::me},
        endpoint{"GET", "admins", 0, "display_avatar", &api::admins},
        endpoint{"GET", "admins/{}", 0, "", &api::one_admin},
        endpoint{"GET", "teams", 0, "", &api::teams},
        endpoint{"GET", "teams/{}", 0, "", &api::one_team},
        endpoint{"GET", "tags", 0, "", &api::tags},
        endpoint{"GET", "tags/{}", 0, "", &api::one_tag},
        endpoint{"GET", "segments", 0, "include_count type", &api::segments},
        endpoint{"GET", "segments/{}", 0, "", &api::one_segment},
        endpoint{"GET", "data_attributes", 0, "model include_archived", &api::data_attributes},
        endpoint{"GET", "subscription_types", 0, "", &api::subscription_types},
        endpoint{"GET", "ticket_types", 0, "", &api::ticket_types},
        endpoint{"GET", "ticket_types/{}", 0, "", &api::one_ticket_type},
        endpoint{"GET", "ticket_states", 212, "", &api::ticket_states},
        endpoint{"GET", "notes/{}", 0, "", &api::one_note},
        endpoint{"GET", "jobs/status/{}", 214, "", &api::one_job},
        endpoint{"GET", "contacts/bulk/{}", preview, "", &api::one_bulk_job},
        endpoint{"GET", "companies/bulk/{}", preview, "", &api::one_bulk_job},
        endpoint{"GET", "conversations/attributes", 216, "include_archived",
                 &api::conversation_attributes},
        endpoint{"GET", "conversations/attributes/{}", 216, "", &api::one_conversation_attribute},
        endpoint{"GET", "export/content/data/{}", 0, "", &api::one_export},
        endpoint{"GET", "download/content/data/{}", 0, "", &api::download_export},
        endpoint{"GET", "visitors", 0, "user_id", &api::one_visitor},
        endpoint{"POST", "companies/list", 0, "page per_page order", &api::list_companies},
        endpoint{"POST", "companies/search", preview, "", &api::search_companies},
        endpoint{"GET", "companies/scroll", 0, "scroll_param", &api::scroll_companies},
        endpoint{"GET", "companies", 0, "company_id name tag_id segment_id page per_page",
                 &api::find_companies},
        endpoint{"GET", "companies/{}", 0, "", &api::one_company},
        endpoint{"GET", "companies/{}/contacts", 0, "page per_page", &api::company_contacts},
        endpoint{"GET", "companies/{}/segments", 0, "", &api::company_segments},
        endpoint{"GET", "companies/{}/notes", 215, "page per_page", &api::company_notes},
        endpoint{"GET", "contacts", 0, "per_page starting_after", &api::list_contacts},
        endpoint{"POST", "contacts/search", 0, "", &api::search_contacts},
        endpoint{"GET", "contacts/find_by_external_id/{}", 213, "", &api::contact_by_external_id},
        endpoint{"GET", "contacts/{}", 0, "", &api::one_contact},
        endpoint{"GET", "contacts/{}/companies", 0, "page per_page", &api::contact_companies},
        endpoint{"GET", "contacts/{}/notes", 0, "page per_page", &api::contact_notes},
        endpoint{"GET", "contacts/{}/segments", 0, "", &api::contact_segments},
        endpoint{"GET", "contacts/{}/subscriptions", 0, "", &api::contact_subscriptions},
        endpoint{"GET", "contacts/{}/tags", 0, "", &api::contact_tags},
        endpoint{"GET", "conversations", 0, "per_page starting_after", &api::list_conversations},
        endpoint{"GET", "conversations/deleted", 216, "page per_page order",
                 &api::deleted_conversations},
        endpoint{"POST", "conversations/search", 0, "", &api::search_conversations},
        endpoint{"GET", "conversations/{}", 0, "display_as include_translations",
                 &api::one_conversation},
        endpoint{"POST", "tickets/search", 0, "", &api::search_tickets},
        endpoint{"GET", "tickets/{}", 0, "", &api::one_ticket},
        endpoint{"GET", "news/newsfeeds/{}/items", 0, "page per_page", &api::newsfeed_items},
        endpoint{"GET", "office_hours_schedules/{}/office_hours_exceptions", 216, "",
                 &api::office_hours_exceptions},
        endpoint{"GET", "help_center/help_centers/{}/redirects", 216, "page per_page",
                 &api::help_center_redirects},
        endpoint{"GET", "custom_object_instances/{}", 216, "page per_page",
                 &api::custom_object_instances},
        endpoint{"GET", "conversations/{}/handling_events", 215, "", &api::handling_events},
        endpoint{"GET", "events", 0, "type user_id intercom_user_id summary per_page before",
                 &api::events},
    };
    // The first that fits is taken: those of fixed words before "admins/{}".
    static const std::vector<endpoint> all = [] {
        auto made = document_endpoints();
        made.insert(made.end(), fixed.begin(), fixed.end());
        return made;
    }();
    return all;
}

bool matches(std::string_view pattern, const std::vector<std::string>& path,
             std::vector<std::string>& ids)
{
    ids.clear();
    for (const auto& segment : path) {
        const std::string_view expected = pattern.substr(0, pattern.find('/'));
        pattern = expected.size() == pattern.size() ? "" : pattern.substr(expected.size() + 1);
        if (expected == "{}") {
            ids.push_back(segment);
        } else if (expected != segment) {
            return false;
        }
    }
    return pattern.empty() && !path.empty();
}

const api::endpoint* api::find(std::string_view method, const std::vector<std::string>& path,
                               std::vector<std::string>& ids)
{
    for (const auto& e : endpoints()) {
        if (e.method == method && matches(e.path, path, ids)) {
            return &e;
        }
    }
    return nullptr;
}

void check_parameters(const call& c, std::string_view known)
{
    const std::string all = " " + std::string(known) + " ";
    for (const auto& [name, value] : c.target.query) {
        if (all.find(" " + name + " ") == all.npos) {
            throw refusal{400, "parameter_invalid", "unknown query parameter: " + name};
        }
    }
}

response api::handle(const endpoint& e, const call& c)
{
    if (c.version < e.since) {
        throw refusal{400, "intercom_version_invalid",
                      "Requested resource is not available in current API version."};
    }
    check_parameters(c, e.parameters);
    if (e.method == "GET" && !c.asked.body.empty()) {
        throw refusal{400, "bad_request", "a GET has no body"};
    }
    return (this->*e.handle)(c);
}

api::page_numbers api::read_page(const call& c, std::size_t usual, std::size_t most)
{
    const auto number = [&c](std::string_view name, std::size_t otherwise) {
        const auto text = c.target.parameter(name);
        if (!text) {
            return otherwise;
        }
        std::size_t value = 0;
        const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
        if (read.ec != std::errc() || read.ptr != text->data() + text->size() || value == 0) {
            throw refusal{400, "parameter_invalid",
                          std::string(name) + " must be a positive number"};
        }
        return value;
    };
    // Asking for more than the most is not an error here; one gets the most.
    return {number("page", 1), std::min(number("per_page", usual), most)};
}

void api::disturb(const call& c, std::vector<served>& texts)
{
    if (faults_.is_empty() || texts.empty()) {
        return;
    }
    const auto any = [&] { return static_cast<std::size_t>(faults_.die().below(texts.size())); };
    if (faults_.strikes("bad_record", c.label, c.now) != nullptr) {
        served& victim = texts[any()];
        victim = {spoil(victim.text, faults_.die())};
    }
    if (faults_.strikes("duplicate_record", c.label, c.now) != nullptr) {
        const served again = texts[any()];
        texts.insert(texts.begin() + static_cast<std::ptrdiff_t>(any()), again);
    }
    if (faults_.strikes("shuffled_page", c.label, c.now) != nullptr) {
        for (std::size_t i = texts.size() - 1; i > 0; --i) {
            std::swap(texts[i], texts[static_cast<std::size_t>(faults_.die().below(i + 1))]);
        }
    }
}

response api::page_answer(const call& c, std::vector<served> texts, page_numbers numbers,
                          std::size_t all, bool next_is_url, std::string_view head, bool has_total)
{
    disturb(c, texts);
    const std::size_t total_pages = (all + numbers.per_page - 1) / numbers.per_page;
    std::string next = "null";
    if (numbers.page < total_pages && faults_.strikes("lost_next", c.label, c.now) == nullptr) {
        const bool is_foreign = faults_.strikes("foreign_next", c.label, c.now) != nullptr;
        const bool loops = faults_.strikes("cursor_loop", c.label, c.now) != nullptr;
        const std::size_t page = loops ? numbers.page : numbers.page + 1;
        if (next_is_url || is_foreign) {
            std::string url = is_foreign ? "https://intercom.attacker.example" : c.origin;
            for (const auto& segment : c.target.path) {
                url += "/" + segment;
            }
            url +=
                "?per_page=" + std::to_string(numbers.per_page) + "&page=" + std::to_string(page);
            const auto order = c.target.parameter("order");
            next = quoted(url + (order ? "&order=" + *order : ""));
        } else {
            next = "{\"page\":" + std::to_string(page) +
                   ",\"per_page\":" + std::to_string(numbers.per_page) + "}";
        }
    }
    const std::string tail = R"(],"pages":{"type":"pages","next":)" + next +
                             ",\"page\":" + std::to_string(numbers.page) +
                             ",\"per_page\":" + std::to_string(numbers.per_page) +
                             ",\"total_pages\":" + std::to_string(total_pages) + "}" +
                             (has_total ? ",\"total_count\":" + std::to_string(all) : "") + "}";
    return list_answer(c, head, texts, tail);
}

response api::list_answer(const call& c, std::string_view head, const std::vector<served>& texts,
                          std::string_view tail)
{
    response answer = json_response(200, "");
    if (c.packs) {
        gzip_page page;
        page.add(head);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            page.add(i > 0 ? "," : "");
            texts[i].piece.empty() ? page.add(texts[i].text)
                                   : page.add(texts[i].text, texts[i].piece);
        }
        page.add(tail);
        answer.body = page.finish();
        answer.headers.emplace_back("Content-Encoding", "gzip");
        return answer;
    }
    std::size_t length = head.size() + tail.size() + texts.size();
    for (const auto& one : texts) {
        length += one.text.size();
    }
    answer.body.reserve(length);
    answer.body += head;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        answer.body += i > 0 ? "," : "";
        answer.body += texts[i].text;
    }
    answer.body += tail;
    return answer;
}

response api::record_answer(const call& c, const served& record)
{
    return list_answer(c, "", {record}, "");
}

std::string_view api::packed_alone(const renderer& show, const conversation& r)
{
    if (r.kept.packed_alone.empty()) {
        r.kept.packed_alone = deflater_.piece(show.with_parts(r));
    }
    return r.kept.packed_alone;
}

template <class Record>
void api::prepare(const renderer& show, const shelf<Record>& records, slot& position,
                  unsigned& left)
{
    for (; position < records.size() && left > 0; ++position) {
        const Record& r = records.at(position);
        if (r.alive == life::live) {
            packed(show, r);
            if constexpr (std::is_same_v<Record, conversation>) {
                packed_alone(show, r);
            }
            --left;
        }
    }
}

bool api::prepare(const renderer& show, unsigned records)
{
    unsigned left = records;
    prepare(show, world_.contacts, prepared_[0], left);
    prepare(show, world_.conversations, prepared_[1], left);
    prepare(show, world_.tickets, prepared_[2], left);
    prepare(show, world_.companies, prepared_[3], left);
    return left == 0;
}

} // namespace intercom_sandbox
