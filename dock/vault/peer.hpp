// SPDX-License-Identifier: Apache-2.0
// Who speaks: the account at the other end of a Unix socket, as the kernel tells it.
#pragma once

#include "common/core/result.hpp"

#include <sys/types.h>

#include <span>

namespace liuhen::vault {

/// The account that connected the socket, by the kernel and not by its own word. Errors: those of
/// the system.
[[nodiscard]] core::Result<uid_t> peerOf(int socket);

/// Whether an account may speak with a vault: root, the vault's own, or one of `others`.
[[nodiscard]] bool mayAsk(uid_t peer, std::span<const uid_t> others);

}  // namespace liuhen::vault
