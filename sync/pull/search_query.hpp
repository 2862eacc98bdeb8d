#pragma once

#include "sync/store/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Bodies for POST /{resource}/search, as JSON text (intercom-api: search).
namespace intercom_mirror::search_query {

// created_at in (slice.from, slice.until]. Built from > , < and = alone, so that slices which
// share their borders tile the whole line whether the server compares seconds or the calendar days
// of some time zone.
std::string within(const time_slice& slice);

// updated_at > at. Asked by day, the day of `at` itself is included.
std::string updated_after(std::int64_t at);

// `field` equals `value`, a text.
std::string equals(std::string_view field, std::string_view value);

// The whole body. Empty `sort_field`: the server's own order. Empty `starting_after`: first page.
std::string body(std::string_view filter, std::string_view sort_field, bool is_descending,
                 unsigned per_page, std::string_view starting_after);

} // namespace intercom_mirror::search_query
