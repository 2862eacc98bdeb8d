#include "sync/webhook/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace intercom_mirror {
namespace {

constexpr std::string_view scheme = "sha1=";
constexpr std::size_t digest_bytes = 20;
using digest = std::array<unsigned char, digest_bytes>;

digest hmac_sha1(std::string_view body, const std::string& key)
{
    digest made{};
    unsigned length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(body.data());
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), bytes, body.size(), made.data(),
             &length) == nullptr ||
        length != digest_bytes) {
        throw std::runtime_error("OpenSSL offers no HMAC-SHA1");
    }
    return made;
}

std::optional<unsigned> nibble(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<unsigned>(digit - 'a' + 10);
    }
    if (digit >= 'A' && digit <= 'F') {
        return static_cast<unsigned>(digit - 'A' + 10);
    }
    return std::nullopt;
}

std::optional<digest> parse(std::string_view signature)
{
    if (!signature.starts_with(scheme) || signature.size() != scheme.size() + 2 * digest_bytes) {
        return std::nullopt;
    }
    signature.remove_prefix(scheme.size());
    digest parsed{};
    for (std::size_t i = 0; i < digest_bytes; ++i) {
        const auto high = nibble(signature[2 * i]);
        const auto low = nibble(signature[2 * i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        parsed[i] = static_cast<unsigned char>(*high << 4U | *low);
    }
    return parsed;
}

} // namespace

bool is_signed(std::string_view body, std::string_view signature, std::span<const secret> secrets)
{
    const auto claimed = parse(signature);
    if (!claimed) {
        return false;
    }
    bool is_right = false;
    // All of them, whichever fits: time says nothing.
    for (const auto& each : secrets) {
        const auto expected = hmac_sha1(body, each.reveal());
        const bool is_this = CRYPTO_memcmp(expected.data(), claimed->data(), digest_bytes) == 0;
        is_right = is_right || is_this;
    }
    return is_right;
}

std::string signature_of(std::string_view body, const secret& key)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(scheme);
    for (const unsigned byte : hmac_sha1(body, key.reveal())) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xFU];
    }
    return text;
}

} // namespace intercom_mirror
