#pragma once

#include <string>
#include <string_view>

namespace intercom_mirror::testing {

// Fails unless `text` is what tests/golden/<name> holds. When the change is meant, run the test
// again with INTERCOM_MIRROR_TEST_REWRITE=1: it writes the file, and git shows what became of it.
void expect_golden(const std::string& name, std::string_view text);

} // namespace intercom_mirror::testing
