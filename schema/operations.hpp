#pragma once

#include "schema/functions.hpp"

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

// A request that changes something in Intercom, and the SQL that causes it.
struct change
{
    std::string request; // "PUT /contacts/{id}"
    std::string sql;     // "UPDATE contacts"
    version_range versions;

    bool operator==(const change&) const = default;
};

// Those of tables in the order of the catalogue, then those of functions.
std::vector<change> changes_of(std::span<const resource* const> resources,
                               std::span<const function> functions);

std::string operations_markdown(std::span<const resource* const> resources);
// The table of changes, as the page about SQL shows it.
std::string changes_markdown(std::span<const change> changes);
// {"reads": [{"request", "table", "purpose"}], "changes": [{"request", "sql", "versions"}]}
std::string operations_json(std::span<const resource* const> resources,
                            std::span<const function> functions);

} // namespace intercom_mirror
