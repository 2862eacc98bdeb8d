#pragma once

#include "tests/sandbox/body.hpp"
#include "tests/sandbox/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

// A value for a custom attribute that has been found good: its JSON, or nothing to clear it.
struct attribute_change
{
    std::string name;
    std::optional<std::string> json;
};

// What member `member` of a request says about attributes of `model` ("contact", "company",
// "conversation"). Refused with 400 parameter_invalid: attributes that do not exist or are
// archived, values of another type, outside the options, longer than 255 characters, nested.
std::vector<attribute_change> read_attributes(const world& w, const fields& body,
                                              std::string_view member, std::string_view model);
// The same for a ticket; values of lists are given by the id of the item.
std::vector<attribute_change> read_ticket_attributes(const ticket_type& type, const fields& body,
                                                     std::string_view member);
// The id by which a list's item is written (as renderer::of(ticket_type) shows it).
std::string item_id(const ticket_type_attribute& a, std::string_view choice);

// Sets one key and leaves the others. Whether that changed anything.
bool apply(attribute_values& values, const attribute_change& change);

} // namespace intercom_sandbox
