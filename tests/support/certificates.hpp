#pragma once

#include <chrono>
#include <string>

namespace intercom_mirror::testing {

// A certificate and its private key, both PEM.
struct identity
{
    std::string certificate;
    std::string key;
};

// A certificate authority of our own.
identity make_authority();

struct leaf_options
{
    std::string host = "localhost"; // a DNS name
    std::chrono::hours valid_from{-1};
    std::chrono::hours valid_until{24};
};

// A server's certificate signed by that authority.
identity make_leaf(const identity& authority, const leaf_options& options);

} // namespace intercom_mirror::testing
