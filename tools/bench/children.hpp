// SPDX-License-Identifier: Apache-2.0
// What this program does when it is its own child: one measured job, then the end.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <string>

namespace liuhen::bench {

struct RecordOptions {
    std::string material;
    std::string recorder;  // a recorder's folder: card/ and keystore/
    bool encrypt = false;
    unsigned times = 1;   // how often the material is recorded, each time as a recording
    bool joined = false;  // as one recording, one behind the other
};
/// Records the material with the product's writer as fast as it goes: signed, synced.
[[nodiscard]] core::Result<void> record(const RecordOptions& options);

/// Reads the material as `record` does and does to each part what the format asks of every writer:
/// hashed once, or encrypted and hashed twice; signed, written into one new file of `folder`,
/// synced. No boxes, no ledger, no thread of its own.
[[nodiscard]] core::Result<void> floorOfWriters(const std::string& material,
                                                const std::string& folder,
                                                bool encrypt);

struct RingOptions {
    std::string material;
    std::string recorder;
    std::string out;  // a line of figures goes here
    int seconds = 120;
    std::uint64_t bytesPerSecond = 20'000'000;
};
/// Presses with a full ring and films on in real time, on a card that is slow. Writes: ms from the
/// press to `start` durable, ms of the largest age of live footage, ms until the ring is safe, its
/// parts, KiB of memory before it was filled, when it was full, and at the most.
[[nodiscard]] core::Result<void> flushRing(const RingOptions& options);

/// Re-muxes the material with splitmuxsink into numbered files of `folder`.
[[nodiscard]] core::Result<void> splitmux(const std::string& material, const std::string& folder);

/// Checks a recorder's folder; an error unless it is intact.
[[nodiscard]] core::Result<void> verify(const std::string& recorder, const std::string& root);

/// Serves a recorder's footage over TLS until SIGTERM; the port goes into `portFile`.
[[nodiscard]] core::Result<void> serve(const std::string& recorder, const std::string& portFile);

}  // namespace liuhen::bench
