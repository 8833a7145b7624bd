// SPDX-License-Identifier: Apache-2.0
// The strict TOML reader, under the name that boards use.
#pragma once

#include "common/core/config_table.hpp"

namespace liuhen::hal {

using core::ConfigTable;

}  // namespace liuhen::hal
