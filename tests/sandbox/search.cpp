#include "tests/sandbox/search.hpp"

#include "tests/sandbox/search_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <functional>
#include <limits>

namespace intercom_sandbox {
namespace {

using json = nlohmann::json;
using namespace std::string_view_literals;

constexpr std::size_t per_page_max = 150;
constexpr std::size_t filters_max = 15;
constexpr int nesting_max = 2;
// Larger than any time in seconds that could be meant: milliseconds.
constexpr std::int64_t milliseconds_from = 100'000'000'000;

[[noreturn]] void refuse(std::string code, std::string message)
{
    throw refusal{400, std::move(code), std::move(message)};
}

std::string lower(std::string text)
{
    for (char& c : text) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
}

// What a filter admits: a condition, or, where it can be said so, a range of one standing order.
template <class Record>
struct condition
{
    struct range
    {
        int order;
        std::int64_t low = std::numeric_limits<std::int64_t>::min(); // both inclusive
        std::int64_t high = std::numeric_limits<std::int64_t>::max();
    };
    std::function<bool(const Record&)> holds;
    std::optional<range> as_range; // the same as `holds`
    std::optional<range> within;   // implied by `holds`
};

template <class Record>
class compiler
{
public:
    using result = condition<Record>;
    using range = typename result::range;

    compiler(const world& w, const shelf<Record>& from, bool is_by_day)
        : world_(w), from_(from), is_by_day_(is_by_day)
    {
    }

    result compile(const json& filter, int depth) const
    {
        if (!filter.is_object()) {
            refuse("parameter_invalid", "a filter must be an object");
        }
        for (const auto& [name, value] : filter.items()) {
            if (name != "field" && name != "operator" && name != "value") {
                refuse("parameter_invalid", "unknown member of a filter: " + name);
            }
        }
        if (!filter.contains("operator") || !filter["operator"].is_string()) {
            refuse("parameter_missing", "operator is required");
        }
        if (!filter.contains("value")) {
            refuse("parameter_missing", "value is required");
        }
        const auto op = filter["operator"].get<std::string>();
        if (op == "AND" || op == "OR") {
            return group(filter, op == "AND", depth);
        }
        if (!filter.contains("field") || !filter["field"].is_string()) {
            refuse("parameter_missing", "field is required");
        }
        const auto name = filter["field"].get<std::string>();
        const auto field = find_field(world_, from_, name);
        if (!field) {
            refuse("invalid_field", "unknown field: " + name);
        }
        switch (field->kind) {
        case field_kind::text:
            return text_leaf(*field, name, op, filter["value"]);
        case field_kind::boolean:
            return boolean_leaf(*field, name, op, filter["value"]);
        default:
            return number_leaf(*field, name, op, filter["value"]);
        }
    }

private:
    result group(const json& filter, bool is_and, int depth) const
    {
        const json& value = filter["value"];
        if (filter.contains("field") || !value.is_array() || value.empty()) {
            refuse("parameter_invalid", "AND and OR take an array of filters");
        }
        if (depth >= nesting_max) {
            refuse("parameter_invalid", "filters may be nested two levels deep");
        }
        if (value.size() > filters_max) {
            refuse("parameter_invalid", "a group may hold 15 filters");
        }
        std::vector<result> parts;
        for (const json& part : value) {
            parts.push_back(compile(part, depth + 1));
        }
        result all;
        all.as_range = is_and ? common(parts) : united(parts);
        all.within = all.as_range;
        for (std::size_t i = 0; is_and && !all.within && i < parts.size(); ++i) {
            all.within = parts[i].within;
        }
        all.holds = [parts, is_and](const Record& r) {
            const auto holds = [&r](const result& p) { return p.holds(r); };
            return is_and ? std::all_of(parts.begin(), parts.end(), holds)
                          : std::any_of(parts.begin(), parts.end(), holds);
        };
        return all;
    }

    static bool are_ranges_of_one_order(const std::vector<result>& parts)
    {
        return std::all_of(parts.begin(), parts.end(), [&parts](const result& p) {
            return p.as_range && parts.front().as_range &&
                   p.as_range->order == parts.front().as_range->order;
        });
    }

    static std::optional<range> common(const std::vector<result>& parts)
    {
        if (!are_ranges_of_one_order(parts)) {
            return std::nullopt;
        }
        range r = *parts.front().as_range;
        for (const result& p : parts) {
            r.low = std::max(r.low, p.as_range->low);
            r.high = std::min(r.high, p.as_range->high);
        }
        return r;
    }

    static std::optional<range> united(const std::vector<result>& parts)
    {
        if (!are_ranges_of_one_order(parts)) {
            return std::nullopt;
        }
        range r = *parts.front().as_range;
        for (const result& p : parts) {
            const range& next = *p.as_range;
            const bool is_connected = next.low <= next.high && r.low <= r.high &&
                                      (next.low <= r.high || next.low - 1 == r.high) &&
                                      (r.low <= next.high || r.low - 1 == next.high);
            if (!is_connected) {
                return std::nullopt;
            }
            r.low = std::min(r.low, next.low);
            r.high = std::max(r.high, next.high);
        }
        return r;
    }

    static void expect_operator(std::string_view op, std::string_view name,
                                std::initializer_list<std::string_view> allowed)
    {
        if (std::find(allowed.begin(), allowed.end(), op) == allowed.end()) {
            refuse("parameter_invalid",
                   "operator " + std::string(op) + " does not fit field " + std::string(name));
        }
    }

    // The operands of IN and NIN, or the one of the others.
    static std::vector<json> operands(const std::string& op, const json& value)
    {
        const bool takes_list = op == "IN" || op == "NIN";
        if (takes_list != value.is_array()) {
            refuse("type_mismatch", takes_list ? "IN and NIN take an array" : "one value expected");
        }
        return takes_list ? std::vector<json>(value.begin(), value.end())
                          : std::vector<json>{value};
    }

    result text_leaf(const search_field<Record>& field, const std::string& name,
                     const std::string& op, const json& value) const
    {
        if (field.is_tag) {
            expect_operator(op, name, {"=", "!="});
        } else {
            expect_operator(op, name, {"=", "!=", "IN", "NIN", "~", "!~", "^", "$"});
        }
        std::vector<std::string> wanted;
        bool wants_null = false;
        for (const json& one : operands(op, value)) {
            if (one.is_null() && (op == "=" || op == "!=")) {
                wants_null = true;
            } else if (!one.is_string()) {
                refuse("type_mismatch", "field " + name + " takes strings");
            } else {
                const auto text = one.get<std::string>();
                wanted.push_back(field.is_exact ? text : lower(text));
            }
        }
        const bool is_negated = op == "!=" || op == "NIN" || op == "!~";
        result leaf;
        leaf.holds = [read = field.texts, wanted, op, is_negated, wants_null,
                      is_exact = field.is_exact](const Record& r) {
            const auto values = read(r);
            if (wants_null) {
                return values.empty() != is_negated;
            }
            for (const std::string& raw : values) {
                const std::string have = is_exact ? raw : lower(raw);
                for (const std::string& w : wanted) {
                    const bool matches = op == "^"                 ? have.starts_with(w)
                                         : op == "$"               ? have.ends_with(w)
                                         : op == "~" || op == "!~" ? have.find(w) != have.npos
                                                                   : have == w;
                    if (matches) {
                        return !is_negated;
                    }
                }
            }
            return is_negated;
        };
        return leaf;
    }

    result boolean_leaf(const search_field<Record>& field, const std::string& name,
                        const std::string& op, const json& value) const
    {
        expect_operator(op, name, {"=", "!="});
        if (!value.is_boolean()) {
            refuse("type_mismatch", "field " + name + " takes true or false");
        }
        result leaf;
        leaf.holds = [read = field.boolean,
                      want = value.get<bool>() == (op == "=")](const Record& r) {
            const auto have = read(r);
            return have && *have == want;
        };
        return leaf;
    }

    static std::int64_t integer(const json& value, const std::string& name)
    {
        if (value.is_number_integer()) {
            return value.get<std::int64_t>();
        }
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            std::int64_t number = 0;
            const auto end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, number);
            if (read.ec == std::errc() && read.ptr == end) {
                return number;
            }
        }
        refuse("type_mismatch", "field " + name + " takes whole numbers");
    }

    result number_leaf(const search_field<Record>& field, const std::string& name,
                       const std::string& op, const json& value) const
    {
        const bool is_date = field.kind == field_kind::date;
        const bool is_day = is_date && is_by_day_;
        if (is_day) {
            expect_operator(op, name, {"=", ">", "<"});
        } else {
            expect_operator(op, name, {"=", "!=", "IN", "NIN", ">", "<", ">=", "<="});
        }
        if (value.is_null() && (op == "=" || op == "!=")) {
            result leaf;
            leaf.holds = [read = field.number, wants = op == "!="](const Record& r) {
                return read(r).has_value() == wants;
            };
            return leaf;
        }
        std::vector<range> ranges;
        for (const json& one : operands(op, value)) {
            ranges.push_back(admitted(integer(one, name), op, is_date, is_day));
        }
        const bool is_negated = op == "!=" || op == "NIN";
        result leaf;
        leaf.holds = [read = field.number, ranges, is_negated](const Record& r) {
            const auto have = read(r);
            const bool is_inside =
                have && std::any_of(ranges.begin(), ranges.end(), [&have](const range& x) {
                    return x.low <= *have && *have <= x.high;
                });
            return is_inside != is_negated;
        };
        if (field.order >= 0 && ranges.size() == 1 && !is_negated) {
            leaf.as_range = ranges.front();
            leaf.as_range->order = field.order;
            leaf.within = leaf.as_range;
        }
        return leaf;
    }

    range admitted(std::int64_t value, const std::string& op, bool is_date, bool is_day) const
    {
        range r{-1};
        if (is_date && (value >= milliseconds_from || value <= -milliseconds_from)) {
            r.low = 1;
            r.high = 0; // nothing, without an error
            return r;
        }
        const auto [first, next] = is_day ? world_.calendar.day_of(value)
                                          : std::pair<std::int64_t, std::int64_t>(value, value + 1);
        if (op == ">") {
            r.low = next;
        } else if (op == "<") {
            r.high = first - 1;
        } else if (op == ">=") {
            r.low = first;
        } else if (op == "<=") {
            r.high = next - 1;
        } else {
            r.low = first;
            r.high = next - 1;
        }
        return r;
    }

    const world& world_;
    const shelf<Record>& from_;
    bool is_by_day_;
};

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
            filter = compiler<Record>(world_, from_, wanted_.is_by_day)
                         .compile(json::parse(wanted_.query), 0);
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

void read_sort(const json& sort, listing_request& wanted)
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
    if (order != "ascending" && order != "descending") {
        refuse("invalid_sort_order", "sort.order must be ascending or descending");
    }
    wanted.is_descending = order == "descending";
}

} // namespace

listing_request parse_search(std::string_view body, std::size_t per_page_default)
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
            read_sort(value, wanted);
        } else {
            refuse("parameter_invalid", name + " is not understood");
        }
    }
    if (wanted.query.empty()) {
        refuse("parameter_missing", "query is required");
    }
    return wanted;
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

std::string base64(std::string_view bytes)
{
    static constexpr auto digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"sv;
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8U |
                    (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k > bytes.size() ? '=' : digits[(group >> (18U - 6U * k)) & 63U];
        }
    }
    return out;
}

std::optional<std::string> unbase64(std::string_view text)
{
    std::string out;
    unsigned group = 0;
    unsigned bits = 0;
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    for (const char c : text) {
        const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (digit < 0) {
            return std::nullopt;
        }
        group = (group << 6U) | static_cast<unsigned>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((group >> bits) & 255U);
        }
    }
    return out;
}

} // namespace intercom_sandbox
