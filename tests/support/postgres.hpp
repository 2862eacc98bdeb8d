#pragma once

#include <string>

namespace intercom_mirror::testing {

// The PostgreSQL server tests use, from INTERCOM_MIRROR_TEST_DSN (`./dev test` starts one and sets
// it). Throws when it is not set: a test without its server fails, it is not skipped.
std::string test_dsn();

// A pair of schemas, <name> and <name>_sync, of a name nobody else has; both are empty and are
// dropped with the object.
class scratch_schema
{
public:
    scratch_schema();
    ~scratch_schema();
    scratch_schema(const scratch_schema&) = delete;
    scratch_schema& operator=(const scratch_schema&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

} // namespace intercom_mirror::testing
