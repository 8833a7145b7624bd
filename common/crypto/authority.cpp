// SPDX-License-Identifier: Apache-2.0
// Certificates made: the agency's root and what it signs.
#include "common/crypto/x509.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <openssl/bn.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;
using core::Microseconds;

namespace {

constexpr int kMaxYears = 100;
constexpr std::size_t kSerialBytes = 16;

/// What differs between one certificate and the next.
struct Request {
    Role role = Role::Root;
    std::string subject;
    EVP_PKEY* key = nullptr;
    EVP_PKEY* issuerKey = nullptr;
    X509* issuer = nullptr;  // null for a root, which issues itself
    std::chrono::sys_seconds notBefore;
    std::chrono::sys_seconds notAfter;
};

/// The same day and time `years` later; the last of February for its 29th.
std::chrono::sys_seconds yearsAfter(std::chrono::sys_seconds time, int years) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    date += std::chrono::years(years);
    if (!date.ok()) {
        date = date.year() / date.month() / std::chrono::last;
    }
    return std::chrono::sys_days(date) + (time - day);
}

void setName(X509_NAME* name, std::string_view subject) {
    const core::ByteView text = core::viewOf(subject);
    LIUHEN_ASSERT(X509_NAME_add_entry_by_NID(name,
                                             NID_commonName,
                                             MBSTRING_UTF8,
                                             text.data(),
                                             static_cast<int>(text.size()),
                                             -1,
                                             0) == 1);
}

void setTimes(X509* x509, const Request& request) {
    const Asn1Time from(ASN1_TIME_set(nullptr, request.notBefore.time_since_epoch().count()));
    const Asn1Time to(ASN1_TIME_set(nullptr, request.notAfter.time_since_epoch().count()));
    LIUHEN_ASSERT(from != nullptr && to != nullptr && X509_set1_notBefore(x509, from.get()) == 1 &&
                  X509_set1_notAfter(x509, to.get()) == 1);
}

void setSerial(X509* x509) {
    Buffer random = randomBytes(kSerialBytes);
    random[0] = static_cast<std::uint8_t>((random[0] & 0x3FU) | 0x40U);  // positive, 16 bytes
    BIGNUM* number = BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr);
    const Asn1Integer serial(BN_to_ASN1_INTEGER(number, nullptr));
    BN_free(number);
    LIUHEN_ASSERT(serial != nullptr && X509_set_serialNumber(x509, serial.get()) == 1);
}

void add(X509* x509, int nid, void* value, bool critical) {
    LIUHEN_ASSERT(X509_add1_ext_i2d(x509, nid, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1);
}

void addConstraints(X509* x509, const Profile& profile) {
    const BasicConstraints constraints(BASIC_CONSTRAINTS_new());
    LIUHEN_ASSERT(constraints != nullptr);
    if (profile.role == Role::Root) {
        constraints->ca = 0xFF;
        constraints->pathlen = ASN1_INTEGER_new();
        LIUHEN_ASSERT(ASN1_INTEGER_set(constraints->pathlen, 0) == 1);
    }
    add(x509, NID_basic_constraints, constraints.get(), true);

    // KU_ bits are the first byte of the bit string, whose bit 0 is the highest.
    const Asn1Bits bits(ASN1_BIT_STRING_new());
    LIUHEN_ASSERT(bits != nullptr);
    for (int bit = 0; bit < 8; ++bit) {
        const bool set = (profile.keyUsage & (0x80U >> static_cast<unsigned>(bit))) != 0;
        LIUHEN_ASSERT(!set || ASN1_BIT_STRING_set_bit(bits.get(), bit, 1) == 1);
    }
    add(x509, NID_key_usage, bits.get(), true);
    add(x509, NID_ext_key_usage, usageOf(profile.role).get(), false);
}

Asn1Octets keyId(const X509* x509) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    Asn1Octets id(ASN1_OCTET_STRING_new());
    LIUHEN_ASSERT(id != nullptr &&
                  X509_pubkey_digest(x509, EVP_sha256(), digest.data(), &size) == 1 &&
                  ASN1_OCTET_STRING_set(id.get(), digest.data(), 20) == 1);
    return id;
}

void addKeyIds(X509* x509, const X509* issuer) {
    add(x509, NID_subject_key_identifier, keyId(x509).get(), false);
    const AuthorityKeyId authority(AUTHORITY_KEYID_new());
    LIUHEN_ASSERT(authority != nullptr);
    authority->keyid = keyId(issuer).release();
    add(x509, NID_authority_key_identifier, authority.get(), false);
}

void addDnsName(GENERAL_NAMES* names, std::string_view dnsName) {
    GENERAL_NAME* each = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    LIUHEN_ASSERT(each != nullptr && text != nullptr &&
                  ASN1_STRING_set(text, dnsName.data(), static_cast<int>(dnsName.size())) == 1);
    GENERAL_NAME_set0_value(each, GEN_DNS, text);
    LIUHEN_ASSERT(sk_GENERAL_NAME_push(names, each) > 0);
}

void addDnsNames(X509* x509, const Profile& profile, std::string_view subject) {
    if (profile.role == Role::Root || (!profile.serverAuth && !profile.clientAuth)) {
        return;
    }
    const GeneralNames names(GENERAL_NAMES_new());
    LIUHEN_ASSERT(names != nullptr);
    addDnsName(names.get(), subject);
    if (profile.localhost) {
        addDnsName(names.get(), "localhost");
    }
    add(x509, NID_subject_alt_name, names.get(), false);
}

Buffer make(const Request& request) {
    const X509Owned x509(X509_new());
    LIUHEN_ASSERT(x509 != nullptr && X509_set_version(x509.get(), X509_VERSION_3) == 1 &&
                  X509_set_pubkey(x509.get(), request.key) == 1);
    setSerial(x509.get());
    setTimes(x509.get(), request);
    setName(X509_get_subject_name(x509.get()), request.subject);
    const X509* issuer = request.issuer == nullptr ? x509.get() : request.issuer;
    LIUHEN_ASSERT(X509_set_issuer_name(x509.get(), X509_get_subject_name(issuer)) == 1);
    const Profile& profile = profileOf(request.role);
    addConstraints(x509.get(), profile);
    addKeyIds(x509.get(), issuer);
    addDnsNames(x509.get(), profile, request.subject);
    LIUHEN_ASSERT(X509_sign(x509.get(), request.issuerKey, EVP_sha256()) > 0);

    const int size = i2d_X509(x509.get(), nullptr);
    LIUHEN_ASSERT(size > 0);
    Buffer der(static_cast<std::size_t>(size));
    unsigned char* to = der.data();
    LIUHEN_ASSERT(i2d_X509(x509.get(), &to) == size);
    return der;
}

Result<void> setPeriod(Request& request, int years, Microseconds now) {
    if (years < 1 || years > kMaxYears) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "certify {}: {} years, 1 to {} are allowed", request.subject, years, kMaxYears));
    }
    const std::chrono::sys_seconds start(std::chrono::floor<std::chrono::seconds>(now));
    request.notBefore = start - std::chrono::hours(1);
    request.notAfter = yearsAfter(start, years);
    return {};
}

/// The part that all leaves share: `request` lacks its issuer and times.
Result<Certificate> issue(Request request,
                          const Authority& authority,
                          int years,
                          Microseconds now) {
    if (!isId(request.subject)) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("certify '{}': an id has 1 to 64 of A-Z a-z 0-9 . _ -", request.subject));
    }
    LIUHEN_CHECK(setPeriod(request, years, now));
    const std::chrono::sys_seconds rootEnd(
        std::chrono::floor<std::chrono::seconds>(authority.certificate().notAfter()));
    request.notAfter = std::min(request.notAfter, rootEnd);
    if (request.notAfter <= request.notBefore) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("certify {}: the root has expired", request.subject));
    }
    const X509Owned root = x509Of(authority.certificate());
    request.issuer = root.get();
    request.issuerKey = authority.key().handle().key.get();
    return Certificate::fromDer(make(request));
}

}  // namespace

Result<Authority> Authority::create(std::string_view agencyName, int years, Microseconds now) {
    if (!isAgencyName(agencyName)) {
        return fail(ErrorKind::InvalidArgument,
                    "create root: the agency's name must have 1 to 64 bytes, no control character");
    }
    PrivateKey key = PrivateKey::generate();
    EVP_PKEY* handle = key.handle().key.get();
    Request request{.role = Role::Root,
                    .subject = std::string(agencyName),
                    .key = handle,
                    .issuerKey = handle,
                    .issuer = nullptr,
                    .notBefore = {},
                    .notAfter = {}};
    LIUHEN_CHECK(setPeriod(request, years, now));
    LIUHEN_TRY(Certificate certificate, Certificate::fromDer(make(request)));
    return Authority(std::move(key), std::move(certificate));
}

Result<Authority> Authority::open(std::string_view keyPem, std::string_view certificatePem) {
    LIUHEN_TRY(PrivateKey key, PrivateKey::fromPem(keyPem));
    LIUHEN_TRY(Certificate certificate, Certificate::fromPem(certificatePem));
    if (const auto wrong = judge(certificate, certificate, Role::Root, std::nullopt)) {
        return fail(ErrorKind::InvalidArgument, fmt::format("open root: {}", *wrong));
    }
    LIUHEN_TRY(const PublicKey certified, certificate.key());
    if (certified != key.publicKey()) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("open root {}: the key is not the certificate's", certificate.subject()));
    }
    return Authority(std::move(key), std::move(certificate));
}

Result<Certificate> Authority::certify(
    const PublicKey& key, Role role, std::string_view subject, int years, Microseconds now) const {
    if (role == Role::Root || role == Role::Checkpoint) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("certify {}: no P-256 key is certified as {}", subject, name(role)));
    }
    Request request;
    request.role = role;
    request.subject = subject;
    request.key = key.handle().key.get();
    return issue(std::move(request), *this, years, now);
}

Result<Certificate> Authority::certifyNoteKey(ByteView publicBytes,
                                              std::string_view subject,
                                              int years,
                                              Microseconds now) const {
    const EvpKey key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, "ED25519", nullptr, publicBytes.data(), publicBytes.size()));
    if (key == nullptr) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("certify {}: no Ed25519 key: {}", subject, takeOpensslError()));
    }
    Request request;
    request.role = Role::Checkpoint;
    request.subject = subject;
    request.key = key.get();
    return issue(std::move(request), *this, years, now);
}

}  // namespace liuhen::crypto
