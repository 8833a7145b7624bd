// SPDX-License-Identifier: Apache-2.0
// The check of a vault: log, objects, evidence (docs/format/custody.md section 5).
#pragma once

#include "common/evidence/trust.hpp"
#include "common/evidence/verdict.hpp"

#include <optional>
#include <string>

namespace liuhen::evidence {

/// Checks a vault's `log/` and `objects/`; reads nothing else and writes nothing. With `otherNote`,
/// a signed note from elsewhere, the log must contain that tree.
///
/// Memory: the leaves, the ledgers of one device at a time, and one part.
/// Errors: what keeps from finding out; never what the bytes say.
[[nodiscard]] core::Result<Report> checkVault(core::Files& files,
                                              const std::string& vault,
                                              const Trust& trust,
                                              const std::optional<std::string>& otherNote);

}  // namespace liuhen::evidence
