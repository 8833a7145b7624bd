// SPDX-License-Identifier: Apache-2.0
// What a chain tells of footage: segments, their parts, and the recording that is open at its end.
#pragma once

#include "common/evidence/bodies.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::storage {

/// A recording that has a start and no end.
struct OpenRecording {
    std::uint64_t start = 0;     // seq
    std::string manner;          // "video", "sound" or "photo"
    std::uint64_t segments = 0;  // segment entries so far
    std::map<std::uint64_t, std::uint64_t>
        ends;  // per track: end of the last part, track timescale
    std::map<std::uint64_t, std::uint64_t> timescales;
    std::optional<std::int64_t> zeroNs;  // BOOTTIME of media time 0, by the clock of `bootId`
    std::string bootId;               // of the machine when its last entry was made; "" if unknown
    std::int64_t lastUtcUs = 0;       // of its last entry
    std::int64_t lastBoottimeNs = 0;  // of its last entry
    std::int64_t durableNs = 0;  // BOOTTIME up to which its footage is safe, by that same clock

    /// Media time that its parts have reached.
    [[nodiscard]] std::int64_t reachedNs() const;
};

/// One segment, as its entries tell.
struct SegmentStand {
    evidence::SegmentBody body;
    bool ended = false;
    bool released = false;  // it may be gone, or go again
    struct Part {
        std::uint64_t seq = 0;
        std::uint64_t entryBytes = 0;
        evidence::PartBody body;
    };
    std::vector<Part> parts;  // without lost and missing ones
};

using SegmentKey = std::pair<std::uint64_t, std::uint64_t>;  // start, segment

struct Footage {
    std::map<SegmentKey, SegmentStand> segments;
    std::optional<OpenRecording> recording;
};

/// Walks a chain and collects.
[[nodiscard]] Footage collectFootage(const std::vector<evidence::Entry>& chain);

/// Takes parts out whose bytes are not there.
void dropParts(const std::vector<std::uint64_t>& seqs, Footage& footage);

/// Finds out up to when the open recording's footage is safe. After dropParts of what is missing.
void findDurableEnd(Footage& footage);

}  // namespace liuhen::storage
