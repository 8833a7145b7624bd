// SPDX-License-Identifier: Apache-2.0
// Assertions of authenticators (W3C Web Authentication, level 2, section 7.2) with P-256.
#pragma once

#include "common/crypto/keys.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::crypto {

/// Bounds of what a browser may hand over.
inline constexpr std::size_t kMaxAuthenticatorBytes = 4096;
inline constexpr std::size_t kMaxClientDataBytes = 4096;
inline constexpr std::size_t kMaxAssertionSignatureBytes = 80;
/// A P-256 point `04 ‖ x ‖ y`.
inline constexpr std::size_t kPointBytes = 65;

/// What a browser hands over when a person has signed with an authenticator.
struct Assertion {
    Buffer authenticator;  // authenticatorData
    Buffer client;         // clientDataJSON
    Buffer signature;      // DER
};

/// What must have been signed, and where.
struct AssertionDemand {
    Digest challenge{};
    std::string_view rp;      // relying party id, such as "dock.fangcheng.example"
    std::string_view origin;  // of the page, such as "https://dock.fangcheng.example:8443"
};

/// A public key from its uncompressed point. Errors: InvalidArgument if it is no point of P-256 in
/// this form.
[[nodiscard]] Result<PublicKey> keyFromPoint(ByteView point);
/// The same point of a key, kPointBytes long.
[[nodiscard]] Buffer pointOfKey(const PublicKey& key);

/// Base64url without padding (RFC 4648 section 5), as challenges stand in client data.
[[nodiscard]] std::string toBase64Url(ByteView bytes);
/// Errors: InvalidArgument for anything that toBase64Url would not have made.
[[nodiscard]] Result<Buffer> fromBase64Url(std::string_view text);

/// Whether `signature`, in DER, is the key's over SHA-256 of `message`; a high s is as good.
[[nodiscard]] bool verifyDer(const PublicKey& key, ByteView message, ByteView signature);

/// The signature counter of authenticator data; nothing if it has less than 37 bytes.
[[nodiscard]] std::optional<std::uint32_t> assertionCounter(ByteView authenticator);

/// What is wrong with an assertion, for people; nothing if the person was present and verified, and
/// `key` signed for this challenge, relying party and page. The counter is the caller's to compare.
[[nodiscard]] std::optional<std::string> wrongWith(const Assertion& assertion,
                                                   const AssertionDemand& demand,
                                                   const PublicKey& key);

}  // namespace liuhen::crypto
