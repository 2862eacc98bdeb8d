#include "tests/sandbox/api.hpp"
#include "tests/sandbox/documents.hpp"

#include <algorithm>
#include <charconv>

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
    if (kind.by == document_kind::paging::numbered) {
        return document_pages(c, kind, all);
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

} // namespace intercom_sandbox
