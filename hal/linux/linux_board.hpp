// SPDX-License-Identifier: Apache-2.0
// A recorder on plain Linux devices.
#pragma once

#include "hal/board.hpp"
#include "hal/linux/linux_config.hpp"

#include <memory>

namespace liuhen::hal::linux {

/// Opens the board. Camera, microphone and card may be missing and come later; the buttons may not.
/// Errors: Unavailable without the buttons; those of making the internal folder.
[[nodiscard]] core::Result<std::unique_ptr<Board>> open(const LinuxConfig& config);

}  // namespace liuhen::hal::linux
