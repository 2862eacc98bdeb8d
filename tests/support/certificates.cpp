#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace intercom_mirror::testing {
namespace {

template <auto Free>
struct freeing
{
    void operator()(auto* object) const { Free(object); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freeing<EVP_PKEY_free>>;
using cert_ptr = std::unique_ptr<X509, freeing<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freeing<BIO_free_all>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freeing<X509_EXTENSION_free>>;

void must(bool is_done)
{
    if (!is_done) {
        throw std::runtime_error("OpenSSL refuses to make a test certificate");
    }
}

bio_ptr memory(std::string_view text = {})
{
    bio_ptr result(text.empty() ? BIO_new(BIO_s_mem())
                                : BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    must(result != nullptr);
    return result;
}

std::string text_of(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

identity to_pem(X509* certificate, EVP_PKEY* key)
{
    const auto certificate_text = memory();
    must(PEM_write_bio_X509(certificate_text.get(), certificate) == 1);
    const auto key_text = memory();
    must(PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return {text_of(certificate_text.get()), text_of(key_text.get())};
}

// Everything but issuer, extensions and signature.
cert_ptr start_certificate(EVP_PKEY* key, const std::string& name, std::chrono::hours from,
                           std::chrono::hours until)
{
    static long serial = 0;
    cert_ptr result(X509_new());
    must(result != nullptr && X509_set_version(result.get(), 2) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(result.get()), ++serial);
    const auto seconds = [](std::chrono::hours span) {
        return static_cast<long>(std::chrono::seconds(span).count());
    };
    X509_gmtime_adj(X509_getm_notBefore(result.get()), seconds(from));
    X509_gmtime_adj(X509_getm_notAfter(result.get()), seconds(until));
    must(X509_set_pubkey(result.get(), key) == 1);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(name.c_str());
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(result.get()), "CN", MBSTRING_ASC, bytes,
                                    -1, -1, 0) == 1);
    return result;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

} // namespace

identity make_authority()
{
    const key_ptr key(EVP_EC_gen("P-256"));
    must(key != nullptr);
    const auto certificate = start_certificate(key.get(), "test authority", std::chrono::hours(-1),
                                               std::chrono::hours(24));
    must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1);
    extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    return to_pem(certificate.get(), key.get());
}

identity make_leaf(const identity& authority, const leaf_options& options)
{
    const auto issuer_text = memory(authority.certificate);
    const cert_ptr issuer(PEM_read_bio_X509(issuer_text.get(), nullptr, nullptr, nullptr));
    const auto key_text = memory(authority.key);
    const key_ptr issuer_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    const key_ptr key(EVP_EC_gen("P-256"));
    must(issuer != nullptr && issuer_key != nullptr && key != nullptr);

    const auto certificate =
        start_certificate(key.get(), options.host, options.valid_from, options.valid_until);
    must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) == 1);
    extend(certificate.get(), issuer.get(), NID_subject_alt_name, "DNS:" + options.host);
    must(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0);
    return to_pem(certificate.get(), key.get());
}

} // namespace intercom_mirror::testing
