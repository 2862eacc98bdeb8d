#include "tests/sandbox/api.hpp"
#include "tests/sandbox/text_pool.hpp"

#include <algorithm>

namespace intercom_sandbox {
namespace {

constexpr std::size_t listed_max = 10'000;
constexpr auto scroll_lifetime = std::chrono::minutes(1);

bool has(const std::vector<slot>& list, slot which)
{
    return std::find(list.begin(), list.end(), which) != list.end();
}

} // namespace

slot api::company_of(const call& c) const
{
    const auto which = world_.companies.find(c.ids.front());
    if (!which || world_.companies.at(*which).alive != life::live) {
        throw refusal{404, "company_not_found", "Company Not Found"};
    }
    return *which;
}

// By last_request_at, the latest first; companies without users are not shown.
response api::list_companies(const call& c)
{
    const auto numbers = read_page(c, 15, 60);
    const std::string order = c.target.parameter("order").value_or("desc");
    if (order != "asc" && order != "desc") {
        throw refusal{400, "parameter_invalid", "order must be asc or desc"};
    }
    const auto& all = world_.companies.order(1);
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    if (from + numbers.per_page > listed_max) {
        throw refusal{400, "client_error", "page limit reached, please use scroll API"};
    }
    const auto* loss = faults_.in_force("index_loss", c.label, c.now);
    std::vector<slot> shown;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const slot which = all[order == "desc" ? all.size() - 1 - i : i].which;
        const double draw = static_cast<double>(spread(which, world_.settings.seed) % 10'000);
        if (loss == nullptr || draw >= loss->value.value_or(0.5) * 10'000) {
            shown.push_back(which);
        }
    }
    std::vector<served> texts;
    for (std::size_t i = from; i < std::min(shown.size(), from + numbers.per_page); ++i) {
        texts.push_back(serve(c, *world_.companies.indexed(shown[i])));
    }
    return page_answer(c, std::move(texts), numbers, shown.size(), true);
}

response api::scroll_companies(const call& c)
{
    const auto param = c.target.parameter("scroll_param");
    const bool is_expired = scroll_ && c.now - scroll_->used >= scroll_lifetime;
    if (is_expired || (scroll_ && faults_.strikes("scroll_expired", c.label, c.now) != nullptr)) {
        scroll_.reset();
    }
    if (faults_.strikes("scroll_error", c.label, c.now) != nullptr) {
        scroll_.reset();
        throw refusal{500, "server_error",
                      "Request failed due to an internal network error. Please restart the scroll "
                      "operation."};
    }
    if (!param) {
        if (scroll_ || faults_.strikes("scroll_exists", c.label, c.now) != nullptr) {
            throw refusal{400, "scroll_exists", "scroll already exists for this workspace"};
        }
        scroll_ = open_scroll();
        ++scrolls_;
        scroll_->param = uuid(spread(world_.settings.seed, scrolls_), spread(scrolls_, 77));
        for (slot which = 0; which < world_.companies.size(); ++which) {
            if (world_.companies.at(which).alive == life::live) {
                const auto& indexed = world_.companies.indexed(which);
                scroll_->companies.push_back(indexed ? indexed : world_.companies.current(which));
            }
        }
    } else if (!scroll_ || scroll_->param != *param) {
        throw refusal{404, "not_found", "scroll parameter not found"};
    }
    scroll_->used = c.now;
    std::vector<served> texts;
    const std::size_t end = std::min<std::size_t>(scroll_->position + world_.settings.scroll_page,
                                                  scroll_->companies.size());
    for (std::size_t i = scroll_->position; i < end; ++i) {
        texts.push_back(serve(c, *scroll_->companies[i]));
    }
    scroll_->position = end;
    const std::string name = scroll_->param;
    if (texts.empty()) {
        scroll_.reset();
    }
    disturb(c, texts);
    const std::string tail =
        R"(],"pages":null,"total_count":null,"scroll_param":)" + quoted(name) + "}";
    return list_answer(c, R"({"type":"list","data":[)", texts, tail);
}

response api::find_companies(const call& c)
{
    const auto company_id = c.target.parameter("company_id");
    const auto name = c.target.parameter("name");
    const auto tag_id = c.target.parameter("tag_id");
    const auto segment_id = c.target.parameter("segment_id");
    for (slot which = 0; (company_id || name) && which < world_.companies.size(); ++which) {
        const company& r = world_.companies.at(which);
        if (r.alive == life::live && (company_id ? r.company_id == *company_id : r.name == *name)) {
            return record_answer(c, serve(c, r));
        }
    }
    if (company_id || name) {
        throw refusal{404, "company_not_found", "Company Not Found"};
    }
    const auto numbers = read_page(c, 15, 60);
    std::vector<slot> found;
    const auto& order = world_.companies.order(1);
    for (auto e = order.rbegin(); e != order.rend(); ++e) {
        const company& r = *world_.companies.indexed(e->which);
        const bool has_tag = !tag_id || std::any_of(r.tags.begin(), r.tags.end(), [&](slot t) {
            return world_.tags[t].id == *tag_id;
        });
        const bool has_segment =
            !segment_id || std::any_of(r.segments.begin(), r.segments.end(), [&](slot s) {
                return world_.segments[s].id == *segment_id;
            });
        if (has_tag && has_segment) {
            found.push_back(e->which);
        }
    }
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(found.size(), from + numbers.per_page); ++i) {
        texts.push_back(serve(c, *world_.companies.indexed(found[i])));
    }
    return page_answer(c, std::move(texts), numbers, found.size(), true);
}

response api::one_company(const call& c)
{
    return record_answer(c, serve(c, world_.companies.at(company_of(c))));
}

response api::company_contacts(const call& c)
{
    const auto& users = world_.users_of[company_of(c)];
    const auto numbers = read_page(c, 50, 60);
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(users.size(), from + numbers.per_page); ++i) {
        texts.push_back(serve(c, world_.contacts.at(users[i])));
    }
    return page_answer(c, std::move(texts), numbers, users.size(), false);
}

response api::company_notes(const call& c)
{
    const company& r = world_.companies.at(company_of(c));
    const auto numbers = read_page(c, 50, 60);
    std::vector<served> texts;
    const std::size_t from = (numbers.page - 1) * numbers.per_page;
    for (std::size_t i = from; i < std::min(r.notes.size(), from + numbers.per_page); ++i) {
        texts.push_back({c.show.of(world_.notes[r.notes[i]])});
    }
    return page_answer(c, std::move(texts), numbers, r.notes.size(), false);
}

response api::company_segments(const call& c)
{
    const company& r = world_.companies.at(company_of(c));
    elements data;
    for (slot s = 0; s < world_.segments.size(); ++s) {
        if (has(r.segments, s)) {
            data.add(c.show.of(world_.segments[s]));
        }
    }
    return json_response(200, members().text("type", "list").raw("data", data.array()).object());
}

} // namespace intercom_sandbox
