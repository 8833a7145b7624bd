// SPDX-License-Identifier: Apache-2.0
// A vault's log read back whole: leaves, tiles and checkpoint held against each other (custody.md
// section 5, step 1).
#pragma once

#include "common/evidence/trust.hpp"
#include "common/evidence/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// All leaves in order. Problems of the log go into the report as they are found.
struct VaultLog {
    std::vector<core::Buffer> leaves;
    bool witnessed = false;
};

/// Memory: all leaves. Errors: those of reading the folder; InvalidArgument if `otherNote` is no
/// checkpoint.
[[nodiscard]] core::Result<VaultLog> readVaultLog(core::Files& files,
                                                  const std::string& folder,
                                                  const Trust& trust,
                                                  const std::optional<std::string>& otherNote,
                                                  Report& report);

}  // namespace liuhen::evidence
