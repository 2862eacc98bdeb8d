#pragma once

#include "schema/functions.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// A request the mirror makes, and the table its answer goes to.
struct operation
{
    std::string request; // "GET /contacts/{id}/tags"
    std::string table;
    std::string purpose;
    version_range versions{}; // in which it is made

    bool operator==(const operation&) const = default;
};

// In the order of the catalogue.
std::vector<operation> operations_of(std::span<const resource* const> resources);

// An operation of the API that reads, as Intercom's reference has it.
struct documented_operation
{
    std::string_view request; // "GET /contacts/{id}/tags"; ids of any kind are {id}
    version_range versions{};
    std::string_view why_unused = {}; // empty: it feeds a table
};

// In the order of their paths.
std::span<const documented_operation> documented_operations();

// Whether a request is made by that operation: its query is its own business.
bool is_made_by(const documented_operation& documented, const operation& made);

// Every documented operation with the tables it feeds, or why it feeds none.
std::string operations_markdown(std::span<const resource* const> resources);

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

// The table of changes, as the page about SQL shows it.
std::string changes_markdown(std::span<const change> changes);
// {"reads": [{"request", "since", "until", "table", "purpose"}], "changes": [{"request", "sql",
// "versions"}]}; where nothing is read, "table" is empty and "purpose" says why.
std::string operations_json(std::span<const resource* const> resources,
                            std::span<const function> functions);

} // namespace intercom_mirror
