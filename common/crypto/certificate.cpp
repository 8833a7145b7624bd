// SPDX-License-Identifier: Apache-2.0
// Certificates read and judged by explicit checks, the same for every reader.
#include "common/crypto/certificate.hpp"

#include "common/crypto/x509.hpp"

#include <array>
#include <ctime>

#include <fmt/format.h>
#include <openssl/objects.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;
using core::Microseconds;

namespace {

constexpr std::string_view kPemLabel = "CERTIFICATE";

/// An extension decoded; none if it is absent, there twice, or not decodable.
template <class Extension>
Extension extensionOf(const X509* x509, int nid) {
    return Extension(
        static_cast<typename Extension::pointer>(X509_get_ext_d2i(x509, nid, nullptr, nullptr)));
}

Result<Microseconds> timeOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        return fail(ErrorKind::InvalidArgument, "a time cannot be read");
    }
    return std::chrono::seconds(timegm(&parts));
}

/// The text of a name that is one common name and nothing else.
Result<std::string> commonNameOf(const X509_NAME* name) {
    const X509_NAME_ENTRY* entry =
        X509_NAME_entry_count(name) == 1 ? X509_NAME_get_entry(name, 0) : nullptr;
    if (entry == nullptr || OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_commonName) {
        return fail(ErrorKind::InvalidArgument, "a name is not one common name");
    }
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
    if (size < 0) {
        return fail(ErrorKind::InvalidArgument, "a name cannot be read");
    }
    std::string subject(core::textOf(ByteView(text, static_cast<std::size_t>(size))));
    OPENSSL_free(text);
    return subject;
}

Result<Role> readRole(const X509* x509) {
    const auto usage = extensionOf<ExtendedKeyUsage>(x509, NID_ext_key_usage);
    const std::optional<Role> role = usage == nullptr ? std::nullopt : roleOf(*usage);
    if (!role) {
        return fail(ErrorKind::InvalidArgument, "its extended key usage names no single role");
    }
    return *role;
}

/// Extensions that we cannot judge may be there unless they are critical.
Result<void> checkExtensions(const X509* x509) {
    constexpr std::array<int, 6> kKnown = {NID_basic_constraints,
                                           NID_key_usage,
                                           NID_ext_key_usage,
                                           NID_subject_key_identifier,
                                           NID_authority_key_identifier,
                                           NID_subject_alt_name};
    for (int i = 0; i < X509_get_ext_count(x509); ++i) {
        X509_EXTENSION* extension = X509_get_ext(x509, i);
        const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        bool known = false;
        for (const int each : kKnown) {
            known = known || each == nid;
        }
        if (!known && X509_EXTENSION_get_critical(extension) == 1) {
            return fail(ErrorKind::InvalidArgument, "it has an unknown critical extension");
        }
    }
    return {};
}

Result<void> checkKey(X509* x509, Role role) {
    EVP_PKEY* key = X509_get0_pubkey(x509);
    const bool fits = key != nullptr &&
                      (role == Role::Checkpoint ? EVP_PKEY_is_a(key, "ED25519") == 1
                                                : EVP_PKEY_is_a(key, "EC") == 1 && pointOf(key));
    if (!fits) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("its key is not of the kind of role {}", name(role)));
    }
    return {};
}

/// The constraints that go with the role, as a sentence if they are not kept.
std::optional<std::string> misuse(X509* x509, const Profile& profile) {
    const bool authority = profile.role == Role::Root;
    const auto constraints = extensionOf<BasicConstraints>(x509, NID_basic_constraints);
    if (constraints == nullptr || (constraints->ca != 0) != authority) {
        return authority ? "the root is not marked as an authority"
                         : "the certificate is not marked as a mere holder's (CA:FALSE)";
    }
    if (X509_get_key_usage(x509) != profile.keyUsage) {
        return fmt::format("its key usage is not that of role {}", profile.name);
    }
    if (X509_get_signature_nid(x509) != NID_ecdsa_with_SHA256) {
        return "it is not signed with ECDSA and SHA-256";
    }
    return std::nullopt;
}

std::optional<std::string> outOfTime(const Certificate& certificate, Microseconds at) {
    if (at < certificate.notBefore()) {
        return fmt::format("certificate of {} was not yet valid", certificate.subject());
    }
    if (at > certificate.notAfter()) {
        return fmt::format("certificate of {} had expired", certificate.subject());
    }
    return std::nullopt;
}

/// X509_verify with the signed half's algorithm compared too; leaves no error behind.
bool isSignedBy(X509* x509, X509* root) {
    EVP_PKEY* key = X509_get0_pubkey(root);
    const bool good = key != nullptr && X509_verify(x509, key) == 1;
    if (!good) {
        (void)takeOpensslError();
    }
    return good;
}

}  // namespace

Result<Certificate> Certificate::fromDer(ByteView der) {
    const auto read = [&der]() -> Result<Certificate> {
        LIUHEN_TRY(const X509Owned x509, readX509(der));
        LIUHEN_CHECK(checkExtensions(x509.get()));
        Certificate certificate;
        certificate.der_ = core::toBuffer(der);
        LIUHEN_TRY(certificate.role_, readRole(x509.get()));
        LIUHEN_CHECK(checkKey(x509.get(), certificate.role_));
        LIUHEN_TRY(certificate.subject_, commonNameOf(X509_get_subject_name(x509.get())));
        LIUHEN_TRY(certificate.notBefore_, timeOf(X509_get0_notBefore(x509.get())));
        LIUHEN_TRY(certificate.notAfter_, timeOf(X509_get0_notAfter(x509.get())));
        const bool named = certificate.role_ == Role::Root ? isAgencyName(certificate.subject_)
                                                           : isId(certificate.subject_);
        if (!named) {
            return fail(ErrorKind::InvalidArgument, "its subject is no id of 1 to 64 characters");
        }
        return certificate;
    };
    Result<Certificate> certificate = read();
    if (!certificate) {
        (void)takeOpensslError();
        return core::failWith(certificate.error(), "read certificate");
    }
    return certificate;
}

Result<Certificate> Certificate::fromPem(std::string_view pem) {
    LIUHEN_TRY(const Buffer der, pemBlock(pem, kPemLabel, "certificate"));
    return fromDer(der);
}

std::string Certificate::toPem() const {
    const std::string text = core::toBase64(der_);
    constexpr std::size_t kLine = 64;  // RFC 7468 section 2
    std::string pem = fmt::format("-----BEGIN {}-----\n", kPemLabel);
    for (std::size_t at = 0; at < text.size(); at += kLine) {
        pem += text.substr(at, kLine);
        pem += '\n';
    }
    return pem + fmt::format("-----END {}-----\n", kPemLabel);
}

Result<PublicKey> Certificate::key() const {
    if (role_ == Role::Checkpoint) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read key of certificate {}: Ed25519, not P-256", subject_));
    }
    const X509Owned x509 = x509Of(*this);
    LIUHEN_TRY(const PublicKeyBytes point, pointOf(X509_get0_pubkey(x509.get())));
    return PublicKey::fromBytes(point);
}

Result<std::array<std::uint8_t, 32>> Certificate::noteKey() const {
    if (role_ != Role::Checkpoint) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read note key of certificate {}: P-256, not Ed25519", subject_));
    }
    const X509Owned x509 = x509Of(*this);
    std::array<std::uint8_t, 32> bytes{};
    std::size_t size = bytes.size();
    LIUHEN_ASSERT(EVP_PKEY_get_raw_public_key(X509_get0_pubkey(x509.get()), bytes.data(), &size) ==
                      1 &&
                  size == bytes.size());
    return bytes;
}

Result<PublicKey> keyOfCertificate(ByteView der) {
    const unsigned char* at = der.data();
    const X509Owned x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    EVP_PKEY* key = x509 == nullptr ? nullptr : X509_get0_pubkey(x509.get());
    const auto point = key != nullptr && EVP_PKEY_is_a(key, "EC") == 1
                           ? pointOf(key)
                           : Result<PublicKeyBytes>(tl::make_unexpected(core::Error{}));
    if (!point) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read key of a certificate: {}", takeOpensslError()));
    }
    return PublicKey::fromBytes(*point);
}

std::optional<std::string> judge(const Certificate& certificate,
                                 const Certificate& root,
                                 Role role,
                                 std::optional<Microseconds> at) {
    if (certificate.role() != role) {
        return fmt::format("certificate of {} has role {}, not {}",
                           certificate.subject(),
                           name(certificate.role()),
                           name(role));
    }
    if (root.role() != Role::Root) {
        return fmt::format("certificate of {} is no root", root.subject());
    }
    const X509Owned x509 = x509Of(certificate);
    const X509Owned rootX509 = x509Of(root);
    if (const auto wrong = misuse(rootX509.get(), profileOf(Role::Root))) {
        return fmt::format("root {}: {}", root.subject(), *wrong);
    }
    if (const auto wrong = misuse(x509.get(), profileOf(role))) {
        return fmt::format("certificate of {}: {}", certificate.subject(), *wrong);
    }
    if (X509_NAME_cmp(X509_get_issuer_name(x509.get()), X509_get_subject_name(rootX509.get())) !=
        0) {
        return fmt::format(
            "certificate of {} was not issued by {}", certificate.subject(), root.subject());
    }
    if (!isSignedBy(x509.get(), rootX509.get())) {
        return fmt::format("certificate of {} is not signed by the key of root {}",
                           certificate.subject(),
                           root.subject());
    }
    if (!at) {
        return std::nullopt;
    }
    const auto late = outOfTime(certificate, *at);
    return late ? late : outOfTime(root, *at);
}

}  // namespace liuhen::crypto
