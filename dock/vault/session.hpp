// SPDX-License-Identifier: Apache-2.0
// One connection: requests in, answers out, until an end or an error.
#pragma once

#include "dock/vault/stream.hpp"
#include "dock/vault/vault.hpp"

namespace liuhen::vault {

/// Serves a connection. Answers when it is to be closed, with the reason if it was not the other
/// end's wish: bytes that make no message, raw bytes of a refused request, a slow or gone peer.
[[nodiscard]] Result<void> serve(Vault& vault, Stream& stream, std::chrono::milliseconds idle);

}  // namespace liuhen::vault
