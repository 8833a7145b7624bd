// SPDX-License-Identifier: Apache-2.0
// A key wrapped for certificate holders: CMS AuthEnvelopedData (RFC 5083, ECDH P-256, AES-256-GCM).
#pragma once

#include "common/crypto/certificate.hpp"

#include <vector>

namespace liuhen::crypto {

/// Wraps `secret` so that the holder of any recipient's key can open it; DER of a ContentInfo.
/// Errors: InvalidArgument without recipients or for a recipient that is not a P-256 certificate.
[[nodiscard]] Result<Buffer> envelop(ByteView secret, const std::vector<Certificate>& recipients);

/// Opens it with one recipient's key. Errors: PermissionDenied if the key is no recipient's;
/// DataLoss if the envelope is damaged.
[[nodiscard]] Result<Buffer> openEnvelope(ByteView envelope, const PrivateKey& key);

}  // namespace liuhen::crypto
