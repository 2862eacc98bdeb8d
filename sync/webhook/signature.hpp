#pragma once

#include "config/secret.hpp"

#include <span>
#include <string>
#include <string_view>

namespace intercom_mirror {

// The header in which Intercom signs a notification.
inline constexpr std::string_view signature_header = "X-Hub-Signature";

// Whether the header's value, "sha1=" and 40 hexadecimal digits, is the HMAC-SHA1 of the body's
// bytes under one of the secrets. Takes as long for a wrong signature as for a right one.
bool is_signed(std::string_view body, std::string_view signature, std::span<const secret> secrets);

// What Intercom would send in the header.
std::string signature_of(std::string_view body, const secret& key);

} // namespace intercom_mirror
