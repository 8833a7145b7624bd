// SPDX-License-Identifier: Apache-2.0
// Requests of access to the vault's calls.
#pragma once

#include "dock/vault/access_requests.hpp"
#include "dock/vault/vault.hpp"

namespace liuhen::vault {

/// The answer's map. Errors: those of the vault's call.
[[nodiscard]] Result<core::Cbor> answerAccess(Vault& vault, const AccessRequest& request);

}  // namespace liuhen::vault
