// SPDX-License-Identifier: Apache-2.0
// P-256 keys: ECDSA with raw, low-s signatures.
#include "common/crypto/keys.hpp"

#include "common/crypto/openssl.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kHalf = 32;             // bytes of r, and of s
constexpr std::size_t kMaxDerSignature = 72;  // two integers of 33 bytes with their heads
using Scalar = std::array<std::uint8_t, kHalf>;

/// The order n of P-256 (FIPS 186-4 D.1.2.3), and n / 2 rounded down.
constexpr Scalar kOrder = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                           0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                           0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
constexpr Scalar kHalfOrder = {0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF,
                               0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDE, 0x73, 0x7D, 0x56, 0xD3, 0x8B,
                               0xCF, 0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31, 0x92, 0xA8};

bool isHigh(ByteView s) {
    return std::lexicographical_compare(kHalfOrder.begin(), kHalfOrder.end(), s.begin(), s.end());
}

/// s becomes n - s, which signs the same.
void negate(std::span<std::uint8_t> s) {
    unsigned borrow = 0;
    for (std::size_t i = kHalf; i-- > 0;) {
        const unsigned difference = 256U + kOrder[i] - s[i] - borrow;
        s[i] = static_cast<std::uint8_t>(difference & 0xFFU);
        borrow = difference < 256U ? 1 : 0;
    }
}

/// Appends a DER INTEGER of an unsigned big-endian number.
std::size_t putInteger(std::span<std::uint8_t> to, ByteView number) {
    while (number.size() > 1 && number[0] == 0) {
        number = number.subspan(1);
    }
    const std::size_t pad = (number[0] & 0x80U) != 0 ? 1 : 0;
    to[0] = V_ASN1_INTEGER;
    to[1] = static_cast<std::uint8_t>(number.size() + pad);
    to[2] = 0;
    std::copy(number.begin(), number.end(), to.begin() + 2 + static_cast<std::ptrdiff_t>(pad));
    return 2 + pad + number.size();
}

std::size_t toDer(ByteView signature, std::array<std::uint8_t, kMaxDerSignature>& der) {
    std::size_t size = 2;
    size += putInteger(std::span(der).subspan(size), signature.first(kHalf));
    size += putInteger(std::span(der).subspan(size), signature.subspan(kHalf));
    der[0] = V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED;
    der[1] = static_cast<std::uint8_t>(size - 2);
    return size;
}

}  // namespace

Result<PublicKey> PublicKey::fromBytes(ByteView bytes) {
    PublicKeyBytes point{};
    if (bytes.size() != point.size() || (bytes[0] != 2 && bytes[0] != 3)) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("read public key: {} bytes are no compressed P-256 point", bytes.size()));
    }
    std::copy(bytes.begin(), bytes.end(), point.begin());
    std::array<char, 6> group = {"P-256"};
    std::array<char, 13> form = {"uncompressed"};  // as certificates hold it
    std::array<OSSL_PARAM, 4> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data()) != 1) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read public key: no point of P-256: {}", takeOpensslError()));
    }
    return PublicKey(point, std::make_shared<const Handle>(Handle{EvpKey(key)}));
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
    if (signature.size() != 2 * kHalf || isHigh(signature.subspan(kHalf))) {
        return false;
    }
    std::array<std::uint8_t, kMaxDerSignature> der{};
    const std::size_t size = toDer(signature, der);
    const Digest digest = sha256(message);
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
    LIUHEN_ASSERT(context != nullptr && EVP_PKEY_verify_init(context.get()) == 1);
    const bool good =
        EVP_PKEY_verify(context.get(), der.data(), size, digest.data(), digest.size()) == 1;
    if (!good) {
        (void)takeOpensslError();
    }
    return good;
}

PrivateKey PrivateKey::generate() {
    EvpKey key(EVP_EC_gen("P-256"));
    LIUHEN_ASSERT(key != nullptr);
    const Result<PublicKeyBytes> point = pointOf(key.get());
    LIUHEN_ASSERT(point);
    return PrivateKey(PublicKey(
        *point, std::make_shared<const PublicKey::Handle>(PublicKey::Handle{std::move(key)})));
}

Result<PrivateKey> PrivateKey::fromPem(std::string_view pem) {
    LIUHEN_TRY(EvpKey key, keyFromPem(pem, "private key"));
    LIUHEN_TRY(const PublicKeyBytes point, pointOf(key.get()));
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (context == nullptr || EVP_PKEY_check(context.get()) != 1) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read private key: halves do not fit: {}", takeOpensslError()));
    }
    return PrivateKey(PublicKey(
        point, std::make_shared<const PublicKey::Handle>(PublicKey::Handle{std::move(key)})));
}

std::string PrivateKey::toPem() const {
    return keyToPem(handle().key.get());
}

SignatureBytes PrivateKey::sign(ByteView message) const {
    const Digest digest = sha256(message);
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle().key.get(), nullptr));
    std::array<std::uint8_t, kMaxDerSignature> der{};
    std::size_t size = der.size();
    LIUHEN_ASSERT(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1 &&
                  EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) ==
                      1);
    const unsigned char* at = der.data();
    const EcdsaSignature parts(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    LIUHEN_ASSERT(parts != nullptr);
    SignatureBytes signature{};
    const std::span<std::uint8_t> s = std::span(signature).subspan(kHalf);
    LIUHEN_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), signature.data(), kHalf) == kHalf &&
                  BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), s.data(), kHalf) == kHalf);
    if (isHigh(s)) {
        negate(s);
    }
    return signature;
}

}  // namespace liuhen::crypto
