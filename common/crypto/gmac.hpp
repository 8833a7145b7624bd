// SPDX-License-Identifier: Apache-2.0
// GMAC (NIST SP 800-38D) with AES-256: a message code that costs a tenth of SHA-256.
#pragma once

#include "common/crypto/digest.hpp"

#include <array>
#include <memory>

namespace liuhen::crypto {

/// 16 bytes.
using GmacCode = std::array<std::uint8_t, 16>;

/// A running code over a message. For comparing two readings of the same bytes within one process:
/// the nonce is zero, so a key must serve one message alone and its codes must not be shown to
/// others. Movable; not thread-safe.
class Gmac {
public:
    /// `key` has 32 bytes.
    explicit Gmac(ByteView key);
    ~Gmac();
    Gmac(const Gmac&) = delete;
    Gmac& operator=(const Gmac&) = delete;
    Gmac(Gmac&& other) noexcept;
    Gmac& operator=(Gmac&& other) noexcept;

    void update(ByteView bytes);
    /// The code of all updates. Nothing may be added afterwards.
    [[nodiscard]] GmacCode finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace liuhen::crypto
