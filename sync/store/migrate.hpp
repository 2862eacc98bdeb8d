#pragma once

#include "sync/store/session.hpp"

#include <string>
#include <vector>

namespace intercom_mirror {

struct migration_report
{
    std::vector<std::string> applied; // or, when only checked, missing
};

// Brings the schema pair up to date, creating it if need be: one transaction for each migration,
// each applied once, its checksum compared ever after; then the triggers that follow from the
// catalogue, made anew when they are not those of this program. Throws schema_mismatch when the
// database knows a migration this program does not, or one of another content.
migration_report migrate(session& connection, const session_options& options);

// The same without writing: what `migrate` would apply.
migration_report check_migrations(session& connection, const session_options& options);

// Creates the roles <schema>_owner, _daemon, _editor, _operator and _analyst where they are missing
// and grants each what it may do.
void grant_roles(session& connection, const session_options& options);

} // namespace intercom_mirror
