// SPDX-License-Identifier: Apache-2.0
// What goes between the vault and the helper that freezes: 33 bytes there, one byte back.
#pragma once

#include "common/core/bytes.hpp"

#include <array>

namespace liuhen::vault {

/// A request: number of the folder of objects (one byte), then the object's SHA-256. There is no
/// other. Each is one packet of a SOCK_SEQPACKET connection.
///
/// The answer: 0 if the object cannot be changed any more, else the system's error number. The
/// helper sends one 0 unasked once it is ready.
using FreezeRequest = std::array<std::uint8_t, 1 + sizeof(core::Digest)>;

}  // namespace liuhen::vault
