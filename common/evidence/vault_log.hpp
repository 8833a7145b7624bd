// SPDX-License-Identifier: Apache-2.0
// A vault's log read back whole: leaves, tiles and checkpoint held against each other (custody.md
// section 5, step 1).
#pragma once

#include "common/evidence/messages.hpp"
#include "common/evidence/trust.hpp"
#include "common/evidence/verdict.hpp"

#include <functional>
#include <optional>
#include <string>

namespace liuhen::evidence {

/// Takes each well-formed leaf with its index, in order; `bytes` are the leaf as it was read.
using LeafTaker = std::function<void(std::uint64_t index, const Leaf& leaf, core::ByteView bytes)>;

/// What the check of a log tells besides its problems.
struct VaultLog {
    std::uint64_t leaves = 0;  // read
    /// Whether witnesses saw every `object`, `quarantine` and `fork` leaf, or the newest
    /// checkpoint.
    bool witnessed = false;
    std::uint64_t witnessedLeaves = 0;  // of the newest tree that is witnessed; 0 if none is
};

/// Checks a log and hands its leaves to `take` while reading them. Problems of the log go into the
/// report as they are found.
///
/// Memory: 33 bytes for each leaf, one bundle (at most 16 MiB) and one leaf decoded. Errors: those
/// of reading the folder and the agency's witnesses; InvalidArgument if `otherNote` is no
/// checkpoint.
[[nodiscard]] core::Result<VaultLog> readVaultLog(core::Files& files,
                                                  const std::string& folder,
                                                  const Trust& trust,
                                                  const std::optional<std::string>& otherNote,
                                                  Report& report,
                                                  const LeafTaker& take);

}  // namespace liuhen::evidence
