// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share of OpenSSL: error texts, PEM, key material.
#include "common/crypto/openssl.hpp"

#include <algorithm>
#include <climits>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kMaxPemBytes = 65536;  // a key or a certificate is below 4 KiB

/// What PEM_read_bio hands out, freed and wiped together.
struct PemParts {
    PemParts() = default;
    PemParts(const PemParts&) = delete;
    PemParts& operator=(const PemParts&) = delete;
    PemParts(PemParts&&) = delete;
    PemParts& operator=(PemParts&&) = delete;
    ~PemParts() {
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, size > 0 ? static_cast<std::size_t>(size) : 0);
    }
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
};

}  // namespace

std::string takeOpensslError() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "refused by OpenSSL" : reason;
}

Bio readBio(std::string_view text) {
    LIUHEN_ASSERT(text.size() <= INT_MAX);
    const char* data = text.empty() ? "" : text.data();  // null is refused even for no bytes
    Bio bio(BIO_new_mem_buf(data, static_cast<int>(text.size())));
    LIUHEN_ASSERT(bio != nullptr);
    return bio;
}

Bio writeBio() {
    Bio bio(BIO_new(BIO_s_mem()));
    LIUHEN_ASSERT(bio != nullptr);
    return bio;
}

std::string textOf(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

Result<Buffer> pemBlock(std::string_view pem, std::string_view label, std::string_view what) {
    if (pem.empty() || pem.size() > kMaxPemBytes) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "read {}: PEM of {} bytes, 1 to {} expected", what, pem.size(), kMaxPemBytes));
    }
    const Bio bio = readBio(pem);
    PemParts parts;
    if (PEM_read_bio(bio.get(), &parts.name, &parts.header, &parts.data, &parts.size) != 1) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read {}: no PEM block: {}", what, takeOpensslError()));
    }
    if (label != parts.name || *parts.header != '\0') {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("read {}: PEM block is '{}', not a plain '{}'", what, parts.name, label));
    }
    return Buffer(parts.data, parts.data + parts.size);
}

Result<EvpKey> keyFromPem(std::string_view pem, std::string_view what) {
    LIUHEN_TRY(Buffer der, pemBlock(pem, "PRIVATE KEY", what));
    const unsigned char* at = der.data();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    const bool whole = at == der.data() + der.size();
    EvpKey key(info == nullptr || !whole ? nullptr : EVP_PKCS82PKEY(info.get()));
    wipe(der);
    if (key == nullptr) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read {}: not PKCS#8: {}", what, takeOpensslError()));
    }
    return key;
}

std::string keyToPem(EVP_PKEY* key) {
    const Bio bio = writeBio();
    LIUHEN_ASSERT(
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return textOf(bio);
}

Result<PublicKeyBytes> pointOf(EVP_PKEY* key) {
    std::array<char, 32> group{};
    std::array<unsigned char, 65> point{};
    std::size_t size = 0;
    const bool onCurve =
        EVP_PKEY_get_utf8_string_param(
            key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr) == 1 &&
        std::string_view(group.data()) == SN_X9_62_prime256v1 &&
        EVP_PKEY_get_octet_string_param(
            key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point.data(), point.size(), &size) == 1;
    PublicKeyBytes bytes{};
    if (onCurve && size == point.size() && point[0] == 4) {
        bytes[0] = static_cast<std::uint8_t>(2U | (point[64] & 1U));
        std::copy_n(point.begin() + 1, 32, bytes.begin() + 1);
    } else if (onCurve && size == bytes.size()) {
        std::copy_n(point.begin(), bytes.size(), bytes.begin());
    } else {
        (void)takeOpensslError();
        return fail(ErrorKind::InvalidArgument, "read key: not a P-256 key");
    }
    return bytes;
}

}  // namespace liuhen::crypto
