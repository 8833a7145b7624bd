// SPDX-License-Identifier: Apache-2.0
// What a recorder did in each hour of a shift: recorded, idle, off, or missing (F14).
#pragma once

#include "common/evidence/bodies.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// A higher one covers a lower one. Missing: no entry tells, or no clock says when it was.
enum class Doing { Missing, Off, Idle, Recorded };
inline constexpr std::size_t kDoings = 4;
/// Microseconds of each Doing.
using DoingTimes = std::array<std::int64_t, kDoings>;

struct ShiftHour {
    std::int64_t fromUs = 0;   // a full hour, or where the shift begins
    std::int64_t untilUs = 0;  // exclusive: the next full hour, or where it ends
    DoingTimes times{};
};

struct ShiftTable {
    std::vector<ShiftHour> hours;
    DoingTimes total{};
    std::optional<std::int64_t> endsUs;    // of the last entry that a clock places
    std::optional<std::int64_t> prunedUs;  // what is before this is no more in the ledger at hand
    std::int64_t unplacedUs = 0;           // time of the recorder that no clock places, anywhere
};

/// Lays a ledger out in time. Entries are believed as they stand: `verify` judges them.
///
/// Durations are those of BOOTTIME. A boot of the machine is laid onto UTC as a whole, by the best
/// word on its clock: a dock's message, then a source with the shortest age; source 0 places
/// nothing. So a clock that is stepped moves no minute. Keeps about 40 bytes a part.
class ShiftTimeline {
public:
    /// The next entry, in the order of the ledger.
    void take(const Entry& entry);
    /// The `docking` of an anchor: what was before it is pruned.
    void takeAnchor(const Entry& docking);
    /// Hour by hour. `untilUs` must be later than `fromUs`.
    [[nodiscard]] ShiftTable table(std::int64_t fromUs, std::int64_t untilUs) const;

private:
    struct Piece {
        Doing doing = Doing::Missing;
        std::int64_t fromNs = 0;  // BOOTTIME
        std::int64_t untilNs = 0;
    };
    struct Placing {
        int rank = 0;  // 0: nothing is known
        std::uint64_t age = 0;
        std::int64_t offsetUs = 0;  // UTC of BOOTTIME 0
    };
    /// One boot of the machine: BOOTTIME counts through.
    struct Run {
        std::string bootId;
        std::vector<Piece> pieces;
        Placing placing;
        std::int64_t firstNs = 0;
        std::int64_t lastNs = 0;
        bool off = false;  // its last entry is a shutdown
    };
    struct Segment {
        std::int64_t zeroNs = 0;
        std::map<std::uint64_t, std::uint64_t> timescales;
    };
    struct PiecePlace {
        std::size_t run = 0;
        std::size_t piece = 0;
    };
    struct Stretch {
        std::int64_t fromUs = 0;
        std::int64_t untilUs = 0;
    };
    using Stretches = std::vector<Stretch>;

    void takeBoot(const Entry& entry, std::int64_t now);
    void takeTime(const Entry& entry, std::int64_t now);
    void takePart(const Entry& entry);
    void takeSegment(const Entry& entry);
    void forget(const std::vector<std::uint64_t>& parts);
    void fillGap(std::int64_t untilNs);
    void place(const Entry& entry, std::int64_t now);
    void add(Doing doing, std::int64_t fromNs, std::int64_t untilNs);
    [[nodiscard]] Stretches collect(Doing least) const;
    [[nodiscard]] static Stretches merged(Stretches stretches);
    [[nodiscard]] static std::int64_t within(const Stretches& stretches,
                                             std::int64_t fromUs,
                                             std::int64_t untilUs);

    std::vector<Run> runs_;
    std::uint64_t boot_ = 0;
    bool recording_ = false;
    bool interrupted_ = false;  // since coveredNs_
    std::int64_t coveredNs_ = 0;
    std::map<std::uint64_t, Segment> segments_;  // of the recording
    std::map<std::uint64_t, PiecePlace> parts_;  // of the chapter, by seq
    std::optional<std::int64_t> prunedUs_;
};

}  // namespace liuhen::evidence
