#include "tests/sandbox/search.hpp"

#include "tests/sandbox/search_fields.hpp"
#include "tests/sandbox/search_filter.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace intercom_sandbox {
namespace {

using json = nlohmann::json;

constexpr std::size_t per_page_max = 150;

[[noreturn]] void refuse(std::string code, std::string message)
{
    throw refusal{400, std::move(code), std::move(message)};
}

struct cursor
{
    std::int64_t key = 0;
    std::string id;
    std::size_t page = 0;
};

std::string write_cursor(const cursor& c)
{
    const json key = c.key == no_key ? json(nullptr) : json(c.key * 1000);
    return base64(json::array({key, c.id, c.page}).dump());
}

std::optional<cursor> read_cursor(const std::string& text)
{
    if (text.empty()) {
        return std::nullopt;
    }
    const auto bytes = unbase64(text);
    const auto parsed = json::parse(bytes.value_or(""), nullptr, false);
    if (!parsed.is_array() || parsed.size() != 3 || !parsed[1].is_string() ||
        !parsed[2].is_number_unsigned() ||
        !(parsed[0].is_null() || parsed[0].is_number_integer())) {
        refuse("parameter_invalid", "starting_after is not a cursor of this list");
    }
    const bool has_key = !parsed[0].is_null();
    return cursor{has_key ? parsed[0].get<std::int64_t>() / 1000 : no_key,
                  parsed[1].get<std::string>(), parsed[2].get<std::size_t>()};
}

template <class Record>
class finder
{
public:
    finder(const world& w, const shelf<Record>& from, const listing_request& wanted,
           search_memory& memory)
        : world_(w), from_(from), wanted_(wanted), memory_(memory)
    {
    }

    cursor_page find()
    {
        condition<Record> filter;
        if (!wanted_.query.empty()) {
            filter = compile_filter(world_, from_, wanted_.query, wanted_.is_by_day);
        }
        choose_order();
        const bool is_range_enough =
            !filter.holds || (filter.as_range && is_ordered_by(*filter.as_range));
        if (is_range_enough && sort_order_ >= 0 && wanted_.share_hidden <= 0) {
            const auto& all = from_.order(static_cast<std::size_t>(sort_order_));
            return filter.holds ? page_of(bounds(all, *filter.as_range))
                                : page_of({all.data(), all.data() + all.size()});
        }
        const auto& found = results(filter);
        return page_of({found.data(), found.data() + found.size()});
    }

private:
    using bounds_of = std::pair<const sorted_entry*, const sorted_entry*>;
    using range = typename condition<Record>::range;

    void choose_order()
    {
        sort_order_ = static_cast<int>(wanted_.default_order);
        if (wanted_.sort_field.empty()) {
            return;
        }
        sort_field_ = find_field(world_, from_, wanted_.sort_field);
        if (!sort_field_ || !sort_field_->number) {
            refuse("invalid_field", "cannot sort by " + wanted_.sort_field);
        }
        sort_order_ = sort_field_->order;
    }
    [[nodiscard]] bool is_ordered_by(const range& r) const { return sort_order_ == r.order; }

    static bounds_of bounds(const std::vector<sorted_entry>& all, const range& r)
    {
        const auto low =
            std::lower_bound(all.begin(), all.end(), r.low,
                             [](const sorted_entry& e, std::int64_t k) { return e.key < k; });
        const auto high =
            std::upper_bound(low, all.end(), r.high,
                             [](std::int64_t k, const sorted_entry& e) { return k < e.key; });
        return {all.data() + (low - all.begin()), all.data() + (high - all.begin())};
    }

    [[nodiscard]] std::int64_t key_of(const Record& r) const
    {
        return sort_order_ >= 0 ? keys_of(r)[static_cast<std::size_t>(sort_order_)]
                                : sort_field_->number(r).value_or(no_key);
    }

    [[nodiscard]] bool is_hidden(slot which) const
    {
        return static_cast<double>(spread(which, world_.settings.seed) % 10'000) <
               wanted_.share_hidden * 10'000;
    }

    const std::vector<sorted_entry>& results(const condition<Record>& filter)
    {
        auto& found = memory_.of(wanted_.query + '\n' + wanted_.sort_field + '\n' +
                                 std::to_string(wanted_.share_hidden));
        if (found.generation == from_.generation()) {
            return found.entries;
        }
        found.generation = from_.generation();
        found.entries.clear();
        const int base = filter.within ? filter.within->order : std::max(sort_order_, 0);
        const auto& all = from_.order(static_cast<std::size_t>(base));
        const auto [first, last] = filter.within ? bounds(all, *filter.within)
                                                 : bounds_of{all.data(), all.data() + all.size()};
        for (const auto* e = first; e < last; ++e) {
            const Record& r = *from_.indexed(e->which);
            if ((!filter.holds || filter.holds(r)) && !is_hidden(e->which)) {
                found.entries.push_back({key_of(r), e->which});
            }
        }
        if (base != sort_order_) {
            std::sort(found.entries.begin(), found.entries.end(), from_.before());
        }
        return found.entries;
    }

    cursor_page page_of(bounds_of all)
    {
        const auto after = read_cursor(wanted_.starting_after);
        const auto is_before = [this](const sorted_entry& e, const cursor& c) {
            return e.key != c.key ? e.key < c.key : from_.at(e.which).id < c.id;
        };
        const auto is_behind = [this](const cursor& c, const sorted_entry& e) {
            return e.key != c.key ? c.key < e.key : c.id < from_.at(e.which).id;
        };
        cursor_page page;
        page.total = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, all.second - all.first));
        page.per_page = wanted_.per_page;
        page.page = after ? after->page + 1 : 1;
        if (all.first >= all.second) {
            return page;
        }
        const sorted_entry* last = nullptr;
        bool has_more = false;
        if (wanted_.is_descending) {
            const auto* end =
                after ? std::lower_bound(all.first, all.second, *after, is_before) : all.second;
            while (end > all.first && page.records.size() < page.per_page) {
                last = --end;
                page.records.push_back(last->which);
            }
            has_more = end > all.first;
        } else {
            const auto* begin =
                after ? std::upper_bound(all.first, all.second, *after, is_behind) : all.first;
            while (begin < all.second && page.records.size() < page.per_page) {
                last = begin++;
                page.records.push_back(last->which);
            }
            has_more = begin < all.second;
        }
        if (has_more && last != nullptr) {
            page.next = write_cursor({last->key, from_.at(last->which).id, page.page});
        }
        return page;
    }

    const world& world_;
    const shelf<Record>& from_;
    const listing_request& wanted_;
    search_memory& memory_;
    std::optional<search_field<Record>> sort_field_;
    int sort_order_ = 0;
};

void read_pagination(const json& pagination, listing_request& wanted)
{
    if (!pagination.is_object()) {
        refuse("parameter_invalid", "pagination must be an object");
    }
    for (const auto& [name, value] : pagination.items()) {
        if (name == "per_page" && value.is_number_unsigned()) {
            wanted.per_page = value.get<std::size_t>();
        } else if (name == "starting_after" && (value.is_string() || value.is_null())) {
            wanted.starting_after = value.is_null() ? "" : value.get<std::string>();
        } else if (name != "page") {
            refuse("parameter_invalid", "pagination." + name + " is not understood");
        }
    }
    if (wanted.per_page == 0 || wanted.per_page > per_page_max) {
        refuse("parameter_invalid", "per_page must lie between 1 and 150");
    }
}

void read_sort(const json& sort, listing_request& wanted, bool checks_order)
{
    if (!sort.is_object() || !sort.contains("field") || !sort["field"].is_string()) {
        refuse("parameter_invalid", "sort takes a field and an order");
    }
    for (const auto& [name, value] : sort.items()) {
        if (name != "field" && name != "order") {
            refuse("parameter_invalid", "sort." + name + " is not understood");
        }
    }
    wanted.sort_field = sort["field"].get<std::string>();
    const json order = sort.value("order", json("descending"));
    if (checks_order && order != "ascending" && order != "descending") {
        refuse("invalid_sort_order", "sort.order must be ascending or descending");
    }
    wanted.is_descending = order != "ascending";
}

} // namespace

listing_request parse_search(std::string_view body, std::size_t per_page_default, bool checks_order)
{
    const auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object()) {
        refuse("bad_request", "the body must be a JSON object");
    }
    listing_request wanted;
    wanted.per_page = per_page_default;
    for (const auto& [name, value] : parsed.items()) {
        if (name == "query") {
            wanted.query = value.dump();
        } else if (name == "pagination") {
            read_pagination(value, wanted);
        } else if (name == "sort") {
            read_sort(value, wanted, checks_order);
        } else {
            refuse("parameter_invalid", name + " is not understood");
        }
    }
    if (wanted.query.empty()) {
        refuse("parameter_missing", "query is required");
    }
    return wanted;
}

cursor_page find_page(const world& w, const shelf<company>& from, const listing_request& wanted,
                      search_memory& memory)
{
    return finder<company>(w, from, wanted, memory).find();
}

cursor_page find_page(const world& w, const shelf<contact>& from, const listing_request& wanted,
                      search_memory& memory)
{
    return finder<contact>(w, from, wanted, memory).find();
}

cursor_page find_page(const world& w, const shelf<conversation>& from,
                      const listing_request& wanted, search_memory& memory)
{
    return finder<conversation>(w, from, wanted, memory).find();
}

cursor_page find_page(const world& w, const shelf<ticket>& from, const listing_request& wanted,
                      search_memory& memory)
{
    return finder<ticket>(w, from, wanted, memory).find();
}

} // namespace intercom_sandbox
