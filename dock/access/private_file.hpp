// SPDX-License-Identifier: Apache-2.0
// Databases that nobody but the dock's own account may read.
#pragma once

#include "common/core/bytes.hpp"

#include <string>

namespace liuhen::access {

/// Makes the file if it is not there, and its mode 0600, before SQLite makes it with another.
/// Errors: those of the system.
[[nodiscard]] core::Result<void> makePrivate(const std::string& path);

}  // namespace liuhen::access
