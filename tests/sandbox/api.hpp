#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/gzip.hpp"
#include "tests/sandbox/render.hpp"
#include "tests/sandbox/search.hpp"
#include "tests/sandbox/world.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

struct document;
struct document_kind;

// A request that has come past authentication, with everything its endpoint needs.
struct call
{
    const request& asked;
    const target_parts& target;
    std::vector<std::string> ids; // what stood in the path's {}
    time_point now;
    version_number version;
    std::string label;  // "GET /contacts/{}/tags"
    std::string origin; // scheme and host the client used
    renderer show;
    bool packs = false; // may answer with a compressed body
};

// A record's text, and the same compressed where that is at hand.
struct served
{
    std::string text;
    std::string_view piece = {};
};

response json_response(unsigned status, std::string body);
response error_response(unsigned status, std::string_view code, std::string_view message,
                        std::string_view request_id);

// Whether a path is that of a pattern like "contacts/{}/tags"; `ids` gets what stands for the {}.
bool matches(std::string_view pattern, const std::vector<std::string>& path,
             std::vector<std::string>& ids);
// The live contact of that id. Throws a refusal: 404, or 410 for one that was merged where the
// version says so.
slot find_contact(const world& w, const std::string& id, version_number version);
// Parameters nobody knows are refused: the API would ignore them, and so hide a client's mistake.
void check_parameters(const call& c, std::string_view known);

// The companies of a scroll, as they were when it began.
struct open_scroll
{
    std::string param;
    std::vector<shelf<company>::version> companies;
    std::size_t position = 0;
    time_point used;
};

// The endpoints: each turns a call into an answer, or throws `refusal`.
class api
{
public:
    api(world& w, fault_box& faults) : world_(w), faults_(faults) {}

    struct endpoint
    {
        std::string_view method;
        std::string_view path; // segments, {} for an id
        version_number since;
        std::string_view parameters; // query parameters it takes, separated by blanks
        response (api::*handle)(const call&);
    };

    // The endpoint for a request, with the ids in its path; null when there is none.
    static const endpoint* find(std::string_view method, const std::vector<std::string>& path,
                                std::vector<std::string>& ids);
    static std::string label(const endpoint& e)
    {
        return std::string(e.method) + " /" + std::string(e.path);
    }
    response handle(const endpoint& e, const call& c);
    // See workspace::prepare.
    bool prepare(const renderer& show, unsigned records);

private:
    static std::span<const endpoint> endpoints();

    response me(const call& c);
    response admins(const call& c);
    response one_admin(const call& c);
    response teams(const call& c);
    response one_team(const call& c);
    response tags(const call& c);
    response one_tag(const call& c);
    response segments(const call& c);
    response one_segment(const call& c);
    response data_attributes(const call& c);
    response subscription_types(const call& c);
    response ticket_types(const call& c);
    response one_ticket_type(const call& c);
    response ticket_states(const call& c);
    response one_note(const call& c);

    response one_job(const call& c);
    response one_bulk_job(const call& c);
    response conversation_attributes(const call& c);
    response one_conversation_attribute(const call& c);
    response one_export(const call& c);
    response download_export(const call& c);
    response one_visitor(const call& c);

    // Endpoints of the kinds in documents.hpp.
    static std::vector<endpoint> document_endpoints();
    response documents(const call& c);
    response one_document(const call& c);
    response newsfeed_items(const call& c);
    response office_hours_exceptions(const call& c);
    response help_center_redirects(const call& c);
    response custom_object_instances(const call& c);
    response handling_events(const call& c);
    response document_list(const call& c, const document_kind& kind,
                           const std::vector<const document*>& all);
    response document_cursor(const call& c, const document_kind& kind,
                             const std::vector<const document*>& all);
    response events(const call& c);
    slot contact_of_events(const call& c) const;
    response document_pages(const call& c, const document_kind& kind,
                            const std::vector<const document*>& all);
    const document& document_of(const call& c, const document_kind& kind) const;

    response list_companies(const call& c);
    response scroll_companies(const call& c);
    response find_companies(const call& c);
    response one_company(const call& c);
    response company_contacts(const call& c);
    response company_notes(const call& c);
    response company_segments(const call& c);

    response list_contacts(const call& c);
    response search_contacts(const call& c);
    response one_contact(const call& c);
    response contact_by_external_id(const call& c);
    response contact_companies(const call& c);
    response contact_notes(const call& c);
    response contact_segments(const call& c);
    response contact_subscriptions(const call& c);
    response contact_tags(const call& c);

    response search_companies(const call& c);
    response list_conversations(const call& c);
    response deleted_conversations(const call& c);
    response search_conversations(const call& c);
    response one_conversation(const call& c);
    response search_tickets(const call& c);
    response one_ticket(const call& c);

    // The live contact or company named in the path.
    slot contact_of(const call& c) const;
    slot company_of(const call& c) const;

    template <class Record>
    served serve(const call& c, const Record& r)
    {
        return {c.show.of(r), c.packs ? packed(c.show, r) : std::string_view{}};
    }
    template <class Record>
    std::string_view packed(const renderer& show, const Record& r)
    {
        if (r.kept.packed.empty()) {
            r.kept.packed = deflater_.piece(show.of(r));
        }
        return r.kept.packed;
    }
    std::string_view packed_alone(const renderer& show, const conversation& r);
    template <class Record>
    void prepare(const renderer& show, const shelf<Record>& records, slot& position,
                 unsigned& left);
    response record_answer(const call& c, const served& record);
    // `head`, the texts with commas between them, `tail`.
    response list_answer(const call& c, std::string_view head, const std::vector<served>& texts,
                         std::string_view tail);

    struct page_numbers
    {
        std::size_t page, per_page;
    };
    static page_numbers read_page(const call& c, std::size_t usual, std::size_t most);
    // {"type":"list","data":[…],"pages":{…},"total_count":N} of one page of `texts`. `all` is the
    // number there are, `next_is_url` how the following page is named.
    response page_answer(const call& c, std::vector<served> texts, page_numbers numbers,
                         std::size_t all, bool next_is_url,
                         std::string_view head = R"({"type":"list","data":[)",
                         bool has_total = true);
    template <class Record>
    response cursor_answer(const call& c, const shelf<Record>& from, const cursor_page& page,
                           std::string_view type, std::string_view key);
    listing_request read_cursor_list(const call& c, std::size_t usual) const;
    template <class Record>
    response search_answer(const call& c, const shelf<Record>& from, search_memory& memory,
                           std::size_t per_page_default, std::string_view type,
                           std::string_view key);
    // Faults that spoil a page's records.
    void disturb(const call& c, std::vector<served>& texts);

    world& world_;
    fault_box& faults_;
    std::optional<open_scroll> scroll_;
    std::uint64_t scrolls_ = 0;
    deflater deflater_;
    std::array<slot, 4> prepared_{}; // how far `prepare` came with each shelf
    search_memory company_memory_;
    search_memory contact_memory_;
    search_memory conversation_memory_;
    search_memory ticket_memory_;
};

} // namespace intercom_sandbox
