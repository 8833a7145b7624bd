// SPDX-License-Identifier: Apache-2.0
// Which boot of the machine this is, as the kernel tells.
#pragma once

#include <string>

namespace liuhen::hal {

/// The kernel's random number of this boot, as text; the same until the machine boots again. "" if
/// it cannot be read.
[[nodiscard]] std::string machineBootId();

}  // namespace liuhen::hal
