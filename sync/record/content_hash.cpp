#include "sync/record/content_hash.hpp"

#include "sync/record/table_plans.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace intercom_mirror {
namespace {

__extension__ using product = unsigned __int128;

// Any odd-looking numbers do; each keeps one kind of value apart from the others.
enum class tag : std::uint64_t {
    null = 0x8EBC6AF09C88C6E3U,
    boolean = 0x589965CC75374CC3U,
    number = 0x1D8E4E27C47D124FU,
    string = 0xEB44ACCAB455D165U,
    array = 0xA0761D6478BD642FU,
    set = 0xE7037ED1A0B428DBU,
    object = 0x9E6C63D0676A9A99U,
    name = 0xC2B2AE3D27D4EB4FU,
    record = 0x9E3779B185EBCA87U
};

// Folds two numbers into one in which every bit of both counts.
std::uint64_t fold(std::uint64_t one, std::uint64_t other)
{
    const product both = static_cast<product>(one ^ 0x2D358DCCAA6C78A5U) *
                         static_cast<product>(other ^ 0x8BB84B93962EACC9U);
    return static_cast<std::uint64_t>(both) ^ static_cast<std::uint64_t>(both >> 64U);
}

std::uint64_t tagged(tag kind, std::uint64_t hash)
{
    return fold(hash, static_cast<std::uint64_t>(kind));
}

std::uint64_t tagged(tag kind, std::uint64_t hash, std::uint64_t count)
{
    return fold(hash, static_cast<std::uint64_t>(kind) + count);
}

} // namespace

std::uint64_t hash_bytes(std::string_view bytes)
{
    return XXH3_64bits(bytes.data(), bytes.size());
}

volatile_paths::volatile_paths(std::string_view listed)
{
    for (const std::string_view path : split(listed, ',')) {
        patterns_.push_back(split(path, '.'));
    }
}

bool volatile_paths::match_any(const std::vector<std::string_view>& path) const
{
    const auto matches = [&path](const std::vector<std::string_view>& pattern) {
        for (std::size_t back = 1; back <= pattern.size(); ++back) {
            const std::string_view wanted = pattern[pattern.size() - back];
            if (back > path.size() || (wanted != "*" && wanted != path[path.size() - back])) {
                return false;
            }
        }
        return true;
    };
    for (const auto& pattern : patterns_) {
        if (matches(pattern)) {
            return true;
        }
    }
    return false;
}

std::uint64_t content_hasher::hash(json_cursor& text, std::size_t at,
                                   const std::vector<std::string_view>& above, listener* told)
{
    text_ = &text;
    told_ = told;
    path_ = above;
    return fold(tagged(tag::record, value(at, false)), salt_);
}

std::uint64_t content_hasher::value(std::size_t at, bool is_listed)
{
    const json_kind kind = text_->kind();
    const char* start = text_->position();
    std::uint64_t hashed = 0;
    switch (kind) {
    case json_kind::object:
        hashed = object(at, is_listed);
        break;
    case json_kind::array:
        hashed = array(at);
        break;
    case json_kind::string:
        hashed = tagged(tag::string, hash_bytes(text_->skip()));
        break;
    case json_kind::number:
        hashed = tagged(tag::number, hash_bytes(text_->skip()));
        break;
    case json_kind::boolean:
        hashed = tagged(tag::boolean, text_->skip().size());
        break;
    case json_kind::null:
        text_->skip();
        hashed = static_cast<std::uint64_t>(tag::null);
        break;
    }
    if (told_ != nullptr && at != name_table::none && !is_listed &&
        !head_.places[at].columns.empty()) {
        told_->found(head_.places[at], kind, text_->since(start));
    }
    return hashed;
}

std::uint64_t content_hasher::object(std::size_t at, bool is_listed)
{
    std::uint64_t sum = 0;
    std::uint64_t count = 0;
    text_->members([&](const json_string& name) {
        std::string buffer;
        const std::string_view plain = name.plain(buffer);
        path_.push_back(plain);
        if (left_out_.match(path_)) {
            text_->skip();
        } else {
            const std::size_t below =
                at == name_table::none ? at : head_.places[at].members.find(plain);
            const std::uint64_t named = tagged(tag::name, hash_bytes(plain));
            sum += fold(named, value(below, is_listed));
            ++count;
        }
        path_.pop_back();
    });
    return tagged(tag::object, sum, count);
}

std::uint64_t content_hasher::array(std::size_t at)
{
    const bool is_set = at != name_table::none && head_.places[at].is_set;
    std::uint64_t all = 0;
    std::uint64_t count = 0;
    text_->elements([&] {
        const std::uint64_t element = value(at, true);
        all = is_set ? all + fold(element, static_cast<std::uint64_t>(tag::set))
                     : fold(all + count, element);
        ++count;
    });
    return tagged(is_set ? tag::set : tag::array, all, count);
}

} // namespace intercom_mirror
