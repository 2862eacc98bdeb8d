#include "sync/record/slice.hpp"

#include "sync/record/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace intercom_mirror {
namespace {

bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

// Cuts the text between two brackets at its commas. Looks at brackets and strings only; what a
// piece is worth is found out by whoever reads it. Needs no stack but one byte per open bracket, so
// no nesting is too deep for it.
class cutter
{
public:
    explicit cutter(std::string_view body) : at_(body.data()), end_(at_ + body.size()) {}

    // Starts at the opening bracket and ends behind its partner. Calls on_piece(piece) for each
    // trimmed piece; brackets without anything between them have none.
    template <typename Function>
    void pieces(Function&& on_piece);

    [[nodiscard]] std::string_view rest() const
    {
        return {at_, static_cast<std::size_t>(end_ - at_)};
    }

private:
    void skip_string();
    void open(char closer);
    void close();

    const char* at_;
    const char* end_;
    std::string closers_;
};

template <typename Function>
void cutter::pieces(Function&& on_piece)
{
    const char* start = at_ + 1;
    bool is_first = true;
    const auto cut = [&](bool is_last) {
        const std::string_view piece = trim({start, static_cast<std::size_t>(at_ - start)});
        if (!piece.empty()) {
            on_piece(piece);
        } else if (!is_first || !is_last) {
            throw malformed_page("a list or an object has a comma too many");
        }
        is_first = false;
        start = at_ + 1;
    };
    do {
        if (at_ == end_) {
            throw malformed_page("the answer ends in the middle");
        }
        switch (*at_) {
        case '"':
            skip_string();
            break;
        case '{':
            open('}');
            break;
        case '[':
            open(']');
            break;
        case '}':
        case ']':
            if (closers_.size() == 1) {
                cut(true);
            }
            close();
            break;
        case ',':
            if (closers_.size() == 1) {
                cut(false);
            }
            [[fallthrough]];
        default:
            ++at_;
        }
    } while (!closers_.empty());
}

void cutter::skip_string()
{
    ++at_;
    for (;;) {
        at_ = end_of_plain_text(at_, end_);
        if (at_ == end_) {
            throw malformed_page("the answer ends in the middle of a string");
        }
        if (*at_ == '"') {
            ++at_;
            return;
        }
        at_ += *at_ == '\\' && end_ - at_ > 1 ? 2 : 1;
    }
}

void cutter::open(char closer)
{
    closers_ += closer;
    ++at_;
}

void cutter::close()
{
    if (*at_ != closers_.back()) {
        throw malformed_page("the brackets of the answer do not match");
    }
    closers_.pop_back();
    ++at_;
}

// `text` begins with a bracket; nothing may follow its partner.
template <typename Function>
void cut_whole(std::string_view text, Function&& on_piece)
{
    cutter one(text);
    one.pieces(on_piece);
    if (!trim(one.rest()).empty()) {
        throw malformed_page("something follows a list or an object");
    }
}

std::vector<std::string_view> elements_of(std::string_view list)
{
    // Far beyond any page; keeps a body of nothing but commas from filling the memory.
    constexpr std::size_t records_max = 1'000'000;
    std::vector<std::string_view> found;
    cut_whole(list, [&found](std::string_view piece) {
        if (found.size() == records_max) {
            throw malformed_page("the list has more than a million elements");
        }
        found.push_back(piece);
    });
    return found;
}

// What stands between the quotes of the string at the start of `text`. The cutter has passed it,
// so it has an end.
std::string_view leading_string(std::string_view text)
{
    const char* end = text.data() + text.size();
    const char* at = end_of_plain_text(text.data() + 1, end);
    while (*at != '"') {
        at = end_of_plain_text(at + (*at == '\\' ? 2 : 1), end);
    }
    return text.substr(1, static_cast<std::size_t>(at - text.data()) - 1);
}

struct member
{
    std::string name;
    std::string_view value;
};

member split_member(std::string_view piece)
{
    if (piece.front() != '"') {
        throw malformed_page("a member of the answer has no name");
    }
    const std::string_view name = leading_string(piece);
    const std::string_view after = trim(piece.substr(name.size() + 2));
    const std::string_view value = after.starts_with(':') ? trim(after.substr(1)) : "";
    if (value.empty()) {
        throw malformed_page("a member of the answer has no value");
    }
    member found{.name = {}, .value = value};
    unescape(name, found.name);
    return found;
}

using names = std::vector<std::string_view>;

names split_names(std::string_view joined)
{
    names found;
    std::size_t bar = 0;
    for (; (bar = joined.find('|')) != std::string_view::npos; joined.remove_prefix(bar + 1)) {
        found.push_back(joined.substr(0, bar));
    }
    found.push_back(joined);
    return found;
}

// Of an object's members those that were asked for, and a few names of others for messages. A
// member that is there twice counts with its last value.
class picked_members
{
public:
    picked_members(std::string_view object, names wanted)
        : wanted_(std::move(wanted)), values_(wanted_.size())
    {
        cut_whole(object, [this](std::string_view piece) { pick(split_member(piece)); });
    }

    // Empty when there is no such member, or null.
    [[nodiscard]] std::string_view operator[](std::string_view name) const
    {
        const auto at = std::find(wanted_.begin(), wanted_.end(), name) - wanted_.begin();
        const std::string_view value = values_.at(static_cast<std::size_t>(at));
        return value == "null" ? std::string_view() : value;
    }
    [[nodiscard]] const std::string& others() const { return others_; }

private:
    void pick(const member& found)
    {
        const auto at = std::find(wanted_.begin(), wanted_.end(), found.name) - wanted_.begin();
        if (static_cast<std::size_t>(at) < values_.size()) {
            values_[static_cast<std::size_t>(at)] = found.value;
        } else if (others_.size() < 200) {
            others_ += (others_.empty() ? "" : ", ") + found.name.substr(0, 40);
        }
    }

    names wanted_;
    std::vector<std::string_view> values_;
    std::string others_;
};

// The text of a string, or of a number as it is written; nothing for other values.
std::optional<std::string> text_of(std::string_view value)
{
    if (value.empty() || value == "true" || value == "false" || value.front() == '{' ||
        value.front() == '[') {
        return std::nullopt;
    }
    if (value.front() != '"') {
        return std::string(value);
    }
    const std::string_view inside = leading_string(value);
    if (inside.size() + 2 != value.size()) {
        throw malformed_page("something follows a string");
    }
    std::string text;
    unescape(inside, text);
    return text;
}

std::optional<std::uint64_t> count_of(std::string_view value)
{
    const std::string text = text_of(value).value_or("");
    std::uint64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return count;
}

next_link next_of_object(std::string_view value)
{
    const picked_members next(value, {"starting_after", "page"});
    if (auto cursor = text_of(next["starting_after"]); cursor && !cursor->empty()) {
        return next_cursor{std::move(*cursor)};
    }
    if (const auto page = count_of(next["page"])) {
        return next_page{*page};
    }
    return {};
}

// An unknown form is refused: taken for the end, it would cut a walk short in silence.
next_link next_of(std::string_view value)
{
    if (value.empty()) {
        return {};
    }
    if (value.starts_with('{')) {
        return next_of_object(value);
    }
    if (!value.starts_with('"')) {
        throw malformed_page("pages.next is neither an object nor a URL");
    }
    std::string url = *text_of(value);
    return url.empty() ? next_link{} : next_link{next_url{std::move(url)}};
}

void read_pages(std::string_view value, page_slices& into)
{
    if (value.empty()) {
        return;
    }
    if (!value.starts_with('{')) {
        throw malformed_page("pages is not an object");
    }
    const picked_members pages(value, {"total_pages", "next"});
    into.total_pages = count_of(pages["total_pages"]);
    into.next = next_of(pages["next"]);
}

std::string_view find_list(const picked_members& answer, const names& keys)
{
    for (const std::string_view key : keys) {
        if (answer[key].starts_with('[')) {
            return answer[key];
        }
    }
    throw malformed_page("the answer has no list; its members are: " + answer.others());
}

// White space around the one value, and the byte order mark some servers put before it.
std::string_view only_value(std::string_view body)
{
    if (body.starts_with("\xEF\xBB\xBF")) {
        body.remove_prefix(3);
    }
    body = trim(body);
    if (body.empty()) {
        throw malformed_page("the answer is empty");
    }
    if (body.front() == '<') {
        throw malformed_page("the answer is HTML or XML");
    }
    if (body.front() != '{' && body.front() != '[') {
        throw malformed_page("the answer is neither an object nor a list");
    }
    return body;
}

} // namespace

page_slices slice_page(std::string_view body, std::string_view list_keys)
{
    body = only_value(body);
    page_slices page;
    if (body.front() == '[') {
        page.records = elements_of(body);
        return page;
    }
    const names keys = split_names(list_keys);
    names wanted = keys;
    wanted.insert(wanted.end(), {"pages", "total_count", "total_pages", "scroll_param"});
    const picked_members answer(body, std::move(wanted));
    page.records = elements_of(find_list(answer, keys));
    page.total_count = count_of(answer["total_count"]);
    page.scroll_param = text_of(answer["scroll_param"]);
    // Some newer lists have no `pages`: what stands in it elsewhere stands beside the list.
    page.total_pages = count_of(answer["total_pages"]);
    read_pages(answer["pages"], page);
    return page;
}

} // namespace intercom_mirror
