// SPDX-License-Identifier: Apache-2.0
// A witness never goes back and never follows two histories.
#include "common/tlog/witness.hpp"

namespace liuhen::tlog {

std::string_view name(WitnessVerdict verdict) {
    switch (verdict) {
        case WitnessVerdict::Accept:
            return "accept";
        case WitnessVerdict::Stale:
            return "stale";
        case WitnessVerdict::Fork:
            return "fork";
        case WitnessVerdict::BadProof:
            return "bad_proof";
    }
    return "bad_proof";
}

WitnessVerdict judgeCheckpoint(const std::optional<SeenTree>& seen,
                               const Checkpoint& next,
                               std::span<const Digest> path) {
    if (next.size == 0 && next.root != emptyRoot()) {
        return WitnessVerdict::BadProof;
    }
    if (!seen) {
        return path.empty() ? WitnessVerdict::Accept : WitnessVerdict::BadProof;
    }
    if (next.size < seen->size) {
        return WitnessVerdict::Stale;
    }
    if (next.size == seen->size && next.root != seen->root) {
        return WitnessVerdict::Fork;
    }
    return verifyConsistency(seen->size, seen->root, next.size, next.root, path)
               ? WitnessVerdict::Accept
               : WitnessVerdict::BadProof;
}

}  // namespace liuhen::tlog
