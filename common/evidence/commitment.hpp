// SPDX-License-Identifier: Apache-2.0
// Texts of which a leaf of the custody log holds the commitment alone (docs/format/custody.md
// section 7).
#pragma once

#include "common/core/bytes.hpp"

#include <string>
#include <string_view>

namespace liuhen::evidence {

inline constexpr std::size_t kCommitmentSaltBytes = 16;
inline constexpr std::size_t kMaxCommittedBytes = 4096;

/// A text about persons, and what opens the commitment to it. Without the salt the commitment tells
/// nothing, and nobody can show that it was of this text.
struct CommittedText {
    core::Digest commitment{};
    core::Buffer salt;  // kCommitmentSaltBytes; empty once salt and text were erased
    std::string text;   // UTF-8, at most kMaxCommittedBytes

    /// With a new salt.
    [[nodiscard]] static CommittedText make(std::string text);
    [[nodiscard]] bool isErased() const { return salt.empty(); }

    bool operator==(const CommittedText&) const = default;
};

/// SHA-256(`liuhen/custody` ‖ salt ‖ deterministic CBOR of the text).
[[nodiscard]] core::Digest custodyCommitment(core::ByteView salt, std::string_view text);

}  // namespace liuhen::evidence
