// SPDX-License-Identifier: Apache-2.0
// A list of certificates that count no more.
#pragma once

#include "common/crypto/certificate.hpp"

#include <functional>
#include <string>

namespace liuhen::net {

/// The certificate's serial number as lower-case hex digits, without leading zeros.
[[nodiscard]] std::string serialOf(const crypto::Certificate& certificate);

/// What TlsIdentity::allowed needs: refuses who stands in the file at `path`, which is read anew
/// for each certificate. A line names one by its subject or its serial number (hex digits, colons
/// allowed); what follows a `#` is a comment. While the file cannot be read nobody is allowed.
[[nodiscard]] std::function<bool(const crypto::Certificate&)> unlessRevoked(std::string path);

/// Whether the file can be read; to be asked before the first connection. Errors: those of reading;
/// InvalidArgument if it is no text.
[[nodiscard]] core::Result<void> checkRevoked(const std::string& path);

}  // namespace liuhen::net
