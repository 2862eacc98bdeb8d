#include "daemon/page.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace intercom_mirror {
namespace {

// The text between <element> and </element>, of which there is one.
std::string_view content_of(std::string_view page, std::string_view element)
{
    const auto opening = fmt::format("<{}>", element);
    const auto from = page.find(opening);
    const auto until = page.find(fmt::format("</{}>", element));
    if (from == std::string_view::npos || until == std::string_view::npos) {
        throw std::logic_error(fmt::format("the page has no {}", element));
    }
    return page.substr(from + opening.size(), until - from - opening.size());
}

std::string digest_of(std::string_view text)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    // Four characters for three bytes, and a zero at the end.
    std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
    const auto length = EVP_EncodeBlock(encoded.data(), digest.data(), SHA256_DIGEST_LENGTH);
    return {encoded.begin(), encoded.begin() + length};
}

} // namespace

std::string policy_of(std::string_view page)
{
    return fmt::format("default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; "
                       "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                       "frame-ancestors 'none'",
                       digest_of(content_of(page, "script")), digest_of(content_of(page, "style")));
}

} // namespace intercom_mirror
