// SPDX-License-Identifier: Apache-2.0
// What the simulated sources produced, counted in a mapped file that outlives a SIGKILL.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace liuhen::hal::sim {

/// The counts of one track, in host byte order at 8-byte steps; times are nanoseconds.
struct TrackCounts {
    std::uint64_t units = 0;            // frames, or samples per channel, that left the device
    std::uint64_t buffers = 0;          // pushes they came in
    std::uint64_t dropped = 0;          // units of these that the recorder did not fetch in time
    std::uint64_t starts = 0;           // how often a source began to run
    std::int64_t firstRunningTime = 0;  // pipeline running time of the first unit
    std::int64_t lastRunningTime = 0;   // and of the start of the last buffer
    std::int64_t firstBoottime = 0;     // BOOTTIME when the first buffer left the device
    std::int64_t lastBoottime = 0;      // and the last
};

/// The whole file, 144 bytes: "LHCOUNT1", the boot number, picture, sound.
struct SourceCounts {
    char magic[8] = {'L', 'H', 'C', 'O', 'U', 'N', 'T', '1'};
    std::uint64_t boot = 0;
    TrackCounts picture;
    TrackCounts sound;
};
static_assert(sizeof(SourceCounts) == 144);

/// Counts one track; one thread at a time. Without a file it counts nothing.
class TrackCounter {
public:
    TrackCounter() = default;
    TrackCounter(std::shared_ptr<SourceCounts> owner, TrackCounts* counts)
        : owner_(std::move(owner)), counts_(counts) {}
    void started();
    void pushed(std::uint64_t units,
                core::Nanoseconds runningTime,
                core::Nanoseconds boottime,
                bool dropped);

private:
    std::shared_ptr<SourceCounts> owner_;
    TrackCounts* counts_ = nullptr;
};

/// The mapped file `folder`/<boot>.counts.
class SourceLog {
public:
    SourceLog() = default;
    /// Creates the file, zeroed. Errors: AlreadyExists, and others of the file system.
    [[nodiscard]] static core::Result<SourceLog> create(const std::string& folder,
                                                        std::uint64_t boot);
    [[nodiscard]] TrackCounter picture() const;
    [[nodiscard]] TrackCounter sound() const;

private:
    std::shared_ptr<SourceCounts> counts_;
};

/// Reads such a file, also while it is written; a field is whole, the fields may differ by a push.
/// Errors: DataLoss if it is none; NotFound.
[[nodiscard]] core::Result<SourceCounts> readSourceCounts(const std::string& path);

}  // namespace liuhen::hal::sim
