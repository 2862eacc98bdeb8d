#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace intercom_mirror::testing {

void expect_golden(const std::string& name, std::string_view text)
{
    const std::string path = SOURCE_DIR "/tests/golden/" + name;
    if (std::getenv("INTERCOM_MIRROR_TEST_REWRITE") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    std::ostringstream golden;
    golden << std::ifstream(path, std::ios::binary).rdbuf();
    EXPECT_EQ(golden.str(), text) << path << " says otherwise; if the change is meant, run this "
                                  << "test again with INTERCOM_MIRROR_TEST_REWRITE=1";
}

} // namespace intercom_mirror::testing
