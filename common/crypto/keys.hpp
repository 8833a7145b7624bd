// SPDX-License-Identifier: Apache-2.0
// Key pairs of suite es256 (P-256) and of the log's notes (Ed25519).
#pragma once

#include "common/crypto/digest.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace liuhen::crypto {

/// The signature suites. Only this folder knows the difference; `sm` is reserved and refused.
enum class Suite { Es256, Sm };

/// A P-256 point, SEC 1 compressed: 33 bytes, the first 02 or 03.
using PublicKeyBytes = std::array<std::uint8_t, 33>;
/// r and s, 32 bytes each, big-endian; s is at most half the order (low-s).
using SignatureBytes = std::array<std::uint8_t, 64>;

/// A P-256 public key. Cheap to copy; immutable; usable from several threads.
class PublicKey {
public:
    /// Errors: InvalidArgument if `bytes` is no point of P-256 in compressed form.
    [[nodiscard]] static Result<PublicKey> fromBytes(ByteView bytes);
    [[nodiscard]] const PublicKeyBytes& bytes() const { return bytes_; }
    /// Whether `signature` is the key's over SHA-256 of the pieces; a high s is refused.
    [[nodiscard]] bool verify(ByteView message, ByteView signature) const;
    [[nodiscard]] bool operator==(const PublicKey& other) const { return bytes_ == other.bytes_; }

    struct Handle;  // an EVP_PKEY, kept inside common/crypto
    [[nodiscard]] const Handle& handle() const { return *handle_; }

private:
    PublicKey(PublicKeyBytes bytes, std::shared_ptr<const Handle> handle)
        : bytes_(bytes), handle_(std::move(handle)) {}
    PublicKeyBytes bytes_{};
    std::shared_ptr<const Handle> handle_;
    friend class PrivateKey;
};

/// A P-256 private key. Copies share the key; it is wiped with the last one.
class PrivateKey {
public:
    [[nodiscard]] static PrivateKey generate();
    /// PKCS#8 PEM, unencrypted. Errors: InvalidArgument if it is none or not P-256.
    [[nodiscard]] static Result<PrivateKey> fromPem(std::string_view pem);
    [[nodiscard]] std::string toPem() const;
    [[nodiscard]] const PublicKey& publicKey() const { return publicKey_; }
    /// Signs SHA-256 of `message`, low-s.
    [[nodiscard]] SignatureBytes sign(ByteView message) const;
    [[nodiscard]] const PublicKey::Handle& handle() const { return publicKey_.handle(); }

private:
    explicit PrivateKey(PublicKey key) : publicKey_(std::move(key)) {}
    PublicKey publicKey_;
};

/// An Ed25519 key for signed notes (C2SP checkpoints and cosignatures).
class NoteKey {
public:
    [[nodiscard]] static NoteKey generate();
    [[nodiscard]] static Result<NoteKey> fromPem(std::string_view pem);
    [[nodiscard]] std::string toPem() const;
    [[nodiscard]] std::array<std::uint8_t, 32> publicBytes() const;
    [[nodiscard]] std::array<std::uint8_t, 64> sign(ByteView message) const;
    struct Handle;
    [[nodiscard]] const Handle& handle() const { return *handle_; }

private:
    explicit NoteKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
    std::shared_ptr<const Handle> handle_;
};

/// Whether `signature` (64 bytes) is Ed25519 of `publicBytes` (32 bytes) over `message`.
[[nodiscard]] bool verifyNote(ByteView publicBytes, ByteView message, ByteView signature);

}  // namespace liuhen::crypto
