#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/render.hpp"
#include "tests/sandbox/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

// Thrown wherever a request is found wanting; becomes the error envelope.
struct refusal
{
    unsigned status;
    std::string code;
    std::string message;
    header_list headers = {};
};

struct cursor_page
{
    std::vector<slot> records;
    std::size_t total = 0;
    std::size_t page = 1;
    std::size_t per_page = 0;
    std::optional<std::string> next;
};

// What a search or a cursor list asks for.
struct listing_request
{
    std::string query;      // JSON text of the filter; empty: everything
    std::string sort_field; // empty: `default_order`
    bool is_descending = true;
    std::size_t default_order = 0; // of the shelf
    std::size_t per_page = 0;
    std::string starting_after;
    // Whether dates are compared by the calendar day of the workspace's zone.
    bool is_by_day = false;
    double share_hidden = 0; // of records the index has lost
};

// Results of earlier pages of the same search; good until the index changes.
class search_memory
{
public:
    struct results
    {
        std::uint64_t generation = 0;
        std::vector<sorted_entry> entries; // ascending
    };
    // The slot for a search; cleared when too many different ones come along.
    results& of(const std::string& key)
    {
        if (memory_.size() > 64) {
            memory_.clear();
        }
        return memory_[key];
    }

private:
    std::map<std::string, results> memory_;
};

// Throw `refusal`.
listing_request parse_search(std::string_view body, std::size_t per_page_default);
cursor_page find_page(const world& w, const shelf<contact>& from, const listing_request& wanted,
                      search_memory& memory);
cursor_page find_page(const world& w, const shelf<conversation>& from,
                      const listing_request& wanted, search_memory& memory);
cursor_page find_page(const world& w, const shelf<ticket>& from, const listing_request& wanted,
                      search_memory& memory);

} // namespace intercom_sandbox
