#pragma once

#include "tests/sandbox/dice.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// JSON as text, not as a tree: much of what the API serves (U+0000, lone surrogates, numbers
// beyond any machine type) no JSON library would write.

// How one object is written. All spellings mean the same to a careful reader, except that an
// absent member stands for null.
struct json_style
{
    bool shuffled = false;
    bool ascii_only = false; // \u escapes instead of UTF-8
    bool omits_nulls = false;
    bool has_extras = false;  // members nobody documented
    bool integer_ids = false; // where the API allows both
    std::uint64_t order = 0;  // seed of the shuffle
};

// A lone surrogate stands in `text` as its three bytes of generalised UTF-8 and is written \uD8xx.
void append_quoted(std::string& out, std::string_view text, bool ascii_only = false);
std::string quoted(std::string_view text, bool ascii_only = false);

// The members of an object, in the order given; `object` writes them, shuffled if the style says
// so.
class members
{
public:
    explicit members(const json_style& style = {}) : style_(style) { buffer_.reserve(256); }

    members& text(std::string_view name, std::string_view value);
    template <std::same_as<std::optional<std::string>> Text>
    members& text(std::string_view name, const Text& value)
    {
        return value ? text(name, std::string_view(*value)) : null(name);
    }
    members& number(std::string_view name, std::int64_t value);
    template <std::same_as<std::optional<std::int64_t>> Number>
    members& number(std::string_view name, const Number& value)
    {
        return value ? number(name, *value) : null(name);
    }
    members& boolean(std::string_view name, bool value);
    members& null(std::string_view name); // left out if the style omits nulls
    members& raw(std::string_view name, std::string_view json);
    // An id as string, or as number where the style wants that and the id allows it.
    members& id(std::string_view name, std::string_view value);

    [[nodiscard]] std::string object() const;
    [[nodiscard]] const json_style& style() const { return style_; }

private:
    std::string& open(std::string_view name);
    void close();

    json_style style_;
    std::string buffer_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> spans_;
};

// Elements joined to an array.
class elements
{
public:
    void add(std::string_view json)
    {
        text_ += text_.size() > 1 ? "," : "";
        text_ += json;
        ++count_;
    }
    [[nodiscard]] std::string array() const { return text_ + "]"; }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    std::string text_ = "[";
    std::size_t count_ = 0;
};

// `object` with one more member at its end.
std::string with_member(std::string_view object, std::string_view name, std::string_view json);

} // namespace intercom_sandbox
