// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM (NIST SP 800-38D) with a counted nonce.
#pragma once

#include "common/crypto/digest.hpp"

#include <cstdint>

namespace liuhen::crypto {

inline constexpr std::size_t kAeadTagBytes = 16;

/// Encrypts the pieces, one after the other, into ciphertext || tag (16 bytes).
///
/// `key` has 32 bytes; the nonce is four zero bytes and `counter`, big-endian: never twice per key.
[[nodiscard]] Buffer aeadLock(ByteView key,
                              std::uint64_t counter,
                              ByteView additional,
                              std::span<const ByteView> pieces);
/// The same into a buffer that the caller keeps, whose memory is used again.
void aeadLockInto(Buffer& locked,
                  ByteView key,
                  std::uint64_t counter,
                  ByteView additional,
                  std::span<const ByteView> pieces);

/// Decrypts what aeadLock made. Errors: DataLoss if any bit of it, of the key, the counter or
/// `additional` differs; no clear byte is given out then.
[[nodiscard]] Result<Buffer> aeadOpen(ByteView key,
                                      std::uint64_t counter,
                                      ByteView additional,
                                      ByteView locked);

}  // namespace liuhen::crypto
