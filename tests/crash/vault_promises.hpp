// SPDX-License-Identifier: Apache-2.0
// What a vault promised, and whether it keeps it after whatever ended it.
#pragma once

#include "tests/dock/vault/program.hpp"

#include <span>
#include <string>
#include <vector>

namespace liuhen::vault::test {

/// What goes into a vault.
struct Evidence {
    Place place;
    Buffer bytes;
};

/// A recorder's chapter and the segments of its one recording, in the order of an intake.
[[nodiscard]] std::vector<Evidence> evidenceOf(const SampleRecorder& recorder,
                                               std::uint64_t recording,
                                               std::uint64_t segments);

/// What a vault gave out.
struct Promises {
    std::vector<Buffer> receipts;
    std::vector<std::string> notes;  // signed checkpoints
};

/// Starts a vault on what is left in `folder` and finds out whether it holds: it starts; each
/// receipt's object, leaf and checkpoint are there; the log contains every checkpoint given out;
/// each object has a leaf; all of `evidence` is taken in, with the receipts that were given before
/// for what was receipted; the whole is intact then. Thread-safe; blocks.
///
/// Errors: what does not hold.
[[nodiscard]] Result<void> keepsPromises(const Site& site,
                                         const std::string& folder,
                                         const std::vector<Evidence>& evidence,
                                         const Promises& given);

/// Where many small states are written fastest: memory, if there is room for it.
[[nodiscard]] std::string quickFolder();

/// Whether LIUHEN_LONG or LIUHEN_FEW asks for all or for a few.
[[nodiscard]] bool isLong();
[[nodiscard]] bool isShort();

}  // namespace liuhen::vault::test
