// SPDX-License-Identifier: Apache-2.0
// SHA-256, HKDF and random bytes by OpenSSL's EVP; algorithms are fetched once.
#include "common/crypto/digest.hpp"

#include "common/crypto/openssl.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace liuhen::crypto {

namespace {

const EVP_MD* sha256Algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

void begin(EVP_MD_CTX* context) {
    LIUHEN_ASSERT(EVP_DigestInit_ex2(context, sha256Algorithm(), nullptr) == 1);
}

Digest end(EVP_MD_CTX* context) {
    Digest digest{};
    LIUHEN_ASSERT(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
    return digest;
}

EvpDigestContext newContext() {
    EvpDigestContext context(EVP_MD_CTX_new());
    LIUHEN_ASSERT(context != nullptr);
    return context;
}

Digest hmac(ByteView key, std::initializer_list<ByteView> pieces) {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    const EvpMacContext context(EVP_MAC_CTX_new(algorithm));
    std::array<char, 7> name = {"SHA256"};
    const std::array<OSSL_PARAM, 2> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()};
    const std::uint8_t none = 0;  // an empty key is a key: its pointer must not be null
    LIUHEN_ASSERT(
        context != nullptr &&
        EVP_MAC_init(context.get(), key.empty() ? &none : key.data(), key.size(), params.data()) ==
            1);
    for (const ByteView piece : pieces) {
        LIUHEN_ASSERT(EVP_MAC_update(context.get(), piece.data(), piece.size()) == 1);
    }
    Digest code{};
    std::size_t size = 0;
    LIUHEN_ASSERT(EVP_MAC_final(context.get(), code.data(), &size, code.size()) == 1 &&
                  size == code.size());
    return code;
}

}  // namespace

struct Sha256::Context {
    EvpDigestContext digest = newContext();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    begin(context_->digest.get());
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&& other) noexcept = default;
Sha256& Sha256::operator=(Sha256&& other) noexcept = default;

void Sha256::update(ByteView bytes) {
    LIUHEN_ASSERT(EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
    const Digest digest = end(context_->digest.get());
    begin(context_->digest.get());
    return digest;
}

Digest sha256(ByteView bytes) {
    return sha256({bytes});
}

Digest sha256(std::initializer_list<ByteView> pieces) {
    // Making a context costs more than hashing a ledger entry, so each thread keeps one.
    thread_local const EvpDigestContext context = newContext();
    begin(context.get());
    for (const ByteView piece : pieces) {
        LIUHEN_ASSERT(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
    }
    return end(context.get());
}

Digest hkdf(ByteView key, ByteView info) {
    // RFC 5869 section 2: an empty salt is a key of zeros to HMAC; 32 bytes are its first block.
    const std::uint8_t one = 1;
    Digest extracted = hmac({}, {key});
    const Digest derived = hmac(extracted, {info, ByteView(&one, 1)});
    wipe(extracted);
    return derived;
}

Buffer randomBytes(std::size_t count) {
    Buffer bytes(count);
    std::size_t done = 0;
    while (done < count) {
        const std::size_t step = std::min<std::size_t>(count - done, 1U << 20U);
        LIUHEN_ASSERT(RAND_bytes(bytes.data() + done, static_cast<int>(step)) == 1);
        done += step;
    }
    return bytes;
}

bool equalSecret(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

}  // namespace liuhen::crypto
