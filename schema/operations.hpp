#pragma once

#include "schema/resource.hpp"

#include <span>
#include <string>
#include <vector>

namespace intercom_mirror {

// A request the mirror makes, and the table its answer goes to.
struct operation
{
    std::string request; // "GET /contacts/{id}/tags"
    std::string table;
    std::string purpose;

    bool operator==(const operation&) const = default;
};

// In the order of the catalogue.
std::vector<operation> operations_of(std::span<const resource* const> resources);

std::string operations_markdown(std::span<const resource* const> resources);
// [{"request", "table", "purpose"}]
std::string operations_json(std::span<const resource* const> resources);

} // namespace intercom_mirror
