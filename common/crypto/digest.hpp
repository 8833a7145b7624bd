// SPDX-License-Identifier: Apache-2.0
// SHA-256, HMAC-free key derivation and random bytes: the hash half of suite es256.
#pragma once

#include "common/core/bytes.hpp"

#include <memory>

namespace liuhen::crypto {

using core::Buffer;
using core::ByteView;
using core::Digest;
using core::Result;

/// A running SHA-256. Movable; not thread-safe.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    Sha256(Sha256&& other) noexcept;
    Sha256& operator=(Sha256&& other) noexcept;

    void update(ByteView bytes);
    /// The digest of all updates so far; starts anew afterwards.
    [[nodiscard]] Digest finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

[[nodiscard]] Digest sha256(ByteView bytes);
/// The digest of the pieces one after the other.
[[nodiscard]] Digest sha256(std::initializer_list<ByteView> pieces);

/// HKDF-SHA256 (RFC 5869): 32 bytes from `key`, an empty salt and `info`.
[[nodiscard]] Digest hkdf(ByteView key, ByteView info);

/// Bytes from the system's random generator. Ends the process if there are none.
[[nodiscard]] Buffer randomBytes(std::size_t count);

/// Compares in time that depends on the lengths alone.
[[nodiscard]] bool equalSecret(ByteView a, ByteView b);

/// Overwrites secrets before they are freed.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace liuhen::crypto
