// SPDX-License-Identifier: Apache-2.0
// What the entries of one chapter say of footage, as short as the checks allow: bytes and bodies
// stay in the ledger's file and are read again where they are needed.
#pragma once

#include "common/evidence/budget.hpp"
#include "common/evidence/entry_stream.hpp"
#include "common/evidence/typed_body.hpp"

#include <deque>
#include <optional>
#include <tuple>
#include <vector>

namespace liuhen::evidence {

/// Where an entry stands in its ledger file.
struct EntryAt {
    std::uint64_t seq = 0;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
};

/// A track of a part. `samples` beyond 32 bits become their highest number.
struct SpanRecord {
    std::uint64_t track = 0;
    std::uint64_t start = 0;
    std::uint64_t duration = 0;
    std::uint64_t seq = 0;  // of the part
    std::uint32_t samples = 0;
    std::uint32_t segment = 0;  // index
};

struct PartRecord {
    EntryAt entry;
    std::uint64_t link = 0;    // ledger offset of the first entry that its link must hold
    std::uint64_t offset = 0;  // in the segment's file
    Digest hash{};
    std::uint32_t size = 0;
    std::uint32_t segment = 0;  // index
    std::uint32_t firstSpan = 0;
    std::uint32_t spans = 0;
    bool lost = false;     // a part.lost names it
    bool missing = false;  // the first recovery after it lists it
    bool excused = false;  // and lists at most two, and every part since
};

struct SegmentRecord {
    EntryAt entry;
    std::uint64_t recording = 0;
    std::uint64_t number = 0;
    Digest init{};
    std::uint32_t initSize = 0;
    bool encrypted = false;
    bool preEvent = false;
    bool closed = false;  // something after it closes its tail
    bool lastOfRecording = true;
    std::optional<EntryAt> end;
    std::uint64_t endSize = 0;   // as its segment.end says
    std::uint64_t endParts = 0;  // likewise
    std::uint32_t firstPart = 0;
    std::uint32_t parts = 0;     // lost ones included
    std::uint64_t lastKept = 0;  // seq of the last part that is neither lost nor excused
};

/// The footage of one chapter. Entries are taken in order, then finish() sorts them out; all
/// questions are for afterwards.
class FootageRecords {
public:
    /// Takes an entry that has passed the check of the chain. Errors: ResourceExhausted.
    [[nodiscard]] Result<void> take(const Entry& entry,
                                    const Body& body,
                                    std::uint64_t offset,
                                    Budget& budget);
    void finish();

    [[nodiscard]] const std::deque<SegmentRecord>& segments() const { return segments_; }
    /// The segment's part number `index`, by seq.
    [[nodiscard]] const PartRecord& part(const SegmentRecord& segment, std::uint32_t index) const {
        return parts_[segment.firstPart + index];
    }
    [[nodiscard]] const SpanRecord& span(const PartRecord& part, std::uint32_t index) const {
        return spans_[part.firstSpan + index];
    }
    [[nodiscard]] const SegmentRecord* find(std::uint64_t recording, std::uint64_t number) const;
    /// `segment.end`, else the last part that is not lost, else `segment`.
    [[nodiscard]] EntryAt lastEntry(const SegmentRecord& segment) const;
    /// The first part that must be there; nullptr if none must.
    [[nodiscard]] const PartRecord* firstDue(const SegmentRecord& segment) const;
    /// Whether a part.lost lets pictures begin otherwise than with a key frame at this part.
    [[nodiscard]] bool startExcused(const SegmentRecord& segment, const PartRecord& part) const;

    /// A part that does not follow from the one before it in media time, and its track.
    struct Gap {
        const PartRecord* later = nullptr;  // by seq
        std::uint64_t track = 0;
    };
    /// Calls `take(const Gap&)` for each, in the order of segment.md section 4.5.
    template <class Take>
    void eachGap(Take take) const {
        for (std::size_t i = 1; i < inTime_.size(); ++i) {
            if (const auto gap = gapBetween(spans_[inTime_[i - 1]], spans_[inTime_[i]])) {
                take(*gap);
            }
        }
    }

    /// Bytes taken of the budget, to be given back with the records.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    struct Bridge {
        std::uint64_t track = 0;
        std::uint64_t seq = 0;
        [[nodiscard]] bool operator<(const Bridge& other) const {
            return std::tie(track, seq) < std::tie(other.track, other.seq);
        }
    };
    struct Recovery {
        std::uint64_t seq = 0;
        std::vector<std::uint64_t> missing;
    };
    struct Lost {
        std::uint64_t recording = 0;
        std::uint64_t seq = 0;   // of the part.lost
        std::uint64_t part = 0;  // seq
        [[nodiscard]] bool operator<(const Lost& other) const {
            return std::tie(recording, seq, part) <
                   std::tie(other.recording, other.seq, other.part);
        }
    };
    struct Closing {
        std::uint64_t seq = 0;
        std::uint64_t recording = 0;  // of an `end`
        bool all = false;             // closes the segments of every recording
        bool recovery = false;
    };
    [[nodiscard]] Result<void> take(const SegmentBody& body, EntryAt at, Budget& budget);
    [[nodiscard]] Result<void> take(const PartBody& body, EntryAt at, Budget& budget);
    [[nodiscard]] Result<void> takeBridges(const Entry& entry, const Body& body, Budget& budget);
    [[nodiscard]] Result<void> charge(std::uint64_t bytes, Budget& budget);
    [[nodiscard]] Result<void> noteClosing(const Entry& entry, const Body& body, Budget& budget);
    [[nodiscard]] std::size_t openSegment(std::uint64_t number) const;
    void markLost();
    void markMissing();
    void placeLinks();
    void closeSegments();
    void sortSpans();
    void groupParts();
    [[nodiscard]] std::optional<Gap> gapBetween(const SpanRecord& before,
                                                const SpanRecord& after) const;
    [[nodiscard]] bool isBridged(const SpanRecord& before,
                                 std::uint64_t low,
                                 std::uint64_t high) const;
    [[nodiscard]] bool endsInRing(const SpanRecord& before) const;
    [[nodiscard]] PartRecord* partOf(std::uint64_t seq);

    std::deque<SegmentRecord> segments_;  // by (recording, number), as they stand
    std::deque<PartRecord> parts_;        // by seq; by (segment, seq) once finished
    std::deque<SpanRecord> spans_;
    std::vector<std::uint32_t> inTime_;  // spans by segment's recording, track, start, seq
    std::vector<Bridge> bridges_;
    std::deque<Recovery> recoveries_;
    std::vector<Lost> lost_;
    std::vector<Closing> closings_;
    std::uint64_t reset_ = 0;  // ledger offset of the last start or boot
    std::uint64_t bytes_ = 0;
};

}  // namespace liuhen::evidence
