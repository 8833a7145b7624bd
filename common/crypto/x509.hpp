// SPDX-License-Identifier: Apache-2.0
// What a role means in X.509, and certificates as OpenSSL objects; for this folder alone.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/crypto/openssl.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace liuhen::crypto {

/// What a certificate of a role holds (docs/format/certificates.md).
struct Profile {
    Role role = Role::Root;
    std::string_view name;
    bool serverAuth = false;     // TLS server: extended key usage, subject also a DNS name
    bool clientAuth = false;     // TLS client: likewise
    bool localhost = false;      // also answers under "localhost"
    std::uint32_t keyUsage = 0;  // KU_ bits of OpenSSL, exactly these
};

[[nodiscard]] const Profile& profileOf(Role role);

/// The role whose extended key usage is exactly `usage`; none if it is of no role.
[[nodiscard]] std::optional<Role> roleOf(const EXTENDED_KEY_USAGE& usage);
[[nodiscard]] ExtendedKeyUsage usageOf(Role role);

/// A certificate from exactly `der`, which must be DER to the last bit. Errors: InvalidArgument.
[[nodiscard]] Result<X509Owned> readX509(ByteView der);
/// The same for a certificate that was read before.
[[nodiscard]] X509Owned x509Of(const Certificate& certificate);

/// Whether an id may stand in a certificate: 1 to 64 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool isId(std::string_view subject);
/// Whether an agency's name may stand in a root: 1 to 64 bytes of UTF-8 without control
/// characters.
[[nodiscard]] bool isAgencyName(std::string_view subject);

}  // namespace liuhen::crypto
