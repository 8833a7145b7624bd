// SPDX-License-Identifier: Apache-2.0
// What the keystore keeps between boots in one atomic file (docs/format/ledger.md section 9).
#pragma once

#include "common/evidence/entry.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// The keystore's state. `resumeKeys` holds one key, or two while a key change is under way.
struct KeystoreState {
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t boot = 0;
    std::optional<Head> head;
    std::optional<Head> docking;  // the last one, if no start came after it
    std::vector<crypto::PrivateKey> resumeKeys;
    std::map<std::string, std::string> checkpoints;  // newest signed note seen, by log origin

    [[nodiscard]] Buffer encode() const;
    /// Errors: DataLoss if it is not what encode() makes.
    [[nodiscard]] static Result<KeystoreState> decode(ByteView bytes);
};

/// Reads only (device, generation, head) of a keystore's state, as a checker may.
struct KeystoreHead {
    std::string device;
    std::uint64_t generation = 0;
    std::optional<Head> head;

    [[nodiscard]] static Result<KeystoreHead> decode(ByteView bytes);
};

}  // namespace liuhen::evidence
