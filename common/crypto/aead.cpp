// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM by OpenSSL's EVP, in one pass over the pieces.
#include "common/crypto/aead.hpp"

#include "common/crypto/openssl.hpp"

#include <algorithm>
#include <array>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kStepBytes = std::size_t{1} << 30U;  // EVP counts in int

enum class Direction { Open = 0, Lock = 1 };

EvpCipherContext beginGcm(ByteView key, std::uint64_t counter, Direction direction) {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    std::array<std::uint8_t, kNonceBytes> nonce{};
    for (std::size_t i = 0; i < sizeof(counter); ++i) {
        nonce[kNonceBytes - 1 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
    }
    EvpCipherContext context(EVP_CIPHER_CTX_new());
    LIUHEN_ASSERT(context != nullptr && EVP_CipherInit_ex2(context.get(),
                                                           cipher,
                                                           key.data(),
                                                           nonce.data(),
                                                           static_cast<int>(direction),
                                                           nullptr) == 1);
    return context;
}

/// Passes `bytes` through; `to` is where they go, or null for additional data.
void pass(EVP_CIPHER_CTX* context, std::uint8_t* to, ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t step = std::min(bytes.size(), kStepBytes);
        int written = 0;
        LIUHEN_ASSERT(
            EVP_CipherUpdate(context, to, &written, bytes.data(), static_cast<int>(step)) == 1);
        to = to == nullptr ? nullptr : to + step;
        bytes = bytes.subspan(step);
    }
}

}  // namespace

Buffer aeadLock(ByteView key,
                std::uint64_t counter,
                ByteView additional,
                std::span<const ByteView> pieces) {
    Buffer locked;
    aeadLockInto(locked, key, counter, additional, pieces);
    return locked;
}

void aeadLockInto(Buffer& locked,
                  ByteView key,
                  std::uint64_t counter,
                  ByteView additional,
                  std::span<const ByteView> pieces) {
    LIUHEN_ASSERT(key.size() == kKeyBytes);
    std::size_t size = kAeadTagBytes;
    for (const ByteView piece : pieces) {
        size += piece.size();
    }
    locked.resize(size);
    const EvpCipherContext context = beginGcm(key, counter, Direction::Lock);
    pass(context.get(), nullptr, additional);
    std::uint8_t* to = locked.data();
    for (const ByteView piece : pieces) {
        pass(context.get(), to, piece);
        to += piece.size();
    }
    int written = 0;
    LIUHEN_ASSERT(EVP_CipherFinal_ex(context.get(), to, &written) == 1 &&
                  EVP_CIPHER_CTX_ctrl(
                      context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagBytes), to) ==
                      1);
}

Result<Buffer> aeadOpen(ByteView key, std::uint64_t counter, ByteView additional, ByteView locked) {
    if (key.size() != kKeyBytes || locked.size() < kAeadTagBytes) {
        return fail(ErrorKind::DataLoss, "decrypt: key or ciphertext has the wrong length");
    }
    const ByteView ciphertext = locked.first(locked.size() - kAeadTagBytes);
    Buffer tag = core::toBuffer(locked.last(kAeadTagBytes));
    const EvpCipherContext context = beginGcm(key, counter, Direction::Open);
    pass(context.get(), nullptr, additional);
    // One byte more than the text, so that the final call has a place to point at.
    Buffer clear(ciphertext.size() + 1);
    pass(context.get(), clear.data(), ciphertext);
    LIUHEN_ASSERT(
        EVP_CIPHER_CTX_ctrl(
            context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
    int written = 0;
    if (EVP_CipherFinal_ex(context.get(), clear.data() + ciphertext.size(), &written) != 1) {
        wipe(clear);
        (void)takeOpensslError();
        return fail(ErrorKind::DataLoss,
                    "decrypt: authentication failed: key, counter, context or text differ");
    }
    clear.pop_back();
    return clear;
}

}  // namespace liuhen::crypto
