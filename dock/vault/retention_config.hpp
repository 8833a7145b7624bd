// SPDX-License-Identifier: Apache-2.0
// The classes of `[[retention]]` in vault.toml.
#pragma once

#include "common/core/config_table.hpp"
#include "dock/vault/retention.hpp"

namespace liuhen::vault {

/// The file's classes in its order, or archiveClasses() if it names none. What is wrong with them
/// is told by the table.
[[nodiscard]] std::vector<RetentionClass> readClasses(core::ConfigTable& file);

}  // namespace liuhen::vault
