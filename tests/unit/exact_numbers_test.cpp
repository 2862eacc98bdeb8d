#include "sync/record/exact_numbers.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace intercom_mirror {
namespace {

std::string through_library(std::string_view json)
{
    return plain_numbers(nlohmann::json::parse(guard_numbers(json)).dump());
}

TEST(ExactNumbers, LeavesWhatTheLibraryHoldsExactly)
{
    for (const char* json : {"{}", R"({"a":[0,-1,0.5,1e10,999999999999999999,-12.25e-3]})",
                             R"(["1e400 \" 1e400","\\",""])", "null", "0"}) {
        EXPECT_EQ(guard_numbers(json), json);
    }
}

TEST(ExactNumbers, CarriesTheOthersThrough)
{
    EXPECT_EQ(through_library(R"({"a":1e400,"b":[-18446744073709551616],"c":"1e400"})"),
              R"({"a":1e400,"b":[-18446744073709551616e0],"c":"1e400"})");
    EXPECT_EQ(through_library("0.12345678901234567890"), "1234567890123456789e-19");
}

TEST(ExactNumbers, MakesEqualNumbersEqual)
{
    EXPECT_EQ(guard_numbers("1e400"), guard_numbers("10.0e399"));
    EXPECT_EQ(guard_numbers("18446744073709551616"), guard_numbers("1844674407370955161.6E+1"));
    EXPECT_NE(guard_numbers("18446744073709551616"), guard_numbers("18446744073709551617"));
    EXPECT_NE(guard_numbers("1e400"), guard_numbers("-1e400"));
}

} // namespace
} // namespace intercom_mirror
