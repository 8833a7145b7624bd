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
/// Memory: 33 bytes for each leaf, about 600 for each object; one part, at most 64 MiB; and what
/// LedgerCheck keeps of one device at a time: about 200 bytes for each part of the longest chapter,
/// at most 1 GiB in all. Errors: what keeps from finding out; never what the bytes say.
/// InvalidArgument if `otherNote` is no checkpoint; ResourceExhausted if a ledger tells of more
/// than is remembered.
[[nodiscard]] core::Result<Report> checkVault(core::Files& files,
                                              const std::string& vault,
                                              const Trust& trust,
                                              const std::optional<std::string>& otherNote);

}  // namespace liuhen::evidence
