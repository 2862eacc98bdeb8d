#pragma once

#include "sync/record/json_cursor.hpp"
#include "sync/record/shape.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Hash of any bytes.
std::uint64_t hash_bytes(std::string_view bytes);

// Members that change without meaning anything: ends of paths of member names, '*' being any name.
// A path is tested from its last name backwards.
class volatile_paths
{
public:
    explicit volatile_paths(std::string_view listed);

    // `path`: the names from the record down to a member.
    [[nodiscard]] bool match(const std::vector<std::string_view>& path) const
    {
        return !patterns_.empty() && match_any(path);
    }

private:
    [[nodiscard]] bool match_any(const std::vector<std::string_view>& path) const;

    std::vector<std::vector<std::string_view>> patterns_;
};

// Reads a value once and hashes what it says: the same for any order of members, and for any order
// of elements where the array is a set. Numbers and strings count as they are written. Kinds,
// lengths and counts take part, so that no two different values are hashed from the same bytes.
class content_hasher
{
public:
    // Told of values that stand where the head shape has columns, outside of arrays.
    class listener
    {
    public:
        virtual void found(const place& at, json_kind kind, std::string_view bytes) = 0;

    protected:
        ~listener() = default;
    };

    content_hasher(const record_shape& head, const volatile_paths& left_out, std::uint64_t salt)
        : head_(head), left_out_(left_out), salt_(salt)
    {
    }

    // `at`: the place of the value in the head shape, none where nothing is known about it.
    // `above`: the names that lead to it.
    std::uint64_t hash(json_cursor& text, std::size_t at,
                       const std::vector<std::string_view>& above, listener* told = nullptr);

private:
    std::uint64_t value(std::size_t at, bool is_listed);
    std::uint64_t object(std::size_t at, bool is_listed);
    std::uint64_t array(std::size_t at);

    const record_shape& head_;
    const volatile_paths& left_out_;
    std::uint64_t salt_;
    json_cursor* text_ = nullptr;
    listener* told_ = nullptr;
    std::vector<std::string_view> path_;
};

} // namespace intercom_mirror
