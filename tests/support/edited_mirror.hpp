#pragma once

#include "tests/support/postgres.hpp"

#include <pqxx/pqxx>

#include <memory>
#include <string>

namespace intercom_mirror::testing {

// A mirror whose edits are captured, with its roles, and a login for each role: what an operator
// finds after `migrate --roles`.
class edited_mirror
{
public:
    edited_mirror();
    ~edited_mirror();
    edited_mirror(const edited_mirror&) = delete;
    edited_mirror& operator=(const edited_mirror&) = delete;

    [[nodiscard]] const std::string& name() const { return schema_.name(); }
    [[nodiscard]] std::string login(const std::string& role) const;

    // A session of the login of that role ("editor"), else of the superuser; its search path is
    // the mirror's.
    std::unique_ptr<pqxx::connection> connect(const std::string& role = "");

    // As the daemon writes: nothing is captured.
    pqxx::result write(const std::string& statement);

private:
    scratch_schema schema_;
    std::unique_ptr<pqxx::connection> connection_;
};

// Runs one statement in a transaction of its own.
pqxx::result run(pqxx::connection& by, const std::string& statement);

} // namespace intercom_mirror::testing
