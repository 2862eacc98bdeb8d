#pragma once

#include <cstdint>
#include <string_view>

// What another JSON library says about a text.
namespace intercom_mirror {

enum class reference_verdict : std::uint8_t {
    valid,
    invalid,
    number_too_large // valid, but the library cannot hold a number of it
};

struct reference_opinion
{
    reference_verdict said = reference_verdict::invalid;
    std::size_t depth = 0; // of nested objects and arrays
    bool has_nul = false;  // in a string
};

reference_opinion ask_reference(std::string_view text);

} // namespace intercom_mirror
