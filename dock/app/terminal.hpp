// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock terminal`: the screens at the bays. On the console alone, also while the dock runs.
#pragma once

#include "dock/app/config.hpp"

#include <string>

namespace liuhen::dock {

/// Makes a terminal and prints its one-time code, once. Errors: InvalidArgument for a name that is
/// none; AlreadyExists while there is one of this name.
[[nodiscard]] core::Result<int> terminalMake(const Config& config, const std::string& name);
/// Prints all that ever were, and how each stands.
[[nodiscard]] core::Result<int> terminalList(const Config& config);
/// Ends a terminal: its cookie counts no more from the next request on. Errors: NotFound unless
/// one of this name is open or waits for its code.
[[nodiscard]] core::Result<int> terminalEnd(const Config& config, const std::string& name);

}  // namespace liuhen::dock
