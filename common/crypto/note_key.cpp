// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032) keys of the log's notes.
#include "common/crypto/keys.hpp"
#include "common/crypto/openssl.hpp"

#include <fmt/format.h>

namespace liuhen::crypto {

using core::ErrorKind;
using core::fail;

NoteKey NoteKey::generate() {
    EvpKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    LIUHEN_ASSERT(key != nullptr);
    return NoteKey(std::make_shared<const Handle>(Handle{std::move(key)}));
}

Result<NoteKey> NoteKey::fromPem(std::string_view pem) {
    LIUHEN_TRY(EvpKey key, keyFromPem(pem, "note key"));
    if (EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("read note key: {} key, not Ed25519", EVP_PKEY_get0_type_name(key.get())));
    }
    return NoteKey(std::make_shared<const Handle>(Handle{std::move(key)}));
}

std::string NoteKey::toPem() const {
    return keyToPem(handle_->key.get());
}

std::array<std::uint8_t, 32> NoteKey::publicBytes() const {
    std::array<std::uint8_t, 32> bytes{};
    std::size_t size = bytes.size();
    LIUHEN_ASSERT(EVP_PKEY_get_raw_public_key(handle_->key.get(), bytes.data(), &size) == 1 &&
                  size == bytes.size());
    return bytes;
}

std::array<std::uint8_t, 64> NoteKey::sign(ByteView message) const {
    std::array<std::uint8_t, 64> signature{};
    std::size_t size = signature.size();
    const EvpDigestContext context(EVP_MD_CTX_new());
    LIUHEN_ASSERT(
        context != nullptr &&
        EVP_DigestSignInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, handle_->key.get(), nullptr) == 1 &&
        EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
            1 &&
        size == signature.size());
    return signature;
}

bool verifyNote(ByteView publicBytes, ByteView message, ByteView signature) {
    if (publicBytes.size() != 32 || signature.size() != 64) {
        return false;
    }
    const EvpKey key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, "ED25519", nullptr, publicBytes.data(), publicBytes.size()));
    const EvpDigestContext context(EVP_MD_CTX_new());
    const bool good =
        key != nullptr && context != nullptr &&
        EVP_DigestVerifyInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1 &&
        EVP_DigestVerify(
            context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    if (!good) {
        (void)takeOpensslError();
    }
    return good;
}

}  // namespace liuhen::crypto
