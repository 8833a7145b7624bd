// SPDX-License-Identifier: Apache-2.0
// Where one bay stands, written by its thread and read by who shows it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace liuhen::ingest {

/// What a bay is about.
enum class Phase {
    Empty,        // nothing answers there
    Connecting,   // a recorder is being judged
    Witnessing,   // it checks the custody log's checkpoint
    Docking,      // it signs the docking
    Ledger,       // entries come in
    Footage,      // segments come in
    Paused,       // waits for something that is named
    Done,         // all receipted and intact
    Flawed,       // all taken in, but not all is intact or there
    Waiting,      // something must be done first, then it goes on; the rest is taken in
    Quarantined,  // something was kept as no evidence
    Forked,       // alarm: two histories
    Failed,       // ended, for the reason named
};

/// "footage"; lower case, as in logs and JSON.
[[nodiscard]] std::string_view name(Phase phase);
/// Whether an intake ends with it.
[[nodiscard]] bool isEnd(Phase phase);

struct Snapshot {
    Phase phase = Phase::Empty;
    std::string device;
    std::string note;             // why it waits or ended
    std::uint64_t doneBytes = 0;  // of footage, those that the vault had before included
    std::uint64_t totalBytes = 0;
    double bytesPerSecond = 0;  // over the last seconds
};

/// One bay's state. Thread-safe.
class Progress {
public:
    void enter(Phase phase, std::string note = {});
    void setDevice(std::string device);
    void setTotal(std::uint64_t bytes);
    /// Counts footage bytes; `fresh` ones came over the cable just now and count for the rate.
    void add(std::uint64_t bytes, bool fresh);
    /// Forgets device, bytes and note for another intake.
    void reset();
    [[nodiscard]] Snapshot snapshot() const;

private:
    mutable std::mutex mutex_;
    Snapshot state_;
    // The rate is that of a window which is begun anew every few seconds.
    std::int64_t windowBeganNs_ = 0;
    std::uint64_t windowBytes_ = 0;
};

}  // namespace liuhen::ingest
