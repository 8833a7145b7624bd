// SPDX-License-Identifier: Apache-2.0
// One-time passwords by time (RFC 6238 over RFC 4226), and the base32 in which people type secrets.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::crypto {

inline constexpr std::size_t kTotpSecretBytes = 20;
inline constexpr unsigned kTotpDigits = 6;
inline constexpr std::int64_t kTotpStepSeconds = 30;

/// The step in which a time lies: whole spans of 30 s since 1970.
[[nodiscard]] std::int64_t totpStep(core::Microseconds utc);

/// The code of a step: HMAC-SHA-1, truncated to `digits` (6 to 8) decimal digits, with leading
/// zeros.
[[nodiscard]] std::string totpCode(ByteView secret,
                                   std::int64_t step,
                                   unsigned digits = kTotpDigits);

/// The step whose code this is, of the one at `utc` and its two neighbours, but none up to
/// `lastUsed`: a code is good once. Takes the same time for each wrong code.
[[nodiscard]] std::optional<std::int64_t> matchTotp(ByteView secret,
                                                    std::string_view code,
                                                    core::Microseconds utc,
                                                    std::optional<std::int64_t> lastUsed);

/// RFC 4648 section 6, without padding; `bytes` are a multiple of five.
[[nodiscard]] std::string toBase32(ByteView bytes);

}  // namespace liuhen::crypto
