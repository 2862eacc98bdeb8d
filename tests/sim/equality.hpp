#pragma once

#include "tests/sandbox/workspace.hpp"

#include <pqxx/pqxx>

#include <set>
#include <string>
#include <vector>

namespace intercom_simulation {

// Compares the mirror's tables with the workspace's own state, without any of the daemon's code.
// The session's search_path names the mirror's schemas.
class equality
{
public:
    equality(pqxx::connection& mirror, const intercom_sandbox::workspace& truth)
        : mirror_(mirror), truth_(truth)
    {
    }

    // Everything that is not as it should be, a line each; a few of very many.
    [[nodiscard]] std::vector<std::string> differences() const;

    // What the first mirror and polls have to bring without any sweep: all records but those of
    // `returned` (ids that came back from the archive, which changes no updated_at), as of their
    // last change. Companies without users show in no poll: those of `first_companies` (the truth
    // at the start) are looked for.
    [[nodiscard]] std::vector<std::string> missed_changes(const std::set<std::string>& returned,
                                                          const std::string& first_companies) const;

    // Rows marked deleted whose object exists and was there all the time, as far as `removed_once`
    // (ids that have been deleted, archived or merged at some time) tells.
    [[nodiscard]] std::vector<std::string>
    false_deletions(const std::set<std::string>& removed_once) const;

private:
    pqxx::connection& mirror_;
    const intercom_sandbox::workspace& truth_;
};

} // namespace intercom_simulation
