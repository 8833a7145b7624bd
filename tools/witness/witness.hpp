// SPDX-License-Identifier: Apache-2.0
// A witness (C2SP tlog-witness): judges checkpoints that it is shown, remembers, and cosigns.
#pragma once

#include "common/core/clock.hpp"
#include "tools/witness/memory.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::witness {

/// A log that the witness watches.
struct KnownLog {
    std::string origin;
    tlog::VerifierKey key;  // of type Ed25519
};

/// Who the witness is, and what it watches.
struct Settings {
    std::string name;  // a key name
    crypto::NoteKey key;
    std::vector<KnownLog> logs;
};

/// What is answered to one request, as over HTTP.
struct Answer {
    unsigned status = 200;
    std::string contentType = "text/plain; charset=utf-8";
    std::string body;
};

/// Thread-safe. `clock` must outlive it.
class Witness {
public:
    Witness(Settings settings, Memory memory, const core::Clock& clock)
        : settings_(std::move(settings)), memory_(std::move(memory)), clock_(&clock) {}

    /// Judges the body of an add-checkpoint request:
    ///
    /// 200 with a cosignature line, after the checkpoint is durably remembered; 400 for a body that
    /// is no request; 403 if the log's key did not sign; 404 for a log that is not watched; 409
    /// with the size that is remembered, if `old` is another one or the same size has another
    /// root; 422 if the proof does not hold; 503 if the memory cannot be written or read.
    ///
    /// Two notes of one size with different roots, and a note whose proof failed, are kept as
    /// evidence and told loudly. Power loss: no cosignature is out that is not remembered.
    [[nodiscard]] Answer addCheckpoint(std::string_view body);

private:
    [[nodiscard]] const KnownLog* find(const std::string& origin) const;
    [[nodiscard]] Answer judge(const std::string& note,
                               const tlog::SignedCheckpoint& signedNote,
                               std::uint64_t oldSize,
                               const std::vector<core::Digest>& path);
    [[nodiscard]] Answer accept(Memory::Turn& turn,
                                const std::string& note,
                                const tlog::SignedCheckpoint& shown);
    void alarm(Memory::Turn& turn,
               const std::string& kind,
               const tlog::Checkpoint& shown,
               const std::string& note) const;
    [[nodiscard]] Answer unusable(const core::Error& error);

    Settings settings_;
    Memory memory_;
    const core::Clock* clock_;
    std::atomic<bool> broken_{false};  // what the medium holds is not known until a new start
};

}  // namespace liuhen::witness
