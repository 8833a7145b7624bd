// SPDX-License-Identifier: Apache-2.0
// Which system calls a process may still make.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>

namespace liuhen::vault {

using core::Result;

/// Where a helper holds the words of flags that it may give to files: a block of this many bytes
/// that begins at a multiple of it.
inline constexpr std::uintptr_t kFlagBlockBytes = 4096;
/// The only ways in which the helper opens: a folder to look below it, an object to flag it.
[[nodiscard]] int folderOpenFlags();
[[nodiscard]] int objectOpenFlags();

/// From here on this process, all its threads, can make only the calls that a vault needs. No
/// socket but a Unix one, no connect, nothing sent but plain bytes, no new program, no memory that
/// can be run, no file cut while it is opened. Refused calls answer EPERM; a new program, or
/// another process's memory, ends the process at once (SIGSYS).
///
/// Errors: Unimplemented if the kernel has no filters.
[[nodiscard]] Result<void> filterVaultCalls();

/// From here on this process can do nothing but answer on descriptor 0, write to 2, open for
/// reading, and set the flags of open files to one of the words in the block at `flagBlock`, which
/// nobody can change any more. Anything else ends the process.
[[nodiscard]] Result<void> filterFreezerCalls(std::uintptr_t flagBlock);

}  // namespace liuhen::vault
