// SPDX-License-Identifier: Apache-2.0
// Local times by the names that this folder uses.
#pragma once

#include "common/core/local_time.hpp"

namespace liuhen::cli {

using core::formatTime;
using core::kLocalOffset;
using core::parseTime;

}  // namespace liuhen::cli
