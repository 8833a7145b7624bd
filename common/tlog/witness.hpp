// SPDX-License-Identifier: Apache-2.0
// The rule that a witness follows before it cosigns a checkpoint (C2SP tlog-witness).
#pragma once

#include "common/tlog/checkpoint.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace liuhen::tlog {

/// What a witness remembers of a log: the largest tree it has cosigned.
struct SeenTree {
    std::uint64_t size = 0;
    Digest root{};

    bool operator==(const SeenTree&) const = default;
};

enum class WitnessVerdict {
    Accept,    // the tree has grown, or is the same: remember it durably, then cosign
    Stale,     // smaller than what was seen: an old note, or a log that was set back
    Fork,      // as large as what was seen, with another root: proof that the log has two histories
    BadProof,  // the path does not lead from what was seen to the new tree; shows nothing by itself
};

/// The verdict's name as it stands in logs and JSON, such as "bad_proof".
[[nodiscard]] std::string_view name(WitnessVerdict verdict);

/// Judges a checkpoint of a log whose signature the caller has verified.
///
/// `seen` is what was remembered for its origin; without it any tree is taken, and `path` must be
/// empty, as it must be for a tree of the same size. The caller compares and stores in one step,
/// and stores before it answers a cosignature.
[[nodiscard]] WitnessVerdict judgeCheckpoint(const std::optional<SeenTree>& seen,
                                             const Checkpoint& next,
                                             std::span<const Digest> path);

}  // namespace liuhen::tlog
