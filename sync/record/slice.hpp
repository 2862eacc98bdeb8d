#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace intercom_mirror {

// The answer is not a JSON object with the list that was asked for. Says what stands there instead.
class malformed_page : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Where the next page is, in the forms Intercom uses for `pages.next`: null or absent, an object
// with `starting_after` or `page`, or a URL (absolute or not).
struct next_cursor
{
    std::string starting_after;
};
struct next_page
{
    std::uint64_t number = 0;
};
struct next_url
{
    std::string url;
};
using next_link = std::variant<std::monostate, next_cursor, next_page, next_url>;

// One page of a list, cut into the bytes of its records. The records are views into the body and
// have not been parsed: a malformed one is found when it is looked at, alone.
struct page_slices
{
    std::vector<std::string_view> records;
    std::optional<std::uint64_t> total_count;
    std::optional<std::uint64_t> total_pages;
    std::optional<std::string> scroll_param;
    next_link next;
};

// `list_keys`: names of the member that may hold the array, separated by '|'; the first one present
// wins. A body that is itself an array is its own list. Throws malformed_page.
page_slices slice_page(std::string_view body, std::string_view list_keys);

} // namespace intercom_mirror
