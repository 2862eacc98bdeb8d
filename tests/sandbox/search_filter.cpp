#include "tests/sandbox/search_filter.hpp"

#include "tests/sandbox/search.hpp"
#include "tests/sandbox/search_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

// The language of search filters, with the operators each kind of field has.
namespace intercom_sandbox {
namespace {

using json = nlohmann::json;

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
        if (is_date && std::is_same_v<Record, company>) {
            expect_operator(op, name, {"=", "!=", ">", "<"});
        } else if (is_day) {
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

} // namespace

condition<company> compile_filter(const world& w, const shelf<company>& from,
                                  std::string_view query, bool is_by_day)
{
    return compiler<company>(w, from, is_by_day).compile(json::parse(query), 0);
}

condition<contact> compile_filter(const world& w, const shelf<contact>& from,
                                  std::string_view query, bool is_by_day)
{
    return compiler<contact>(w, from, is_by_day).compile(json::parse(query), 0);
}

condition<conversation> compile_filter(const world& w, const shelf<conversation>& from,
                                       std::string_view query, bool is_by_day)
{
    return compiler<conversation>(w, from, is_by_day).compile(json::parse(query), 0);
}

condition<ticket> compile_filter(const world& w, const shelf<ticket>& from, std::string_view query,
                                 bool is_by_day)
{
    return compiler<ticket>(w, from, is_by_day).compile(json::parse(query), 0);
}

} // namespace intercom_sandbox
