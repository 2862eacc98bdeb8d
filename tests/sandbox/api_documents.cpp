#include "tests/sandbox/api.hpp"
#include "tests/sandbox/documents.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

// The kinds of documents.hpp, served by what their line there says.
namespace intercom_sandbox {
namespace {

// The kind whose list, or whose documents alone, the endpoint serves.
const document_kind& kind_of(const call& c)
{
    for (const document_kind& kind : document_kinds()) {
        const std::string list = "GET /" + std::string(kind.path);
        if (c.label == list || c.label == "GET /" + std::string(kind.one_path)) {
            return kind;
        }
    }
    throw refusal{404, "not_found", "The requested resource was not found"};
}

std::optional<seconds> moment_in(const call& c, std::string_view name)
{
    const auto text = c.target.parameter(name);
    if (!text) {
        return std::nullopt;
    }
    seconds value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc() || read.ptr != text->data() + text->size()) {
        throw refusal{400, "parameter_invalid", std::string(name) + " must be a UNIX timestamp"};
    }
    return value;
}

void keep_span(const call& c, std::vector<const document*>& all)
{
    const auto after = moment_in(c, "created_at_after");
    const auto before = moment_in(c, "created_at_before");
    if (!after) {
        throw refusal{400, "parameter_missing", "created_at_after is required"};
    }
    std::erase_if(all, [&](const document* d) {
        return d->created_at < *after || (before && d->created_at > *before);
    });
}

} // namespace

std::vector<api::endpoint> api::document_endpoints()
{
    std::vector<endpoint> all;
    for (const document_kind& kind : document_kinds()) {
        if (kind.path.empty()) {
            continue;
        }
        all.push_back({"GET", kind.path, kind.since, kind.parameters, &api::documents});
        if (!kind.one_path.empty()) {
            all.push_back({"GET", kind.one_path, kind.since, "", &api::one_document});
        }
    }
    return all;
}

response api::document_pages(const call& c, const document_kind& kind,
                             const std::vector<const document*>& all)
{
    const auto numbers = read_page(c, kind.page_usual, kind.page_most);
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(all.size(), from + numbers.per_page); ++i) {
        texts.push_back({c.show.of(kind, *all[i], false)});
    }
    const std::string head = R"({"type":")" + std::string(kind.list_type) + R"(",")" +
                             std::string(kind.list_key) + R"(":[)";
    if (kind.pages_at_top) {
        const std::size_t pages = (all.size() + numbers.per_page - 1) / numbers.per_page;
        const std::string tail = R"(],"total_count":)" + std::to_string(all.size()) +
                                 R"(,"page":)" + std::to_string(numbers.page) + R"(,"per_page":)" +
                                 std::to_string(numbers.per_page) + R"(,"total_pages":)" +
                                 std::to_string(pages) + "}";
        return list_answer(c, head, texts, tail);
    }
    return page_answer(c, std::move(texts), numbers, all.size(), kind.next_is_url, head,
                       kind.has_total);
}

response api::documents(const call& c)
{
    const document_kind& kind = kind_of(c);
    auto all = listed(world_.documents, kind);
    if (kind.parameters.find("created_at_after") != kind.parameters.npos) {
        keep_span(c, all);
    }
    return document_list(c, kind, all);
}

// A cursor names the last document of a page by what the list is ordered by.
response api::document_cursor(const call& c, const document_kind& kind,
                              const std::vector<const document*>& all)
{
    const auto numbers = read_page(c, kind.page_usual, kind.page_most);
    const auto cursor_of = [](const document* d) {
        return std::to_string(d->updated_at) + "-" + d->id;
    };
    std::size_t from = 0;
    if (const auto after = c.target.parameter("starting_after")) {
        const auto dash = after->find('-');
        const std::string id = after->substr(std::min(dash, after->size() - 1) + 1);
        const seconds at = std::atoll(after->c_str());
        while (from < all.size() && (all[from]->updated_at > at ||
                                     (all[from]->updated_at == at && all[from]->id <= id))) {
            ++from;
        }
    }
    std::vector<served> texts;
    const std::size_t until = std::min(all.size(), from + numbers.per_page);
    for (std::size_t i = from; i < until; ++i) {
        texts.push_back({c.show.of(kind, *all[i], false)});
    }
    disturb(c, texts);
    std::string next = "null";
    if (until < all.size() && faults_.strikes("lost_next", c.label, c.now) == nullptr) {
        next = members().text("starting_after", cursor_of(all[until - 1])).object();
    }
    return list_answer(c, R"({"type":"list","data":[)", texts,
                       R"(],"pages":{"type":"pages","per_page":)" +
                           std::to_string(numbers.per_page) + R"(,"next":)" + next + "}}");
}

response api::document_list(const call& c, const document_kind& kind,
                            const std::vector<const document*>& all)
{
    if (kind.by == document_kind::paging::numbered) {
        return document_pages(c, kind, all);
    }
    if (kind.by == document_kind::paging::cursor) {
        return document_cursor(c, kind, all);
    }
    elements data;
    for (const document* each : all) {
        data.add(c.show.of(kind, *each, false));
    }
    return json_response(
        200, members().text("type", kind.list_type).raw(kind.list_key, data.array()).object());
}

response api::one_document(const call& c)
{
    const document_kind& kind = kind_of(c);
    return json_response(200, c.show.of(kind, document_of(c, kind), true));
}

const document& api::document_of(const call& c, const document_kind& kind) const
{
    for (const document* each : listed(world_.documents, kind)) {
        if (each->id == c.ids.front()) {
            return *each;
        }
    }
    throw refusal{404, "not_found", "Resource Not Found"};
}

response api::newsfeed_items(const call& c)
{
    const document& feed = document_of(c, *find_kind("newsfeeds"));
    return document_pages(c, *find_kind("news_items"), items_of(world_.documents, feed));
}

response api::office_hours_exceptions(const call& c)
{
    const document& owner = document_of(c, *find_kind("office_hours_schedules"));
    const document_kind& kind = *find_kind("office_hours_exceptions");
    return document_list(c, kind, belonging_to(world_.documents, kind, owner));
}

response api::help_center_redirects(const call& c)
{
    const document& owner = document_of(c, *find_kind("help_centers"));
    const document_kind& kind = *find_kind("help_center_redirects");
    return document_list(c, kind, belonging_to(world_.documents, kind, owner));
}

response api::custom_object_instances(const call& c)
{
    const std::string& type = c.ids.front();
    const auto types = custom_object_types();
    if (std::find(types.begin(), types.end(), type) == types.end()) {
        throw refusal{404, "not_found", "Custom object type not found"};
    }
    const document_kind& kind = *find_kind("custom_object_instances");
    auto all = listed(world_.documents, kind);
    std::erase_if(all, [&](const document* d) { return d->value("type") != quoted(type); });
    return document_pages(c, kind, all);
}

} // namespace intercom_sandbox
