// SPDX-License-Identifier: Apache-2.0
// A whole scripted recorder behind the same seam as hardware.
#pragma once

#include "hal/board.hpp"
#include "hal/sim/sim_config.hpp"

#include <memory>

namespace liuhen::hal::sim {

/// Opens the simulated board, counts this process start and loads the script's section for it.
/// A process start that the script has no section for is an uneventful one.
///
/// Errors: InvalidArgument for a bad script or a volume that is no mount point; those of the
/// folders.
[[nodiscard]] core::Result<std::unique_ptr<Board>> open(const SimConfig& config);

}  // namespace liuhen::hal::sim
