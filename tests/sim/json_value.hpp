#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_simulation {

// A JSON document as the comparer needs it: numbers keep their text, and strings are what
// PostgreSQL can hold (U+0000 and lone surrogates became U+FFFD). Written for the tests alone, so
// that they do not repeat a mistake of the daemon's reader.
struct json_value
{
    enum class kind : std::uint8_t { null, boolean, number, string, array, object };

    kind is = kind::null;
    std::string text;                 // of a boolean or number as written; of a string unescaped
    std::vector<json_value> elements; // of an array, or the members of an object
    std::vector<std::string> names;   // of the members

    // The member of that name, the last if there are several; null when there is none.
    [[nodiscard]] const json_value& at(std::string_view name) const;
    // Along member names joined by '.'.
    [[nodiscard]] const json_value& along(std::string_view path) const;
    void erase(std::string_view name);
};

// Throws std::runtime_error.
json_value parse_json(std::string_view text);

// The same text for the same content, whatever the order of members and the spelling of numbers.
std::string canonical(const json_value& value);
// "-12.50e1" as "-125"; digits and an exponent, no matter how large.
std::string canonical_number(std::string_view lexeme);

} // namespace intercom_simulation
