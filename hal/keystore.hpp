// SPDX-License-Identifier: Apache-2.0
// The seam of the keystore: one secret blob that changes, and files given at enrolment that do not.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace liuhen::hal {

/// Largest blob and largest file that a keystore holds.
inline constexpr std::uint64_t kKeystoreLimitBytes = 1 << 20;

/// Keys and the ledger's last known head, off the footage card. One caller at a time.
class Keystore {
public:
    Keystore() = default;
    Keystore(const Keystore&) = delete;
    Keystore& operator=(const Keystore&) = delete;
    virtual ~Keystore() = default;

    /// The blob last stored; nothing if none ever was.
    /// Errors: DataLoss, PermissionDenied, Unavailable; ResourceExhausted above
    /// kKeystoreLimitBytes.
    [[nodiscard]] virtual core::Result<std::optional<core::Buffer>> load() = 0;

    /// Replaces the blob and returns when that is durable. What the blob held before is no longer
    /// to be had through this seam.
    ///
    /// Errors: as load(), and ResourceExhausted. After an error either blob may be there, whole.
    /// Power loss: the old or the new blob, whole.
    [[nodiscard]] virtual core::Result<void> store(core::ByteView blob) = 0;

    /// Reads a file of the enrolment, such as "identity-key.pem". `name` is a bare name.
    /// Errors: NotFound; InvalidArgument for a name that is none; else as load().
    [[nodiscard]] virtual core::Result<core::Buffer> readNamed(const std::string& name) = 0;
};

}  // namespace liuhen::hal
