// SPDX-License-Identifier: Apache-2.0
// The independent witnesses that an agency names, and when a checkpoint counts as witnessed
// (custody.md section 6).
#pragma once

#include "common/core/files.hpp"
#include "common/tlog/policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// An agency's folder `witnesses`: verifier keys `*.vkey`, and perhaps a `policy`.
class Witnesses {
public:
    /// No witness: nothing is ever witnessed.
    Witnesses() = default;
    /// A folder that is not there is one without witnesses. Errors: those of reading it;
    /// InvalidArgument, with the file's path, for a key or a policy that is malformed.
    [[nodiscard]] static core::Result<Witnesses> open(core::Files& files,
                                                      const std::string& folder);

    /// All that may cosign, by file or by policy; of type CosignatureV1 alone.
    [[nodiscard]] const std::vector<tlog::VerifierKey>& keys() const { return keys_; }
    /// Whether the policy's quorum cosigned the note; without a policy, whether any witness did.
    [[nodiscard]] bool isWitnessed(const tlog::Note& note) const;

private:
    std::vector<tlog::VerifierKey> keys_;
    std::optional<tlog::WitnessPolicy> policy_;
};

}  // namespace liuhen::evidence
