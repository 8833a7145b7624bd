// SPDX-License-Identifier: Apache-2.0
// GMAC by OpenSSL's EVP.
#include "common/crypto/gmac.hpp"

#include "common/crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

namespace liuhen::crypto {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;

}  // namespace

struct Gmac::Context {
    EvpMacContext mac;
};

Gmac::Gmac(ByteView key) : context_(std::make_unique<Context>()) {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "GMAC", nullptr);
    context_->mac.reset(EVP_MAC_CTX_new(algorithm));
    std::array<char, 12> cipher = {"AES-256-GCM"};
    std::array<std::uint8_t, kNonceBytes> nonce{};
    const std::array<OSSL_PARAM, 3> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, nonce.data(), nonce.size()),
        OSSL_PARAM_construct_end()};
    LIUHEN_ASSERT(key.size() == kKeyBytes && context_->mac != nullptr &&
                  EVP_MAC_init(context_->mac.get(), key.data(), key.size(), params.data()) == 1);
}

Gmac::~Gmac() = default;
Gmac::Gmac(Gmac&& other) noexcept = default;
Gmac& Gmac::operator=(Gmac&& other) noexcept = default;

void Gmac::update(ByteView bytes) {
    LIUHEN_ASSERT(EVP_MAC_update(context_->mac.get(), bytes.data(), bytes.size()) == 1);
}

GmacCode Gmac::finish() {
    GmacCode code{};
    std::size_t size = 0;
    LIUHEN_ASSERT(EVP_MAC_final(context_->mac.get(), code.data(), &size, code.size()) == 1 &&
                  size == code.size());
    return code;
}

}  // namespace liuhen::crypto
