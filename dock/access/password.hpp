// SPDX-License-Identifier: Apache-2.0
// Passwords: Argon2id (RFC 9106), and what may be one.
#pragma once

#include "common/core/bytes.hpp"

#include <string>
#include <string_view>

namespace liuhen::access {

using core::Result;

/// The longest password, in bytes of UTF-8.
inline constexpr std::size_t kPasswordBytes = 256;

/// Hashes a password with a salt of its own: "$argon2id$v=19$m=65536,t=3,p=1$...".
///
/// Takes 64 MiB and about a tenth of a second; two at once in the whole process, others wait.
/// Errors: ResourceExhausted without that memory.
[[nodiscard]] Result<std::string> hashPassword(std::string_view password);

/// Whether `password` gave `hash`. Costs as much as hashPassword(). An empty `hash` costs the same
/// and answers no, so that nobody learns by the clock which work numbers exist.
/// Errors: ResourceExhausted; DataLoss if `hash` is none.
[[nodiscard]] Result<bool> verifyPassword(std::string_view password, const std::string& hash);

/// Whether it may be set: 12 characters of UTF-8 or more, at most kPasswordBytes, at least five
/// different ones, and the work number is not in it.
[[nodiscard]] bool isGoodPassword(std::string_view password, std::string_view workNumber);

/// A password for the first log-in: "k7mq-2xwp-9hrt-ve3c", 80 random bits.
[[nodiscard]] std::string drawFirstPassword();

}  // namespace liuhen::access
