// SPDX-License-Identifier: Apache-2.0
// Locks by which processes keep off each other's folders.
#pragma once

#include "common/core/result.hpp"
#include "common/core/unique_fd.hpp"

#include <sys/types.h>

#include <string>

namespace liuhen::core {

/// Takes the lock of a folder's one writer, making the file with `mode` if there is none. It is
/// held until the descriptor is closed, and by no crashed process. Never waits. Errors: Unavailable
/// if another process has it, shared or not; those of opening.
[[nodiscard]] Result<UniqueFd> lockForWriting(const std::string& path, mode_t mode);

/// Takes the same lock beside other readers, so that nobody writes meanwhile. Makes nothing.
/// Errors: NotFound without the file; Unavailable if a writer has it; those of opening.
[[nodiscard]] Result<UniqueFd> lockForReading(const std::string& path);

}  // namespace liuhen::core
