#include "sync/record/fingerprint.hpp"

#include "sync/record/content_hash.hpp"

#include <algorithm>
#include <vector>

namespace intercom_mirror {
namespace {

// Goes up when the same catalogue entry is decoded or hashed in another way than before.
constexpr int rules = 1;

// Writes each word with its length, so that no two lists of words give the same text.
class canonical_text
{
public:
    canonical_text& word(std::string_view text)
    {
        text_ += std::to_string(text.size());
        text_ += ':';
        text_ += text;
        return *this;
    }
    template <typename Number>
    canonical_text& number(Number value)
    {
        return word(std::to_string(static_cast<std::uint64_t>(value)));
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

void write(canonical_text& into, version_range versions)
{
    into.word(to_string(versions.first)).word(to_string(versions.last));
}

void write(canonical_text& into, std::span<const column> columns)
{
    into.number(columns.size());
    for (const column& one : columns) {
        into.word(one.name).number(one.type).word(one.path).number(one.by);
        write(into, one.versions);
    }
}

void write(canonical_text& into, std::span<const child> children)
{
    into.number(children.size());
    for (const child& one : children) {
        into.word(one.table).number(one.kind).word(one.path).word(one.parent_column);
        into.word(one.key).word(one.scope).number(one.window).number(one.by);
        write(into, one.versions);
        write(into, one.columns);
        write(into, one.children);
    }
}

} // namespace

std::uint64_t fingerprint_of(const resource& described, api_version version,
                             std::span<const std::string> omitted)
{
    canonical_text text;
    text.number(rules).word(to_string(version)).word(described.name).word(described.key);
    text.word(described.volatile_members).word(described.sets);
    write(text, described.columns);
    write(text, described.children);
    std::vector<std::string> sorted(omitted.begin(), omitted.end());
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& one : sorted) {
        text.word(one);
    }
    return hash_bytes(text.text());
}

} // namespace intercom_mirror
