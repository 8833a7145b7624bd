// SPDX-License-Identifier: Apache-2.0
// Ends the process as a power cut would, as far as the card's volume allows.
#pragma once

#include "common/core/result.hpp"

#include <string>

namespace liuhen::hal::sim {

/// Whether `folder` is a mount point other than "/". Errors: NotFound and others of the file
/// system.
[[nodiscard]] core::Result<bool> isOwnVolume(const std::string& folder);

/// Shuts the volume down without flushing its journal (FS_IOC_SHUTDOWN) and kills this process.
///
/// With an empty `volume`, or one that refuses, the process is killed all the same and the log
/// says that unsynced bytes survive in the page cache.
[[noreturn]] void cutPower(const std::string& volume);

}  // namespace liuhen::hal::sim
